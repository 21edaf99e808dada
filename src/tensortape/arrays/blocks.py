"""Running the same code on blocks of rows, on all cores.

Threads take blocks from one iterator, so that one which gets less of its core does less; a helper
that has not started when all blocks are taken is not waited for. On a machine that is busy already
no helper is asked: one that loses its core in the middle of a block holds up everything.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tensortape.core.state import quiet_floats

BLOCK = 1 << 15
"""Elements of a block: a few blocks of float32 fit into the second-level cache of a core."""

PARALLEL = 1 << 21
"""Work (elements times operations) from which helpers are asked."""

BUSY = 1.5
"""Load per core from which a machine counts as busy."""

GIL = getattr(sys, "_is_gil_enabled", lambda: True)()

LOOK_EVERY = 0.5
"""Seconds between looks at the load."""


def cores() -> int:
    """How many cores this process may use, at most 8: memory does not feed more.

    ``OMP_NUM_THREADS`` in the environment may lower it, as that of other libraries.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:
        count = os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    most = min(8, int(asked)) if asked.isdecimal() else 8
    return max(1, min(count, most))


class Helpers:
    """The threads that help, made when they are first needed; a forked process makes its own."""

    def __init__(self) -> None:
        self.count = cores() - 1
        self.next_look, self.is_idle = 0.0, True
        self.forked()

    def forked(self) -> None:
        """Forget the threads: they do not survive a fork."""
        self.pool: Any = None
        self.lock = threading.Lock()

    def idle(self) -> bool:
        """Whether there are cores to help, by the load of the last minute."""
        now = time.monotonic()
        if now > self.next_look:
            self.next_look = now + LOOK_EVERY
            try:
                self.is_idle = os.getloadavg()[0] < BUSY * (self.count + 1)
            except (AttributeError, OSError):
                self.is_idle = True
        return self.is_idle

    def submit(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function on a helper."""
        if self.pool is None:
            with self.lock:
                if self.pool is None:
                    self.pool = ThreadPoolExecutor(self.count, "tensortape")
        return self.pool.submit(function, *args)


helpers = Helpers()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=helpers.forked)


class Locked:
    """An iterator that several threads share, where there is no global lock to protect it."""

    def __init__(self, inner: Iterator[int]) -> None:
        self.inner, self.lock = inner, threading.Lock()

    def __iter__(self) -> Locked:
        return self

    def __next__(self) -> int:
        with self.lock:
            return next(self.inner)


def take_blocks(
    body: Callable[..., None], starts: Iterator[int], rows: int, step: int, scratch: Any, args: Any
) -> None:
    """Run ``body(low, high, scratch, *args)`` on blocks until none is left."""
    token = quiet_floats.set()
    try:
        for low in starts:
            body(low, min(low + step, rows), scratch, *args)
    finally:
        quiet_floats.reset(token)


def run_blocks(
    body: Callable[..., None], rows: int, step: int, scratches: Any, args: tuple[Any, ...]
) -> None:
    """Run a body on all rows: one thread for each of ``scratches``, this one among them."""
    starts: Iterator[int] = iter(range(0, rows, step))
    asked = []
    if len(scratches) > 1 and helpers.idle():
        if not GIL:
            starts = Locked(starts)
        for scratch in scratches[1:]:
            try:
                asked.append(helpers.submit(take_blocks, body, starts, rows, step, scratch, args))
            except RuntimeError:  # no threads here, or the interpreter is shutting down
                break
    try:
        take_blocks(body, starts, rows, step, scratches[0], args)
    finally:
        late = [future for future in asked if not future.cancel()]
        for future in late:
            future.result()
