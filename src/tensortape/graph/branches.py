"""Parts of a function that are graphs of their own: branches and loop bodies.

A part sees tensors and variables around it through parameters. Parts of one operation get the same
list of parameters, whichever of them uses which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.random_state import numbered_apart
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.graph.graph_function import GraphFunction
from tensortape.graph.symbolic import SymbolicTensor
from tensortape.graph.trace_graph import TraceGraph


class Part:
    """One traced part: its graph, its own parameters and its flat results.

    ``finish`` says what the results are, mostly ``value``, which the function returned.
    """

    def __init__(self, name: str, function: Callable[..., Any], shapes: Any, packed: Any) -> None:
        outer = state.graph
        self.graph = TraceGraph(name, outer=outer, autograph=getattr(outer, "autograph", True))
        self.graph.is_part = True
        with self.graph.as_default(), numbered_apart():
            self.params = [self.graph.placeholder(s, d, "arg") for s, d in shapes]
            self.value = function(*packed(self.params))
            self.outputs: list[Any] = []

    def finish(self, value: Any) -> Part:
        """Make this value, whatever the function returned, the result."""
        with self.graph.as_default():
            self.value = nest.map_structure(as_result, value)
            self.outputs = [
                self.graph.capture(t)
                for t in nest.flatten(self.value, expand_composites=True)
                if t is not None
            ]
        return self

    def value_of(self, variable: Any) -> Any:
        """The last value of a variable in this part."""
        with self.graph.as_default(), self.graph.alone():
            self.graph.read(variable)
        return self.graph.value_of(variable)

    def parameter_for(self, outer: Any) -> Any:
        """The parameter through which this part sees an outer tensor."""
        found = self.graph.captured.get(outer._id)
        if found is None:
            with self.graph.as_default():
                inner = self.graph.placeholder_like(outer, "unused")
            found = self.graph.captured[outer._id] = (outer, inner)
        return found[1]

    def parameter_of(self, variable: Any) -> Any:
        """The parameter that holds a variable's value when the part begins."""
        with self.graph.as_default(), self.graph.alone():
            self.graph.read(variable)
        return self.graph.variables[variable._id][1]

    def function(self, inputs: Any, outputs: Any) -> GraphFunction:
        """The part as a function."""
        self.graph.built()
        span = (0, len(self.graph._operations))
        return GraphFunction(self.graph._graph_name, self.graph, inputs, outputs, span)


def as_result(value: Any) -> Any:
    """A leaf that a branch returned, as a tensor."""
    kept = value is None or hasattr(value, "element_spec") or hasattr(value, "_type_spec")
    if isinstance(value, Tensor) or kept or hasattr(value, "_flow_tensor"):
        return value
    return convert_to_tensor(value)


def outer_tensors(parts: list[Part]) -> list[Any]:
    """What the parts see of the tensors around them."""
    found: dict[int, Any] = {}
    for part in parts:
        for outer, _ in part.graph.captured.values():
            found.setdefault(outer._id, outer)
    return list(found.values())


def variables_of(parts: list[Part], assigned: bool) -> list[Any]:
    """Variables that some part assigns, or those that parts only read."""
    changed: dict[int, Any] = {}
    read: dict[int, Any] = {}
    for part in parts:
        changed.update(part.graph.assigned)
        read.update({i: v for i, (v, _) in part.graph.variables.items()})
    if assigned:
        return list(changed.values())
    return [v for i, v in read.items() if i not in changed]


def resources_of(parts: list[Part]) -> list[tuple[Any, Any]]:
    """Objects that parts refer to: (object, what each part has for it)."""
    found: dict[int, Any] = {}
    for part in parts:
        for thing, _ in part.graph.resources:
            found[id(thing)] = thing
    return list(found.values())


def capture_all(tensors: Any) -> list[Any]:
    """Tensors as the graph being built has them."""
    return [state.graph.capture(t) for t in tensors]


def symbolic(abstracts: Any) -> list[Any]:
    """Fresh tensors for the results of an operation."""
    return [SymbolicTensor(a) for a in abstracts]
