"""What a compiled program has computed before it starts: constants, and draws of random numbers.

Streams of random numbers advance on the host. When a draw needs nothing that the program computes
(beyond a seed) it is made before the call and passed as an argument: cheaper than a callback.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core import dispatch
from tensortape.core.state import quiet
from tensortape.graph.ir import Node, Program, attributes
from tensortape.xla.evaluate import LITERAL

STATELESS = "Stateless"
"""Operations whose types begin so draw on the host too, though they have no stream."""


MOST = 40
"""Most small computations before a draw; more run in the compiled program."""


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
    """The part of a program that NumPy computes: once (``fixed``), and at every call.

    Attributes:
        fixed: id -> array, small values that depend on nothing.
        large: ids of constants too large to be written into the program.
        draws: nodes that draw numbers before each call, in order.
        drawn: ids of the values they give.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.fixed = {i: a for i, a in program.constants.items() if a.size <= LITERAL}
        self.large = [i for i in program.constants if i not in self.fixed]
        self.draws: list[Node] = []
        self._steps: list[Node] = []
        self._given = {*program.params, *program.constants}
        self._small: dict[int, Node] = {}
        ordered = True
        for node in program.nodes:
            if ordered and is_draw(node) and self._reach(node):
                self.draws.append(node)
                self._given.update(node.outputs)
            elif node.stateful:
                ordered = False
            elif next(node.programs(), None) is None and is_small(program, node.outputs):
                self._fix(node)
        self.drawn = [i for node in self.draws for i in node.outputs]
        reads = {i for node in self._steps for i in node.uses()}
        self._reads = [(k, i) for k, i in enumerate(program.params) if i in reads]

    def _fix(self, node: Node) -> None:
        """Compute a node of small results now if it depends on nothing."""
        if all(i in self.fixed for i in node.uses()):
            with quiet():
                outs = _computed(node, self.fixed.__getitem__)
            self.fixed.update(zip(node.outputs, outs, strict=True))
            self._given.update(node.outputs)
        else:
            self._small.update(dict.fromkeys(node.outputs, node))

    def _reach(self, draw: Node) -> bool:
        """Plan to run a draw, and the small computations (of seeds) that it needs."""
        needed: list[Node] = []
        seen, ahead = set(self._given), list(draw.uses())
        while ahead:
            i = ahead.pop()
            if i in seen:
                continue
            node = self._small.get(i)
            if node is None or len(needed) == MOST:
                return False
            seen.update(node.outputs)
            needed.append(node)
            ahead += node.uses()
        order = {id(node): k for k, node in enumerate(self.program.nodes)}
        done = {id(node) for node in self._steps}
        needed = [node for node in needed if id(node) not in done]
        self._steps += [*sorted(needed, key=lambda node: order[id(node)]), draw]
        return True

    def draw(self, arrays: Sequence[Any]) -> list[Any]:
        """Run the draws for one call of the program."""
        env = {**self.program.constants, **self.fixed}
        env.update({i: np.asarray(arrays[k])[()] for k, i in self._reads})
        with quiet():
            for node in self._steps:
                env.update(zip(node.outputs, _computed(node, env.__getitem__), strict=True))
        return [env[i] for i in self.drawn]


def _computed(node: Node, lookup: Callable[[int], Any]) -> Sequence[Any]:
    attrs = attributes(node, lookup)
    values = [lookup(i) for i in node.inputs]
    result = dispatch.evaluate(node.op, numpy_namespace, values, dict(attrs))
    return [result] if node.op.outputs is None else result
