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
    """

    listeners: tuple[Any, ...] = ()
    xp: Any = None
    tensor: Any = None
    graph: Any = None
    in_rule: bool = False


state = State()


def add_listener(listener: Any) -> None:
    """Let ``listener`` hear what this thread executes from now on."""
    state.listeners = (*state.listeners, listener)


def remove_listener(listener: Any) -> None:
    """Take ``listener`` away again, wherever in the order it stands."""
    listeners = state.listeners
    if listeners and listeners[-1] is listener:
        state.listeners = listeners[:-1]
    else:
        state.listeners = tuple([other for other in listeners if other is not listener])


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
