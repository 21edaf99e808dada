"""The derivatives of ``If`` and ``While``: control flow again, so that they have derivatives too.

A branch is differentiated as a branch; what it draws at random is kept by the forward operation. A
loop runs backwards over what its iterations kept: the forward operation gets further, stacked
results for that when its gradient is asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.unranked import unranked, value_of_shape
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import Untraceable
from tensortape.graph import uneven
from tensortape.graph.control_graph import add_if, known_shape, loop, loop_results, np_shape
from tensortape.graph.control_ops import if_op, while_op
from tensortape.graph.graph_function import GraphFunction
from tensortape.graph.lower import attribute_tensors, is_stateful, needed_nodes
from tensortape.graph.symbolic import SymbolicTensor

_FLOATS = frozenset("fcV")
_SIZES = frozenset({"Shape", "Size", "Rank"})


def _if_pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
    g = g if type(g) is list else [g]
    _need_tensors((*inputs, *[one for one in g if one is not None]), "tf.cond")
    index, *args = inputs
    wanted, seeds = tuple(needed[1:]), tuple(one is not None for one in g)
    node = y[0]._operation
    while True:
        branches = _with_draws(node)
        y = node.outputs
        seeds = seeds + (False,) * (len(y) - len(seeds))
        pairs = [f.dense_backward(wanted, seeds) for f in branches]
        if not any(map(lacking, branches)):  # loops inside may have got more to keep
            break
    union = [any(given[i] for _, given in pairs) for i in range(len(args))]
    functions = [_filled(f, backward, given, union) for f, (backward, given) in
                 zip(branches, pairs, strict=True)]  # fmt: skip
    cotangents = [one for one in g if one is not None]
    outs = iter(add_if([index, *args, *y, *cotangents], functions))
    return [None, *[next(outs) if there else None for there in union]]


def _filled(f: GraphFunction, backward: GraphFunction, given: Any, union: Any) -> GraphFunction:
    """The gradient of a branch with zeros for inputs that only other branches use."""
    found = iter(backward.outputs)
    outputs = []
    with f.graph.as_default():
        for t, has, wants in zip(f.inputs, given, union, strict=True):
            if has:
                outputs.append(next(found))
            elif wants:
                outputs.append(uneven.zeros_for(t))
    span = (backward.span[0], len(f.graph._operations))
    return GraphFunction(backward.name, f.graph, backward.inputs, outputs, span)


def _with_draws(node: Any) -> tuple[GraphFunction, ...]:
    """The branches, each with all the branches' random numbers among its results."""
    branches = node._attrs["branches"]
    draws = [lacking(f) for f in branches]
    if any(draws):
        _keep_draws(node, branches, draws)
    return node._attrs["branches"]


def _keep_draws(node: Any, branches: Any, draws: Any) -> None:
    grown = []
    for k, f in enumerate(branches):
        outputs = list(f.outputs)
        with f.graph.as_default():
            for j, group in enumerate(draws):
                outputs += group if j == k else [_blank(t) for t in group]
        grown.append(GraphFunction(f.name, f.graph, f.inputs, outputs, f.span).part_of(f))
    fresh = [SymbolicTensor(value_of_shape(np_shape(t), t._a.dtype)) for g in draws for t in g]
    node._attrs["branches"] = tuple(grown)
    _add_outputs(node, fresh)


def draws_of(f: GraphFunction) -> list[Any]:
    """What a function's stateful operations give."""
    nodes = needed_nodes(f.graph._operations, f.inputs, f.outputs, *f.span)
    made = [t for n in nodes if is_stateful(n) for t in n.outputs]
    return [t for t in made if isinstance(t, SymbolicTensor)]


def lacking(f: GraphFunction) -> list[Any]:
    """What a function's stateful operations give and it does not."""
    present = {t._id for t in f.outputs}
    return [t for t in draws_of(f) if t._id not in present]


def _blank(t: Any) -> Any:
    """A stand-in of the same rank and dtype, which is never read."""
    return EagerTensor(np.zeros([n or 0 for n in np_shape(t)], t._a.dtype)[()])


def _add_outputs(node: Any, fresh: Any) -> None:
    for t in fresh:
        t._name, t._operation, t._graph = f"{node.name}:{len(node.outputs)}", node, node.graph
        node.outputs = (*node.outputs, t)
    for listener in state.listeners:  # tapes around the one that is asked
        extend = getattr(listener, "extend", None)
        if extend is not None:
            extend(node.outputs[0], fresh)


