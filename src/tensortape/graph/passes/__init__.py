"""Passes: functions that turn a program into a better one.

Each takes a :class:`~tensortape.graph.ir.Program` and returns one (the same object when there was
nothing to do) with the same parameters, the same number of results and the same answers.
"""

from __future__ import annotations

from typing import Any

from tensortape.graph.ir import Node, Program
from tensortape.graph.passes.common import share_common
from tensortape.graph.passes.dead import remove_dead
from tensortape.graph.passes.expand import expand
from tensortape.graph.passes.folding import fold_constants
from tensortape.graph.passes.simplify import simplify

__all__ = [
    "optimise",
    "optimise_for_numpy",
    "PASSES",
    "expand",
    "fold_constants",
    "remove_dead",
    "share_common",
    "simplify",
]

PASSES = (simplify, fold_constants, share_common, remove_dead)
"""In the order in which they run, again and again until nothing changes."""

ROUNDS = 8
"""Most rounds: programs settle in two or three."""


def optimise(program: Program) -> Program:
    """The program after all passes; nested programs too.

    Answers stay what eager execution gives, but for the sign of zeros (``x + 0.0`` is ``x``).
    """
    if "optimised" not in program.cache:
        program.cache["optimised"] = settle(inside(program, optimise))
    return program.cache["optimised"]


def optimise_for_numpy(program: Program) -> Program:
    """As :func:`optimise`, with operations that take several NumPy calls taken apart.

    Then what their parts share with each other is computed once, and chains of them can be fused.
    """
    if "optimised for numpy" not in program.cache:
        better = settle(inside(program, optimise))
        program.cache["optimised for numpy"] = settle(expand(better))
    return program.cache["optimised for numpy"]


def settle(program: Program) -> Program:
    """All passes until nothing changes."""
    program = remove_dead(program)
    for _ in range(ROUNDS):
        before = program
        for improve in PASSES:
            program = improve(program)
        if program is before:
            break
    return program


def inside(program: Program, improve: Any) -> Program:
    """A program with the programs among its attributes improved."""
    if not any(next(node.programs(), None) is not None for node in program.nodes):
        return program
    nodes = [
        Node(n.op, n.inputs, n.outputs, replaced(n.attrs, improve), n.name, n.line)
        if next(n.programs(), None) is not None
        else n
        for n in program.nodes
    ]
    p = program
    return Program(p.name, p.params, p.constants, nodes, p.results, p.avals)


def replaced(value: Any, improve: Any) -> Any:
    """Attributes with their programs improved."""
    if isinstance(value, Program):
        return improve(value)
    if isinstance(value, dict):
        return {n: replaced(v, improve) for n, v in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(replaced(v, improve) for v in value)
    return value
