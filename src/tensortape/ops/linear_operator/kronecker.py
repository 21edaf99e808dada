"""``tf.linalg.LinearOperatorKronecker``."""

from __future__ import annotations

import math
from typing import Any

from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import common_batch, dims
from tensortape.ops.linear_operator.assertions import refuse
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.composition import batch_of_all, product, total
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorKronecker")
class LinearOperatorKronecker(LinearOperator):
    """The Kronecker product of ``operators``; products and solutions go factor by factor.

    >>> import tensortape as tf
    >>> a = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    >>> b = tf.linalg.LinearOperatorDiag([1.0, 10.0])
    >>> tf.linalg.LinearOperatorKronecker([a, b]).to_dense().numpy()[0].tolist()
    [1.0, 0.0, 2.0, 0.0]

    Raises ``ValueError`` without operators or for hints that deny what follows from the factors,
    ``TypeError`` for different dtypes. Source: ``tf.linalg.LinearOperatorKronecker``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(operators=0)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ) -> None:
        given = arguments(locals())
        self._operators = list(operators)
        dtype = hints.one_dtype(self._operators)
        what = "It holds for a Kronecker product if it holds for the factors"
        found = hints.of_all(self._operators, given, hints.HINTS, what)
        own = "_x_".join(o.name for o in self._operators)
        self._start(given, dtype, name=name or own, **found)

    @property
    def operators(self) -> list[Any]:
        """The factors."""
        return self._operators

    def _shape(self) -> Any:
        rows, columns = (
            None if None in (sizes := [o.shape[axis] for o in self._operators])
            else math.prod(sizes) for axis in (-2, -1)
        )  # fmt: skip
        lead = common_batch([o.batch_shape for o in self._operators])
        return lead.concatenate(TensorShape([rows, columns]))

    def _shape_tensor(self) -> Any:
        rows = product([o.range_dimension_tensor() for o in self._operators])
        columns = product([o.domain_dimension_tensor() for o in self._operators])
        return tf.concat([batch_of_all(self._operators), [rows, columns]], 0)

    def _each(self, method: str) -> list[Any]:
        """What a method gives for every factor."""
        return [getattr(o, method)() for o in self._operators]

    def _linop_adjoint(self) -> Any:
        return LinearOperatorKronecker(self._each("adjoint"), **self._hints())

    def _linop_inverse(self) -> Any:
        return LinearOperatorKronecker(self._each("inverse"), **self._hints())

    def _linop_cholesky(self) -> Any:
        parts = self._each("cholesky")
        return LinearOperatorKronecker(parts, is_non_singular=True, is_square=True)

    def _by_factor(self, x: Any, method: str, adjoint: bool) -> Any:
        """Apply every factor along its own axis of the rows of ``x`` ``[..., n, k]``.

        The rows count through one axis per factor. Each step folds the others into columns, applies
        one factor, and moves its axis to the end.
        """
        columns = dims(x)[-1]
        for part in self._operators:
            own = part.range_dimension if adjoint == (method == "matmul") else part.domain_dimension
            x = tf.reshape(x, [*dims(x)[:-2], own.value, -1])
            x = tf.linalg.matrix_transpose(getattr(part, method)(x, adjoint=adjoint))
        x = tf.reshape(x, [*dims(x)[:-2], columns, -1])
        return tf.linalg.matrix_transpose(x)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._by_factor(adjoint_of(x, adjoint_arg), "matmul", adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._by_factor(adjoint_of(rhs, adjoint_arg), "solve", adjoint)

    def _repeats(self) -> list[int]:
        """How often the eigenvalues of each factor count."""
        sizes = [o.domain_dimension.value for o in self._operators]
        return [math.prod(sizes) // n for n in sizes]

    def _determinant(self) -> Any:
        found = zip(self._each("determinant"), self._repeats(), strict=True)
        return product([value**n for value, n in found])

    def _log_abs_determinant(self) -> Any:
        found = zip(self._each("log_abs_determinant"), self._repeats(), strict=True)
        return total([value * n for value, n in found])

    def _trace(self) -> Any:
        return product(self._each("trace"))

    def _outer(self, vectors: list[Any]) -> Any:
        result = vectors[0]
        for v in vectors[1:]:
            table = tf.expand_dims(result, -1) * tf.expand_dims(v, -2)
            result = tf.reshape(table, [*dims(table)[:-2], -1])
        return result

    def _diag_part(self) -> Any:
        if any(o.is_square is False for o in self._operators):
            return super()._diag_part()
        return self._outer(self._each("diag_part"))

    def _eigvals(self) -> Any:
        return self._outer(self._each("eigvals"))

    def _to_dense(self) -> Any:
        result, *others = self._each("to_dense")
        for m in others:
            left = tf.expand_dims(tf.expand_dims(result, -1), -3)
            right = tf.expand_dims(tf.expand_dims(m, -2), -4)
            *_, a, _, b, _ = dims(left)
            *_, p, _, q = dims(right)
            table = left * right
            result = tf.reshape(table, [*dims(table)[:-4], a * p, b * q])
        return result

    def _assert_all(self, method: str) -> None:
        if not all(o.is_square for o in self._operators):
            raise refuse("All factors of the Kronecker product must be square (is_square=True).")
        self._each(method)

    def _assert_non_singular(self) -> Any:
        return self._assert_all("assert_non_singular")

    def _assert_self_adjoint(self) -> Any:
        return self._assert_all("assert_self_adjoint")
