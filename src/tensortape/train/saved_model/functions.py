"""Traced functions as JSON, and functions made from it.

A function keeps each of its traces: the specifications of the arguments, the graph, which
variables are read and assigned, and how the results make what the Python function returned.
"""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

from tensortape.core import nest
from tensortape.core.containers import is_namedtuple
from tensortape.core.convert import convert_to_tensor
from tensortape.core.specs import TensorSpec, TypeSpec
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.core.variable import Variable
from tensortape.graph.binding import leaves
from tensortape.graph.concrete import ConcreteFunction
from tensortape.graph.function import Function
from tensortape.graph.signature import component_specs, of_tensors, tensor_specs
from tensortape.ops.lookup.kernels import held
from tensortape.ops.lookup.tables import Table
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.tensor import SparseTensor
from tensortape.train.saved_model.nodes import GraphReader, GraphWriter, specification
from tensortape.train.saved_model.specifications import decode_spec, encode_spec
from tensortape.train.saved_model.values import Encoder, Unsaveable, decode
from tensortape.train.wire import damaged


def encode_structure(value: Any, leaf: Any) -> Any:
    """A nest as JSON, `leaf(value)` for what is no list, tuple or dictionary."""
    kind = type(value)
    if is_namedtuple(kind):
        parts = [encode_structure(v, leaf) for v in value]
        return {"named": [kind.__name__, list(value._fields), parts]}
    if isinstance(value, (list, tuple)):
        parts = [encode_structure(v, leaf) for v in value]
        return {"list" if isinstance(value, list) else "tuple": parts}
    if isinstance(value, dict):
        return {"dict": [[k, encode_structure(v, leaf)] for k, v in value.items()]}
    return leaf(value)


def decode_structure(written: Any, leaf: Any) -> Any:
    """The nest that JSON stands for."""
    if isinstance(written, dict) and len(written) == 1:
        ((kind, content),) = written.items()
        if kind == "named":
            name, fields, parts = content
            made = namedtuple(name, fields)  # type: ignore[misc]
            return made(*[decode_structure(p, leaf) for p in parts])
        if kind == "dict":
            return {k: decode_structure(v, leaf) for k, v in content}
        if kind in ("list", "tuple"):
            parts = [decode_structure(p, leaf) for p in content]
            return parts if kind == "list" else tuple(parts)
    return leaf(written)


class FunctionWriter:
    """Functions as JSON; `number_of(variable)` says which object a variable is."""

    def __init__(self, encoder: Encoder, number_of: Any) -> None:
        self._encoder = encoder
        self._number_of = number_of

    def function(self, function: Any) -> Any:
        """A function with its traces."""
        if isinstance(function, ConcreteFunction):
            return {"parameters": None, "traces": [self.trace(function)], "jit_compile": None}
        if isinstance(function, RestoredFunction):
            return self._again(function)
        if not function._traced and function.input_signature is not None:
            function.get_concrete_function()
        traces = []
        for _, concrete in function._traced:
            if concrete is None:
                raise Unsaveable("a trace that is no graph (it runs as plain Python)")
            traces.append(self.trace(concrete))
        compiled = function._options["jit_compile"]
        return {
            "parameters": self._parameters(function),
            "traces": traces,
            "jit_compile": compiled if isinstance(compiled, bool) else None,
        }

    def _again(self, function: RestoredFunction) -> Any:
        """A function that was restored, with the arguments it was saved with."""
        traces = []
        for trace in function._traces:
            kept = {name: trace._written[name] for name in ("arguments", "keywords", "names")}
            traces.append(self.trace(trace.function.get_concrete_function()) | kept)
        compiled = function._traces[0].function._options["jit_compile"]
        return {"parameters": function._parameters, "traces": traces, "jit_compile": compiled}

    def _parameters(self, function: Any) -> Any:
        """Names, kinds and defaults of parameters, as far as they are data."""
        signature = function._binder._signature
        if signature is None:
            return None
        written = []
        for p in signature.parameters.values():
            try:
                default = [] if p.default is p.empty else [self._encoder.encode(p.default)]
            except Unsaveable:
                default = []
            written.append([p.name, p.kind.name, default])
        return written

    def trace(self, concrete: Any) -> Any:
        """One trace."""
        things = [thing for thing, _ in concrete.graph.resources]
        captured = {inner._id: outer for outer, inner in concrete.graph.captured.values()}
        known = all(type(t) is EagerTensor for t in captured.values())
        if not known or concrete._first or not all(isinstance(t, Table) for t in things):
            raise Unsaveable(
                "something besides variables, tables and constants that it refers to (an iterator "
                "or a tensor of another function)"
            )
        names = list(concrete.flat_names)
        return {
            "arguments": encode_structure(concrete.signature[0], self._argument),
            "keywords": encode_structure(concrete.signature[1], self._argument),
            "names": names,
            "tables": [self._number_of(t) for t in things],
            "reads": [self._number_of(v) for v in concrete._variables],
            "assigns": [self._number_of(v) for v in concrete._assigned],
            "returns": self._returned(concrete._result),
            "graph": GraphWriter(self._encoder, concrete.function, constants=captured).json,
        }

    def _argument(self, value: Any) -> Any:
        if isinstance(value, TensorSpec):
            return {"tensor": [value.shape.as_list(), value.dtype.name, value.name]}
        if component_specs(value) is not None:
            return {"spec": encode_spec(value, self._encoder)}
        return {"value": self._encoder.encode(value)}

    def _returned(self, result: Any) -> Any:
        """Which result goes where in what was returned; `None` stays."""
        leaves = nest.flatten(result.structure)
        if any(at is not None for is_tensor, at in result._places if not is_tensor):
            raise Unsaveable("results that are no tensors")
        rest = (at if is_tensor else None for is_tensor, at in result._places)
        places = [_Place(self._written_places(leaf, rest)) for leaf in leaves]
        structure = nest.pack_sequence_as(result.structure, places)
        return encode_structure(structure, lambda p: p.written)

    def _written_places(self, leaf: Any, rest: Iterator[int | None]) -> Any:
        """The places of a leaf's parts: one of a tensor, several of a ragged or sparse one."""
        if not isinstance(leaf, CompositeTensor):
            at = next(rest)
            return None if at is None else {"result": at}
        parts = nest.flatten([leaf], expand_composites=True)
        for name, kind in _COMPOSITE.items():
            if isinstance(leaf, kind):
                return {name: [next(rest) for _ in parts]}
        spec = getattr(leaf, "_type_spec", None)
        if component_specs(spec) is None:
            raise Unsaveable(f"results that are no tensors, of the type {type(leaf).__name__}")
        return {"parts": [encode_spec(spec, self._encoder), [next(rest) for _ in parts]]}


