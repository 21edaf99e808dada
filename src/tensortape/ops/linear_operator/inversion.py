"""``tf.linalg.LinearOperatorInversion``."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorInversion")
class LinearOperatorInversion(LinearOperator):
    """The inverse of ``operator``: a product with it solves a system.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorFullMatrix([[2.0, 0.0], [0.0, 4.0]])
    >>> tf.linalg.LinearOperatorInversion(operator).matvec([2.0, 2.0]).numpy()
    array([1. , 0.5], dtype=float32)

    Raises ``ValueError`` if hints say that there is no inverse, or contradict those of
    ``operator``. Source: ``tf.linalg.LinearOperatorInversion``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(operator=0)

    def __init__(
        self,
        operator: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ) -> None:
        given = arguments(locals())
        for hint in ("is_non_singular", "is_square"):
            if getattr(operator, hint) is False or given[hint] is False:
                raise ValueError(
                    f"An operator with an inverse has {hint} True or None: the operator has "
                    f"{getattr(operator, hint)}, received {given[hint]}."
                )
        self._operator = operator
        found = {n: hints.same_as(operator, n, given[n], "inverse") for n in hints.HINTS}
        self._start(given, operator.dtype, name=name or operator.name + "_inv", **found)

    @property
    def operator(self) -> Any:
        """The operator that this is the inverse of."""
        return self._operator

    def _linop_inverse(self) -> Any:
        return self._operator

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return left_operator.operator.matmul(right_operator)

    def _assert_non_singular(self) -> Any:
        return self._operator.assert_non_singular()

    def _assert_positive_definite(self) -> Any:
        return self._operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> Any:
        return self._operator.assert_self_adjoint()

    def _shape(self) -> Any:
        return self._operator.shape

    def _shape_tensor(self) -> Any:
        return self._operator.shape_tensor()

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Any:
        return 1.0 / self._operator.determinant()

    def _log_abs_determinant(self) -> Any:
        return -1.0 * self._operator.log_abs_determinant()

    def _eigvals(self) -> Any:
        return 1.0 / self._operator.eigvals()

    def _cond(self) -> Any:
        return self._operator.cond()
