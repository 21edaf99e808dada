"""Functions under observation: each call as it is written, or only some of them.

An observer that wants to see every operation makes a ``tf.function`` run its Python code. One that
has seen enough of a function may do without some calls: they run as the program they would be if
nobody observed. Where the first number that is not finite comes up in such a call, it is taken
back and run as written, so that the operation which made it is seen.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tensortape.autodiff.backward import listens
from tensortape.core import events, nest
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.graph.as_written import as_written

_threads = threading.local()
_as_written: weakref.WeakSet[Any] = weakref.WeakSet()
_NOT_RUN: Any = object()


def observed(function: Any, args: Any, kwargs: Any) -> Any:
    """Call a ``tf.function`` while observers watch, the way they want it."""
    if getattr(_threads, "inside", False) or listens() or state.graph is not None:
        return as_written(function.python_function, args, kwargs)
    wanted = [observer.wants(function) for observer in events.observers]
    if not any(wanted) and function not in _as_written:
        result = unseen(function, args, kwargs)
        if result is not _NOT_RUN:
            tell(function, seen=False)
            return result
    _threads.inside = True
    try:
        return as_written(function.python_function, args, kwargs)
    finally:
        _threads.inside = False
        tell(function, seen=True)


def tell(function: Any, seen: bool) -> None:
    """Tell the observers that a function was called."""
    for observer in events.observers:
        observer.called(function, seen)


def unseen(function: Any, args: Any, kwargs: Any) -> Any:
    """The result of a call as a program; ``_NOT_RUN`` where it has to be seen after all."""
    with nobody_observes():
        try:
            concrete, tensors = function._concrete_for(args, kwargs)
        except Exception:  # what cannot be traced did run as it is written
            concrete = None
        if concrete is None or concrete.function.stateful:  # its random numbers would be others
            _as_written.add(function)
            return _NOT_RUN
        attempt = Attempt(concrete, args, kwargs)
        with attempt.remembering():
            result = concrete.call(tensors)
            if attempt.broke(result):
                attempt.take_back()
                return _NOT_RUN
    return result


@contextmanager
def nobody_observes() -> Iterator[None]:
    """No observer hears of what this thread does."""
    observers, listeners = events.observers, state.listeners
    events.observers = ()
    state.listeners = tuple([o for o in listeners if not isinstance(o, events.Observer)])
    try:
        yield
    finally:
        events.observers, state.listeners = observers, listeners


class Attempt:
    """A call that can be taken back: what its variables and iterators were before."""

    def __init__(self, concrete: Any, args: Any, kwargs: Any) -> None:
        donated = concrete.function.on_device
        self.before = [] if donated else [(v, v._t) for v in concrete._assigned]
        self.sound = bool(self.before) and all(finite(t) for _, t in self.before)
        things = [*nest.flatten((args, kwargs)), *[thing for thing, _ in concrete.graph.resources]]
        self.iterators = [thing for thing in things if hasattr(thing, "_remember")]
        self._ends: list[Callable[[bool], None]] = []
        self._back = False

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """While it runs, the iterators' elements are kept."""
        if self.sound:
            self._ends = [iterator._remember() for iterator in self.iterators]
        try:
            yield
        finally:
            for end in self._ends:
                end(self._back)

    def broke(self, result: Any) -> bool:
        """Whether numbers stopped being finite in it."""
        if not self.sound:
            return False
        outputs = nest.flatten(result, expand_composites=True)
        return not all(finite(t) for t in (*outputs, *[v._t for v, _ in self.before]))

    def take_back(self) -> None:
        """Undo it."""
        self._back = True
        for variable, value in self.before:
            variable._t = value


def finite(tensor: Any) -> bool:
    """Whether a tensor of floating dtype has neither NaN nor infinities; others have not."""
    if type(tensor) is not EagerTensor or tensor._a.dtype.kind not in "fcV":
        return True
    return bool(np.isfinite(tensor._a).all())
