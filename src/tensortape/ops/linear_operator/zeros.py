"""``tf.linalg.LinearOperatorZeros``."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator.arrays import batch, dims, size
from tensortape.ops.linear_operator.assertions import refuse
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.identity import over_batch
from tensortape.ops.linear_operator.public import tf


@export("linalg.LinearOperatorZeros")
class LinearOperatorZeros(LinearOperator):
    """The matrix of zeros with ``num_rows`` rows and ``num_columns`` (as many) columns.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorZeros(2, 3, is_square=False, is_self_adjoint=False)
    >>> operator.matvec([1.0, 2.0, 3.0]).numpy()
    array([0., 0.], dtype=float32)

    Raises ``ValueError`` for sizes that are none, sizes that differ while ``is_square`` is true,
    and hints that deny what holds for zeros. Source: ``tf.linalg.LinearOperatorZeros``.
    """

    def __init__(
        self,
        num_rows: Any,
        num_columns: Any = None,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = False,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = False,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ) -> None:
        given = arguments(locals())
        if not is_self_adjoint and is_square:
            raise ValueError("A zero operator is always self adjoint.")
        if is_non_singular or is_positive_definite:
            raise ValueError("A zero operator is always singular, and never positive definite.")
        self._num_rows = size(num_rows, "num_rows")
        columns = num_rows if num_columns is None else num_columns
        self._num_columns = size(columns, "num_columns")
        if is_square and self._num_rows != self._num_columns:
            raise ValueError(
                f"LinearOperatorZeros initialized as is_square=True, but got num_rows("
                f"{self._num_rows}) != num_columns({self._num_columns})"
            )
        self._batch = batch(batch_shape)
        self._start(given, dtypes.as_dtype(dtype or "float32"))

    def _shape(self) -> Any:
        return TensorShape([*(self._batch or []), self._num_rows, self._num_columns])

    def _assert_non_singular(self) -> Any:
        raise refuse("Zero operators are always non-invertible.")

    def _assert_positive_definite(self) -> Any:
        raise refuse("Zero operators are always non-positive definite.")

    def _assert_self_adjoint(self) -> None:
        return None

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        sizes = dims(x)
        rows = self._num_columns if adjoint else self._num_rows
        result = tf.zeros([*sizes[:-2], rows, sizes[-2 if adjoint_arg else -1]], x.dtype)
        return over_batch(result, self._batch, self.dtype)

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        if not (left_operator.is_square and right_operator.is_square):
            raise ValueError(
                "Products with zeros are for square operators, received shapes "
                f"{left_operator.shape} and {right_operator.shape}."
            )
        return left_operator

    def _to_dense(self) -> Any:
        return tf.zeros(self.shape.as_list(), self.dtype)

    def _determinant(self) -> Any:
        return self._filled(0)

    def _trace(self) -> Any:
        return self._filled(0)

    def _diag_part(self) -> Any:
        return self._filled(0, min(self._num_rows, self._num_columns))

    def _eigvals(self) -> Any:
        return self._diag_part()

    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Any:
        """The matrices ``mat``, for every member of the batch."""
        return over_batch(convert_to_tensor(mat), self._batch, self.dtype)
