"""One thread after the other, but not forever."""

from __future__ import annotations

import threading

_PATIENCE = 10.0


class Turns:
    """Context in which one thread is at a time; the same one may enter it again.

    A thread that waits long goes in all the same: the other one may be waiting for it.
    """

    __slots__ = ("_lock", "_mine")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._mine = threading.local()

    def __enter__(self) -> None:
        taken = self._lock.acquire(timeout=_PATIENCE)
        self._mine.taken = [*getattr(self._mine, "taken", ()), taken]

    def __exit__(self, *exc: object) -> None:
        *self._mine.taken, taken = self._mine.taken
        if taken:
            self._lock.release()
