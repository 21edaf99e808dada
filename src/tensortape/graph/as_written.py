"""Functions that run as they are written, and are differentiated as the functions they are.

A function with several results is one operation for whoever differentiates: a source that any of
them depends on has zeros from the others. Where a ``tf.function`` runs its Python code under a
tape, operation by operation, one more operation at its end says so, if there is such a source.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tensortape.autodiff.backward import listens
from tensortape.core import events, nest
from tensortape.core.dispatch import tell
from tensortape.core.op import Op
from tensortape.core.state import add_listener, remove_listener, state
from tensortape.core.tensor import EagerTensor

_FLOATS = frozenset("fcV")


class _Running(threading.local):
    depth = 0


_running = _Running()


def runs_as_written() -> bool:
    """Whether the code that runs is that of a function: a graph's, by its rules."""
    return _running.depth > 0


def as_written(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call the Python code of a function."""
    _running.depth += 1
    try:
        return _connected(function, args, kwargs)
    finally:
        _running.depth -= 1


def _connected(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    if not listens() or state.graph is not None:
        return function(*args, **kwargs)
    seen = Connections()
    add_listener(seen)
    try:
        result = function(*args, **kwargs)
    finally:
        remove_listener(seen)
    return seen.joined(result)


class Connections(events.Observer):
    """On which tensors from outside each tensor depends: bit ``i`` stands for ``outside[i]``."""

    def __init__(self) -> None:
        self.outside: list[Any] = []
        self._bits: dict[int, int] = {}

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Note what an operation's results depend on."""
        if op.pullback is None and not op.user_pullback:
            return
        bits = 0
        for t in inputs:
            bits |= self.bits_of(t)
        for o in outputs:
            if o._a.dtype.kind in _FLOATS:
                self._bits[o._id] = bits

    def bits_of(self, t: Any) -> int:
        """What a tensor depends on."""
        found = self._bits.get(t._id)
        if found is None:
            found = 0
            if t._a.dtype.kind in _FLOATS and any(x.wants(t) for x in _tapes()):
                found = 1 << len(self.outside)
                self.outside.append(t)
            self._bits[t._id] = found
        return found

    def joined(self, result: Any) -> Any:
        """The results, each of them connected to what any of them depends on."""
        leaves = nest.flatten(result, expand_composites=True)
        own = [t for t in leaves if type(t) is EagerTensor and t._a.dtype.kind in _FLOATS]
        results = list({t._id: t for t in own}.values())
        bits = [self.bits_of(t) for t in results]
        every = 0
        for one in bits:
            every |= one
        if all(one == every for one in bits):
            return result
        sources = [t for i, t in enumerate(self.outside) if every >> i & 1]
        fresh = [state.tensor(t._a) for t in results]
        tell(state.listeners, results_op, (*results, *sources), tuple(fresh), {})
        by_id: dict[Any, Any] = {t._id: new for t, new in zip(results, fresh, strict=True)}
        leaves = [by_id.get(getattr(t, "_id", None), t) for t in leaves]
        return nest.pack_sequence_as(result, leaves, expand_composites=True)


def _tapes() -> list[Any]:
    return [x for x in state.listeners if not isinstance(x, events.Observer)]


def _results(xp: Any, *arrays: Any) -> Any:
    """The results of a function, which come first; then what some of them depend on."""
    return arrays


def _pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> list[Any]:
    sources = zip(inputs[len(g) :], needed[len(g) :], strict=True)
    return [*g, *[xp.zeros_like(x) if n else None for x, n in sources]]


def _pushforward(xp: Any, tangents: Any, y: Any, *inputs: Any) -> list[Any]:
    pairs = zip(y, tangents, strict=False)
    return [xp.zeros_like(of) if t is None else t for of, t in pairs]


results_op = Op("FunctionResults", _results, name="function_results", outputs=0, family="call")
results_op.pullback, results_op.pushforward = _pullback, _pushforward
