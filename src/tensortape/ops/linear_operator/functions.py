"""Functions of matrices that also take operators: ``tf.linalg.solve(operator, rhs)``, ...

``tf.matmul`` of an operator and a tensor goes by the dense matrix; ``operator @ tensor`` and
``tensor @ operator`` go by the operator's structure.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.ops.linalg import decompositions, diagonals, factored, products, solving
from tensortape.ops.linear_operator.base import LinearOperator


def _inverse(operator: Any, adjoint: bool = False, name: str | None = None) -> Any:
    inverse = operator.inverse()
    return inverse.adjoint() if adjoint else inverse


def _logdet(operator: Any, name: str | None = None) -> Any:
    if operator.is_positive_definite and operator.is_self_adjoint:
        return PUBLIC["math.real"](operator.log_abs_determinant())
    raise ValueError(
        "Expected matrix to be self-adjoint positive definite: construct the operator with "
        "is_self_adjoint=True and is_positive_definite=True if it is."
    )


def _solve(operator: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Any:
    return operator.solve(rhs, adjoint=adjoint)


def _matvec(operator: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False,
            **others: Any) -> Any:  # fmt: skip
    if transpose_a:
        raise ValueError("Operators are not transposed; use adjoint_a=True.")
    return operator.matvec(b, adjoint=adjoint_a)


OF_OPERATORS: dict[Callable[..., Any], Callable[..., Any]] = {
    products.adjoint: lambda operator, name=None: operator.adjoint(),
    products.matvec: _matvec,
    solving.public_cholesky: lambda operator, name=None: operator.cholesky(),
    solving.det: lambda operator, name=None: operator.determinant(),
    solving.inv: _inverse,
    solving.public_solve: _solve,
    factored.logdet: _logdet,
    diagonals.diag_part: lambda operator, *args, **others: operator.diag_part(),
    diagonals.trace: lambda operator, name=None: operator.trace(),
    decompositions.eigvalsh: lambda operator, name=None: operator.eigvals(),
}


def taking_operators(of_matrices: Any, of_operators: Any) -> Any:
    """The function ``of_matrices`` that hands operators to ``of_operators``."""

    @functools.wraps(of_matrices)
    def either(*args: Any, **kwargs: Any) -> Any:
        first = args[0] if args else next(iter(kwargs.values()), None)
        if isinstance(first, LinearOperator):
            return of_operators(*(args or (first,)), **(kwargs if args else {}))
        return of_matrices(*args, **kwargs)

    return either


def take_operators() -> None:
    """Put the functions that also take operators where the plain ones are registered."""
    for path, value in list(PUBLIC.items()):
        if path.startswith("linalg.") and callable(value) and value in OF_OPERATORS:
            PUBLIC[path] = taking_operators(value, OF_OPERATORS[value])


take_operators()
