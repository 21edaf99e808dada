"""How often a loop runs, when that depends on nothing computed: a counter and a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.state import quiet
from tensortape.graph.ir import Program, interpret
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


def trip_count(
    cond: Program, body: Program, variables: int, values: Sequence[Any], maximum: int | None
) -> int | None:
    """The number of iterations, or ``None`` where data decides (or it is very large).

    The variables that the condition depends on, and those they depend on in turn, are followed: if
    all start from known values, they are computed.
    """
    test, decisive = part(cond, cond.results)
    while True:
        moving = sorted(k for k in decisive if k < variables)
        step, more = part(body, [body.results[k] for k in moving])
        if more <= decisive:
            break
        decisive |= more
    sizes = [i for k, i in enumerate(body.params) if k in decisive]
    if not all(known(values[k]) for k in decisive) or test.stateful or step.stateful:
        return None
    if any(None in body.avals[i].shape for i in sizes):
        return None
    now = [v if k in decisive else None for k, v in enumerate(values)]
    return _counted(test, step, moving, now, LONGEST if maximum is None else int(maximum))


def _counted(test: Program, step: Program, moving: Any, now: Any, limit: int) -> int | None:
    if limit > LONGEST:
        return None
    with quiet():
        for count in range(limit):
            if not bool(np.asarray(interpret(test, numpy_namespace, now)[0])):
                return count
            for k, v in zip(moving, interpret(step, numpy_namespace, now), strict=True):
                now[k] = v
    return limit if limit < LONGEST else None
