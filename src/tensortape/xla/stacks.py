"""What a loop of unknown but bounded length keeps: room for all rows, and how many there are."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.graph.ir import Node, Program
from tensortape.xla.errors import Unsupported
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


def on_stack(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """What an operation gives for a stack: rows, and sizes; anything else needs its length."""
    stack = values[0]
    if node.op.type == "GatherV2" and attrs.get("axis", 0) == 0 and not attrs.get("batch_dims"):
        return [jnp.take(stack.room, values[1], 0, mode="clip")]
    if node.op.type == "Shape":
        kind = np.dtype(getattr(attrs["out_type"], "_np", attrs["out_type"]))
        return [jnp.stack([jnp.asarray(n, kind) for n in stack.shape])]
    if node.op.type in ("Identity", "StopGradient"):
        return [stack]
    raise Unsupported(
        "it needs all values of a loop whose number of iterations depends on data", node.op.type
    )
