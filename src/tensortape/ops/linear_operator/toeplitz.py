"""``tf.linalg.LinearOperatorToeplitz``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import common_batch, complex_of, dims, kept
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.circulant import LinearOperatorCirculant
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorToeplitz")
class LinearOperatorToeplitz(LinearOperator):
    """A matrix with constant diagonals, given by its first column and row.

    The corner is that of ``col``. ``matmul`` takes O(n log n) by Fourier transforms.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorToeplitz(col=[1.0, 2.0, 3.0], row=[1.0, 5.0, 6.0])
    >>> operator.to_dense().numpy().tolist()
    [[1.0, 5.0, 6.0], [2.0, 1.0, 5.0], [3.0, 2.0, 1.0]]

    Raises ``ValueError`` for scalars, different lengths, or ``is_square=False``.
    Source: ``tf.linalg.LinearOperatorToeplitz``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(col=1, row=1)

    def __init__(
        self,
        col: Any,
        row: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorToeplitz",
    ) -> None:
        given = arguments(locals())
        self._col, self._row = kept(col), kept(row)
        for which, x in (("row", self._row), ("col", self._col)):
            if x.shape.rank < 1:
                raise ValueError(f"Argument {which} must have at least 1 dimension. Found: {x}")
        if None not in (n := self._row.shape[-1], m := self._col.shape[-1]) and n != m:
            raise ValueError(
                f"Expected square matrix, got row and col with mismatched dimensions {n} and {m}."
            )
        square = hints.always("is_square", is_square, True, "Toeplitz operators are square")
        self._start(given, self._row.dtype, is_square=square)

    @property
    def col(self) -> Any:
        """The first column, as it was given."""
        return self._col

    @property
    def row(self) -> Any:
        """The first row, as it was given."""
        return self._row

    def _shape(self) -> Any:
        shape = common_batch([self._row.shape, self._col.shape])
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        shape = tf.broadcast_dynamic_shape(tf.shape(self._row), tf.shape(self._col))
        return tf.concat([shape, shape[-1:]], 0)

    def _vectors(self) -> tuple[Any, Any]:
        """Column and row, of one shape."""
        col, row = convert_to_tensor(self._col), convert_to_tensor(self._row)
        if col.shape != row.shape:
            shape = tf.broadcast_dynamic_shape(tf.shape(row), tf.shape(col))
            col, row = tf.broadcast_to(col, shape), tf.broadcast_to(row, shape)
        return col, row

    def _assert_self_adjoint(self) -> Any:
        return tf.debugging.assert_equal(
            self._row, self._col, message="row and col differ, so this is not self-adjoint."
        )

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        """By the circulant of twice the size that has this matrix in its corner."""
        x = adjoint_of(x, adjoint_arg)
        col, row = self._vectors()
        parts = [col, tf.zeros_like(col[..., :1]), tf.reverse(row[..., 1:], axis=[-1])]
        spectrum = tf.signal.fft(complex_of(tf.concat(parts, -1)))
        whole = LinearOperatorCirculant(spectrum, input_output_dtype=self.dtype)
        padded = tf.concat([x, tf.zeros_like(x)], -2)
        return whole.matmul(padded, adjoint=adjoint)[..., : self._columns(), :]

    def _to_dense(self) -> Any:
        col, row = self._vectors()
        n = dims(col)[-1]
        diagonals = tf.concat([tf.reverse(col, axis=[-1]), row[..., 1:]], -1)
        if isinstance(n, int):
            places: Any = np.arange(n) + np.arange(n)[::-1, None]
        else:
            places = tf.range(n) + tf.expand_dims(tf.range(n - 1, -1, -1), -1)
        return tf.gather(diagonals, places, axis=-1)

    def _trace(self) -> Any:
        return tf.cast(self._columns(), self.dtype) * self._vectors()[0][..., 0]

    def _diag_part(self) -> Any:
        return self._vectors()[0][..., :1] * tf.ones([self._columns()], self.dtype)
