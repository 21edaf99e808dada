"""``tf.linalg.LinearOperatorDiag``."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import conjugate, kept
from tensortape.ops.linear_operator.assertions import assert_no_zeros, assert_real
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorDiag")
class LinearOperatorDiag(LinearOperator):
    """A diagonal matrix, given by its diagonal ``[..., n]``: products and solutions in O(n).

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorDiag([2.0, 4.0])
    >>> operator.solvevec([2.0, 2.0]).numpy()
    array([1. , 0.5], dtype=float32)
    >>> operator.inverse().to_dense().numpy().tolist()
    [[0.5, 0.0], [0.0, 0.25]]

    Raises ``ValueError`` for a scalar, or hints that deny what holds for diagonal matrices.
    Source: ``tf.linalg.LinearOperatorDiag``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(diag=1)

    def __init__(
        self,
        diag: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorDiag",
    ) -> None:
        given = arguments(locals())
        self._diag = kept(diag)
        if self._diag.shape.rank < 1:
            raise ValueError(f"Argument diag must have at least 1 dimension. Found: {self._diag}")
        what = "A real diagonal operator is always self adjoint"
        real = not self._diag.dtype.is_complex
        self._start(
            given,
            self._diag.dtype,
            is_self_adjoint=hints.implied("is_self_adjoint", is_self_adjoint, real, what),
            is_square=hints.always("is_square", is_square, True, "Diagonal operators are square"),
        )

    @property
    def diag(self) -> Any:
        """The diagonal, as it was given."""
        return self._diag

    def _shape(self) -> Any:
        shape = self._diag.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        shape = tf.shape(self._diag)
        return tf.concat([shape, shape[-1:]], 0)

    def _diag_part(self) -> Any:
        return convert_to_tensor(self._diag)

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _to_dense(self) -> Any:
        return tf.linalg.diag(self._diag)

    def _assert_non_singular(self) -> Any:
        message = "Singular operator: Diagonal contained zero values."
        return assert_no_zeros(self._diag, message)

    def _assert_positive_definite(self) -> Any:
        message = "The diagonal has entries without positive real part: not positive definite."
        return tf.debugging.assert_positive(tf.math.real(self._diag), message=message)

    def _assert_self_adjoint(self) -> Any:
        return assert_real(self._diag, "The diagonal is not real: not self-adjoint.")

    def _linop_adjoint(self) -> Any:
        return LinearOperatorDiag(conjugate(self._diag), **self._hints())

    def _linop_inverse(self) -> Any:
        return LinearOperatorDiag(1.0 / self._diag_part(), **self._hints())

    def _linop_cholesky(self) -> Any:
        given: dict[str, Any] = dict.fromkeys(hints.HINTS, True)
        return LinearOperatorDiag(tf.sqrt(self._diag), **given)

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        left = left_operator.diag_part()
        given = hints.commuting(left_operator, right_operator)
        if isinstance(right_operator, LinearOperatorDiag):
            return LinearOperatorDiag(left * right_operator.diag, **given)
        if isinstance(right_operator, tf.linalg.LinearOperatorScaledIdentity):
            return LinearOperatorDiag(left * right_operator._each(1), **given)
        if isinstance(right_operator, tf.linalg.LinearOperatorLowerTriangular):
            scaled = tf.expand_dims(left, -1) * right_operator.to_dense()
            given["is_positive_definite"] = None
            return tf.linalg.LinearOperatorLowerTriangular(scaled, **given)
        return super()._linop_matmul(left_operator, right_operator)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        left = left_operator.diag_part()
        given = hints.commuting(left_operator, right_operator)
        if isinstance(right_operator, LinearOperatorDiag):
            return LinearOperatorDiag(right_operator.diag / left, **given)
        if isinstance(right_operator, tf.linalg.LinearOperatorScaledIdentity):
            return LinearOperatorDiag(right_operator._each(1) / left, **given)
        if isinstance(right_operator, tf.linalg.LinearOperatorLowerTriangular):
            scaled = right_operator.to_dense() / tf.expand_dims(left, -1)
            given["is_positive_definite"] = None
            return tf.linalg.LinearOperatorLowerTriangular(scaled, **given)
        return super()._linop_solve(left_operator, right_operator)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        scale = tf.expand_dims(conjugate(self._diag, adjoint), -1)
        return scale * adjoint_of(x, adjoint_arg)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return conjugate(self._diag, adjoint) * x

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        scale = tf.expand_dims(1.0 / conjugate(self._diag, adjoint), -1)
        return adjoint_of(rhs, adjoint_arg) * scale

    def _determinant(self) -> Any:
        return tf.reduce_prod(self._diag, axis=-1)

    def _log_abs_determinant(self) -> Any:
        total = tf.reduce_sum(tf.math.log(tf.math.abs(self._diag)), axis=-1)
        return tf.cast(total, self.dtype)

    def _add_to_tensor(self, x: Any) -> Any:
        return tf.linalg.set_diag(x, self._diag + tf.linalg.diag_part(x))

    def _cond(self) -> Any:
        sizes = tf.math.abs(self._diag)
        return tf.reduce_max(sizes, axis=-1) / tf.reduce_min(sizes, axis=-1)
