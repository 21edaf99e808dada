"""How often a loop runs, when that depends on nothing computed: a counter and a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tensortape.graph.ir import Program
from tensortape.graph.plan import plan_of
from tensortape.xla.runtime import known

LONGEST = 100_000
"""Longer loops are not counted: XLA gets their condition."""


def reads(program: Program, wanted: Sequence[int]) -> tuple[list[Any], set[int]]:
    """The nodes that give the ``wanted`` ids, and all ids that they depend on."""
    needed, nodes = set(wanted), []
    for node in reversed(program.nodes):
        if needed.intersection(node.outputs):
            nodes.append(node)
            needed.update(node.uses())
    return nodes[::-1], needed


def part(program: Program, wanted: Sequence[int]) -> tuple[Program, set[int]]:
    """The part of a program that gives some ids, and which parameters it reads, by position."""
    nodes, needed = reads(program, wanted)
    places = {k for k, i in enumerate(program.params) if i in needed}
    p = program
    return Program(p.name, p.params, p.constants, nodes, tuple(wanted), p.avals), places


class Counter(NamedTuple):
    """What decides how often a loop runs: computing it needs no other values."""

    test: Program
    step: Program
    moving: list[int]
    start: list[Any]
    maximum: int | None

    def trips(self, longest: int = LONGEST) -> int | None:
        """The number of iterations, or ``None`` if there are more than ``longest``."""
        limit = longest + 1 if self.maximum is None else int(self.maximum)
        now = list(self.start)
        test, step = plan_of(self.test), plan_of(self.step)
        for count in range(min(limit, longest + 1)):
            if not test(*now)[0]:
                return count
            for k, v in zip(self.moving, step(*now), strict=True):
                now[k] = v
        return limit if limit <= longest else None

    def positions(self, body: Program, trips: int) -> dict[int, np.ndarray]:
        """The positions at which a loop of so many iterations takes slices: one of each iteration.

        By their ids in the body; those of them that depend on nothing computed.
        """
        wanted = [
            node.inputs[1]
            for node in body.nodes
            if node.op.type == "GatherV2" and not body.avals[node.inputs[1]].shape
        ]
        found: dict[int, np.ndarray] = {}
        for i in dict.fromkeys(wanted):
            alone, places = part(body, [i])
            if i in body.constants or alone.stateful or not places <= {*self.moving}:
                continue
            values = self._values(alone, trips)
            if values is not None:
                found[i] = values
        return found

    def _values(self, alone: Program, trips: int) -> np.ndarray | None:
        """What a part of the body gives in each iteration."""
        now, values = list(self.start), []
        step, compute = plan_of(self.step), plan_of(alone)
        for _ in range(min(trips, LONGEST)):
            values.append(compute(*now)[0])
            for k, v in zip(self.moving, step(*now), strict=True):
                now[k] = v
        return np.stack(values) if len(values) == trips and trips else None


def counter(
    cond: Program, body: Program, variables: int, values: Sequence[Any], maximum: int | None
) -> Counter | None:
    """What decides the number of iterations, or ``None`` where data does.

    The variables that the condition depends on, and those they depend on in turn, are followed:
    all must start from known values.
    """
    test, decisive = part(cond, cond.results)
    while True:
        moving = sorted(k for k in decisive if k < variables)
        step, more = part(body, [body.results[k] for k in moving])
        if more <= decisive:
            break
        decisive |= more
    if not all(known(values[k]) for k in decisive) or test.stateful or step.stateful:
        return None
    if any(None in body.avals[body.params[k]].shape for k in decisive):
        return None
    start = [v if k in decisive else None for k, v in enumerate(values)]
    return Counter(test, step, moving, start, maximum)


def conjuncts(cond: Program) -> list[int]:
    """Ids of truth values that must all hold for a loop to go on."""
    made = {i: node for node in cond.nodes for i in node.outputs}
    found, ahead = [], [cond.results[0]]
    while ahead:
        i = ahead.pop()
        node = made.get(i)
        if node is not None and node.op.type == "LogicalAnd":
            ahead += node.inputs
        else:
            found.append(i)
    return found


def bounding(
    cond: Program, body: Program, variables: int, values: Sequence[Any], maximum: int | None
) -> Counter | None:
    """What bounds the number of iterations of a loop that data may end sooner, if anything does.

    ``for i in tf.range(n)`` with a ``break`` is such a loop: a counter, and something else.
    """
    for i in conjuncts(cond):
        alone = Program(cond.name, cond.params, cond.constants, cond.nodes, (i,), cond.avals)
        found = counter(alone, body, variables, values, maximum)
        if found is not None:
            return found
    return None
