"""Parts of graphs as JSON, and running what JSON says as operations.

A function is written as its parameters and its operations in order, each with the numbers of the
values it takes; what it gives gets the next numbers. Reading one is doing the same operations
again, in the graph being built, so all that graphs can do can be done with it: other shapes,
derivatives, compilation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract
from tensortape.core import nest
from tensortape.core.dispatch import Normalised, execute
from tensortape.core.face import complete
from tensortape.core.registry import OPS, PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.tensor import EagerTensor
from tensortape.graph.control_graph import choose, loop
from tensortape.graph.deferred import DEFERRED, Later, Public
from tensortape.graph.lower import needed_nodes
from tensortape.ops.lookup.kernels import OPERATIONS, operate
from tensortape.ops.strings.elements import AGAIN, Again
from tensortape.train.saved_model.rules import CUSTOM, DEEPEST, traced_rules, with_rule
from tensortape.train.saved_model.values import ARITHMETIC, Encoder, Unsaveable, decode
from tensortape.train.wire import damaged

CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_DERIVED = ("stateful", "gradients")
"""Attributes that are found anew: whether a part has effects, and its derivatives so far."""


class GraphWriter:
    """One part of a graph as JSON."""

    def __init__(
        self, encoder: Encoder, function: Any, depth: int = 0, constants: Any = None
    ) -> None:
        self._constants: dict[int, Any] = constants or {}
        """Parameters that stand for tensors of the surroundings, by their ids."""
        self._encoder = encoder
        self._depth = depth
        """How many rules of custom gradients this is within."""
        self._rules: Any = {}
        self._numbers: dict[int, int] = {}
        self._nodes: dict[int, int] = {}
        parameters = [t for t in function.inputs if t._id not in self._constants]
        for t in parameters:
            self._give(t)
        operations = function.graph._operations
        kept = needed_nodes(operations, function.inputs, function.outputs, *function.span)
        if encoder.rules and depth < DEEPEST and any(node.type == CUSTOM for node in kept):
            kept, self._rules = traced_rules(function, kept)
        written = [self._node(node) for node in kept]
        self.json = {
            "parameters": [parameter(t) for t in parameters],
            "nodes": written,
            "results": [self.reference(t) for t in function.outputs],
        }

    def _give(self, tensor: Any) -> int:
        self._numbers[tensor._id] = len(self._numbers)
        return self._numbers[tensor._id]

    def reference(self, tensor: Any) -> Any:
        """Where a tensor's value comes from: a number, or the name of an array."""
        if tensor._id in self._numbers:
            return self._numbers[tensor._id]
        tensor = self._constants.get(tensor._id, tensor)
        if isinstance(tensor._a, Abstract):
            raise Unsaveable(f"a tensor of another function: {tensor!r}")
        return self._encoder.array(tensor._a)

    def number_of(self, attributes: Any) -> int:
        """Which node has these attributes."""
        if id(attributes) not in self._nodes:
            raise Unsaveable("a size that an operation of another function found")
        return self._nodes[id(attributes)]

    def function(self, function: Any) -> Any:
        """A part of its own, such as a branch."""
        return GraphWriter(self._encoder, function, self._depth).json

    def _node(self, node: Any) -> Any:
        try:
            operation: Any = node._op
            written: dict[str, Any] = {"in": [self.reference(t) for t in node.inputs]}
            if node.type == CUSTOM:
                written |= {"op": CUSTOM, "attrs": {"rule": operation.name}}
                written["in"] = [self.reference(t) for t in (*node.computed, *node.inputs)]
                written |= self._rule(node, written["in"])
            elif node.type in CALLS:
                written |= {"op": "Call", "attrs": self._attributes({"called": called(node)})}
            elif _is_deferred(call := node._attrs.get("call")):
                said = {"values": call.with_tensors([None] * len(call.places))}
                written |= {"op": call.call.path, "later": self._attributes(said)}
                written["places"] = call.places
            elif OPS.get(node.type) is not operation or not _has_code(operation):
                raise Unsaveable(f"an operation whose code is Python ({operation.name})")
            elif isinstance(again := node._attrs.get("function"), Again):
                written |= {"op": again.path, "again": self._attributes(again.arguments)}
            elif node.raw is not None:
                written |= {"op": node.type, "raw": self._attributes(node.raw)}
            else:
                written |= {"op": node.type, "attrs": self._attributes(node._attrs)}
        except Unsaveable as reason:
            where = f", in {node.line}" if node.line else ""
            raise Unsaveable(f"{node.name!r} ({node.type}{where}) has {reason}") from None
        self._nodes[id(node._attrs)] = len(self._nodes)
        first = [self._give(t) for t in node.outputs]
        return written | {"out": len(first), "name": node.name}

    def _rule(self, node: Any, before: Any) -> Any:
        """The rule of a custom gradient, which takes the tensors it uses besides, if it has one."""
        rule = self._rules.get(id(node))
        if rule is None:
            return {}
        try:
            saved = [self.reference(t) for t in rule.saved]
            part = GraphWriter(self._encoder, rule, self._depth + 1).json
        except Unsaveable:
            return {}
        return {"in": [*before, *saved], "gradient": {"given": rule.given, "part": part}}

    def _attributes(self, attributes: Any) -> Any:
        return {
            n: self._encoder.encode(v, self) for n, v in attributes.items() if n not in _DERIVED
        }