class _Place:
    """Which of the results stand at a place of what is returned, as JSON."""

    def __init__(self, written: Any) -> None:
        self.written = written


_COMPOSITE = {"ragged": RaggedTensor, "sparse": SparseTensor}
"""What is returned in several parts."""


def _returned_leaf(written: Any, outs: Any) -> Any:
    """What is returned at a place."""
    if written is None:
        return None
    ((kind, at),) = written.items()
    if kind == "result":
        return outs[at]
    if kind == "parts":
        spec, numbers = at
        return of_tensors(decode_spec(spec), iter([outs[i] for i in numbers]))
    parts = [outs[i] for i in at]
    if kind == "sparse":
        return SparseTensor(*parts)
    return RaggedTensor.from_nested_row_splits(parts[0], parts[1:], validate=False)


class RestoredTrace:
    """One trace of a restored function."""

    def __init__(self, written: Any, arrays: Any, variables: Any, compiled: Any = None) -> None:
        self._written = written
        self._reads = [variables(n) for n in written["reads"]]
        self._tables = [_table(variables(n)) for n in written.get("tables", ())]
        self._assigns = [variables(n) for n in written["assigns"]]
        self._reader = GraphReader(written["graph"], arrays)
        self.arguments = decode_structure(written["arguments"], self._argument)
        self.keywords = decode_structure(written["keywords"], self._argument)
        leaves = nest.flatten((self.arguments, self.keywords))
        self.specs = [one for s in leaves for one in tensor_specs(s)]
        graph = written["graph"]
        count = len(graph["parameters"]) - len(self._reads) - len(self._tables)
        if count != len(self.specs):
            self.specs = [
                specification(p, n)
                for p, n in zip(graph["parameters"][:count], written["names"], strict=False)
            ]
        self.function = Function(self._run, options(self.specs, compiled))

    @staticmethod
    def _argument(written: Any) -> Any:
        if isinstance(written, dict) and "tensor" in written:
            shape, dtype, name = written["tensor"]
            return TensorSpec(shape, dtype, name)
        if isinstance(written, dict) and "spec" in written:
            return decode_spec(written["spec"])
        if isinstance(written, dict) and "value" in written:
            return decode(written["value"], _no_arrays)
        raise damaged(f"{written!r:.80} is no argument")

    def _run(self, *tensors: Any) -> Any:
        values = [*map(held, self._tables), *[v._read() for v in self._reads]]
        outs = self._reader.run([*tensors, *values])
        count = len(outs) - len(self._assigns)
        for variable, new in zip(self._assigns, outs[count:], strict=True):
            variable.assign(new)
        return decode_structure(self._written["returns"], lambda w: _returned_leaf(w, outs))

    def concrete(self) -> Any:
        """The traced function, which takes what the one that was saved took."""
        made = self.function.get_concrete_function()
        specs = nest.flatten((self.arguments, self.keywords))
        if any(component_specs(s) is not None and not isinstance(s, TensorSpec) for s in specs):
            made.signature = (self.arguments, self.keywords)
            made.parameters = [f"args_{i}" for i, _ in enumerate(self.arguments)]
        return made

    def tensors_of(self, args: Any, kwargs: Any) -> list[Any] | None:
        """The tensors among arguments, if they fit this trace."""
        wanted, given = (self.arguments, self.keywords), (tuple(args), dict(kwargs))
        try:
            pairs = list(leaves(wanted, given))
        except TypeError:
            return None
        found = []
        for spec, value in pairs:
            if component_specs(spec) is not None:
                if getattr(value, "_type_spec", None) is None or not spec.is_compatible_with(value):
                    return None
                found += nest.flatten([value], expand_composites=True)
                continue
            if not isinstance(spec, TensorSpec):
                if isinstance(value, Tensor) or not _same(spec, value):
                    return None
                continue
            tensor = _fitting(spec, value)
            if tensor is None:
                return None
            found.append(tensor)
        return found

    def __repr__(self) -> str:
        return f"({', '.join(map(repr, nest.flatten((self.arguments, self.keywords))))})"


