"""``tf.linalg.LinearOperatorPermutation``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.registry import export
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import dims, kept
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorPermutation")
class LinearOperatorPermutation(LinearOperator):
    """The matrix that puts element ``perm[i]`` in place ``i``.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorPermutation([2, 0, 1])
    >>> operator.matvec([10.0, 20.0, 30.0]).numpy()
    array([30., 10., 20.], dtype=float32)
    >>> operator.solvevec([30.0, 10.0, 20.0]).numpy()
    array([10., 20., 30.], dtype=float32)

    Raises ``TypeError`` for a permutation that is not of integers, ``ValueError`` for one that is
    none, or hints that deny what holds for permutations.
    Source: ``tf.linalg.LinearOperatorPermutation``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(perm=1)

    def __init__(
        self,
        perm: Any,
        dtype: Any = dtypes.float32,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorPermutation",
    ) -> None:
        given = arguments(locals())
        self._perm = kept(perm)
        _check(self._perm)
        what = "A permutation is non-singular and square"
        hints.always("is_non_singular", is_non_singular, True, what)
        square = hints.always("is_square", is_square, True, what)
        self._start(given, dtype, is_square=square)

    @property
    def perm(self) -> Any:
        """The permutation, as it was given."""
        return self._perm

    def _shape(self) -> Any:
        shape = self._perm.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        shape = tf.shape(self._perm)
        return tf.concat([shape, shape[-1:]], 0)

    def _assert_non_singular(self) -> None:
        return None

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        back = adjoint and not self.is_self_adjoint
        perm = tf.argsort(self._perm, axis=-1) if back else tf.identity(self._perm)
        x = adjoint_of(x, adjoint_arg)
        lead = tf.broadcast_static_shape(x.shape[:-2], perm.shape[:-1])
        *_, n, k = dims(x)
        batch = lead.as_list() or [1]
        x = tf.broadcast_to(x, [*batch, n, k])
        perm = tf.broadcast_to(perm, [*batch, n])
        y = tf.gather(x, perm, axis=-2, batch_dims=len(batch))
        return y if lead.rank else tf.squeeze(y, 0)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _places(self) -> Any:
        return tf.range(0, self._columns(), dtype=self._perm.dtype)

    def _to_dense(self) -> Any:
        return tf.cast(tf.equal(self._places(), tf.expand_dims(self._perm, -1)), self.dtype)

    def _diag_part(self) -> Any:
        return tf.cast(tf.equal(self._places(), self._perm), self.dtype)

    def _log_abs_determinant(self) -> Any:
        return self._filled(0)

    def _cond(self) -> Any:
        return self._filled(1)


def _check(perm: Any) -> None:
    if not perm.dtype.is_integer:
        raise TypeError(f"Argument `perm` must be integer dtype. Received: {perm}.")
    if perm.shape.rank < 1:
        raise ValueError(f"Argument `perm` must have at least 1 dimension. Received: {perm}.")
    known = tf.get_static_value(perm)
    if known is not None and np.any(np.sort(known, axis=-1) != np.arange(known.shape[-1])):
        raise ValueError(
            "Argument `perm` must be a vector of unique integers from 0 to "
            f"{known.shape[-1] - 1}. Received: {known.tolist()}"
        )
