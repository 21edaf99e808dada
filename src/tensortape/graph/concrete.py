"""A traced function for one signature.

Source: ``tf.types.experimental.ConcreteFunction``.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np

from tensortape.arrays.unranked import unranked
from tensortape.core import errors, nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.device_tensor import (
    aligned,
    new_value,
    nobody_else,
    passed_value,
    settle,
    started,
    variable_value,
)
from tensortape.core.random_state import SeedScope
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.variable import Variable
from tensortape.graph.binding import bound
from tensortape.graph.effects import effect
from tensortape.graph.engine import EXPORT
from tensortape.graph.function_type import FunctionType, traced_type, type_of, variable_spec
from tensortape.graph.graph_function import GraphFunction
from tensortape.graph.lower import lower
from tensortape.graph.results import Result
from tensortape.graph.signature import held
from tensortape.graph.structures import in_parts
from tensortape.graph.symbolic import SymbolicTensor


@export("types.experimental.ConcreteFunction")
class ConcreteFunction:
    """A function of tensors, traced once: its graph, what it captures, and how it is called.

    Source: ``tf.types.experimental.ConcreteFunction``.
    """

    def __init__(
        self, name: str, graph: Any, arguments: Any, result: Result, seeds: SeedScope
    ) -> None:
        self.label, self.graph = name, graph
        self._result, self._seeds = result, seeds
        self._arguments = list(arguments)
        self._captured = [outer for outer, _ in graph.captured.values()]
        self._resources = [held(thing) for thing, _ in graph.resources]
        self._variables = [variable for variable, _ in graph.variables.values()]
        self._assigned = list(graph.assigned.values())
        self._first = _hoisted(graph)
        self._fixed = [t._a for t in (*self._captured, *self._resources)]
        self._count, self._pack = len(result.outputs), result.pack
        inputs = [
            *self._arguments,
            *[inner for _, inner in graph.captured.values()],
            *[inner for _, inner in graph.resources],
            *[inner for _, inner in graph.variables.values()],
            *[t for node in self._first for t in node.outputs],
        ]
        outputs = [*result.outputs, *[graph.value_of(v) for v in self._assigned]]
        graph.built()
        graph.inputs, graph.outputs = inputs, list(result.outputs)
        graph.captures = list(graph.captured.values())
        self.function = GraphFunction(name, graph, inputs, outputs, (0, graph.visible))
        self.function.updates = self._updates()
        self.signature: Any = ((), {})
        self.flat_names: list[str] = []
        self.parameters: list[str] = []
        self.python_signature: inspect.Signature | None = None
        self.takes_variables = False
        self._of_any_shapes: ConcreteFunction | None = None

    def takes(self, signature: Any, names: list[str], python: inspect.Signature | None) -> None:
        """Say what the arguments were: ``(args, kwargs)``, and the parameters they are for."""
        self.signature, self.parameters, self.python_signature = signature, names, python
        self.takes_variables = any(isinstance(v, Variable) for v in nest.flatten(signature))

    # -- looking at it ---------------------------------------------------------------------

    @property
    def name(self) -> bytes:
        """The name of the graph, in bytes as in TensorFlow; ``label`` is the text."""
        return self.label.encode()

    @property
    def inputs(self) -> list[Any]:
        """The parameters: arguments, captured tensors, variables."""
        return list(self.function.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The results as tensors of the graph."""
        return list(self._result.outputs)

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables that are read or assigned."""
        return tuple(self._variables)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those of the variables that tapes watch by themselves."""
        return tuple(v for v in self._variables if v.trainable)

    @property
    def captured_inputs(self) -> list[Any]:
        """Tensors and variables of the surroundings that the function uses."""
        return [*self._captured, *self._variables]

    @property
    def structured_input_signature(self) -> Any:
        """The specifications of the arguments, ``(args, kwargs)``."""
        return nest.map_structure(
            lambda v: variable_spec(v) if isinstance(v, Variable) else v, self.signature
        )

    @property
    def structured_outputs(self) -> Any:
        """What the function returns, with tensors of the graph."""
        outputs = self._result.outputs
        return self._result.pack(outputs) if outputs else self._result.structure

    @property
    def output_shapes(self) -> Any:
        """The shapes of the results; of ragged and sparse ones those of their parts."""
        return in_parts(self.structured_outputs, lambda t: getattr(t, "shape", TensorShape(None)))

    @property
    def output_dtypes(self) -> Any:
        """The dtypes of the results; of ragged and sparse ones those of their parts."""
        return in_parts(self.structured_outputs, lambda t: getattr(t, "dtype", None))

    def program(self, *args: Any) -> Any:
        """The program that runs for these arguments, or for specifications of them, as traced.

        Without arguments: for what was traced, sizes that are not known written ``?``. The text
        of a program has an operation a line, with shapes, the user's line, and the programs of
        branches and loops indented.

        >>> import tensortape as tf
        >>> f = tf.function(lambda x: tf.reduce_sum(x * x))
        >>> concrete = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
        >>> print(concrete.program())
        __inference_<lambda>_...(%0: float32[?]):
          %1: float32[?] = Mul(%0, %0) ...
          %2: float32[] = Sum(%1) axis=None keepdims=False ...
          return %2

        Raises ``ValueError`` for another number of arguments.
        """
        if not args and self._arguments:
            f = self.function
            values = [t._a for t in f.inputs]
            return lower(f.name, f.graph._operations, f.inputs, f.outputs, f.span, values)
        tensors = [_example(a) for a in nest.flatten(args, expand_composites=True)]
        if len(tensors) != len(self._arguments):
            raise ValueError(
                f"{self.label} takes {len(self._arguments)} tensors "
                f"({', '.join(self.flat_names)}), received {len(tensors)}: "
                "pass one example or tf.TensorSpec for each, or none."
            )
        return self.function.program([t._a for t in self._all(tensors)])

    def stablehlo(self, *args: Any, stage: str = "stablehlo") -> Any:
        """The function as StableHLO text, ahead of time; through JAX (``tensortape[xla]``).

        ``args`` are examples or ``tf.TensorSpec``, needed only where sizes are not known.
        Parameters are the arguments, then what the function captures: tensors, variables. Other
        stages: ``"hlo"``, ``"optimized_hlo"`` (text), ``"hlo_serialized"`` (bytes).

        Raises ``ImportError`` without JAX, ``ValueError`` for another stage or while sizes are not
        known, ``NotImplementedError`` for what XLA cannot compile.
        Source: ``tf.function(...).experimental_get_compiler_ir``.
        """
        return EXPORT[0]()(self.program(*args), stage)

    @property
    def function_type(self) -> FunctionType:
        """The parameters and the result with their types, and the types of captures."""
        made = traced_type(self.signature, self.python_signature)
        made = made.replace(return_annotation=type_of(self.structured_outputs))
        made.captures = {id(t): type_of(t) for t in self.captured_inputs}
        return made

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """The signature as text: a line for each parameter, or one for all.

        >>> import tensortape as tf
        >>> f = tf.function(lambda x, n: x * n)
        >>> concrete = f.get_concrete_function(tf.TensorSpec([None], tf.float32), 3)
        >>> print(concrete.pretty_printed_signature())
        Input Parameters:
          x (POSITIONAL_OR_KEYWORD): TensorSpec(shape=(None,), dtype=tf.float32, name=None)
          n (POSITIONAL_OR_KEYWORD): Literal[3]
        Output Type:
          TensorSpec(shape=(None,), dtype=tf.float32, name=None)
        Captures:
          None
        """
        kind = self.function_type
        names = {id(t): getattr(t, "name", None) or id(t) for t in self._variables}
        names |= {id(t): id(t) for t in self._captured}
        return kind.described(names) if verbose else str(kind)

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.pretty_printed_signature(False)} at {id(self):#x}>"

    def __str__(self) -> str:
        return f"ConcreteFunction {self.pretty_printed_signature()}"

    @property
    def engine(self) -> str:
        """What the next call runs on: ``"plan"`` (NumPy) or ``"xla"``; of the newest shapes."""
        return self.function.engine

    @property
    def compile_seconds(self) -> float:
        """What plans and XLA programs cost to make so far; tracing is not part of it."""
        return self.function.compile_seconds

    def explain_engine(self) -> str:
        """Which engine runs this function, why, and what compiling cost; as text.

        A line for each set of shapes that came. Without ``jit_compile`` the choice is made by
        counted work where JAX is installed: a program may begin on the plan and go to XLA later.

        >>> import tensortape as tf
        >>> f = tf.function(lambda x: x * x, jit_compile=False)
        >>> x = tf.constant([1.0, 2.0])
        >>> _ = f(x)
        >>> print(f.get_concrete_function(x).explain_engine())
        plan, made in ... ms: jit_compile=False
        """
        return self.function.explain_engine()

    # -- calling it ------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on tensors of the traced dtypes and shapes.

        Arguments are all that was traced with, Python values included (numbers and arrays for
        tensors), or the tensors alone. These may eagerly have other shapes, as in TensorFlow.

        Raises ``TypeError`` for another number of arguments or another Python value,
        ``InvalidArgumentError`` for tensors of another dtype.
        """
        tensors: Any = args
        plain = not kwargs and len(args) == len(self._arguments) and not self.takes_variables
        if not (plain and all(map(_fits, args, self._arguments))):
            tensors = bound(self, args, kwargs)
            if not all(map(_fits, tensors, self._arguments)):
                return self._call_with_other_shapes(tensors)
        return self.call(list(tensors))

    def _call_with_other_shapes(self, tensors: list[Any]) -> Any:
        """Run for shapes that were not traced, as TensorFlow does: they may not do.

        Raises ``InvalidArgumentError`` if they do not.
        """
        if self._of_any_shapes is None:
            made, old = copy.copy(self), self.function
            made.function = GraphFunction(old.name, old.graph, old.inputs, old.outputs, old.span)
            made.function.static, made.function.updates = False, old.updates
            self._of_any_shapes = made
        try:
            return self._of_any_shapes.call(tensors)
        except (errors.InvalidArgumentError, ValueError, TypeError, IndexError) as exc:
            shapes = ", ".join(str(t.shape) for t in tensors)
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{exc} It was traced for {self.pretty_printed_signature(False)}, and called with "
                f"tensors of shapes {shapes}.",
            ) from None

    def call(self, tensors: list[Any]) -> Any:
        """Run on tensors that fit."""
        if self._seeds.stale:
            self._seeds.restart()
        if state.listeners:
            outs = self.function.call(self._all(tensors))
            if self._assigned:
                self._commit(outs)
            return self._pack(outs)
        if self.function.on_device:
            return self._call_on_device([passed_value(t) for t in tensors])
        arrays = [t._a for t in tensors]
        if self._fixed:
            arrays += self._fixed
        arrays += [v._t._a for v in self._variables]
        if self._first:
            self._run_first(arrays)
        outs = self.function.run(arrays)
        count = self._count
        if self._assigned:
            tensor = new_value if self.function.on_device else EagerTensor
            for variable, array in zip(self._assigned, outs[count:], strict=True):
                variable._t = tensor(array)
        return self._pack([EagerTensor(a) for a in outs[:count]])

    def _call_on_device(self, arrays: list[Any]) -> Any:
        """As ``call``, with variables that stay with XLA from call to call."""
        if self._fixed:
            self._fixed = [aligned(a) for a in self._fixed]
            arrays += self._fixed
        alone = not self._assigned or nobody_else()
        arrays += [variable_value(v, alone) for v in self._variables]
        if self._first:
            self._run_first(arrays)
        count = self._count
        settle()
        outs: list[Any] = []
        pending = None
        try:
            if self.function.asynchronous:
                outs, pending = self.function.begin(arrays, len(self._assigned))
            else:
                outs = self.function.run(arrays)
            self._assign(outs, pending)
        except BaseException as exc:  # memory that was donated is gone: also after Ctrl-C
            self._assign(outs, pending)
            for at, array in getattr(exc, "updates", {}).items():
                self._assigned[at - count]._t = new_value(array)
            raise
        if self.function.asynchronous:
            started(pending, outs[:count])
        return self._pack([new_value(a, pending) for a in outs[:count]])

    def _assign(self, outs: list[Any], pending: Any) -> None:
        """Give the variables values that may be on the device."""
        for variable, array in zip(self._assigned, outs[self._count :], strict=False):
            variable._t = new_value(array, pending, True)

    def _updates(self) -> dict[int, int]:
        """Which parameter each result replaces, where a variable is read and assigned."""
        first = len(self._arguments) + len(self._captured) + len(self._resources)
        at = {id(v): first + k for k, v in enumerate(self._variables)}
        found = enumerate(self._assigned, self._count)
        return {at[id(v)]: r for r, v in found if id(v) in at}

    def _all(self, tensors: list[Any]) -> list[Any]:
        """All parameters: the arguments, and what was captured."""
        graph = state.graph
        resources: list[Any] = self._resources
        if graph is not None:
            resources = [graph.resource(thing) for thing, _ in self.graph.resources]
        found = [*tensors, *self._captured, *resources, *[v._read() for v in self._variables]]
        for node in self._first:
            given = found[self._place(node)]
            if graph is not None:
                found += effect(node._op, (given,), node._attrs, [t._a for t in node.outputs])
            else:
                found += [EagerTensor(a) for a in node._op.kernel(None, given._a, **node._attrs)]
        return found

    def _run_first(self, arrays: list[Any]) -> None:
        """Append the elements that iterators give."""
        for node in self._first:
            arrays += node._op.kernel(None, arrays[self._place(node)], **node._attrs)

    def _place(self, node: Any) -> int:
        """Which parameter the iterator of ``node`` is."""
        (t,) = node.inputs
        return next(i for i, p in enumerate(self.function.inputs) if p is t)

    def _commit(self, outs: list[Any]) -> None:
        """Give the variables their new values."""
        graph = state.graph
        news = outs[len(self._result.outputs) :]
        for variable, new in zip(self._assigned, news, strict=True):
            if graph is not None:
                with graph.alone():
                    graph.set_value(variable, new)
            else:
                variable._replace(new._a)


def _hoisted(graph: Any) -> list[Any]:
    """Steps of iterators that come before every other effect: they run before the function.

    So the shapes of the elements are known when the program is chosen.
    """
    found = []
    for node in graph._operations:
        if node._op is None or node._op.family != "effect":
            continue
        if node.type != "IteratorGetNext" or node.inputs[0]._operation._op is not None:
            break
        node.hoisted = True
        found.append(node)
    return found


def _example(value: Any) -> Any:
    """A tensor to stand for an argument: it itself, or zeros that take no memory."""
    if not isinstance(value, TensorSpec):
        return convert_to_tensor(value)
    if not value.shape.is_fully_defined():
        raise ValueError(
            f"{value!r} has sizes that are not known: give all of them, or no argument"
        )
    one = np.zeros((), value.dtype._np)
    return EagerTensor(np.broadcast_to(one, [n or 0 for n in value.shape.as_list()]))


def _fits(tensor: Any, parameter: SymbolicTensor) -> bool:
    """Whether an argument is a tensor of the parameter's dtype, and of its shape."""
    if type(tensor) is EagerTensor and not unranked(parameter._a):
        a, wanted = tensor._a, parameter._a
        if a.shape == wanted.shape and a.dtype == wanted.dtype:
            return True
    return (
        isinstance(tensor, Tensor)
        and tensor.dtype is parameter.dtype
        and parameter.shape.is_compatible_with(tensor.shape)
    )
