"""Operators made from operators: products, inverses, adjoints, Cholesky factors."""

from __future__ import annotations

from typing import Any

from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.quantities import OperatorQuantities


class OperatorAlgebra(OperatorQuantities):
    """What stays an operator; the ``_linop_*`` methods are there to be overridden."""

    def adjoint(self, name: str = "adjoint") -> Any:
        """The adjoint operator (transposed and conjugated); also the property ``H``."""
        return self if self.is_self_adjoint is True else self._linop_adjoint()

    H = property(adjoint)

    def _linop_adjoint(self) -> Any:
        return tf.linalg.LinearOperatorAdjoint(self, **self._hints())

    def inverse(self, name: str = "inverse") -> Any:
        """The inverse operator; ``ValueError`` if the hints say that there is none."""
        if self.is_square is False:
            raise ValueError(f"There is no inverse of an operator of shape {self.shape}.")
        if self.is_non_singular is False:
            raise ValueError("There is no inverse of an operator with is_non_singular=False.")
        return self._linop_inverse()

    def _linop_inverse(self) -> Any:
        return tf.linalg.LinearOperatorInversion(self, **self._hints())

    def cholesky(self, name: str = "cholesky") -> Any:
        """The lower triangular ``L`` with ``L @ L.H`` equal to this operator.

        ``ValueError`` unless the hints ``is_positive_definite`` and ``is_self_adjoint`` are set.
        """
        if not self._can_use_cholesky():
            raise ValueError(
                "Cannot take the Cholesky decomposition: Not a positive definite self adjoint "
                "matrix. Construct the operator with is_positive_definite=True and "
                "is_self_adjoint=True if it is one."
            )
        return self._linop_cholesky()

    def _linop_cholesky(self) -> Any:
        return tf.linalg.LinearOperatorLowerTriangular(
            tf.linalg.cholesky(self.to_dense()),
            is_non_singular=True, is_self_adjoint=False, is_square=True,
        )  # fmt: skip

    def _can_use_cholesky(self) -> Any:
        return self.is_self_adjoint and self.is_positive_definite

    def _factors(self, other: Any, adjoint: bool, adjoint_arg: bool) -> tuple[Any, Any]:
        """Both factors of a product of operators; ``ValueError`` if they do not fit."""
        left = self.adjoint() if adjoint else self
        right = other.adjoint() if adjoint_arg else other
        inner, given = left.domain_dimension, right.range_dimension
        if inner.value is not None and given.value is not None and inner != given:
            raise ValueError(
                f"Operators are incompatible. Expected the argument to have dimension {inner} but "
                f"got {given}."
            )
        return left, right

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        kind = tf.linalg
        if isinstance(right_operator, kind.LinearOperatorIdentity):
            return left_operator
        if isinstance(right_operator, kind.LinearOperatorZeros):
            if not (left_operator.is_square and right_operator.is_square):
                raise ValueError(
                    "Products with zeros are for square operators, received shapes "
                    f"{left_operator.shape} and {right_operator.shape}."
                )
            return right_operator
        given = hints.of_product(left_operator, right_operator)
        return kind.LinearOperatorComposition([left_operator, right_operator], **given)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        kind = tf.linalg
        if isinstance(right_operator, kind.LinearOperatorIdentity):
            return left_operator.inverse()
        given = hints.of_product(left_operator, right_operator)
        inverted = kind.LinearOperatorInversion(left_operator)
        return kind.LinearOperatorComposition([inverted, right_operator], **given)
