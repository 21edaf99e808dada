"""What a compiled program has computed before it starts: constants, and draws of random numbers.

Streams of random numbers advance on the host. When a draw needs nothing that the program computes,
it is made before the call and passed as an argument, which costs less than a callback.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core import dispatch
from tensortape.core.state import quiet
from tensortape.graph.ir import Node, Program, attributes
from tensortape.xla.evaluate import LITERAL

STATELESS = "Stateless"
"""Operations whose types begin so draw on the host too, though they have no stream."""


def is_draw(node: Node) -> bool:
    """Whether a node draws random numbers."""
    return node.op.family == "random" or node.op.type.startswith(STATELESS)


def is_small(program: Program, ids: Sequence[int]) -> bool:
    """Whether values may be written into the program."""
    sizes = [n for i in ids for n in program.avals[i].shape]
    if None in sizes:
        return False
    return sum(math.prod(n or 0 for n in program.avals[i].shape) for i in ids) <= LITERAL


class Prelude:
    """The part of a program that NumPy computes: once (``fixed``), and at every call (``draws``).

    Attributes:
        fixed: id -> array, small values that depend on nothing.
        large: ids of constants too large to be written into the program.
        draws: nodes to run before each call, in order.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.fixed = {i: a for i, a in program.constants.items() if a.size <= LITERAL}
        self.large = [i for i in program.constants if i not in self.fixed]
        self.draws: list[Node] = []
        self._ready = {*program.params, *program.constants}
        ordered = True
        for node in program.nodes:
            if ordered and is_draw(node) and self._ready.issuperset(node.uses()):
                self.draws.append(node)
                self._ready.update(node.outputs)
            elif node.stateful:
                ordered = False
            elif next(node.programs(), None) is None:
                self._fix(node)

    def _fix(self, node: Node) -> None:
        """Compute a node now if it depends on nothing."""
        if not all(i in self.fixed for i in node.uses()):
            return
        if not is_small(self.program, node.outputs):
            return
        with quiet():
            outs = _computed(node, self.fixed.__getitem__)
        self.fixed.update(zip(node.outputs, outs, strict=True))
        self._ready.update(node.outputs)

    @property
    def drawn(self) -> list[int]:
        """Ids of the values that draws give."""
        return [i for node in self.draws for i in node.outputs]

    def draw(self, arrays: Sequence[Any]) -> list[Any]:
        """Run the draws for one call of the program."""
        env = {**self.program.constants, **self.fixed}
        env.update(zip(self.program.params, arrays, strict=True))
        with quiet():
            for node in self.draws:
                env.update(zip(node.outputs, _computed(node, env.__getitem__), strict=True))
        return [env[i] for i in self.drawn]


def _computed(node: Node, lookup: Callable[[int], Any]) -> Sequence[Any]:
    attrs = attributes(node, lookup)
    values = [lookup(i) for i in node.inputs]
    result = dispatch.evaluate(node.op, numpy_namespace, values, dict(attrs))
    return [result] if node.op.outputs is None else result
