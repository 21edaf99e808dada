"""Positions that are looked at before a program starts.

Where indices are an argument, as the words of an embedding are, NumPy finds in a few microseconds
whether all are in range. Then the compiled program has nothing to check, and need not keep the old
values of its variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.graph.ir import Node, Program
from tensortape.graph.plan import plan_of
from tensortape.xla.trips import part
from tensortape.xla.work import size

MOST = 16_384
"""Most positions that are looked at here; for more XLA is quicker."""
STEPS = 8
"""Most operations between an argument and the positions."""

_MOVED = frozenset("Identity Reshape ExpandDims Squeeze StopGradient".split())


class Assured:
    """The nodes of a program whose positions come from arguments, and what those must be.

    Attributes:
        nodes: ids (``id``) of the nodes.
    """

    def __init__(self, program: Program, changing: Sequence[int]) -> None:
        self.nodes: set[int] = set()
        self._limits: dict[int, int] = {}
        self._parts: dict[int, Any] = {}
        moved: dict[int, int] = {}
        for node in program.nodes:
            if node.inputs and _moves(program, node):
                moved[node.outputs[0]] = moved.get(node.inputs[0], node.inputs[0])
                continue
            found = _taken(program, node)
            if found is None:
                continue
            place, limit = moved.get(found[0], found[0]), found[1]
            if place not in self._parts:
                self._parts[place] = _part_for(program, place, changing)
            if self._parts[place] is not None:
                self.nodes.add(id(node))
                self._limits[place] = min(limit, self._limits.get(place, limit))

    def check(self, arrays: Sequence[Any]) -> None:
        """``InvalidArgumentError`` unless all positions among these arguments are in range."""
        for place, limit in self._limits.items():
            needed, compute = self._parts[place]
            given = [np.asarray(a)[()] if k in needed else None for k, a in enumerate(arrays)]
            (found,) = compute(*given)
            if found.size and (found.min() < 0 or found.max() >= limit):
                text = f"indices: some of them are not in [0, {limit})"
                raise errors.InvalidArgumentError(None, None, text)


def _part_for(program: Program, place: int, changing: Sequence[int]) -> Any:
    """Which arguments positions come from, and how; ``None`` if not from a few integers only."""
    alone, needed = part(program, [place])
    ids = [*[program.params[k] for k in needed], *[i for n in alone.nodes for i in n.outputs]]
    few = all(size(program, i) <= MOST for i in ids) and len(alone.nodes) <= STEPS
    whole = all(program.avals[program.params[k]].dtype.kind == "i" for k in needed)
    inner = any(True for node in alone.nodes for _ in node.programs())
    if not (few and whole and needed) or inner or alone.stateful or needed & {*changing}:
        return None
    if any(None in program.avals[i].shape for i in ids):
        return None
    return needed, plan_of(alone) if alone.nodes else lambda *given: (given[min(needed)],)


def _moves(program: Program, node: Node) -> bool:
    """Whether a node gives the integers that it takes."""
    if node.op.type in _MOVED:
        return True
    if node.op.type != "Cast":
        return False
    old, new = (program.avals[i].dtype for i in (node.inputs[0], node.outputs[0]))
    return new.kind == "i" and new.itemsize >= old.itemsize


def _taken(program: Program, node: Node) -> tuple[int, int] | None:
    """Which value of a node is positions, and how many there are; ``None`` for other nodes."""
    attrs = node.attrs
    if node.op.type == "GatherV2":
        limit = program.avals[node.inputs[0]].shape[attrs.get("axis", 0)]
        place = node.inputs[1]
    elif node.op.type == "ScatterNd" and program.avals[node.inputs[0]].shape[-1:] == (1,):
        limit, place = program.avals[node.outputs[0]].shape[0], node.inputs[0]
    else:
        return None
    return (place, limit) if isinstance(limit, int) else None