def _has_code(op: Any) -> bool:
    """Whether what an operation does is in this library: those with effects, on tables alone."""
    return getattr(op, "family", 0) != "effect" or op.type in OPERATIONS


def called(node: Any) -> Any:
    """The function that a call node calls."""
    if node._op.computed_by is None:
        raise Unsaveable("no function")
    return node._op.computed_by


def parameter(tensor: Any) -> Any:
    """A parameter's shape and dtype."""
    return [TensorShape(tensor._a.shape).as_list(), tensor.dtype.name]


def specification(written: Any, name: str | None = None) -> TensorSpec:
    """The specification of a parameter."""
    return TensorSpec(written[0], written[1], name)


class GraphReader:
    """Runs the operations of a part of a graph, given arrays by name."""

    def __init__(self, written: Any, arrays: Any) -> None:
        self._written = written
        self._arrays = arrays

    def run(self, tensors: Any) -> list[Any]:
        """The results for these parameters, as tensors of the graph being built."""
        written = self._written
        if len(tensors) != len(written["parameters"]):
            raise damaged("a function gets another number of parameters than it has")
        run = _Run(list(tensors), self._arrays)
        for node in written["nodes"]:
            run.node(node)
        return [run.value(ref) for ref in written["results"]]


class _Run:
    """The values of one run, by number."""

    def __init__(self, values: list[Any], arrays: Any) -> None:
        self._values = values
        self._arrays = arrays
        self._attributes: list[Any] = []

    def value(self, ref: Any) -> Any:
        if isinstance(ref, str):
            return EagerTensor(self._arrays(ref))
        if not 0 <= ref < len(self._values):
            raise damaged(f"there is no value {ref}")
        return self._values[ref]

    def node(self, node: Any) -> None:
        tensors = tuple(self.value(ref) for ref in node["in"])
        if "later" in node:
            self._attributes.append({})
            self._values += _later(node, tensors, decode(node["later"]["values"], self._arrays))
            return
        raw = "raw" in node
        given = node["again"] if "again" in node else node["raw" if raw else "attrs"]
        attrs = {n: decode(v, self._arrays, self) for n, v in given.items()}
        self._attributes.append(attrs)
        special = _SPECIAL.get(node["op"])
        if "again" in node:
            outs = _again(node["op"], tensors, attrs)
        elif node["op"] == CUSTOM:
            outs = self._custom(tensors, attrs, node)
        elif special is not None:
            outs = special(tensors, attrs)
        else:
            outs = self._operation(node["op"], tensors, attrs, raw)
        if len(outs) != node["out"]:
            raise damaged(f"{node['name']} gives {len(outs)} results, not {node['out']}")
        self._values += outs

    def _custom(self, tensors: Any, attrs: Any, node: Any) -> list[Any]:
        gradient = node.get("gradient")
        if gradient is None:
            return with_rule(tensors, attrs, node["out"], None, None)
        part = GraphReader(gradient["part"], self._arrays)
        return with_rule(tensors, attrs, node["out"], gradient, part.run)

    def _operation(self, kind: str, tensors: Any, attrs: Any, raw: bool) -> list[Any]:
        op = OPS.get(kind)
        if op is None and complete():  # operations that are loaded when they are asked for
            op = OPS.get(kind)
        if op is None or not _has_code(op):
            raise damaged(f"there is no operation {kind!r} here")
        if kind in OPERATIONS:
            return operate(op, tensors, attrs)
        if raw:
            attrs = Normalised(attrs)
        out = execute(op, tensors, attrs)
        self._attributes[-1] = attrs
        return [out] if op.outputs is None else list(out)

    def function(self, written: Any) -> Any:
        """A part of its own."""
        return GraphReader(written, self._arrays)

    def varying(self, expression: Any) -> Any:
        """A size, or what is computed from sizes."""
        if not isinstance(expression, list):
            return expression
        kind, a, b = expression
        if kind == "size":
            return _size(self.value(a), b)
        if kind == "element":
            return _elements(self.value(a))[b]
        if kind == "attribute":
            found = self._attributes[a]
            for step in b:
                found = getattr(found, step) if isinstance(found, slice) else found[step]
            return found
        if kind not in ARITHMETIC:
            raise damaged(f"sizes are not computed with {kind!r}")
        return ARITHMETIC[kind](self.varying(a), self.varying(b))


