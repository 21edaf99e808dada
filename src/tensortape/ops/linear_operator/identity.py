"""``tf.linalg.LinearOperatorIdentity``, and what it shares with its multiples."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import batch, size
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf


def over_batch(x: Any, lead: list[int] | None, dtype: Any) -> Any:
    """Matrices repeated for the batch ``lead``, where they do not have it already."""
    if lead is None or tf.broadcast_static_shape(x.shape, TensorShape([*lead, 1, 1])) == x.shape:
        return x
    return x + tf.zeros([*lead, 1, 1], dtype)


@export("linalg.LinearOperatorIdentity")
class LinearOperatorIdentity(LinearOperator):
    """The identity of ``num_rows`` rows, for every member of a batch.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorIdentity(2, batch_shape=[3])
    >>> operator.shape
    TensorShape([3, 2, 2])
    >>> operator.trace().numpy()
    array([2., 2., 2.], dtype=float32)

    ``assert_proper_shapes`` is accepted; shapes are always checked. Raises ``ValueError`` for sizes
    that are no sizes or hints that deny what holds for the identity, ``TypeError`` for sizes that
    are not whole. Source: ``tf.linalg.LinearOperatorIdentity``.
    """

    def __init__(
        self,
        num_rows: Any,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = True,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = True,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ) -> None:
        given = arguments(locals())
        for hint in hints.HINTS:
            if not given[hint]:
                raise ValueError(f"The identity has {hint}=True, received {given[hint]}.")
        self._num_rows = size(num_rows, "num_rows")
        self._batch = batch(batch_shape)
        self._start(given, dtypes.as_dtype(dtype or "float32"))

    def _shape(self) -> Any:
        return TensorShape([*(self._batch or []), self._num_rows, self._num_rows])

    def _linop_adjoint(self) -> Any:
        return self

    def _linop_inverse(self) -> Any:
        return self

    def _linop_cholesky(self) -> Any:
        return self

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        return right_operator

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return right_operator

    def _assert_non_singular(self) -> None:
        return None

    def _assert_positive_definite(self) -> None:
        return None

    def _assert_self_adjoint(self) -> None:
        return None

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return over_batch(adjoint_of(x, adjoint_arg), self._batch, self.dtype)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Any:
        return self._filled(1)

    def _log_abs_determinant(self) -> Any:
        return self._filled(0)

    def _trace(self) -> Any:
        return self._filled(self._num_rows)

    def _diag_part(self) -> Any:
        return self._filled(1, self._num_rows)

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _cond(self) -> Any:
        return self._filled(1)

    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Any:
        """The sum of the identity and the matrices ``mat``."""
        mat = convert_to_tensor(mat)
        return tf.linalg.set_diag(mat, 1 + tf.linalg.diag_part(mat))
