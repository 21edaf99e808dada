"""``tf.linalg.LinearOperatorComposition``."""

from __future__ import annotations

import functools
import operator as operators_of_python
from collections.abc import Sequence
from typing import Any

from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import common_batch
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


def batch_of_all(operators: Sequence[Any]) -> Any:
    """The batch shape of several operators, as a tensor."""
    shapes = [o.batch_shape_tensor() for o in operators]
    return functools.reduce(tf.broadcast_dynamic_shape, shapes)


def product(values: Sequence[Any]) -> Any:
    """The product of numbers."""
    return functools.reduce(operators_of_python.mul, values)


def total(values: Sequence[Any]) -> Any:
    """The sum of numbers; where some are complex, of all as complex ones."""
    wide = [v.dtype for v in values if v.dtype.is_complex]
    if wide and len(wide) < len(values):
        values = [tf.cast(v, wide[0]) for v in values]
    return functools.reduce(operators_of_python.add, values)


@export("linalg.LinearOperatorComposition")
class LinearOperatorComposition(LinearOperator):
    """The product ``A @ B @ ...`` of ``operators``, applied one after the other.

    >>> import tensortape as tf
    >>> a = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    >>> b = tf.linalg.LinearOperatorDiag([1.0, 10.0])
    >>> tf.linalg.LinearOperatorComposition([a, b]).to_dense().numpy().tolist()
    [[1.0, 20.0], [3.0, 40.0]]

    Raises ``ValueError`` without operators, for hints that deny what follows from the factors, and
    when the shape is asked for and they do not fit; ``TypeError`` for different dtypes.
    Source: ``tf.linalg.LinearOperatorComposition``.
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
        own = "_o_".join(o.name for o in self._operators)
        self._start(given, dtype, name=name or own, **self._implied(given))

    def _implied(self, given: dict[str, Any]) -> dict[str, Any]:
        parts = self._operators
        what = "This follows from the factors"
        found = hints.of_all(parts, given, ["is_non_singular"], what)
        mirrored = hints.mirrored(parts)
        alone = len(parts) == 1 and parts[0].is_self_adjoint
        holds = {
            "is_self_adjoint": mirrored or alone,
            "is_square": mirrored,
            "is_positive_definite": mirrored and found["is_non_singular"],
        }
        return found | {n: hints.implied(n, given[n], v, what) for n, v in holds.items()}

    @property
    def operators(self) -> list[Any]:
        """The factors."""
        return self._operators

    def _shape(self) -> Any:
        inner = self._operators[0].domain_dimension
        for part in self._operators[1:]:
            inner.assert_is_compatible_with(part.range_dimension)
            inner = part.domain_dimension
        lead = common_batch([o.batch_shape for o in self._operators])
        return lead.concatenate(TensorShape([self._operators[0].range_dimension, inner]))

    def _shape_tensor(self) -> Any:
        rows = self._operators[0].range_dimension_tensor()
        columns = self._operators[-1].domain_dimension_tensor()
        return tf.concat([batch_of_all(self._operators), [rows, columns]], 0)

    def _linop_cholesky(self) -> Any:
        first = self._operators[0]
        triangular = isinstance(first, tf.linalg.LinearOperatorLowerTriangular)
        if not (triangular and len(self._operators) == 2 and hints.mirrored(self._operators)):
            return super()._linop_cholesky()
        if first.is_positive_definite:
            return first
        signs = tf.expand_dims(tf.sign(first.diag_part()), -2)
        given = first._hints() | {"is_positive_definite": None}
        return type(first)(first.tril / signs, **given)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        for part in self._operators if adjoint else reversed(self._operators):
            x = part.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
            adjoint_arg = False
        return x

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        for part in reversed(self._operators) if adjoint else self._operators:
            rhs = part.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
            adjoint_arg = False
        return rhs

    def _determinant(self) -> Any:
        return product([o.determinant() for o in self._operators])

    def _log_abs_determinant(self) -> Any:
        return total([o.log_abs_determinant() for o in self._operators])

    def _assert_non_singular(self) -> Any:
        if not all(o.is_square for o in self._operators):
            return super()._assert_non_singular()
        for part in self._operators:
            part.assert_non_singular()
        return None
