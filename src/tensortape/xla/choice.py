"""Which engine runs a program when nobody said: the plan, or XLA where JAX is installed.

Looking at a program imports no JAX and compiles nothing.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tensortape.graph.ir import Node, Program
from tensortape.graph.passes import optimise
from tensortape.xla import support
from tensortape.xla.runtime import installed
from tensortape.xla.work import compiling, decided_by, estimate

ADVANTAGE = 1.15
"""How much faster XLA must be by estimate: estimates are rough, and compiling costs seconds."""
WORTH = 100e-6
"""Calls that take less time on the plan stay there."""
BESIDE = 150e-6
"""What Python does for a step of Keras' loop: it takes no time of its own while XLA computes."""


class Choice(NamedTuple):
    """The engine for a program, and why.

    ``calls``: after how many calls on the plan XLA is worth its compilation, by estimate.
    """

    engine: str
    reason: str
    calls: int = 0


def choose(program: Program, have_xla: bool | None = None, beside: bool = False) -> Choice:
    """The better engine for a program, by counted work and measured constants.

    ``beside``: whether calls return while XLA computes. Depends on the program and on the kernels
    of NumPy's BLAS alone, so that a program always runs, and rounds, in the same way.
    """
    if have_xla is None:
        have_xla = installed()
    if not have_xla:
        return Choice("plan", "JAX is not installed")
    against = obstacle(program)
    if against is not None:
        return Choice("plan", against)
    cost = estimate(program)
    if cost.plan >= WORTH:
        cost = estimate(optimise(program))  # which is what runs
    told = f"estimated {_told(cost.plan)} on NumPy, {_told(cost.xla)} with XLA"
    told += " beside Python" if beside else ""
    on_plan = cost.plan + BESIDE if beside else cost.plan
    if cost.plan < WORTH or on_plan < ADVANTAGE * cost.xla:
        return Choice("plan", told)
    return Choice("xla", told, math.ceil(compiling(optimise(program)) / (on_plan - cost.xla)))


def obstacle(program: Program) -> str | None:
    """Why XLA could not compile a program, as far as that can be seen; ``None`` if nothing is."""
    for i in _used(program):
        if program.avals[i].dtype == object:
            return "XLA has no strings"
    for node in program.nodes:
        found = _against(program, node)
        if found is not None:
            where = f" ({node.line})" if node.line else ""
            return f"{node.op.type}: {found}{where}"
    return None


def _used(program: Program) -> list[int]:
    """The parameters somebody reads: a data set's iterator is passed but has been read before."""
    read = {i for node in program.nodes for i in node.uses()} | {*program.results}
    return [i for i in program.params if i in read]


def _against(program: Program, node: Node) -> str | None:
    for inner in node.programs():
        found = obstacle(inner)
        if found is not None:
            return found
    if node.op.family == "call":
        return _against_loop(program, node) if node.op.type == "While" else None
    if support.status(node.op.type) == "no":
        return support.reason(node.op.type)
    if any(program.avals[i].dtype == object for i in node.outputs):
        return "XLA has no strings"
    if any(n is None for i in node.outputs for n in program.avals[i].shape):
        return "the shape of its result is known only at run time"
    return None


def _against_loop(program: Program, node: Node) -> str | None:
    """A loop that keeps values of each iteration must be bounded."""
    attrs: dict[str, Any] = node.attrs
    readers = {i for other in program.nodes for i in other.uses()} | {*program.results}
    kept = readers.intersection(node.outputs[attrs["variables"] :])
    if not kept or attrs["maximum"] is not None or decided_by(program, node) is not None:
        return None
    return "it keeps values of each iteration, and their number depends on data"


def _told(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"