def _need_tensors(inputs: Any, what: str) -> None:
    if not all(isinstance(t, Tensor) for t in inputs):
        raise Untraceable(f"the Jacobian of {what} in a traced function")


# -- loops ---------------------------------------------------------------------------------


class LoopGradient:
    """How one step of a loop runs backwards, and which stacks it reads."""

    def __init__(self, node: Any, wanted: tuple[bool, ...], seeds: tuple[bool, ...]) -> None:
        n, body = node._attrs["variables"], node._attrs["body"]
        saving = body.saving(wanted)
        extra = (False,) * (len(saving.outputs) - len(body.outputs))
        self.backward, self.given = saving.dense_backward(wanted, seeds + extra)
        self.seeds = seeds
        used = _used(self.backward)
        present = {t._id: i for i, t in enumerate(body.outputs) if i >= n}
        kept: list[Any] = []
        self.sources: list[Any] = []
        """For each parameter of the backward step before the cotangents: ("stack", k), ("argument",
        i) or ``None``."""
        for i, t in enumerate(self.backward.inputs[: len(body.inputs) + len(saving.outputs)]):
            if t._id not in used:
                self.sources.append(None)
            elif n <= i < len(body.inputs):
                self.sources.append(("argument", i))
            else:
                if t._id not in present:
                    present[t._id] = len(body.outputs) + len(kept)
                    kept.append(t)
                self.sources.append(("stack", present[t._id]))
        _keep(node, kept)
        _mark(node)
        self.stacks = node.outputs


def _mark(node: Any) -> None:
    """Let a loop stack a one in each iteration: their sum is how often it ran."""
    if "marker" not in node._attrs:
        node._attrs["marker"] = len(node.outputs)
        _keep(node, [EagerTensor(np.ones((), np.int32)[()])])


def _keep(node: Any, kept: list[Any]) -> None:
    """Let a loop stack more values of its body."""
    attrs = node._attrs
    n, body = attrs["variables"], attrs["body"]
    first = len(node.outputs)
    grown = GraphFunction(body.name, body.graph, body.inputs, [*body.outputs, *kept], body.span)
    padded = attrs.get("padded") or (False,) * attrs["stacked"]
    attrs["padded"] = (*padded, *[_is_stack(t) for t in kept])
    attrs["body"], attrs["stacked"] = grown.part_of(body), attrs["stacked"] + len(kept)
    _add_outputs(node, [SymbolicTensor(a) for a in loop_results(grown, n, attrs["count"])[first:]])


def _is_stack(t: Any) -> bool:
    """Whether a value is a stack that a loop within the body made."""
    node = getattr(t, "_operation", None)
    return node is not None and node.type == "While" and t.value_index >= node._attrs["variables"]


def _used(function: GraphFunction) -> set[int]:
    """Ids of the parameters a function reads."""
    operations = function.graph._operations
    nodes = needed_nodes(operations, function.inputs, function.outputs, *function.span)
    used = {t._id for t in function.outputs}
    for node in nodes:
        used.update(t._id for t in node.inputs)
        used.update(t._id for t in attribute_tensors(node._attrs))
    return used


def _while_pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
    cotangents = [one for one in (g if type(g) is list else [g]) if one is not None]
    _need_tensors((*inputs, *cotangents), "tf.while_loop")
    g = g if type(g) is list else [g]
    node = y[0]._operation
    n, body = node._attrs["variables"], node._attrs["body"]
    floats = [t._a.dtype.kind in _FLOATS for t in body.inputs]
    wanted = tuple(floats[:n]) + tuple(needed[n:])
    g = [*g, *[None] * (len(node.outputs) - len(g))]
    seeds = tuple(
        t._a.dtype.kind in _FLOATS and (i < n or g[i] is not None)
        for i, t in enumerate(body.outputs)
    )
    gradients = node._attrs.setdefault("gradients", {})
    if (wanted, seeds) not in gradients:
        gradients[wanted, seeds] = LoopGradient(node, wanted, seeds)
    found = _run_backwards(gradients[wanted, seeds], node, n, g, inputs, wanted)
    for i, is_needed in enumerate(needed):
        if is_needed and found[i] is None and i >= n and _is_read(node, i):
            found[i] = uneven.zeros_for(inputs[i])  # as in TensorFlow, connected or not
    return [d if is_needed else None for d, is_needed in zip(found, needed, strict=True)]