def _size(tensor: Any, axis: int) -> Any:
    value = tensor._a
    return value.sizes(tensor)[axis] if isinstance(value, Abstract) else value.shape[axis]


def _elements(tensor: Any) -> Any:
    value = tensor._a
    if not isinstance(value, Abstract):
        return [int(v) for v in np.reshape(value, -1)]
    ints: Any = value.ints(tensor)
    return [x for row in ints for x in row] if value.ndim == 2 else ints


def _again(path: str, tensors: Any, attrs: Any) -> list[Any]:
    """What a public function of texts gives, one of those that are known."""
    if path not in AGAIN:
        raise damaged(f"there is no function of texts {path!r}")
    return [PUBLIC[path](tensors, **attrs) if path == _JOIN else PUBLIC[path](*tensors, **attrs)]


def _is_deferred(call: Any) -> bool:
    """Whether a node calls a public function, such as an assertion."""
    return isinstance(call, Later) and isinstance(call.call, Public)


def _later(node: Any, tensors: Any, values: Any) -> list[Any]:
    """Call a public function that returns nothing, one of those that are known."""
    if node["op"] not in DEFERRED:
        raise damaged(f"there is no function {node['op']!r} of this kind")
    leaves = nest.flatten(values)
    for place, tensor in zip(node["places"], tensors, strict=True):
        leaves[place] = tensor
    args, kwargs = nest.pack_sequence_as(values, leaves)
    PUBLIC[node["op"]](*args, **kwargs)
    return []


_JOIN = "strings.join"


def _call(tensors: Any, attrs: Any) -> list[Any]:
    return attrs["called"].run(tensors)


def _if(tensors: Any, attrs: Any) -> list[Any]:
    index, *rest = tensors
    branches: list[Any] = [lambda part=part: part.run(rest) for part in attrs["branches"]]
    return list(choose(index, branches, "cond"))


def _while(tensors: Any, attrs: Any) -> list[Any]:
    count = attrs["variables"]
    fixed = list(tensors[count:])

    def test(*variables: Any) -> Any:
        return attrs["cond"].run([*variables, *fixed])[0]

    def step(*variables: Any) -> Any:
        outs = attrs["body"].run([*variables, *fixed])
        return outs[:count], outs[count:]

    shapes = [TensorShape(p[0]) for p in attrs["body"]._written["parameters"][:count]]
    finals, stacks = loop(test, step, list(tensors[:count]), shapes, attrs["maximum"])
    return [*finals, *stacks]


_SPECIAL = {"Call": _call, "If": _if, "While": _while}
