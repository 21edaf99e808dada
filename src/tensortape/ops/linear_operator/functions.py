"""Functions of matrices that also take operators: ``tf.linalg.solve(operator, rhs)``, ..."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import EagerTensor
from tensortape.ops.linalg import decompositions, diagonals, factored, matmul, products, solving
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
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
    if not isinstance(operator, LinearOperator):
        raise ValueError(
            "A right-hand side that is an operator needs a matrix that is one, received "
            f"{type(operator).__name__}: use tf.linalg.LinearOperatorFullMatrix(matrix)."
        )
    return operator.solve(rhs, adjoint=adjoint)


def _matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False,
            adjoint_a: bool = False, adjoint_b: bool = False, **others: Any) -> Any:  # fmt: skip
    if transpose_a or transpose_b:
        raise ValueError("Operators are not transposed; use adjoint_a=True or adjoint_b=True.")
    if isinstance(a, LinearOperator):
        return a.matmul(b, adjoint=adjoint_a, adjoint_arg=adjoint_b)
    return adjoint_of(b.matmul(a, adjoint=not adjoint_b, adjoint_arg=not adjoint_a))


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
    signature = inspect.signature(of_matrices)

    @functools.wraps(of_matrices)
    def either(*args: Any, **kwargs: Any) -> Any:
        for x in args[:1] if not kwargs else (*args, *kwargs.values()):
            if isinstance(x, LinearOperator):
                given = signature.bind(*args, **kwargs)
                return of_operators(*given.args, **given.kwargs)
        return of_matrices(*args, **kwargs)

    return either


def product_taking_operators(of_matrices: Any) -> Any:
    """``tf.matmul`` that takes operators, and costs nothing to speak of where there are none."""

    @functools.wraps(of_matrices)
    def either(a: Any, b: Any, *args: Any, **kwargs: Any) -> Any:
        if type(a) is EagerTensor and type(b) is EagerTensor:
            return of_matrices(a, b, *args, **kwargs)
        if isinstance(a, LinearOperator) or isinstance(b, LinearOperator):
            return _matmul(a, b, *args, **kwargs)
        return of_matrices(a, b, *args, **kwargs)

    return either


def take_operators() -> None:
    """Put the functions that also take operators where the plain ones are registered."""
    for path, value in list(PUBLIC.items()):
        if path.startswith("linalg.") and value in OF_OPERATORS:
            PUBLIC[path] = taking_operators(value, OF_OPERATORS[value])
    PUBLIC["matmul"] = PUBLIC["linalg.matmul"] = product_taking_operators(matmul.matmul)


take_operators()