def _is_read(node: Any, i: int) -> bool:
    """Whether a loop needs the value of a tensor of its surroundings, and not only its sizes."""
    for f in (node._attrs["cond"], node._attrs["body"]):
        t = f.inputs[i]
        for reader in f.graph._operations[: f.span[1]]:
            if reader.type not in _SIZES and any(read is t for read in reader.inputs):
                return t._a.dtype.kind in _FLOATS
    return False


def _run_backwards(
    how: LoopGradient, node: Any, n: int, g: Any, inputs: Any, wanted: Any
) -> list[Any]:
    y = node.outputs
    zeros_like = PUBLIC["zeros_like"]
    marks = how.stacks[node._attrs["marker"]]
    count = _iterations(node, marks)
    floats = [i for i in range(n) if wanted[i]]
    fixed = [i for i in range(n, len(inputs)) if wanted[i] and how.given[i]]
    cotangents = [zeros_like(y[i]) if g[i] is None else g[i] for i in floats]
    sums = [uneven.zeros_for(inputs[i]) for i in fixed]

    def step(k: Any, cots: Any, totals: Any) -> Any:
        k = k - 1
        args = [
            _argument(s, how, k, inputs, t)
            for s, t in zip(how.sources, how.backward.inputs, strict=False)
        ]
        of = dict(zip(floats, cots, strict=True))
        for i, seeded in enumerate(how.seeds):
            if seeded:
                args.append(of[i] if i < n else row_of(g[i], k, y[i]))
        grads = iter(how.backward.call(args))
        by_input = {i: next(grads) for i, given in enumerate(how.given) if given}
        news = [by_input[i] if i in by_input else zeros_like(of[i]) for i in floats]
        return (k, news, [t + by_input[i] for t, i in zip(totals, fixed, strict=True)]), []

    start = (count, cotangents, sums)
    times, params = node._attrs["count"], node._attrs["body"].inputs
    shapes = (TensorShape([]), [known_shape(params[i]) for i in floats], [*map(known_shape, sums)])
    (_, cots, totals), _ = loop(lambda k, *rest: k > 0, step, start, shapes, None, times)
    found: list[Any] = [None] * len(inputs)
    for i, d in zip(floats, cots, strict=True):
        found[i] = d
    for i, d in zip(fixed, totals, strict=True):
        found[i] = d
    return found


def _iterations(node: Any, marks: Any) -> Any:
    """How often the loop ran; in a loop of loops the marks may have zeros behind them."""
    known = node._attrs["count"]
    if type(known) is int:
        return convert_to_tensor(known)
    inner = getattr(node.graph, "is_part", False)
    return PUBLIC["reduce_sum"](marks) if inner else PUBLIC["shape"](marks)[0]


def _argument(source: Any, how: LoopGradient, k: Any, inputs: Any, parameter: Any) -> Any:
    """What a parameter of the backward step is in iteration ``k``."""
    if source is None:
        return _placeholder_value(parameter)
    kind, at = source
    return inputs[at] if kind == "argument" else row_of(how.stacks[at], k)


def row_of(stack: Any, k: Any, values: Any = None) -> Any:
    """What a loop kept of iteration ``k``; rows of unknown sizes may differ in them.

    Of cotangents: ``values`` are what they belong to, and zeros have the shapes of those.
    """
    _, *shape = np_shape(stack) if values is None else np_shape(values)
    known = not (unranked(stack._a) or None in shape)
    if known and (values is None or not unranked(values._a)):
        return PUBLIC["gather"](stack, k)
    example = None if values is None else row_of(values, k)
    return uneven.read(stack, k, None if unranked(stack._a) else shape, example)


def _placeholder_value(parameter: Any) -> Any:
    """A value for a parameter that is not read."""
    sizes = [n or 0 for n in np_shape(parameter)]
    array = np.zeros((), parameter._a.dtype) if parameter._a.dtype.kind != "O" else np.array(b"")
    return EagerTensor(np.broadcast_to(array, sizes) if sizes else array[()])


if_op.pullback, while_op.pullback = _if_pullback, _while_pullback
