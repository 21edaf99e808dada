"""Graphs that are built by running Python code with symbolic tensors.

Source: ``tf.Graph``, ``tf.__internal__.FuncGraph``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tensortape.arrays.abstract import abstract, placeholder
from tensortape.core.dispatch import rare
from tensortape.core.dtypes import as_dtype
from tensortape.core.naming import NameTable
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.core.state import add_listener, remove_listener, state
from tensortape.core.tensor import Tensor
from tensortape.graph.symbolic import SymbolicTensor, make_tensor


class Operation:
    """A node of a graph: an operation, what it takes and what it gives."""

    def __init__(
        self, graph: Any, op: Any, name: str, inputs: Any, outputs: Any, attrs: Any
    ) -> None:
        self.graph, self.name = graph, name
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        self._op, self._attrs = op, attrs

    @property
    def type(self) -> str:
        """The op type, such as ``"Softmax"``."""
        return "Placeholder" if self._op is None else self._op.type

    def get_attr(self, name: str) -> Any:
        """The value of an attribute; ``ValueError`` when there is none of that name."""
        if name not in self._attrs:
            raise ValueError(f"Operation {self.name!r} has no attr named {name!r}.")
        return self._attrs[name]

    def __repr__(self) -> str:
        return f"<tf.Operation {self.name!r} type={self.type}>"


@export("Graph")
class Graph:
    """A graph of operations, filled while it is the default.

    >>> import tensortape as tf
    >>> graph = tf.Graph()
    >>> with graph.as_default():
    ...     x = tf.compat.v1.placeholder(tf.float32, [None, 2])
    ...     y = x + 1.0
    >>> y.shape
    TensorShape([None, 2])
    """

    def __init__(self, name: str = "graph", *args: Any, **kwargs: Any) -> None:
        self._graph_name = name
        self._operations: list[Operation] = []
        self._names = NameTable()

    def get_operations(self) -> list[Operation]:
        """The operations, in the order they were built."""
        return list(self._operations)

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Context in which operations are added to this graph in place of being computed."""
        saved = state.xp, state.tensor
        state.xp, state.tensor = abstract, make_tensor
        add_listener(self)
        rare.evaluators += 1
        try:
            yield self
        finally:
            rare.evaluators -= 1
            remove_listener(self)
            state.xp, state.tensor = saved

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Add a node for an operation whose result is symbolic."""
        if any(isinstance(t, SymbolicTensor) for t in outputs):
            self._add(op, self._names.unique(op.type), inputs, outputs, attrs)

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Variables have their values; nothing is added."""

    def _add(self, op: Any, name: str, inputs: Any, outputs: Any, attrs: Any) -> None:
        node = Operation(self, op, name, inputs, outputs, attrs)
        self._operations.append(node)
        for i, t in enumerate(outputs):
            if isinstance(t, SymbolicTensor):
                t._name, t._operation, t._graph = f"{name}:{i}", node, self


@export("__internal__.FuncGraph")
class FuncGraph(Graph):
    """The graph of one function."""


@export("compat.v1.placeholder")
def make_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A symbolic tensor of a dtype and a (partly unknown) shape, in the default graph.

    Raises ``RuntimeError`` outside of a graph, ``ValueError`` for a shape of unknown rank.
    """
    graph = next((g for g in reversed(state.listeners) if isinstance(g, Graph)), None)
    if graph is None:
        raise RuntimeError("tf.placeholder() is not compatible with eager execution.")
    static = TensorShape(shape)
    if static.rank is None:
        raise ValueError(
            "A placeholder of unknown rank is not supported: give its axes, None for unknown sizes."
        )
    dtype = as_dtype(dtype)
    t = make_tensor(placeholder(tuple(static.as_list()), dtype._np))
    graph._add(None, graph._names.unique(name or "Placeholder"), (), (t,), {"dtype": dtype})
    return t


@export("compat.v1.reset_default_graph")
def reset_default_graph() -> None:
    """Forget the default graph: outside of graphs there is nothing to forget.

    Raises ``AssertionError`` while a graph is being built. Source: the same.
    """
    if any(isinstance(g, Graph) for g in state.listeners):
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared "
            "graph, exit the nesting and create a new graph."
        )
