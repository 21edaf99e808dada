"""Checking what the hints of an operator claim."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.ops.linear_operator.arrays import adjoint
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.shape import OperatorShape


def refuse(message: str) -> Any:
    """The exception for an operator that never has a property."""
    return errors.InvalidArgumentError(None, None, message)


def assert_no_zeros(x: Any, message: str) -> Any:
    """Raise ``InvalidArgumentError`` if an entry is zero."""
    size = tf.math.abs(x)
    return tf.debugging.assert_less(tf.zeros([], size.dtype), size, message=message)


def assert_real(x: Any, message: str) -> Any:
    """Raise ``InvalidArgumentError`` if an imaginary part is not zero."""
    if not x.dtype.is_complex:
        return None
    part = tf.math.imag(x)
    return tf.debugging.assert_equal(tf.zeros([], part.dtype), part, message=message)


class OperatorAssertions(OperatorShape):
    """The checks, by dense matrices unless a structure knows better."""

    def assert_non_singular(self, name: str = "assert_non_singular") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if a matrix is singular, to rounding."""
        return self._assert_non_singular()

    def _assert_non_singular(self) -> Any:
        if self._can_use_cholesky():
            return self.assert_positive_definite()
        values = tf.linalg.svd(self.to_dense(), compute_uv=False)
        ratio = tf.reduce_max(values, axis=-1) / tf.reduce_min(values, axis=-1)
        largest = max(100, *(n or 0 for n in self.shape.as_list()[-2:]))
        limit = 1.0 / (largest * np.finfo(self.dtype.as_numpy_dtype).eps)
        return tf.debugging.assert_less(
            ratio, tf.cast(limit, ratio.dtype), message="Singular matrix up to precision epsilon."
        )

    def assert_positive_definite(self, name: str = "assert_positive_definite") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if a matrix is not positive definite.

        Operators without a check of their own need the hint ``is_self_adjoint``, else they raise
        ``NotImplementedError``.
        """
        return self._assert_positive_definite()

    def _assert_positive_definite(self) -> Any:
        if not self.is_self_adjoint:
            raise NotImplementedError(
                "assert_positive_definite is not implemented for operators that are not known to "
                "be self-adjoint: construct the operator with is_self_adjoint=True."
            )
        pivots = tf.linalg.diag_part(tf.linalg.cholesky(self.to_dense()))
        pivots = tf.math.real(pivots) if self.dtype.is_complex else pivots
        return tf.debugging.assert_positive(pivots, message="Matrix was not positive definite.")

    def assert_self_adjoint(self, name: str = "assert_self_adjoint") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if a matrix differs from its adjoint."""
        return self._assert_self_adjoint()

    def _assert_self_adjoint(self) -> Any:
        dense = self.to_dense()
        return tf.debugging.assert_equal(
            dense, adjoint(dense), message="Matrix was not equal to its adjoint."
        )
