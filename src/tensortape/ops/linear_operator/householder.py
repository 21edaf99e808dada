"""``tf.linalg.LinearOperatorHouseholder``."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import conjugate, dims, kept
from tensortape.ops.linear_operator.assertions import refuse
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorHouseholder")
class LinearOperatorHouseholder(LinearOperator):
    """The reflection along ``reflection_axis`` ``[..., n]``, which need not have length one.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorHouseholder([3.0, 0.0])
    >>> operator.matvec([1.0, 2.0]).numpy()
    array([-1.,  2.], dtype=float32)

    Raises ``ValueError`` for a scalar, or hints that deny what holds for reflections.
    Source: ``tf.linalg.LinearOperatorHouseholder``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(reflection_axis=1)

    def __init__(
        self,
        reflection_axis: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorHouseholder",
    ) -> None:
        given = arguments(locals())
        self._reflection_axis = kept(reflection_axis)
        if self._reflection_axis.shape.rank < 1:
            raise ValueError(
                "Argument reflection_axis must have at least 1 dimension. "
                f"Found: {self._reflection_axis}"
            )
        truths = {"is_self_adjoint": True, "is_positive_definite": False, "is_square": True}
        what = "A reflection is self-adjoint, square and not positive definite"
        found = {name: hints.always(name, given[name], v, what) for name, v in truths.items()}
        self._start(given, self._reflection_axis.dtype, **found)

    @property
    def reflection_axis(self) -> Any:
        """The axis, as it was given."""
        return self._reflection_axis

    def _axis(self) -> Any:
        return tf.math.l2_normalize(self._reflection_axis, axis=-1)

    def _shape(self) -> Any:
        shape = self._reflection_axis.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        shape = tf.shape(self._reflection_axis)
        return tf.concat([shape, shape[-1:]], 0)

    def _assert_non_singular(self) -> None:
        return None

    def _assert_self_adjoint(self) -> None:
        return None

    def _assert_positive_definite(self) -> Any:
        raise refuse("Householder operators are always non-positive definite.")

    def _linop_adjoint(self) -> Any:
        return self

    def _linop_inverse(self) -> Any:
        return self

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x, adjoint_arg)
        column = tf.expand_dims(self._axis(), -1)
        return x - 2 * column * tf.matmul(column, x, adjoint_a=True)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _to_dense(self) -> Any:
        column = tf.expand_dims(self._axis(), -1)
        matrix = -2 * tf.matmul(column, column, adjoint_b=True)
        return tf.linalg.set_diag(matrix, 1.0 + tf.linalg.diag_part(matrix))

    def _diag_part(self) -> Any:
        axis = self._axis()
        return 1.0 - 2 * axis * conjugate(axis)

    def _trace(self) -> Any:
        return self._filled(1) * tf.cast(self._columns() - 2, self.dtype)

    def _determinant(self) -> Any:
        return self._filled(-1)

    def _log_abs_determinant(self) -> Any:
        return self._filled(0)

    def _eigvals(self) -> Any:
        *lead, n = dims(self._reflection_axis)
        ones = tf.ones([*lead, n - 1], self.dtype)
        return tf.concat([-tf.ones([*lead, 1], self.dtype), ones], -1)

    def _cond(self) -> Any:
        return self._filled(1)
