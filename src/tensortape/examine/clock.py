"""How long operations take: measured while somebody examines, at no cost otherwise.

A kernel runs between switching floating point warnings off and on again; while a clock runs,
these two moments are also when time is taken.
"""

from __future__ import annotations

import threading
from time import perf_counter_ns
from typing import Any

from tensortape.core import dispatch
from tensortape.core.state import quiet_floats


class Latest(threading.local):
    """Nanoseconds that the operation took which ended last in this thread."""

    def __init__(self) -> None:
        self.elapsed = 0
        self.began: list[int] = []


latest = Latest()
MOST_NESTED = 1_000
_running = 0
_lock = threading.Lock()


def begin() -> Any:
    """The moment before a kernel runs."""
    latest.began.append(perf_counter_ns())
    return quiet_floats.set()


def end(token: Any) -> Any:
    """The moment after it. What began unseen, as the clock started, is not measured."""
    quiet_floats.reset(token)
    began = latest.began
    if began:
        latest.elapsed = perf_counter_ns() - began.pop()
        if len(began) > MOST_NESTED:  # of operations that ended unseen
            began.clear()


def start() -> None:
    """Measure from now on; to be undone by :func:`stop`."""
    global _running
    with _lock:
        _running += 1
        dispatch.State_set, dispatch.State_reset = begin, end


def stop() -> None:
    """Undo :func:`start`."""
    global _running
    with _lock:
        _running = max(0, _running - 1)
        if not _running:
            dispatch.State_set, dispatch.State_reset = quiet_floats.set, quiet_floats.reset
