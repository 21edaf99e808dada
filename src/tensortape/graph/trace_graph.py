"""The graph of a function being traced: what it captures, reads, assigns and creates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.unranked import unranked
from tensortape.core.convert import SHARED, convert_to_tensor
from tensortape.core.dispatch import out_of_scope
from tensortape.core.errors import InaccessibleTensorError
from tensortape.core.random_state import _scopes
from tensortape.core.registry import OPS
from tensortape.core.shapes import TensorShape
from tensortape.core.state import State, next_id, quiet, state
from tensortape.core.tensor import EagerTensor
from tensortape.graph.func_graph import FuncGraph
from tensortape.graph.ir import interpret
from tensortape.graph.lower import abstract_like, lower
from tensortape.graph.symbolic import SymbolicTensor


def _no(tensor: Any) -> bool:
    return False


class TraceGraph(FuncGraph):
    """A graph with parameters: arguments, captured tensors of outer graphs, and variables.

    Variables are values here: reading one gives a parameter, assigning replaces the value that
    later reads give, and the last values are results of the function.
    """

    building_function = True
    is_part = False
    """Whether it is a branch or the body of a loop, rather than a function."""

    jit_compile: bool | None = None

    def __init__(self, name: str, outer: Any = None, autograph: bool = True) -> None:
        super().__init__(name)
        self.outer = outer
        self.first_id = getattr(outer, "first_id", None) or next_id()
        """Tensors with smaller ids are older than the function."""
        self.autograph = autograph
        self.captured: dict[int, tuple[Any, Any]] = {}
        self._derived: dict[int, tuple[Any, ...]] = {}
        """Computed from the surroundings alone: tensor id -> operation, its inputs, its results."""
        self._results: dict[int, Any] = {}
        self.variables: dict[int, tuple[Any, Any]] = {}
        self.assigned: dict[int, Any] = {}
        self.created: list[Any] = []
        self.may_create = True
        self.arguments: dict[int, Any] = {}
        """Tensor id -> array, of the call that is traced; initial values may depend on them."""
        self._values: dict[int, Any] = {}
        self._resources: dict[int, tuple[Any, Any]] = {}

    def get_operations(self) -> list[Any]:
        """The operations of the function, in the order they were built."""
        return self._operations[: self.visible]

    visible: int | None = None
    """How many operations the traced code built; later ones are of its derivatives."""

    # -- tensors ---------------------------------------------------------------------------

    def capture(self, tensor: Any) -> Any:
        """``tensor`` as this graph has it: tensors of outer graphs become parameters."""
        if type(tensor) is EagerTensor:
            if self._is_derived(tensor):
                return self._rebuilt(tensor)
            return self._captured(tensor) if self._is_outer(tensor) else super().capture(tensor)
        graph = tensor._graph
        if graph is self or graph is None:
            return tensor
        if tensor._id not in self.captured:
            self._check_scope(tensor)
        return self._captured(tensor)

    def _captured(self, tensor: Any) -> Any:
        """The parameter for a tensor of the surroundings."""
        found = self.captured.get(tensor._id)
        if found is None:
            inner = self.placeholder_like(tensor, "captured")
            found = self.captured[tensor._id] = (tensor, inner)
        return found[1]

    def _is_outer(self, tensor: EagerTensor) -> bool:
        """Whether a tape outside may know this tensor: then it is no constant of the function."""
        if tensor._a.dtype.kind not in "fcV" or tensor._id in SHARED:
            return False
        return tensor._id <= self.first_id or getattr(self.outer, "_is_derived", _no)(tensor)

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Add a node; a value computed from the surroundings alone is one as soon as it is used."""
        super().record(op, inputs, outputs, attrs)
        valued = all(type(t) is EagerTensor for t in outputs)
        if valued and not op.nondifferentiable and any(map(self._from_outside, inputs)):
            entry = (op, inputs, outputs, attrs)
            self._derived.update((t._id, entry) for t in outputs if t._a.dtype.kind in "fcV")

    def _from_outside(self, tensor: Any) -> bool:
        return type(tensor) is EagerTensor and (self._is_outer(tensor) or self._is_derived(tensor))

    def _is_derived(self, tensor: Any) -> bool:
        """Whether a value was computed while tracing, from what a tape outside may know."""
        return tensor._id in self._derived

    def _rebuilt(self, tensor: EagerTensor) -> Any:
        """Such a value as a result of operations in the graph, so that gradients find the way."""
        for op, inputs, outputs, attrs in self._missing(tensor):
            results = [SymbolicTensor(abstract_like(t._a.shape, t._a.dtype)) for t in outputs]
            self.add(op, [self.capture(t) for t in inputs], tuple(results), attrs)
            self._results.update(zip([t._id for t in outputs], results, strict=True))
        return self._results[tensor._id]

    def _missing(self, tensor: EagerTensor) -> list[Any]:
        """The operations behind a value that the graph has not yet, in the order they ran."""
        found: dict[int, Any] = {}
        pending = [tensor]
        while pending:
            entry = self._derived.get((t := pending.pop())._id)
            if entry is not None and t._id not in self._results:
                first = entry[2][0]._id
                if first not in found:
                    found[first] = entry
                    pending.extend(entry[1])
        return [found[first] for first in sorted(found)]

    def _check_scope(self, tensor: Any) -> None:
        graph: Any = self.outer
        while graph is not None and graph is not tensor._graph:
            graph = getattr(graph, "outer", None)
        if graph is None:
            raise out_of_scope(tensor, self._kind_of_leak(tensor._graph))

    def _kind_of_leak(self, graph: Any) -> type[Exception]:
        """What TensorFlow raises for a tensor of a branch or loop within, and for any other."""
        while graph is not None and graph is not self:
            graph = getattr(graph, "outer", None)
        return TypeError if graph is None else InaccessibleTensorError

    def placeholder_like(self, tensor: Any, name: str) -> Any:
        """A parameter of the same shape and dtype."""
        if unranked(tensor._a):
            return self.placeholder(None, tensor.dtype, name)
        t = self.placeholder(TensorShape(tensor._a.shape), tensor.dtype, name)
        if isinstance(tensor, SymbolicTensor):
            t._a = tensor._a if not tensor._a.derived else t._a
        return t

    # -- variables -------------------------------------------------------------------------

    def read(self, variable: Any) -> Any:
        """The value of a variable at this point of the function."""
        t = self._values.get(variable._id)
        if t is None:
            shape = variable.shape
            shape = shape if shape.rank is not None else variable._t.shape
            t = self.placeholder(shape, variable.dtype, "ReadVariableOp")
            t._operation.type = "ReadVariableOp"
            self.variables[variable._id] = (variable, t)
            self._values[variable._id] = t
        return t

    def initial(self, value: Any, make: Any) -> Any:
        """The first value of a variable: computed now, outside of the function.

        Raises ``ValueError`` unless this is the function's first trace.
        """
        if not self.root.may_create:
            raise ValueError(
                "tf.function only supports singleton tf.Variables created on the first call. Make "
                "sure the tf.Variable is only created once or created outside tf.function. See "
                "https://www.tensorflow.org/guide/function#creating_tfvariables for more "
                "information."
            )
        if isinstance(value, SymbolicTensor):
            value = self.evaluate(value)
        with left_graphs():
            return make(value)

    def created_variable(self, variable: Any) -> None:
        """A variable was made by the traced code."""
        self.root.created.append(variable)

    def variable_values(self) -> list[tuple[Any, Any]]:
        """The variables that were read, and their values when the function begins."""
        return list(self.variables.values())

    def stand_ins(self) -> list[tuple[Any, Any]]:
        """Tensors from elsewhere, and those that this graph has in their place."""
        known = {t._id: t for _, _, outputs, _ in self._derived.values() for t in outputs}
        again = [(known[i], inner) for i, inner in self._results.items()]
        return [*self.captured.values(), *again]

    def built(self) -> None:
        """All of the traced code has run: later operations are of derivatives."""
        self.visible, self.settled = len(self._operations), []

    @property
    def root(self) -> TraceGraph:
        """The outermost function being traced."""
        graph = self
        while isinstance(graph.outer, TraceGraph):
            graph = graph.outer
        return graph

    def evaluate(self, tensor: Any) -> Any:
        """The value of a tensor for the arguments of the call that is traced.

        Raises ``ValueError`` when they are not known.
        """
        inputs = [t for _, t in self.variables.values()]
        arrays = [v._t._a for v, _ in self.variables.values()]
        places = [
            node.outputs[0]
            for node in self._operations
            if node.type == "Placeholder" and node.outputs[0]._id in self.arguments
        ]
        inputs += places
        arrays += [self.arguments[t._id] for t in places]
        values = [
            abstract_like(np.shape(a), t._a.dtype) for t, a in zip(inputs, arrays, strict=True)
        ]
        try:
            here = len(self._operations)
            program = lower("initial", self._operations, inputs, [tensor], (here, here), values)
        except NotImplementedError:
            raise ValueError(
                f"The initial value {tensor!r} of a variable depends on what is not known while "
                "the function is traced. Create the variable outside of the tf.function."
            ) from None
        with left_graphs(), quiet():
            return EagerTensor(interpret(program, numpy_namespace, arrays)[0])

    def value_of(self, variable: Any) -> Any:
        """The last value of a variable."""
        return self._values[variable._id]

    def assign(self, variable: Any, value: Any, verb: str) -> Any:
        """Let later reads give another value.

        Raises ``ValueError`` for another shape or dtype.
        """
        t = convert_to_tensor(value, dtype=variable.dtype)
        self._check_shape(variable, t, verb)
        with self.alone():
            if verb != "assign":
                present = self.read(variable)
                t = present + t if verb == "assign_add" else present - t
            elif variable._id not in self.variables:
                self.read(variable)
            self.set_value(variable, t)
        return variable

    def set_value(self, variable: Any, tensor: Any) -> None:
        """Let later reads of ``variable`` give this tensor's value."""
        fresh = SymbolicTensor(self.read(variable)._a)
        if isinstance(tensor, SymbolicTensor):
            fresh._a = tensor._a
        node = self.add(OPS["Identity"], [self.capture(tensor)], (fresh,), {})
        node.reads = self.variables[variable._id][1]
        self._values[variable._id] = fresh
        self.assigned[variable._id] = variable

    def _check_shape(self, variable: Any, t: Any, verb: str) -> None:
        shape = variable.shape if verb == "assign" else TensorShape(variable._t._a.shape)
        if not shape.is_compatible_with(TensorShape(t._a.shape)):
            raise ValueError(
                f"Cannot {verb} value to variable '{variable.name}': Shape mismatch. The variable "
                f"shape {variable.shape}, and the assigned value shape {t.shape} are incompatible."
            )

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Context in which this graph listens, and no tape."""
        saved = state.listeners
        state.listeners = (self,)
        try:
            yield
        finally:
            state.listeners = saved

    # -- what is not a tensor --------------------------------------------------------------

    def resource(self, thing: Any) -> Any:
        """A parameter that stands for a Python object (an iterator, a table)."""
        found = self._resources.get(id(thing))
        if found is None:
            t = self.placeholder((), "string", "resource")
            found = self._resources[id(thing)] = (thing, t)
        return found[1]

    @property
    def resources(self) -> list[tuple[Any, Any]]:
        """Objects and the parameters that stand for them."""
        return list(self._resources.values())


class left_graphs:
    """Context in which operations are computed now, unseen by tapes, whatever is being built."""

    __slots__ = ("_saved", "_scope")

    def __enter__(self) -> None:
        s = state
        self._saved = s.xp, s.tensor, s.listeners, s.graph, s.in_rule
        s.xp, s.tensor, s.graph, s.in_rule = State.xp, State.tensor, None, False
        s.listeners = State.listeners
        self._scope = _scopes.current
        _scopes.current = None

    def __exit__(self, *exc: object) -> None:
        s = state
        s.xp, s.tensor, s.listeners, s.graph, s.in_rule = self._saved
        _scopes.current = self._scope
