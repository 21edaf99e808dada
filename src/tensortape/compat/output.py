"""Files a run leaves behind: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tensortape.compat.failure import BadInput, RunFailure


def check_writable(path: Path, option: str) -> None:
    """Raise `BadInput` unless a file could be written at `path` (asked before the run starts)."""
    if path.is_dir():
        raise BadInput(f"{option} {path}: this is a directory; give the name of a file in it.")
    if _is_special(path):
        if not os.access(path, os.W_OK):
            raise BadInput(f"{option} {path}: permission denied.")
        return
    folder = path.resolve().parent
    if not folder.is_dir():
        raise BadInput(f"{option} {path}: the folder {folder} does not exist; create it first.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError("the file is read-only")
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(f"{option} {path}: cannot write there: {reason}.") from error


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and move it into place if the block succeeds.

    Whatever goes wrong, `path` is what it was before and the temporary file is gone. An `OSError`
    (a full disk, say) becomes a `RunFailure` that says so.
    """
    if _is_special(path):
        with _explained(path):
            yield path
        return
    final = path.resolve()
    with _explained(path):
        handle, name = tempfile.mkstemp(prefix=f".{final.name}.", dir=final.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with _explained(path):
            yield temporary
            _sync(temporary)
            os.chmod(temporary, _mode(final))
            os.replace(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path` in one step: a reader sees the old file or the new one."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunFailure(f"could not write {path}: {reason}. No part of it was written.") from error


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _mode(path: Path) -> int:
    """Return the permissions of the file to be replaced, or those a new file would get."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
