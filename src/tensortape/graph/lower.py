"""From a part of a graph to a :class:`~tensortape.graph.ir.Program` for given input shapes.

Only what the outputs need, and the stateful operations in between, is taken. With the shapes known,
sizes and what was computed from them become constants; what data decides becomes late attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract, abstract
from tensortape.arrays.unranked import shape_of, unranked, value_of_shape
from tensortape.arrays.varying import Varying, value_of, varies
from tensortape.core.dispatch import Normalised
from tensortape.core.state import state
from tensortape.graph.ir import CHECKS, STATEFUL, Aval, Late, Node, Program, resolve

LOWERINGS: dict[str, Callable[..., Any]] = {}
"""Op type -> ``rule(lowering, node, ids, values) -> outputs``: calls and control flow."""


class Builder:
    """The program under construction, shared by the functions that are lowered into it."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[int, Any] = {}
        self.avals: dict[int, Aval] = {}
        self._known: dict[int, int] = {}
        self._kept: list[Any] = []

    def fresh(self, value: Any) -> int:
        """An id for a value of this shape and dtype."""
        i = len(self.avals)
        self.avals[i] = Aval(shape_of(value), value.dtype)
        return i

    def constant(self, array: Any) -> int:
        """The id of an array; the same array has the same id."""
        found = self._known.get(id(array))
        if found is None:
            found = self._known[id(array)] = self.fresh(array)
            self.constants[found] = array
            self._kept.append(array)  # so that its id stays its own
        return found

    def emit(self, node: Any, ids: Any, attrs: Any, values: Any) -> list[int]:
        """Add a node; returns the ids of its outputs."""
        outs = [self.fresh(v) for v in values]
        self.nodes.append(Node(node._op, tuple(ids), tuple(outs), attrs, node.name, node.line))
        return outs


