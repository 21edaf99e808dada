"""What is known of an operator (singular, self-adjoint, ...), and of products of operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

HINTS = ("is_non_singular", "is_self_adjoint", "is_positive_definite", "is_square")


def always(name: str, given: bool | None, truth: bool, what: str) -> bool:
    """``truth``, a hint that the structure settles; ``ValueError`` if the opposite was given."""
    if given is (not truth):
        raise ValueError(f"{what}: expected {name} to be {truth} or None, received {given}.")
    return truth


def implied(name: str, given: bool | None, holds: Any, what: str) -> bool | None:
    """The hint ``given``, or ``True`` where ``holds``; ``ValueError`` if they contradict."""
    return always(name, given, True, what) if holds else given


def same_as(operator: Any, name: str, given: bool | None, relation: str) -> bool | None:
    """A hint that an operator shares with its ``relation`` (adjoint, inverse)."""
    own = getattr(operator, name)
    if own is not None and given is not None and bool(own) is not bool(given):
        raise ValueError(
            f"{name} holds for an operator if and only if it holds for its {relation}: "
            f"the operator has {own}, received {given}."
        )
    return given if own is None else own


def both_non_singular(a: Any, b: Any) -> bool | None:
    """Whether a product is non-singular, from its factors."""
    if a.is_non_singular is False or b.is_non_singular is False:
        return False
    return a.is_non_singular and b.is_non_singular


def commuting(a: Any, b: Any) -> dict[str, Any]:
    """The hints of a product of square factors that commute."""
    own = (a.is_self_adjoint, b.is_self_adjoint)
    positive = a.is_positive_definite and b.is_positive_definite and all(own)
    return {
        "is_non_singular": both_non_singular(a, b),
        "is_self_adjoint": True if all(own) else False if set(own) == {True, False} else None,
        "is_positive_definite": True if positive else None,
        "is_square": True,
    }


def square_product(a: Any, b: Any) -> bool | None:
    """Whether a product is square, from its factors."""
    if a.is_square and b.is_square:
        return True
    if a.is_square is False and b.is_square is False:
        return a.range_dimension == b.domain_dimension
    return None if a.is_square is None or b.is_square is None else False


def of_product(a: Any, b: Any) -> dict[str, Any]:
    """The hints of any product of two operators."""
    square = square_product(a, b)
    if square is False:
        return dict.fromkeys(HINTS, False)
    return {
        "is_non_singular": both_non_singular(a, b) if square else None,
        "is_self_adjoint": None,
        "is_positive_definite": None,
        "is_square": square,
    }


def adjoint_pair(a: Any, b: Any) -> bool:
    """Whether one operator is known to be the adjoint of the other."""
    if a is b and a.is_self_adjoint is not None:
        return a.is_self_adjoint
    return a.H is b or b.H is a


def mirrored(operators: Sequence[Any]) -> bool:
    """Whether a product reads ``A B ... adjoint(B) adjoint(A)``."""
    half, odd = divmod(len(operators), 2)
    return not odd and all(adjoint_pair(operators[i], operators[-1 - i]) for i in range(half))


def of_all(operators: Sequence[Any], given: dict[str, Any], names: Sequence[str], what: str) -> Any:
    """Hints that hold for the whole if they hold for every part."""
    return {
        name: implied(name, given[name], all(getattr(o, name) for o in operators), what)
        for name in names
    }


def one_dtype(operators: Sequence[Any]) -> Any:
    """The dtype of all operators; ``TypeError`` if they differ, ``ValueError`` without any."""
    if not operators:
        raise ValueError(f"Expected a non-empty list of operators. Found: {operators}")
    if any(o.dtype != operators[0].dtype for o in operators):
        found = ", ".join(f"{o.name}: {o.dtype.name}" for o in operators)
        raise TypeError(f"Expected all operators to have the same dtype. Found {found}")
    return operators[0].dtype
