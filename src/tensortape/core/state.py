"""What the running thread is doing: who listens to operations and which namespace computes."""

from __future__ import annotations

import functools
import itertools
import threading
from typing import Any

import numpy as np
from numpy._core import umath as _umath

next_id = itertools.count(1).__next__
"""Fresh identities for tensors and variables; tapes speak of values by these."""


class State(threading.local):
    """Per-thread interpreter state; the class attributes are every thread's start.

    ``listeners`` hear of each executed operation (tapes, accumulators, observers, graphs).
    ``xp`` is the array namespace that evaluates kernels. ``tensor`` makes a tensor of a result.
    ``graph`` is the function being traced, which variables are part of. ``in_rule`` holds while a
    derivative rule runs on symbolic tensors: unknown sizes then are integers to compute with.
    ``now`` is ``(xp, tensor, listeners)``, for those who need all three often: each look at what
    belongs to a thread costs as much as an operation on numbers.
    """

    listeners: tuple[Any, ...] = ()
    xp: Any = None
    tensor: Any = None
    graph: Any = None
    in_rule: bool = False
    now: tuple[Any, Any, tuple[Any, ...]] = (None, None, ())

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__  # this thread's
        own[name] = value
        if "listeners" in own or self.xp is not State.xp or self.tensor is not State.tensor:
            own["now"] = (self.xp, self.tensor, self.listeners)
        else:  # as every thread's, whatever becomes of that
            own.pop("now", None)

    @classmethod
    def begin_with(cls, **values: Any) -> None:
        """Change what threads start with, and those have that changed nothing themselves."""
        for name, value in values.items():
            setattr(cls, name, value)
        cls.now = (cls.xp, cls.tensor, cls.listeners)


state = State()


def add_listener(listener: Any) -> None:
    """Let ``listener`` hear what this thread executes from now on."""
    xp, make, listeners = state.now
    set_listeners(xp, make, (*listeners, listener))


def set_listeners(xp: Any, make: Any, listeners: tuple[Any, ...]) -> None:
    """Replace who listens in this thread, whose other state is known."""
    own = state.__dict__
    own["listeners"], own["now"] = listeners, (xp, make, listeners)


def remove_listener(listener: Any) -> None:
    """Take ``listener`` away again, wherever in the order it stands."""
    xp, make, listeners = state.now
    if listeners and listeners[-1] is listener:
        left = listeners[:-1]
    else:
        left = tuple([other for other in listeners if other is not listener])
    set_listeners(xp, make, left)


class paused:
    """Context in which nobody listens (custom gradients, internal computations)."""

    __slots__ = ("_saved",)

    def __enter__(self) -> None:
        self._saved = state.listeners
        state.listeners = ()

    def __exit__(self, *exc: object) -> None:
        state.listeners = self._saved


class QuietFloats:
    """Reusable, re-entrant guard: NumPy computes infinities and NaN without warnings.

    ``numpy.errstate`` costs a microsecond to build; kernels run far too often for that, so the
    prepared error object is set directly where this NumPy offers it.
    """

    __slots__ = ("reset", "set")

    def __init__(self) -> None:
        variable = getattr(_umath, "_extobj_contextvar", None)
        if variable is None:
            self.set = lambda: np.seterr(all="ignore")
            self.reset = lambda old: np.seterr(**old)
        else:
            self.set = functools.partial(variable.set, _umath._make_extobj(all="ignore"))
            self.reset = variable.reset


quiet_floats = QuietFloats()


class quiet:
    """``with quiet():`` around raw array code that may meet infinities."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = quiet_floats.set()

    def __exit__(self, *exc: object) -> None:
        quiet_floats.reset(self._token)
