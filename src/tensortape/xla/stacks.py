"""What a loop of unknown but bounded length keeps: room for all rows, and how many there are."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.graph.ir import Node, Program
from tensortape.xla.checks import lies_in
from tensortape.xla.errors import Unsupported
from tensortape.xla.namespace import xla_namespace
from tensortape.xla.runtime import jnp


class Stack:
    """The first ``count`` rows of ``room``; its first size is a traced number."""

    def __init__(self, room: Any, count: Any) -> None:
        self.room, self.count = room, count
        self.dtype, self.ndim = room.dtype, room.ndim

    @property
    def shape(self) -> tuple[Any, ...]:
        """The sizes; the first one is known only at run time."""
        return (self.count, *self.room.shape[1:])

    @property
    def size(self) -> Any:
        """The number of elements, known only at run time."""
        return self.count * int(np.prod(self.room.shape[1:]))


class Same:
    """Equal rows: what a loop keeps of each iteration though no iteration changes it."""

    def __init__(self, row: Any, count: int) -> None:
        self.row, self.count = row, count
        self.dtype, self.ndim = row.dtype, row.ndim + 1
        self.shape = (count, *row.shape)

    @property
    def rows(self) -> Any:
        """All of them."""
        return jnp.broadcast_to(self.row, self.shape)


def room_of(value: Any) -> Any:
    """The rows there is room for, of a stack; other values as they are."""
    if isinstance(value, Same):
        return value.rows
    return value.room if isinstance(value, Stack) else value


def one_of(node: Node, values: Any, attrs: dict[str, Any]) -> Any:
    """What a gather at one position takes of equal rows, ``None`` where that is not asked."""
    rows = values[0] if values else None
    if not isinstance(rows, Same) or node.op.type != "GatherV2" or values[1].ndim:
        return None
    plain = attrs.get("axis", 0) == 0 and not attrs.get("batch_dims")
    return rows.row if plain and lies_in(values[1], rows.count) else None


def on_stack(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """What an operation gives for stacks: rows, sizes, and what it computes of each element.

    Anything else needs to know how many rows there are.
    """
    stack, kind = next(v for v in values if isinstance(v, Stack)), node.op.type
    if kind == "GatherV2" and attrs.get("axis", 0) == 0 and not attrs.get("batch_dims"):
        return [jnp.take(stack.room, values[1], 0, mode="clip")]
    if kind == "Shape":
        dtype = np.dtype(getattr(attrs["out_type"], "_np", attrs["out_type"]))
        return [jnp.stack([jnp.asarray(n, dtype) for n in stack.shape])]
    if kind == "Sum" and attrs.get("axis") in (None, (0,)) and not attrs.get("keepdims"):
        return [_sum(stack, attrs.get("axis"))]
    if kind in ("Identity", "StopGradient"):
        return [stack]
    if kind in ("ZerosLike", "OnesLike") or (node.op.family == "elementwise" and _alike(values)):
        rows = node.op.kernel(xla_namespace, *[room_of(v) for v in values], **attrs)
        return [Stack(rows, stack.count)]
    raise Unsupported("it needs all values of a loop whose number of iterations depends on data")


def _sum(stack: Stack, axis: Any) -> Any:
    """The sum of the rows there are."""
    rows = jnp.arange(stack.room.shape[0]) < stack.count
    there = jnp.reshape(rows, (-1, *[1] * (stack.room.ndim - 1)))
    zero = jnp.zeros((), stack.room.dtype)
    return jnp.sum(jnp.where(there, stack.room, zero), axis, dtype=stack.room.dtype)


def _alike(values: Any) -> bool:
    """Whether operands are numbers, or stacks with the same count of rows."""
    counts = {id(v.count) for v in values if isinstance(v, Stack)}
    return len(counts) == 1 and all(isinstance(v, Stack) or not v.shape for v in values)
