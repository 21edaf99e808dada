"""Converting functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core.registry import export


def convert(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as it is."""
    return function


@export("autograph.experimental.do_not_convert")
def do_not_convert(func: Callable[..., Any] | None = None) -> Any:
    """Mark a function that must run as it is written."""
    return (lambda inner: inner) if func is None else func