class Lowering:
    """One function being lowered: which value each tensor of its graph has become."""

    def __init__(self, builder: Builder, inputs: Any, ids: Any, values: Any) -> None:
        self.builder = builder
        self._ids: dict[int, int] = {}
        self._values: dict[int, Any] = {}
        self._attributes: dict[int, Any] = {}
        for t, i, v in zip(inputs, ids, values, strict=True):
            self._ids[t._id], self._values[t._id] = i, v

    def has(self, tensor: Any) -> bool:
        """Whether a tensor has its value already."""
        return tensor._id in self._ids

    def id_of(self, tensor: Any) -> int:
        """The id of a tensor's value; eager tensors and derived values are constants."""
        found = self._ids.get(tensor._id)
        if found is None:
            if isinstance(tensor._a, Abstract):
                raise NotImplementedError(f"{tensor!r} is used by a function it is no part of")
            found = self.builder.constant(tensor._a)
        return found

    def value(self, tensor: Any) -> Any:
        """What is known of a tensor's value: an array or an abstract value."""
        return self._values.get(tensor._id, tensor._a)

    def put(self, tensor: Any, i: int, value: Any) -> None:
        """A tensor has become value ``i``."""
        self._ids[tensor._id], self._values[tensor._id] = i, value

    # -- the scope of expressions (see arrays/varying.py) ------------------------------------

    def find(self, kind: str, ref: Any, at: Any) -> Any:
        """A size or element of a tensor, or part of an attribute, as an int or ``Late``."""
        if kind == "attribute":
            return self._attribute(ref, at)
        value = self.value(ref)
        if kind == "size":
            n = value.shape[at]
            return n if n is not None else Late((self.id_of(ref),), lambda a: size_of(a, at))
        if isinstance(value, Abstract) and (not value.derived or len(value.witnesses) > 1):
            return Late((self.id_of(ref),), lambda a: int(np.reshape(a, -1)[at]))
        array = value.witnesses[0] if isinstance(value, Abstract) else value
        return int(np.reshape(array, -1)[at])

    def combine(self, function: Any, a: Any, b: Any) -> Any:
        """``function(a, b)``, late if one of them is."""
        if not (isinstance(a, Late) or isinstance(b, Late)):
            return function(a, b)
        ids_a = a.ids if isinstance(a, Late) else ()
        ids_b = b.ids if isinstance(b, Late) else ()
        n = len(ids_a)

        def compute(*arrays: Any) -> Any:
            x = a.compute(*arrays[:n]) if isinstance(a, Late) else a
            y = b.compute(*arrays[n:]) if isinstance(b, Late) else b
            return function(x, y)

        return Late(ids_a + ids_b, compute)

    def _attribute(self, token: Any, path: Any) -> Any:
        value = self._attributes.get(id(token))
        if value is None:
            raise NotImplementedError("a size of another function's operation")
        for step in path:
            value = getattr(value, step) if isinstance(value, slice) else value[step]
        return value

    def known(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Attributes with the numbers that varying ones have here."""
        return {n: self._number(a) for n, a in attrs.items()}

    def _number(self, value: Any) -> Any:
        if isinstance(value, Varying):
            return value_of(value, self)
        if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
            return type(value)(self._number(v) for v in value)
        if isinstance(value, slice):
            return slice(*(self._number(v) for v in (value.start, value.stop, value.step)))
        return value

    # -- nodes -----------------------------------------------------------------------------

    def lower(self, node: Any) -> None:
        """Add what a node of the graph becomes."""
        ids = [self.id_of(t) for t in node.inputs]
        values = [self.value(t) for t in node.inputs]
        if node.computed:
            for t, c in zip(node.outputs, node.computed, strict=True):
                self.put(t, self.id_of(c), self.value(c))
            return
        rule = LOWERINGS.get(node.type)
        if rule is not None:
            for t, (i, v) in zip(node.outputs, rule(self, node, ids, values), strict=True):
                self.put(t, i, v)
            return
        attrs = self.known(node._attrs if node.raw is None else node.raw)
        late = any(True for _ in late_parts(attrs))
        open_rank = any(map(unranked, values)) or any(unranked(t._a) for t in node.outputs)
        if late or open_rank or node._op.family == "effect":
            results: Any = [t._a for t in node.outputs]
        else:
            attrs, results = self._evaluated(node, values, attrs)
        self._attributes[id(node._attrs)] = attrs
        self._finish(node, ids, attrs, results)

    def _evaluated(self, node: Any, values: Any, attrs: Any) -> tuple[Any, Any]:
        op = node._op
        if node.raw is None and all(_settled(t._a) for t in node.outputs):
            return attrs, [t._a for t in node.outputs]
        given = Normalised(attrs) if node.raw is not None else attrs
        try:
            results = abstract.evaluate(op, values, given, node.raw is not None)
        except Exception:
            # Values that data decides have stand-ins here, which need not agree with known sizes:
            # what the trace found holds for all of them.
            if node.raw is not None and varies(node._attrs.values()):
                raise
            found = attrs if node.raw is None else dict(node._attrs)
            return found, [t._a for t in node.outputs]
        return dict(given), [results] if op.outputs is None else list(results)

    def _finish(self, node: Any, ids: Any, attrs: Any, results: Any) -> None:
        arrays = [_array(r) for r in results]
        if node._op.family not in STATEFUL and all(a is not None for a in arrays):
            outs = [self.builder.constant(a) for a in arrays]
        else:
            outs = self.builder.emit(node, ids, attrs, results)
        for t, i, v in zip(node.outputs, outs, results, strict=True):
            self.put(t, i, v)


def size_of(array: Any, axis: int) -> int:
    """A size of an array at run time."""
    if axis >= array.ndim:
        raise NotImplementedError(
            "a second derivative through a loop in a loop whose number of iterations differs from "
            "one iteration of the outer loop to the next: differentiate outside of tf.function"
        )
    return array.shape[axis]


def _settled(value: Any) -> bool:
    """Whether a value of the trace is the same for all shapes of the arguments."""
    return not isinstance(value, Abstract) or (not value.unranked and len(value.witnesses) == 1)


def _array(value: Any) -> Any:
    """The array of a value that is known, else ``None``; 0-d ones as NumPy scalars."""
    if isinstance(value, Abstract):
        if not value.derived or len(value.witnesses) > 1:
            return None
        value = value.witnesses[0]
    return value if np.ndim(value) else np.asarray(value)[()]


def late_parts(value: Any) -> Iterable[Late]:
    """The late parts of attributes."""
    found: list[Late] = []
    resolve_late(value, found)
    return found


def resolve_late(value: Any, found: list[Late]) -> None:
    """Collect what is late."""
    if isinstance(value, Late):
        found.append(value)
    elif isinstance(value, dict):
        for v in value.values():
            resolve_late(v, found)
    elif isinstance(value, (tuple, list)):
        for v in value:
            resolve_late(v, found)
    elif isinstance(value, slice):
        resolve_late((value.start, value.stop, value.step), found)


def needed_nodes(operations: list[Any], inputs: Any, outputs: Any, first: int, stop: int) -> Any:
    """Nodes that ``outputs`` need, not going beyond ``inputs``; stateful ones from ``first`` on."""
    wanted = {t._id for t in outputs}
    leaves = {t._id for t in inputs}
    wanted -= leaves
    kept = []
    for k in range(stop - 1, -1, -1):
        node = operations[k]
        if node._op is None:
            continue
        used = any(t._id in wanted for t in node.outputs)
        if used or (k >= first and must_run(node)):
            kept.append(node)
            wanted.update(t._id for t in (*node.inputs, *node.computed) if t._id not in leaves)
            wanted.update(t._id for t in attribute_tensors(node._attrs) if t._id not in leaves)
    kept.reverse()
    return kept


def attribute_tensors(attrs: Any) -> Iterable[Any]:
    """Tensors on whose values or sizes varying attributes depend."""
    found = _Tensors()
    _ask(attrs, found)
    return found.tensors


class _Tensors:
    """A scope that answers nothing and remembers what it was asked for."""

    def __init__(self) -> None:
        self.tensors: list[Any] = []

    def find(self, kind: str, ref: Any, at: Any) -> Any:
        if kind != "attribute":
            self.tensors.append(ref)
        return 1

    def combine(self, function: Any, a: Any, b: Any) -> Any:
        return 1


def _ask(value: Any, scope: Any) -> None:
    if isinstance(value, Varying):
        if value.expression is not None:
            value.expression(scope)
    elif isinstance(value, dict):
        for v in value.values():
            _ask(v, scope)
        raw = getattr(value, "raw", None)
        if raw is not None:
            _ask(raw, scope)
    elif isinstance(value, (tuple, list)):
        for v in value:
            _ask(v, scope)
    elif isinstance(value, slice):
        _ask((value.start, value.stop, value.step), scope)


def must_run(node: Any) -> bool:
    """Whether a node runs also where nobody uses its outputs."""
    if is_stateful(node) or node._op.family == CHECKS:
        return True
    parts = [a for v in node._attrs.values() for a in (v if type(v) is tuple else (v,))]
    return any(getattr(part, "checks", False) for part in (node._op.computed_by, *parts))


def is_stateful(node: Any) -> bool:
    """Whether a node must run whoever uses its outputs."""
    if node.hoisted:
        return False
    return node._op.family in STATEFUL or node._attrs.get("stateful") is True


def lower(name: str, operations: Any, inputs: Any, outputs: Any, span: Any, values: Any) -> Program:
    """The program that computes ``outputs`` from ``inputs``, of which ``values`` are known."""
    builder = Builder()
    ids = [builder.fresh(v) for v in values]
    lowering = Lowering(builder, inputs, ids, values)
    with resting():
        for node in needed_nodes(operations, inputs, outputs, *span):
            lowering.lower(node)
    results = tuple(lowering.id_of(t) for t in outputs)
    return Program(name, tuple(ids), builder.constants, builder.nodes, results, builder.avals)


class resting:
    """Context in which streams of random numbers are not advanced by evaluating their kernels."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = state.xp
        state.xp = abstract

    def __exit__(self, *exc: object) -> None:
        state.xp = self._before


def abstract_like(shape: Any, dtype: Any) -> Abstract:
    """What is known of an argument of a known shape."""
    return value_of_shape(shape, dtype)


__all__ = ["LOWERINGS", "Builder", "Lowering", "abstract_like", "lower", "needed_nodes", "resolve"]
