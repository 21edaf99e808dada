"""``tf.linalg.LinearOperatorLowerTriangular``."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import kept
from tensortape.ops.linear_operator.assertions import assert_no_zeros
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorLowerTriangular")
class LinearOperatorLowerTriangular(LinearOperator):
    """A lower triangular matrix; what is above the diagonal of ``tril`` is not read.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorLowerTriangular([[2.0, 9.0], [1.0, 4.0]])
    >>> float(operator.determinant())
    8.0
    >>> operator.solvevec([2.0, 5.0]).numpy()
    array([1., 1.], dtype=float32)

    Raises ``ValueError`` for fewer than two axes.
    Source: ``tf.linalg.LinearOperatorLowerTriangular``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(tril=2)

    def __init__(
        self,
        tril: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowerTriangular",
    ) -> None:
        given = arguments(locals())
        square = hints.always("is_square", is_square, True, "Triangular operators are square")
        self._tril = kept(tril)
        if self._tril.shape.rank < 2:
            raise ValueError(f"Argument tril must have at least 2 dimensions. Found: {self._tril}")
        self._start(given, self._tril.dtype, is_square=square)

    @property
    def tril(self) -> Any:
        """The matrix, as it was given."""
        return self._tril

    def _shape(self) -> Any:
        return self._tril.shape

    def _shape_tensor(self) -> Any:
        return tf.shape(self._tril)

    def _to_dense(self) -> Any:
        return tf.linalg.band_part(self._tril, -1, 0)

    def _diag_part(self) -> Any:
        return tf.linalg.diag_part(self._tril)

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _assert_non_singular(self) -> Any:
        message = "Singular operator: Diagonal contained zero values."
        return assert_no_zeros(self._diag_part(), message)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return tf.matmul(self._to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        if not isinstance(right_operator, tf.linalg.LinearOperatorDiag):
            return super()._linop_matmul(left_operator, right_operator)
        given = hints.commuting(right_operator, left_operator) | {"is_positive_definite": None}
        scaled = left_operator.to_dense() * tf.expand_dims(right_operator.diag, -2)
        return LinearOperatorLowerTriangular(scaled, **given)

    def _determinant(self) -> Any:
        return tf.reduce_prod(self._diag_part(), axis=-1)

    def _log_abs_determinant(self) -> Any:
        return tf.reduce_sum(tf.math.log(tf.math.abs(self._diag_part())), axis=-1)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rhs = adjoint_of(rhs, adjoint_arg)
        return tf.linalg.triangular_solve(self._to_dense(), rhs, lower=True, adjoint=adjoint)
