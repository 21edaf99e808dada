"""Files that are there as a whole or not at all, whenever the process is killed.

A file is written under a temporary name beside its place, brought to the disk and then renamed,
which the system does at once. Temporary names say which process writes them; what a process left
that is no longer there is removed by the next one that writes beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from tensortape.core.lazy import lazy_import

socket = lazy_import("socket")
_TEMPORARY = re.compile(r"^\..+\.(?P<host>[\w-]+)\.(?P<pid>\d+)\.tmp$")


def _host() -> str:
    return re.sub(r"[^\w-]", "-", socket.gethostname()) or "host"


def temporary(path: str) -> str:
    """The name under which this process writes what is to become `path`."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{_host()}.{os.getpid()}.tmp")


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A file to write; at the end it takes the place of `path`, after an error it is removed.

    >>> import os, tempfile
    >>> place = os.path.join(tempfile.mkdtemp(), "numbers")
    >>> with replacing(place) as file:
    ...     _ = file.write(b"1 2 3")
    >>> os.listdir(os.path.dirname(place))
    ['numbers']
    """
    under = temporary(path)
    try:
        with open(under, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(under, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(under)
        raise
    sync_folder(os.path.dirname(path))


@contextlib.contextmanager
def replacing_named(path: str) -> Iterator[str]:
    """As `replacing`, for writers that open files themselves: a path with the same last part.

    >>> import os, tempfile
    >>> place = os.path.join(tempfile.mkdtemp(), "numbers.txt")
    >>> with replacing_named(place) as under:
    ...     os.path.basename(under)
    ...     with open(under, "w") as file:
    ...         _ = file.write("1 2 3")
    'numbers.txt'
    >>> os.listdir(os.path.dirname(place))
    ['numbers.txt']
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    if os.path.isdir(folder):
        remove_abandoned(folder)
    inner = temporary(path)
    os.makedirs(inner, exist_ok=True)
    try:
        yield os.path.join(inner, name)
        _sync_file(os.path.join(inner, name))
        os.replace(os.path.join(inner, name), path)
    finally:
        _remove(inner)
    sync_folder(folder)


def _sync_file(path: str) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def write(path: str, content: bytes) -> None:
    """Put `content` in place of the file `path`."""
    with replacing(path) as file:
        file.write(content)


def sync_folder(folder: str) -> None:
    """Bring the names in a folder to the disk, where the system knows how."""
    with contextlib.suppress(OSError):
        number = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def remove_abandoned(folder: str) -> list[str]:
    """Remove the temporary files and folders of processes that are gone; their names."""
    removed = []
    for name in os.listdir(folder or "."):
        found = _TEMPORARY.match(name)
        if found and found["host"] == _host() and not _alive(int(found["pid"])):
            _remove(os.path.join(folder, name))
            removed.append(name)
    return removed


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        if os.path.isdir(path) and not os.path.islink(path):
            for name in os.listdir(path):
                _remove(os.path.join(path, name))
            os.rmdir(path)
        else:
            os.remove(path)


def path_text(path: Any) -> str:
    """A path as text; `TypeError` for what is none."""
    return os.fsdecode(os.fspath(path))
