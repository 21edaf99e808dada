"""The table of operations: by TensorFlow type, by primitive, by public name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensortape.core.op import Op

OPS: dict[str, Op] = {}
"""TensorFlow op type ("Tanh") -> record."""

PRIMITIVES: dict[str, Op] = {}
"""Name in the kernel language ("tanh") -> the operation that records it."""

PUBLIC: dict[str, Any] = {}
"""Public path below ``tf`` ("math.tanh") -> function, class or constant."""


def add_op(op: Op) -> None:
    """Enter an operation; ``ValueError`` for a type or primitive that is taken."""
    if op.type in OPS:
        raise ValueError(f"operation type {op.type!r} is registered twice")
    OPS[op.type] = op
    if op.primitive is not None:
        if op.primitive in PRIMITIVES:
            raise ValueError(f"primitive {op.primitive!r} is registered twice")
        PRIMITIVES[op.primitive] = op


def add_public(paths: str | tuple[str, ...], value: Any) -> None:
    """Enter one object under one or several public paths."""
    for path in (paths,) if isinstance(paths, str) else paths:
        if path in PUBLIC:
            raise ValueError(f"public name tf.{path} is registered twice")
        PUBLIC[path] = value


def export(*paths: str) -> Callable[[Any], Any]:
    """Decorator: offer a hand-written function or class as ``tf.<path>`` for each path."""

    def decorate(value: Any) -> Any:
        add_public(paths, value)
        return value

    return decorate