def options(specs: Any, compiled: Any) -> dict[str, Any]:
    """The options of `tf.function` for a restored trace."""
    return {
        "input_signature": tuple(specs),
        "autograph": False,
        "jit_compile": compiled,
        "reduce_retracing": False,
    }


def _table(value: Any) -> Any:
    if not isinstance(value, Table):
        raise damaged("a function refers to a table that is none")
    return value


def _no_arrays(name: str) -> Any:
    raise damaged("an argument is an array")


def _same(a: Any, b: Any) -> bool:
    try:
        return bool(a == b)
    except (TypeError, ValueError):
        return False


def _fitting(spec: TensorSpec, value: Any) -> Any:
    """A value as a tensor that a specification allows, or `None`."""
    if isinstance(value, (Tensor, Variable)) or hasattr(value, "dtype"):
        tensor = convert_to_tensor(value)
        fits = tensor.dtype is spec.dtype
    else:
        try:
            tensor, fits = convert_to_tensor(value, dtype=spec.dtype), True
        except (TypeError, ValueError):
            return None
    return tensor if fits and spec.shape.is_compatible_with(tensor.shape) else None


class RestoredFunction:
    """A function that was saved: calls go to the first trace that their arguments fit."""

    def __init__(self, written: Any, arrays: Any, variables: Any, name: str) -> None:
        self.__name__ = name
        compiled = written["jit_compile"]
        self._traces = [RestoredTrace(t, arrays, variables, compiled) for t in written["traces"]]
        self._parameters = written["parameters"]
        self._signature = _signature(self._parameters)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with arguments as one of its traces had them.

        Raises `TypeError` for arguments that the function does not have, `ValueError` if there is
        no trace that they fit.
        """
        trace, tensors = self._find(args, kwargs)
        return trace.function(*tensors)

    def _find(self, args: Any, kwargs: Any) -> tuple[RestoredTrace, Any]:
        given, named, wrong = args, kwargs, None
        if self._signature is not None:
            try:
                bound = self._signature.bind(*args, **kwargs)
                bound.apply_defaults()
                given, named = bound.args, bound.kwargs
            except TypeError as error:
                wrong = error
        for trace in self._traces:
            for candidate in ((given, named), (args, kwargs)):
                tensors = trace.tensors_of(*candidate)
                if tensors is not None:
                    return trace, tensors
        if wrong is not None:
            raise TypeError(
                f"Binding inputs to {self.__name__} failed due to `{wrong}`. Received args: {args} "
                f"and kwargs: {kwargs} for signature: {self._signature}."
            )
        raise self._unknown(args, kwargs)

    def _unknown(self, args: Any, kwargs: Any) -> ValueError:
        listed = "\n".join(f"  {trace!r}" for trace in self._traces)
        return ValueError(
            "Could not find matching concrete function to call loaded from the SavedModel. Got "
            f"{args} and {kwargs}. {self.__name__} was saved for:\n{listed}"
        )

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """The traced function for arguments or specifications; of the only trace without any."""
        trace = self._traces[0] if not args and not kwargs else self._matching(args, kwargs)
        return trace.concrete()

    def _matching(self, args: Any, kwargs: Any) -> RestoredTrace:
        wanted = [one for s in nest.flatten((args, kwargs)) for one in tensor_specs(s)]
        for trace in self._traces:
            pairs = zip(trace.specs, wanted, strict=False)
            if len(wanted) == len(trace.specs) and all(a.is_compatible_with(b) for a, b in pairs):
                return trace
        if any(isinstance(s, TypeSpec) for s in nest.flatten((args, kwargs))):
            raise self._unknown(args, kwargs)
        return self._find(args, kwargs)[0]

    @property
    def concrete_functions(self) -> list[Any]:
        """The traced functions."""
        return [trace.concrete() for trace in self._traces]

    def __repr__(self) -> str:
        return f"<restored function {self.__name__!r}, {len(self._traces)} traces>"


def _signature(written: Any) -> inspect.Signature | None:
    if written is None:
        return None
    made = []
    for name, kind, default in written:
        value = decode(default[0], _no_arrays) if default else inspect.Parameter.empty
        made.append(inspect.Parameter(name, inspect._ParameterKind[kind], default=value))
    return inspect.Signature(made)
