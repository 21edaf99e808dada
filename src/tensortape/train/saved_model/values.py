"""Attributes of operations as JSON, and back.

Numbers, text, truth values and `None` stand for themselves; anything else is an object with one
key that says what it is. Arrays are kept apart, by name.
"""

from __future__ import annotations

import base64
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.varying import Varying
from tensortape.core import dtypes
from tensortape.core.random_state import Stream
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import EagerTensor
from tensortape.graph.graph_function import GraphFunction
from tensortape.train.wire import damaged

ARITHMETIC: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name) for name in ("add", "sub", "mul", "floordiv", "mod")
} | {"max": max, "min": min}
"""What sizes that are not known yet are computed with."""


class Unsaveable(Exception):
    """A value for which the format has no form; the message says what it is."""


class Encoder:
    """Values as JSON; arrays are collected in `arrays`.

    `reference` says where a tensor's value comes from, `attribute` which node has given
    attributes, `function` how a part of a graph is written.
    """

    def __init__(self, arrays: dict[str, Any], rules: bool = True) -> None:
        self.arrays = arrays
        self.rules = rules
        """Whether the rules of custom gradients are written."""
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []

    def array(self, array: Any) -> str:
        """The name of an array; the same array has the same name."""
        if id(array) not in self._names:
            name = f"constant/{len(self._names)}"
            self._names[id(array)] = name
            self._kept.append(array)
            self.arrays[name] = np.asarray(array)
        return self._names[id(array)]

    def encode(self, value: Any, graph: Any = None) -> Any:
        """A value as JSON; `graph` answers for tensors and parts of graphs.

        Raises `Unsaveable`.
        """
        if isinstance(value, Varying):
            if value.expression is None:
                raise Unsaveable("a size that was computed outside of tensors")
            return {"varying": value.expression(_Sizes(graph))}
        if value is None or isinstance(value, (bool, str)) or type(value) is int:
            return value
        simple = _SIMPLE.get(type(value))
        if simple is not None:
            return simple(value)
        if isinstance(value, (list, tuple, dict, slice)):
            return self._encode_parts(value, graph)
        if isinstance(value, EagerTensor):
            return {"tensor": self.array(value._a)}
        if isinstance(value, (np.ndarray, np.generic)):
            return {"array": self.array(value)}
        if isinstance(value, GraphFunction) and graph is not None:
            return {"function": graph.function(value)}
        if isinstance(value, dtypes.DType):
            return {"dtype": value.name}
        if isinstance(value, np.dtype):
            return {"numpy dtype": value.name}
        raise Unsaveable(f"{value!r:.100}, a {type(value).__name__}")

    def _encode_parts(self, value: Any, graph: Any) -> Any:
        if isinstance(value, slice):
            parts = (value.start, value.stop, value.step)
            return {"slice": [self.encode(v, graph) for v in parts]}
        if isinstance(value, dict):
            pairs = [[self.encode(k), self.encode(v, graph)] for k, v in value.items()]
            return {"dict": pairs}
        if hasattr(value, "_fields"):
            raise Unsaveable(f"{value!r:.100}, a named tuple")
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [self.encode(v, graph) for v in value]}


_SIMPLE: dict[type, Callable[[Any], Any]] = {
    float: lambda v: v if math.isfinite(v) else {"float": repr(v)},
    complex: lambda v: {"complex": [repr(v.real), repr(v.imag)]},
    bytes: lambda v: {"bytes": base64.b64encode(v).decode()},
    type(...): lambda v: {"ellipsis": True},
    TensorShape: lambda v: {"shape": None if v.rank is None else v.as_list()},
    Stream: lambda v: {"stream": [str(v.key), str(v.counter >> 64)]},
}


class _Sizes:
    """A scope that answers expressions of sizes with what they are, as JSON."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def find(self, kind: str, ref: Any, at: Any) -> Any:
        if self._graph is None:
            raise Unsaveable("a size of a tensor outside of a function")
        if kind == "attribute":
            return [kind, self._graph.number_of(ref), list(at)]
        return [kind, self._graph.reference(ref), at]

    def combine(self, function: Any, a: Any, b: Any) -> Any:
        for name, known in ARITHMETIC.items():
            if function is known:
                return [name, a, b]
        raise Unsaveable(f"a size computed by {function!r}")


def decode(value: Any, arrays: Any, scope: Any = None) -> Any:
    """The value that JSON stands for.

    `arrays(name)` gives an array, `scope` answers for sizes and parts of graphs. Raises
    `tf.errors.DataLossError` for what is no value.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise damaged(f"{value!r:.80} is no value")
    ((kind, content),) = value.items()

    def parts(items: Any) -> list[Any]:
        return [decode(item, arrays, scope) for item in items]

    if kind in ("list", "tuple", "slice"):
        makers: dict[str, Any] = {"list": list, "tuple": tuple, "slice": lambda p: slice(*p)}
        return makers[kind](parts(content))
    if kind == "dict":
        return {decode(k, arrays): decode(v, arrays, scope) for k, v in content}
    if kind == "array":
        return arrays(content)
    if kind == "tensor":
        return EagerTensor(arrays(content))
    if kind in ("varying", "function") and scope is not None:
        return getattr(scope, kind)(content)
    if kind in _DECODE:
        return _DECODE[kind](content)
    raise damaged(f"there is no kind of value called {kind!r}")


_DECODE: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "complex": lambda v: complex(float(v[0]), float(v[1])),
    "bytes": base64.b64decode,
    "ellipsis": lambda v: ...,
    "shape": TensorShape,
    "dtype": dtypes.as_dtype,
    "numpy dtype": lambda v: dtypes.as_dtype(v)._np,
    "stream": lambda v: _stream(int(v[0]), int(v[1])),
}


def _stream(key: int, counter: int) -> Stream:
    stream = Stream(1, 1)
    stream.key, stream.counter = key, counter << 64
    return stream
