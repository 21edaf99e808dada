"""The table that rules enter themselves into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RULES: dict[str, list[Callable[..., Any]]] = {}
"""Operation type -> its rules, in the order in which they are tried."""


def rule(*types: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: a rule for operations of these types."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for type in types:
            RULES.setdefault(type, []).append(function)
        return function

    return decorate
