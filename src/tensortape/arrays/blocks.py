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
from _thread import allocate_lock
from collections import deque
from collections.abc import Callable, Iterator
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


class Job:
    """A call that a helper makes, unless it is taken back first; whoever has ``claim`` decides."""

    __slots__ = ("args", "claim", "done", "error", "function")

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.function, self.args = function, args
        self.claim, self.done = allocate_lock(), allocate_lock()
        self.done.acquire()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Make the call, on a helper."""
        if self.claim.acquire(False):
            try:
                self.function(*self.args)
            except BaseException as error:
                self.error = error
            self.done.release()

    def cancel(self) -> bool:
        """Take it back, if it has not begun."""
        return self.claim.acquire(False)

    def wait(self) -> None:
        """Wait for its end; raises what the call raised."""
        self.done.acquire()
        if self.error is not None:
            raise self.error


class Helper(threading.Thread):
    """A thread that waits for jobs: a lock wakes it sooner than a queue."""

    def __init__(self, idle: deque[Helper]) -> None:
        super().__init__(name="tensortape", daemon=True)
        self.idle, self.go = idle, allocate_lock()
        self.job: Job | None = None
        self.go.acquire()
        self.start()

    def run(self) -> None:
        """One job after the other."""
        while True:
            self.go.acquire()
            job, self.job = self.job, None
            if job is not None:
                job.run()
                del job  # its arrays may be used again now
            self.idle.append(self)


class Helpers:
    """The threads that help, made when they are first needed; a forked process makes its own."""

    def __init__(self) -> None:
        self.count = cores() - 1
        self.next_look, self.is_idle = 0.0, True
        self.forked()

    def forked(self) -> None:
        """Forget the threads: they do not survive a fork."""
        self.made = 0
        self.waiting: deque[Helper] = deque()
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

    def submit(self, function: Callable[..., Any], *args: Any) -> Job | None:
        """Run a function on a helper; ``None`` where all of them are busy."""
        helper = self.free()
        if helper is None:
            return None
        helper.job = job = Job(function, args)
        helper.go.release()
        return job

    def free(self) -> Helper | None:
        """A helper that waits, a new one while there are not enough."""
        try:
            return self.waiting.pop()
        except IndexError:
            pass
        with self.lock:
            if self.made >= self.count:
                return None
            self.made += 1
            try:
                return Helper(self.waiting)
            except RuntimeError:
                self.made -= 1
                raise


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
    body: Callable[..., None],
    starts: Iterator[int],
    rows: int,
    step: int,
    scratch: Any,
    args: Any,
    on_error: Callable[[], None] | None,
) -> None:
    """Run ``body(low, high, scratch, *args)`` on blocks until none is left."""
    token = quiet_floats.set()
    try:
        for low in starts:
            body(low, min(low + step, rows), scratch, *args)
    except BaseException:
        if on_error is not None:
            on_error()
        raise
    finally:
        quiet_floats.reset(token)


def run_blocks(
    body: Callable[..., None],
    rows: int,
    step: int,
    scratches: Any,
    args: tuple[Any, ...],
    on_error: Callable[[], None] | None = None,
) -> None:
    """Run a body on all rows: one thread for each of ``scratches``, this one among them.

    ``on_error`` is called where a body raises, before others are waited for.
    """
    starts: Iterator[int] = iter(range(0, rows, step))
    asked = []
    if len(scratches) > 1 and helpers.idle():
        if not GIL:
            starts = Locked(starts)
        for scratch in scratches[1:]:
            given = (body, starts, rows, step, scratch, args, on_error)
            try:
                job = helpers.submit(take_blocks, *given)
            except RuntimeError:  # no threads here, or the interpreter is shutting down
                break
            if job is None:
                break
            asked.append(job)
    try:
        take_blocks(body, starts, rows, step, scratches[0], args, on_error)
    finally:
        late = [job for job in asked if not job.cancel()]
        for job in late:
            job.wait()
