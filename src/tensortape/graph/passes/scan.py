"""The scan that passes are made of: one walk over a program that writes a new one.

A rule sees each node with its inputs already replaced, and answers what its outputs become: ids of
other values, or nothing to keep the node. Nodes that a rule emits take the place, the name and the
line of the node they stand for, so that provenance survives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.op import Op
from tensortape.core.registry import OPS
from tensortape.graph.ir import Aval, Late, Node, Program

SMALL_CONSTANT = 1 << 16
"""Elements up to which the values of a constant are looked at."""


class Scan:
    """A program being rewritten: what is known of its values so far."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.avals = dict(program.avals)
        self.constants = dict(program.constants)
        self.makers: dict[int, Node] = {}
        self.replaced: dict[int, int] = {}
        self.nodes: list[Node] = []
        self.changed = False
        self.next_id = max(self.avals, default=-1) + 1
        self._uniform: dict[int, Any] = {}
        self._uses: Counter[int] | None = None
        self._node: Any = None

    def run(self, rule: Callable[[Scan, Node], Any]) -> Program:
        """Apply ``rule`` to each node; the program itself when nothing changed."""
        for node in self.program.nodes:
            node = self.current(node)
            self._node = node
            instead = rule(self, node)
            if instead is None:
                self.keep(node)
            else:
                self.changed = True
                self.replaced.update(zip(node.outputs, instead, strict=True))
        if not self.changed:
            return self.program
        p = self.program
        results = tuple(self.replaced.get(i, i) for i in p.results)
        return Program(p.name, p.params, self.constants, self.nodes, results, self.avals)

    def current(self, node: Node) -> Node:
        """The node on the values that stand for its inputs by now."""
        replaced = self.replaced
        if not replaced or not any(i in replaced for i in node.uses()):
            return node
        inputs = tuple(replaced.get(i, i) for i in node.inputs)
        attrs = renamed(node.attrs, replaced) if node.late else node.attrs
        return Node(node.op, inputs, node.outputs, attrs, node.name, node.line)

    def keep(self, node: Node) -> None:
        """Take a node over."""
        self.nodes.append(node)
        for i in node.outputs:
            self.makers[i] = node

    def emit(self, op: str | Op, inputs: Any, aval: Aval, **attrs: Any) -> int:
        """A new node in the place of the present one; returns the id of its output."""
        record = OPS[op] if isinstance(op, str) else op
        out = self.fresh(aval)
        here = self._node
        self.keep(Node(record, tuple(inputs), (out,), attrs, here.name, here.line))
        return out

    def constant(self, value: Any) -> int:
        """A new constant; returns its id."""
        if isinstance(value, np.ndarray) and not value.ndim and value.dtype != object:
            value = value[()]
        i = self.fresh(Aval(tuple(value.shape), value.dtype))
        self.constants[i] = value
        return i

    def fresh(self, aval: Aval) -> int:
        """A new id for a value."""
        i = self.next_id
        self.next_id += 1
        self.avals[i] = aval
        return i

    def number(self, value: Any, dtype: Any) -> int:
        """A new 0-d constant of a dtype."""
        return self.constant(np.dtype(dtype).type(value))

    def made_by(self, i: int, *types: str) -> Node | None:
        """The node that makes a value, if it is one of these, and its attributes are known."""
        node = self.makers.get(i)
        return node if node is not None and node.op.type in types and not node.late else None

    def used(self, i: int) -> int:
        """How often a value is used, by nodes or as a result, in the program as it was."""
        if self._uses is None:
            p = self.program
            self._uses = Counter([*p.results, *[j for node in p.nodes for j in node.uses()]])
        return self._uses[i]

    def uniform(self, i: int) -> Any:
        """The one number a value consists of, as a NumPy scalar; ``None`` if not known."""
        if i not in self._uniform:
            self._uniform[i] = self._find_uniform(i)
        return self._uniform[i]

    def _find_uniform(self, i: int) -> Any:
        if i in self.constants:
            return only_value(self.constants[i])
        node = self.made_by(
            i, "BroadcastTo", "Fill", "Reshape", "Transpose", "ZerosLike", "OnesLike"
        )
        if node is None:
            return None
        dtype = np.dtype(self.avals[i].dtype)
        if node.op.type in ("ZerosLike", "OnesLike"):
            return dtype.type(node.op.type == "OnesLike") if dtype.kind in "fciub" else None
        return self.uniform(node.inputs[0])

    def is_number(self, i: int, number: float) -> bool:
        """Whether a value consists of ``number`` alone (0 means positive zeros only)."""
        value = self.uniform(i)
        if value is None or value != number:
            return False
        return bool(value) or value.dtype.kind not in "fc" or not np.signbit(value.real)

    def static(self, *ids: int) -> bool:
        """Whether the shapes of values are known."""
        return all(None not in self.avals[i].shape for i in ids)

    def alike(self, i: int, j: int) -> bool:
        """Whether two values have the same known shape and the same dtype."""
        a, b = self.avals[i], self.avals[j]
        return a.shape == b.shape and None not in a.shape and a.dtype == b.dtype

    def size(self, i: int) -> int:
        """The number of elements of a value of known shape."""
        total = 1
        for n in self.avals[i].shape:
            total *= n  # type: ignore[operator]
        return total


def only_value(array: Any) -> Any:
    """The number that all elements of an array are, bit by bit; ``None`` if they differ."""
    dtype = array.dtype
    if dtype.kind not in "fciub" or not array.size:
        return None
    if not array.ndim:
        return array[()]
    repeated = not any(n > 1 and step for n, step in zip(array.shape, array.strides, strict=True))
    first = array[(0,) * array.ndim]
    if repeated:
        return first
    if array.size > SMALL_CONSTANT or dtype.itemsize > 8:
        return None
    bits = np.ascontiguousarray(array).view(f"u{dtype.itemsize}")
    return first if (bits == bits.flat[0]).all() else None


def renamed(value: Any, ids: dict[int, int]) -> Any:
    """Attributes with the values that late ones are computed from replaced."""
    if isinstance(value, Late):
        return Late(tuple(ids.get(i, i) for i in value.ids), value.compute)
    if isinstance(value, dict):
        return {n: renamed(v, ids) for n, v in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(renamed(v, ids) for v in value)
    if isinstance(value, slice):
        return slice(*(renamed(v, ids) for v in (value.start, value.stop, value.step)))
    return value
