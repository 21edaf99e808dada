"""The forward walk through a graph function: tangents of its outputs from those of its inputs."""

from __future__ import annotations

from typing import Any

from tensortape.autodiff.forward import FLOATS, push
from tensortape.autodiff.overrides import overridden
from tensortape.graph.lower import needed_nodes


class ForwardWalk:
    """The nodes that compute tangents of a function's outputs; they are added to its graph.

    ``inputs`` are the function's, all its outputs, and tangents of the inputs that have one;
    ``outputs`` the tangents of those outputs that have one, which ``given`` says.
    """

    def __init__(self, function: Any, moving: tuple[bool, ...]) -> None:
        graph = function.graph
        first = len(graph._operations)
        _, stop = function.span
        nodes = needed_nodes(graph._operations, function.inputs, function.outputs, stop, stop)
        ready = set(function.computed)
        with graph.as_default():
            pairs = [
                (t, graph.placeholder_like(t, "tangent"))
                for t, moves in zip(function.inputs, moving, strict=True)
                if moves
            ]
            outs = [
                t if i in ready else graph.placeholder_like(t, "unused")
                for i, t in enumerate(function.outputs)
            ]
            known = {t._id: tangent for t, tangent in pairs}
            for node in nodes:
                _pass_node(node, known)
            found = [known.get(t._id) for t in function.outputs]
            self.outputs = [graph.capture(t) for t in found if t is not None]
        self.inputs = [*function.inputs, *outs, *[tangent for _, tangent in pairs]]
        self.given = tuple([t is not None for t in found])
        self.span = (first, len(graph._operations))


def _pass_node(node: Any, known: dict[int, Any]) -> None:
    """Note the tangents of a node's outputs."""
    op = overridden(node.outputs) or node._op
    tangents = [known.get(t._id) for t in node.differentiated]
    if all(t is None for t in tangents) or op.nondifferentiable:
        return
    outputs = node.outputs  # control flow may get more of them on the way
    if not any(o._a.dtype.kind in FLOATS for o in outputs):
        return
    results = push(op, tangents, node.differentiated, outputs, node._attrs)
    for o, t in zip(outputs, results, strict=True):  # by rules of the user's, as in TensorFlow
        if t is not None and o._a.dtype.kind in FLOATS:
            known[o._id] = t
