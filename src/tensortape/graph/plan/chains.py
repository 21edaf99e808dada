"""Which elementwise operations on large arrays are computed together, block by block.

Operations on values of one shape gather in an open chain until something outside of it needs one
of their results; then the chain is closed, and stands in the plan at that place. What a chain
computes for itself alone never leaves the cache.
"""

from __future__ import annotations

import math
from typing import Any

from tensortape.arrays.blocks import BLOCK, PARALLEL, cores
from tensortape.graph.ir import Aval, Node, Program, sizes
from tensortape.graph.plan.forms import HEAVY, form_of

LARGE = 2 * BLOCK
"""Elements from which operations are computed in blocks."""

COST_OF_HEAVY = 10
"""How many additions an exponential is worth."""


class Chain:
    """Elementwise nodes with results of one shape, computed in blocks of ``step`` rows.

    ``flat``: all operands of that shape are seen as vectors. ``outputs``: results that something
    else needs; ``operands``: values from outside, in the order of their use.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.nodes: list[Node] = []
        self.made: set[int] = set()
        self.operands: dict[int, None] = {}
        self.outputs: tuple[int, ...] = ()
        self.flat = False
        self.step = self.rows = 0

    def add(self, node: Node) -> None:
        """Take a node in."""
        self.nodes.append(node)
        for i in node.inputs:
            if i not in self.made:
                self.operands[i] = None
        self.made.update(node.outputs)

    def arrange(self, avals: dict[int, Aval]) -> bool:
        """Decide how the rows are cut; whether they can be, and there is anything to gain."""
        rows, inner = self.shape[0], math.prod(self.shape[1:])
        cost = sum(COST_OF_HEAVY if n.op.type in HEAVY else 1 for n in self.nodes)
        self.work = cost * rows * inner
        if len(self.nodes) < 2 and cost < COST_OF_HEAVY:
            return False
        if all(avals[i].shape in (self.shape, ()) for i in self.operands):
            self.flat = len(self.shape) > 1
            rows, inner = rows * inner, 1
        if inner > BLOCK or rows < 2:
            return False
        self.rows, self.step = rows, max(1, BLOCK // inner)
        return True

    @property
    def uses(self) -> tuple[int, ...]:
        """All values that have to be there while it runs."""
        return tuple(self.operands)

    def threads(self) -> int:
        """How many threads share the blocks."""
        return min(cores(), -(-self.rows // self.step)) if self.work >= PARALLEL else 1


class Schedule:
    """The order of execution: nodes, and chains of nodes."""

    def __init__(self, program: Program) -> None:
        self.avals = program.avals
        self.items: list[Any] = []
        self.open: dict[tuple[int, ...], Chain] = {}
        self.chain_of: dict[int, Chain] = {}
        for node in program.nodes:
            self.place(node)
        while self.open:
            self.close(next(iter(self.open.values())))
        self.name_outputs(program)

    def place(self, node: Node) -> None:
        """Put a node into a chain or into the order."""
        shape = self.chain_shape(node)
        for i in node.uses():
            chain = self.chain_of.get(i)
            if chain is not None and chain.shape != shape:
                self.close(chain)
        if shape is None:
            self.items.append(node)
            return
        chain = self.open.get(shape)
        if chain is None:
            chain = self.open[shape] = Chain(shape)
        chain.add(node)
        self.chain_of[node.outputs[0]] = chain

    def chain_shape(self, node: Node) -> Any:
        """The shape of an elementwise result that is computed in blocks, or ``None``."""
        form = form_of(node, self.avals)
        if form is None or not form.chain or form.into is None:
            return None
        shape = sizes(self.avals[node.outputs[0]])
        return shape if math.prod(shape) >= LARGE else None

    def close(self, chain: Chain) -> None:
        """Put a chain into the order, after those it depends on."""
        if self.open.get(chain.shape) is not chain:
            return
        del self.open[chain.shape]
        for i in chain.operands:
            other = self.chain_of.get(i)
            if other is not None:
                self.close(other)
        for i in chain.made:
            del self.chain_of[i]
        if chain.arrange(self.avals):
            self.items.append(chain)
        else:
            self.items.extend(chain.nodes)

    def name_outputs(self, program: Program) -> None:
        """Find out which results of chains are needed outside of them."""
        needed = set(program.results)
        for item in self.items:
            needed.update(item.operands if isinstance(item, Chain) else item.uses())
        for item in self.items:
            if isinstance(item, Chain):
                item.outputs = tuple(n.outputs[0] for n in item.nodes if n.outputs[0] in needed)
