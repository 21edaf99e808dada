"""Programs for tests: what runs eagerly, written down as a program.

A :class:`Recorder` listens as a tape does. Backward passes within it run recorded, so that whole
training steps become programs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.state import add_listener, remove_listener
from tensortape.graph.ir import Aval, Node, Program


class Recorder:
    """A listener that writes down operations on given tensors and on variables that are read."""

    def __init__(self, params: Any) -> None:
        self.ids: dict[int, int] = {}
        self.avals: dict[int, Aval] = {}
        self.constants: dict[int, Any] = {}
        self.nodes: list[Node] = []
        self.params = [self.define(t) for t in params]
        self.arguments = [t._a for t in params]
        self.kept: list[Any] = list(params)

    def define(self, t: Any) -> int:
        i = self.ids[t._id] = len(self.ids)
        self.avals[i] = Aval(tuple(t._a.shape), t._a.dtype)
        return i

    def value(self, t: Any) -> int:
        if t._id not in self.ids:
            self.constants[self.define(t)] = t._a
            self.kept.append(t)
        return self.ids[t._id]

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        ins = tuple(self.value(t) for t in inputs)
        self.kept.extend(outputs)
        outs = tuple(self.define(t) for t in outputs)
        self.nodes.append(Node(op, ins, outs, attrs, op.type, f"user.py:{len(self.nodes) + 1}"))

    def read_variable(self, variable: Any, tensor: Any) -> None:
        if tensor._id not in self.ids:
            self.params.append(self.define(tensor))
            self.arguments.append(tensor._a)
            self.kept.append(tensor)

    def __enter__(self) -> Recorder:
        add_listener(self)
        return self

    def __exit__(self, *exc: object) -> None:
        remove_listener(self)

    def program(self, results: Any, name: str = "recorded") -> Program:
        ids = tuple(self.value(t) for t in results)
        constants = dict(self.constants)
        return Program(name, tuple(self.params), constants, self.nodes, ids, self.avals)


def record(function: Callable[..., Any], *tensors: Any) -> tuple[Program, list[Any]]:
    """The program of ``function(*tensors)`` and its arguments (variables read come last)."""
    with Recorder(tensors) as recorder:
        results = function(*tensors)
    results = results if isinstance(results, (tuple, list)) else [results]
    return recorder.program(results), recorder.arguments


def same(left: Any, right: Any, rtol: float = 0.0) -> None:
    """Assert that two arrays or scalars agree in dtype, shape and value (bit by bit at 0).

    Where the first is a NumPy scalar the second must be one, too.
    """
    assert type(left) is type(right) or type(left) is np.ndarray, (type(left), type(right))
    assert left.dtype == right.dtype
    assert left.shape == right.shape
    if left.dtype == object:
        assert np.array_equal(left, right)
    else:
        np.testing.assert_allclose(
            np.asarray(left, _wide(left)), np.asarray(right, _wide(right)), rtol=rtol, atol=0
        )


def _wide(a: Any) -> Any:
    return a.dtype if a.dtype.kind in "fciub" else np.float32
