"""``tf.linalg.LinearOperatorScaledIdentity``."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import conjugate, kept, size
from tensortape.ops.linear_operator.assertions import assert_real
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorScaledIdentity")
class LinearOperatorScaledIdentity(LinearOperator):
    """``multiplier`` times the identity of ``num_rows`` rows; the multiplier's shape is the batch.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorScaledIdentity(2, multiplier=3.0)
    >>> operator.matvec([1.0, 2.0]).numpy()
    array([3., 6.], dtype=float32)
    >>> float(operator.determinant())
    9.0

    Raises ``ValueError`` for a size that is none, or hints that deny what holds for multiples of
    the identity. Source: ``tf.linalg.LinearOperatorScaledIdentity``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(multiplier=0)

    def __init__(
        self,
        num_rows: Any,
        multiplier: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ) -> None:
        given = arguments(locals())
        if not is_square:
            raise ValueError(f"A multiple of the identity is square, received {is_square}.")
        self._multiplier = kept(multiplier)
        what = "A real diagonal operator is always self adjoint"
        real = not self._multiplier.dtype.is_complex
        self._num_rows = size(num_rows, "num_rows")
        self._start(
            given,
            self._multiplier.dtype,
            is_self_adjoint=hints.implied("is_self_adjoint", is_self_adjoint, real, what),
        )

    @property
    def multiplier(self) -> Any:
        """The factors, as they were given."""
        return self._multiplier

    def _each(self, axes: int) -> Any:
        """The factors with ``axes`` axes of length one behind."""
        result = convert_to_tensor(self._multiplier)
        for _ in range(axes):
            result = tf.expand_dims(result, -1)
        return result

    def _shape(self) -> Any:
        n = self._num_rows
        return self._multiplier.shape.concatenate(TensorShape([n, n]))

    def _shape_tensor(self) -> Any:
        return tf.concat([tf.shape(self._multiplier), [self._num_rows] * 2], 0)

    def _assert_non_singular(self) -> Any:
        sizes = tf.math.abs(self._multiplier)
        return tf.debugging.assert_positive(sizes, message="LinearOperator was singular")

    def _assert_positive_definite(self) -> Any:
        return tf.debugging.assert_positive(
            tf.math.real(self._multiplier), message="LinearOperator was not positive definite."
        )

    def _assert_self_adjoint(self) -> Any:
        return assert_real(self._multiplier, "LinearOperator was not self-adjoint")

    def _like(self, multiplier: Any, **given: Any) -> LinearOperatorScaledIdentity:
        return LinearOperatorScaledIdentity(self._num_rows, multiplier, **given)

    def _linop_adjoint(self) -> Any:
        return self._like(conjugate(self._multiplier), **self._hints())

    def _linop_inverse(self) -> Any:
        return self._like(1.0 / self._each(0), **self._hints())

    def _linop_cholesky(self) -> Any:
        return self._like(tf.sqrt(self._multiplier), **dict.fromkeys(hints.HINTS, True))

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        given = hints.commuting(left_operator, right_operator)
        if isinstance(right_operator, LinearOperatorScaledIdentity):
            return self._like(left_operator._each(0) * right_operator.multiplier, **given)
        if isinstance(right_operator, tf.linalg.LinearOperatorDiag):
            diag = right_operator.diag * left_operator._each(1)
            return tf.linalg.LinearOperatorDiag(diag, **given)
        return super()._linop_matmul(left_operator, right_operator)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        given = hints.commuting(left_operator, right_operator)
        if isinstance(right_operator, LinearOperatorScaledIdentity):
            return self._like(right_operator.multiplier / left_operator._each(0), **given)
        if isinstance(right_operator, tf.linalg.LinearOperatorDiag):
            diag = right_operator.diag / left_operator._each(1)
            return tf.linalg.LinearOperatorDiag(diag, **given)
        return super()._linop_solve(left_operator, right_operator)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return adjoint_of(x, adjoint_arg) * conjugate(self._each(2), adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return adjoint_of(rhs, adjoint_arg) / conjugate(self._each(2), adjoint)

    def _determinant(self) -> Any:
        return self._each(0) ** self._num_rows

    def _log_abs_determinant(self) -> Any:
        return self._num_rows * tf.math.log(tf.math.abs(self._multiplier))

    def _trace(self) -> Any:
        return self._multiplier * self._num_rows

    def _diag_part(self) -> Any:
        return self._each(1) * tf.ones([self._num_rows], self.dtype)

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _cond(self) -> Any:
        nan, one = (tf.cast(v, self.dtype) for v in (float("nan"), 1.0))
        return tf.where(tf.equal(self._multiplier, tf.cast(0.0, self.dtype)), nan, one)

    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Any:
        """The sum of the operator and the matrices ``mat``."""
        mat = convert_to_tensor(mat)
        return tf.linalg.set_diag(mat, self._each(1) + tf.linalg.diag_part(mat))
