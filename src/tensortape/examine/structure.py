"""The form of a group's graph: its values and operations, named for a reader."""

from __future__ import annotations

from typing import Any

from tensortape.examine.model import Group, Op, Series, Value
from tensortape.examine.names import names_in
from tensortape.examine.notation import formula_of
from tensortape.examine.oplog import Logged, OpLog, variable_name
from tensortape.examine.rulebook import key_of
from tensortape.examine.summary import shorten
from tensortape.examine.trace import Pass, Trace


def structure(log: OpLog, run: Pass, graph: Trace, first: int) -> Group:
    """A group without calls yet."""
    producer = {o: k for k, node in enumerate(graph.nodes) for o in node.outputs}
    specs = specs_of(run, graph)
    names = names_of(log, run, graph.ids)
    values = [value_of(tensor, graph, producer, specs, names) for tensor in graph.ids]
    for value, tensor in zip(values, graph.ids, strict=True):
        if value.role == "constant" and tensor in log.reads:
            value.role = "variable"
    ops = [op_of(node, graph) for node in graph.nodes]
    for node in graph.nodes:
        log.rules.setdefault(key_of(node.op), node.op)
    note = "the walk back was cut short: this computation is very long" if graph.truncated else ""
    return Group(
        run.call.kind,
        run.position,
        run.callers,
        0,
        first,
        values,
        ops,
        [],
        [],
        Series(),
        omitted_ops=graph.omitted,
        note=note,
    )


def specs_of(run: Pass, graph: Trace) -> dict[int, tuple[list[int], str]]:
    """Tensor identity to shape and dtype."""
    found: dict[int, tuple[list[int], str]] = {}
    for tensor in (*run.targets, *run.sources):
        found[tensor._id] = spec(tensor._a)
    for node in graph.nodes:
        tensors = node.inputs + node.outputs
        if node.specs:
            found.update(
                (i, (list(s), d.name)) for i, (s, d) in zip(tensors, node.specs, strict=True)
            )
        else:
            found.update((i, spec(a)) for i, a in zip(tensors, node.arrays, strict=True))
    return found


def spec(array: Any) -> tuple[list[int], str]:
    """Shape and dtype name of an array."""
    return list(array.shape), "string" if array.dtype.kind in "OSU" else array.dtype.name


def names_of(log: OpLog, run: Pass, wanted: Any = None) -> dict[int, str]:
    """Tensor identity to a name: the user's own, a variable's, an item's, the library's.

    Of variables' values, of which a log holds many, only ``wanted`` ones if that is given.
    """
    if run.frame is not None or run.caller is not None:  # frames are let go as soon as possible
        run.names = (names_in(run.frame), names_in(run.caller)[0])
        run.frame = run.caller = None
    (user, items), library = run.names
    names = {**library, **items}
    for tensor in log.reads if wanted is None else wanted:
        read = log.reads.get(tensor)
        if read is not None and read.name:
            names[tensor] = read.name
    for source, original in zip(run.sources, run.call.sources, strict=True):
        if getattr(original, "_should_act_as_resource_variable", False):
            names[source._id] = variable_name(original) or names.get(source._id, "")
    names.update(user)
    for variable, tensors in log.values_of.items():
        if names.get(variable):
            names.update((tensor, user.get(tensor) or names[variable]) for tensor in tensors)
    return names


def value_of(tensor: int, graph: Trace, producer: Any, specs: Any, names: Any) -> Value:
    """One tensor of the graph."""
    source, target = graph.sources.get(tensor), graph.targets.get(tensor)
    made = producer.get(tensor)
    role = (
        "source"
        if source is not None
        else "target"
        if target is not None
        else "intermediate"
        if made is not None
        else "constant"
    )
    shape, dtype = specs.get(tensor, ([], ""))
    return Value(names.get(tensor, ""), role, shape, dtype, made, source, target)


def op_of(node: Logged, graph: Trace) -> Op:
    """One operation of the graph."""
    formula, derivative = formula_of(node.op)
    rule = key_of(node.op)
    reason = getattr(node.op, "nondifferentiable", None)
    note = f"it has no derivative: {reason}" if reason else ""
    attrs = {
        k: shorten(str(v))
        for k, v in (node.attrs or {}).items()
        if v is not None and v is not False and not callable(v)
    }
    number = graph.number
    return Op(
        node.op.type,
        [number[i] for i in node.inputs],
        [number[o] for o in node.outputs],
        node.position,
        formula,
        derivative,
        attrs,
        id(node) in graph.rules,
        note,
        node.scope,
        "" if rule == node.op.type else rule,
    )


def target_label(group: Group) -> str:
    """What the curve of the target shows."""
    targets = [v for v in group.values if v.target is not None]
    name = targets[0].name if targets else ""
    if len(targets) == 1 and all(n == 1 for n in targets[0].shape):
        return name or "target"
    return f"mean of {name}" if len(targets) == 1 and name else "mean of the targets"


def unwatched_sources(run: Pass) -> dict[int, str]:
    """Sources that the call's tape did not watch, and what to do about it."""
    watched = getattr(run.call.tape, "_tracked", None)
    if watched is None:
        return {}
    return {
        i: why_unwatched(source)
        for i, source in enumerate(run.sources)
        if source._id not in watched
    }


def why_unwatched(source: Any) -> str:
    """Why a tape did not watch a source, and what to do about it."""
    if source._a.dtype.kind not in "fcV":
        return f"its dtype is {source._a.dtype.name}, and only floating point has gradients."
    if not hasattr(source, "trainable"):
        return (
            "the tape did not watch it; call tape.watch(…) before it is used, or use a tf.Variable."
        )
    if source.trainable:
        return "it was not used while the tape was recording."
    return "it is a variable with trainable=False; such are watched only after tape.watch(…)."
