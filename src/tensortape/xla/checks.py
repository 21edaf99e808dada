"""Errors in compiled code.

A compiled program cannot raise. What a kernel would raise for bad values is collected as truth
values while the program is traced, given out as one more result, and looked at after the call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tensortape.xla.runtime import is_traced, jnp

Failure = Callable[[], Exception]


class Collector:
    """The checks of one program: ``failures[i]()`` is the exception when ``flags[i]`` is true."""

    def __init__(self) -> None:
        self.flags: list[Any] = []
        self.failures: list[Failure] = []

    def add(self, failed: Any, failure: Failure) -> None:
        """Note one check; ``failed`` is a traced truth value."""
        self.flags.append(jnp.reshape(failed, ()))
        self.failures.append(failure)

    def extend(self, flags: Any, failures: list[Failure]) -> None:
        """Note the checks of a nested program, whose flags are one vector."""
        for i, failure in enumerate(failures):
            self.add(flags[i], failure)

    def vector(self) -> Any:
        """All flags as one vector."""
        return jnp.stack(self.flags) if self.flags else jnp.zeros((0,), bool)


class _Current(threading.local):
    collector: Collector | None = None


_current = _Current()


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collects the checks of what is traced inside."""
    outer, collector = _current.collector, Collector()
    _current.collector = collector
    try:
        yield collector
    finally:
        _current.collector = outer


@contextmanager
def ignoring() -> Iterator[None]:
    """Notes nothing of what is traced inside: bodies whose flags could not get out."""
    outer = _current.collector
    _current.collector = None
    try:
        yield
    finally:
        _current.collector = outer


def outer() -> Collector | None:
    """The collector in force."""
    return _current.collector


def refuse(failed: Any, failure: Failure) -> None:
    """Raise ``failure()`` if ``failed``: now when that is known, else after the call."""
    if not is_traced(failed):
        if bool(np.asarray(failed)):
            raise failure()
    elif _current.collector is not None:
        _current.collector.add(failed, failure)
