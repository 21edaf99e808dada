"""Where the program is: in which strategy's scope, and whether on a replica of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A strategy in force; ``replica`` says whether the code runs on one of its replicas."""

    strategy: Any
    replica: bool


class _Stack(threading.local):
    def __init__(self) -> None:
        self.places: list[Place] = []


_stack = _Stack()


def current() -> Place | None:
    """The innermost place; ``None`` outside of any scope."""
    return _stack.places[-1] if _stack.places else None


@contextlib.contextmanager
def within(place: Place) -> Iterator[None]:
    """Be at a place within the context."""
    _stack.places.append(place)
    try:
        yield
    finally:
        _stack.places.pop()
