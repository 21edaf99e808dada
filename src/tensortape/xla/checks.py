"""Errors in compiled code.

A compiled program cannot raise. What a kernel would raise for bad values is noted while the
program is traced: each check is a number that is zero when all is well and else says which of the
noted errors it is. The first one that is not zero is one more result, looked at after the call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tensortape.xla.runtime import is_traced, jnp

Failure = Callable[[], Exception]


class Collector:
    """The checks of a program, or of one within another: they share the list of ``failures``."""

    def __init__(self, failures: list[Failure]) -> None:
        self.failures = failures
        self.codes: list[Any] = []

    def add(self, failed: Any, failure: Failure) -> None:
        """Note one check; ``failed`` is a traced truth value."""
        self.failures.append(failure)
        code = jnp.where(jnp.reshape(failed, ()), len(self.failures), 0)
        self.codes.append(code.astype(np.int32))

    def code(self) -> Any:
        """The first number that is not zero, as int32."""
        if not self.codes:
            return np.int32(0)
        codes = jnp.stack(self.codes)
        return codes[jnp.argmax(codes != 0)]


class _Current(threading.local):
    collector: Collector | None = None
    positions: tuple[Any, ...] = ()
    assured: Container[int] = ()


_current = _Current()


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collects the checks of what is traced inside."""
    outer = _current.collector
    collector = Collector([] if outer is None else outer.failures)
    _current.collector = collector
    try:
        yield collector
    finally:
        _current.collector = outer


@contextmanager
def ignoring() -> Iterator[None]:
    """Notes nothing of what is traced inside."""
    outer = _current.collector
    _current.collector = None
    try:
        yield
    finally:
        _current.collector = outer


@contextmanager
def assuring(nodes: Container[int]) -> Iterator[None]:
    """Of these nodes (their ``id``) nothing is noted inside: they were checked before."""
    outer = _current.assured
    _current.assured = nodes
    try:
        yield
    finally:
        _current.assured = outer


def is_assured(node: Any) -> bool:
    """Whether nothing that a node refuses needs to be noted."""
    return id(node) in _current.assured


@contextmanager
def knowing(positions: list[tuple[Any, int, int]]) -> Iterator[None]:
    """Of some traced positions the least and the greatest value are known inside."""
    outer = _current.positions
    _current.positions = (*outer, *positions)
    try:
        yield
    finally:
        _current.positions = outer


def lies_in(position: Any, size: int) -> bool:
    """Whether a position is known to be in ``[0, size)``."""
    return any(p is position and low >= 0 and high < size for p, low, high in _current.positions)


def refuse(failed: Any, failure: Failure) -> None:
    """Raise ``failure()`` if ``failed``: now when that is known, else after the call."""
    if not is_traced(failed):
        if bool(np.asarray(failed)):
            raise failure()
    elif _current.collector is not None:
        _current.collector.add(failed, failure)


def note(code: Any) -> None:
    """Note what a program within this one found: the number of its failure."""
    if is_traced(code) and _current.collector is not None:
        _current.collector.codes.append(code)
