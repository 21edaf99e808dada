"""Graphs that are built by running Python code with symbolic tensors.

Source: ``tf.Graph``, ``tf.__internal__.FuncGraph``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tensortape.arrays import unknown_sizes  # noqa: F401  (rules of shapes that data decides)
from tensortape.arrays.abstract import Abstract, abstract
from tensortape.arrays.unranked import value_of_shape
from tensortape.autodiff.saved import user_line
from tensortape.core.dispatch import Normalised, rare
from tensortape.core.dtypes import as_dtype
from tensortape.core.naming import NameTable, naming_graph, op_name
from tensortape.core.registry import OPS, export
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.graph.given_names import Names
from tensortape.graph.operation import NAMES, Operation
from tensortape.graph.symbolic import SymbolicTensor, make_tensor
from tensortape.graph.text import graph_text


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

    building_function = False
    autograph = True
    outer: Any = None
    """The graph around it, if it is that of a function within another, or of a part of one."""

    def __init__(self, name: str = "graph", *args: Any, **kwargs: Any) -> None:
        self._graph_name = name
        self._operations: list[Operation] = []
        self._names = NameTable()
        self._given = Names(self._names.unique)
        self._constants: dict[int, Operation] = {}
        self._read: dict[int, Any] = {}
        self.settled: list[tuple[Any, ...]] = []
        """Operations on constants, which were computed at once: derivatives go through them."""

    # -- looking at it ---------------------------------------------------------------------

    def get_operations(self) -> list[Operation]:
        """The operations, in the order they were built."""
        return list(self._operations)

    def __str__(self) -> str:
        return graph_text(self)

    def get_operation_by_name(self, name: str) -> Operation:
        """The operation of this name; ``KeyError`` when there is none."""
        for node in self._operations:
            if node.name == name:
                return node
        raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The output ``"operation:index"``; ``KeyError`` or ``ValueError`` when there is none."""
        op, _, index = name.rpartition(":")
        if not op or not index.isdigit():
            raise ValueError(
                f"The name {name!r} looks like an (invalid) tensor name: write 'operation:index'."
            )
        return self.get_operation_by_name(op).outputs[int(index)]

    def as_graph_element(self, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """The operation or tensor that a name (or the thing itself) means."""
        if not isinstance(obj, str):
            return obj
        return self.get_tensor_by_name(obj) if ":" in obj else self.get_operation_by_name(obj)

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """A name no operation of the graph bears yet."""
        return self._names.unique(name, mark_as_used)

    # -- building it -----------------------------------------------------------------------

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Context in which operations are added to this graph in place of being computed."""
        saved = state.xp, state.tensor, state.listeners, state.graph, state.in_rule
        state.xp, state.tensor, state.listeners = abstract, make_tensor, (self,)
        state.graph, state.in_rule = self, False
        rare.evaluators += 1
        try:
            with naming_graph(self._names):
                yield self
        finally:
            self._given.forget()
            rare.evaluators -= 1
            state.xp, state.tensor, state.listeners, state.graph, state.in_rule = saved

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Add a node for an operation whose result is symbolic."""
        if any(isinstance(t, SymbolicTensor) for t in outputs):
            node = self.add(op, [self.capture(t) for t in inputs], outputs, attrs)
            node.computed = tuple(self.capture(t) for t in op.computed)
        elif inputs and not op.nondifferentiable:
            self.settled.append((op, inputs, outputs, attrs))

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """The value of a variable was used: :meth:`read` gave it."""

    def read(self, variable: Any) -> Any:
        """What reading a variable gives: its value."""
        self._read[variable._id] = variable
        return variable._t

    def variable_values(self) -> list[tuple[Any, Any]]:
        """The variables that were read, and what reading gave."""
        return [(v, v._t) for v in self._read.values()]

    def stand_ins(self) -> list[tuple[Any, Any]]:
        """Tensors from elsewhere, and those that this graph has in their place."""
        return []

    def copy(self, tensor: Any) -> Any:
        """The same value as a tensor of its own."""
        fresh = make_tensor(tensor._a)
        if isinstance(fresh, SymbolicTensor):
            self.add(OPS["Identity"], [self.capture(tensor)], (fresh,), {})
        return fresh

    def assign(self, variable: Any, value: Any, verb: str) -> Any:
        """Graphs outside of functions have no state to change."""
        raise NotImplementedError(
            f"{verb} on {variable.name!r} while a tf.Graph is built: there are no sessions to run "
            "it in. Use a tf.function, or leave the graph."
        )

    def initial(self, value: Any, make: Any) -> Any:
        """The first value of a variable."""
        return make(value)

    def created_variable(self, variable: Any) -> None:
        """A variable was made."""

    def capture(self, tensor: Any) -> Any:
        """``tensor`` as this graph has it: constants get a node to be seen."""
        if isinstance(tensor, EagerTensor) and tensor._id not in self._constants:
            name = self._names.unique("Const")
            attrs = {"dtype": tensor.dtype, "value": tensor}
            node = Operation(self, None, name, (), (tensor,), attrs, None, "Const")
            self._operations.append(node)
            self._constants[tensor._id] = node
        return tensor

    def add(self, op: Any, inputs: Any, outputs: Any, attrs: Any, kind: str = "") -> Operation:
        """Add a node; its symbolic outputs get their names."""
        default = NAMES.get(op.type, op.type) if op is not None else kind
        name = self._given.of_next(op_name, default)
        node = Operation(self, op, name, inputs, outputs, attrs, user_line(), kind)
        if type(attrs) is Normalised and _varies(inputs, outputs):
            node.raw = attrs.raw
        self._operations.append(node)
        for i, t in enumerate(outputs):
            if isinstance(t, SymbolicTensor):
                t._name, t._operation, t._graph = f"{name}:{i}", node, self
        self._given.named(node)
        return node

    def placeholder(self, shape: Any, dtype: Any, name: str = "Placeholder") -> Any:
        """A tensor that is given when the graph is run."""
        static = TensorShape(shape)
        sizes = None if static.rank is None else static.as_list()
        t = make_tensor(value_of_shape(sizes, as_dtype(dtype)._np))
        node = self.add(None, (), (t,), {"dtype": as_dtype(dtype)}, name)
        node.type = "Placeholder"
        return t


def _varies(inputs: Any, outputs: Any) -> bool:
    """Whether a node has a shape that other arguments may change."""
    abstracts = [t._a for t in (*inputs, *outputs) if isinstance(t._a, Abstract)]
    return any(a.unranked or len(a.witnesses) > 1 for a in abstracts)


@export("__internal__.FuncGraph")
class FuncGraph(Graph):
    """The graph of one function."""


@export("compat.v1.placeholder")
def make_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A symbolic tensor of a dtype and a (partly unknown) shape, in the default graph.

    Raises ``RuntimeError`` outside of a graph, ``ValueError`` for a shape of unknown rank.
    """
    graph = state.graph
    if graph is None:
        raise RuntimeError("tf.placeholder() is not compatible with eager execution.")
    static = TensorShape(shape)
    if static.rank is None:
        raise ValueError(
            "A placeholder of unknown rank is not supported: give its axes, None for unknown sizes."
        )
    return graph.placeholder(static, dtype, name or "Placeholder")


@export("compat.v1.reset_default_graph")
def reset_default_graph() -> None:
    """Forget the default graph: outside of graphs there is nothing to forget.

    Raises ``AssertionError`` while a graph is being built. Source: the same.
    """
    if state.graph is not None:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared "
            "graph, exit the nesting and create a new graph."
        )


_OUTSIDE: list[Graph] = []


@export("compat.v1.get_default_graph")
def get_default_graph() -> Graph:
    """The graph being built: a function's while it is traced; else one that stays empty.

    >>> import tensortape as tf
    >>> graph = tf.Graph()
    >>> with graph.as_default():
    ...     tf.compat.v1.get_default_graph() is graph
    True

    Source: ``tf.compat.v1.get_default_graph``.
    """
    if state.graph is not None:
        return state.graph
    if not _OUTSIDE:
        _OUTSIDE.append(Graph())
    return _OUTSIDE[0]
