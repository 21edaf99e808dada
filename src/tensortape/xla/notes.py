"""What is noted while a program is traced: operations that were left to the host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Current(threading.local):
    names: list[str] | None = None


_current = _Current()


def note_host(name: str) -> None:
    """Note that ``name`` runs on the host."""
    if _current.names is not None and name not in _current.names:
        _current.names.append(name)


@contextmanager
def noting() -> Iterator[list[str]]:
    """The list that names are noted in."""
    outer = _current.names
    names: list[str] = []
    _current.names = names
    try:
        yield names
    finally:
        _current.names = outer
