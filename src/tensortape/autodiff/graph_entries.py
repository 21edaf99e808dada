"""What a tape would have recorded while graphs were built: the operations behind their tensors."""

from __future__ import annotations

from typing import Any

from tensortape.autodiff.backward import Entry
from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.registry import OPS

_FLOATS = frozenset("fcV")


def entries_around(graph: Any) -> list[Entry]:
    """The operations of a graph and of those around it, in an order in which they could run.

    A tensor of an outer graph is a parameter of an inner one; the way goes from the one to the
    other. So do tensors with values, which a graph holds as parameters or constants.
    """
    found: list[Entry] = []
    for each in reversed(_outwards(graph)):
        found += _entries(each)
    return [e for e in found if _differentiable(e)]


def _outwards(graph: Any) -> list[Any]:
    graphs = []
    while graph is not None:
        graphs.append(graph)
        graph = graph.outer
    return graphs


def _entries(graph: Any) -> list[Entry]:
    same, read = OPS["Identity"], OPS["ReadVariableOp"]
    pairs = graph.stand_ins()
    again = {inner._id for _, inner in pairs}
    found = [Entry(*entry) for entry in graph.settled]
    found += [Entry(same, (outer,), (inner,), NO_ATTRS) for outer, inner in pairs]
    found += [Entry(read, (v,), (t,), NO_ATTRS) for v, t in graph.variable_values()]
    for node in graph.get_operations():
        if node._op is not None and not (node.outputs and node.outputs[0]._id in again):
            found.append(_entry(node))
    return found


def _entry(node: Any) -> Entry:
    op, attrs = node._op, node._attrs
    if op.normalise is not None:
        attrs = op.normalise(node.inputs, attrs)
    return Entry(op, node.differentiated, node.outputs, attrs)


def _differentiable(entry: Entry) -> bool:
    """Whether a tape keeps it: it has a rule, or lacks one that it should have, and floats."""
    op = entry.op
    if op.pullback is None and not (op.missing_gradient or op.user_pullback):
        return False
    return any(o._a.dtype.kind in _FLOATS for o in entry.outputs)
