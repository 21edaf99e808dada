"""Nodes of a graph, as ``graph.get_operations()`` shows them."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export

NAMES = {
    "AddV2": "add",
    "Mul": "mul",
    "Sub": "sub",
    "RealDiv": "truediv",
    "FloorDiv": "floordiv",
    "FloorMod": "FloorMod",
    "Pow": "pow",
    "StridedSlice": "strided_slice",
    "Cast": "Cast",
    "GatherV2": "GatherV2",
    "ReadVariableOp": "ReadVariableOp",
}
"""How TensorFlow names the operations of Python's operators; others bear the name of their type."""


@export("Operation")
class Operation:
    """A node of a graph: an operation, what it takes and what it gives.

    Source: ``tf.Operation``.
    """

    __slots__ = (
        "_attrs",
        "_op",
        "computed",
        "graph",
        "hoisted",
        "inputs",
        "line",
        "name",
        "outputs",
        "raw",
        "reads",
        "type",
    )

    def __init__(
        self,
        graph: Any,
        op: Any,
        name: str,
        inputs: Any,
        outputs: Any,
        attrs: Any,
        line: str | None = None,
        kind: str = "Placeholder",
    ) -> None:
        self.graph, self.name, self.line = graph, name, line
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        self._op, self._attrs = op, attrs
        self.computed: tuple[Any, ...] = ()
        """What the outputs are copies of, for a function with a rule of the user's."""
        self.hoisted = False
        """Whether it is run before the function, so that the shapes of its outputs are known."""
        self.raw: dict[str, Any] | None = None
        """Attributes before they were normalised, where other shapes would give others."""
        self.reads: Any = None
        """What derivatives take for its input: a variable is watched, not what is assigned to it,
        so that the value after an assignment is one of the variable's parameter."""
        self.type = kind if op is None else op.type

    @property
    def differentiated(self) -> tuple[Any, ...]:
        """The inputs that derivatives go to."""
        return self.inputs if self.reads is None else (self.reads,)

    @property
    def node_def(self) -> str:
        """The node as text."""
        return repr(self)

    @property
    def control_inputs(self) -> list[Any]:
        """Operations that must run first: the order of the graph says it, so none are listed."""
        return []

    @property
    def device(self) -> str:
        """The device asked for: none in particular."""
        return ""

    def get_attr(self, name: str) -> Any:
        """The value of an attribute; ``ValueError`` when there is none of that name."""
        if name not in self._attrs:
            raise ValueError(f"Operation {self.name!r} has no attr named {name!r}.")
        return self._attrs[name]

    def values(self) -> tuple[Any, ...]:
        """The outputs."""
        return self.outputs

    def __repr__(self) -> str:
        return f"<tf.Operation {self.name!r} type={self.type}>"
