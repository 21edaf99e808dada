"""Whole files: `tf.io.read_file`, `tf.io.write_file`, and `tf.io.gfile` on local paths."""

from __future__ import annotations

import glob as globbing
import os
import shutil
import stat as stat_modes
from collections.abc import Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import add_public, export
from tensortape.ops.strings.elements import strings


def local(path: Any) -> str:
    """A path as a Python string; tensors, bytes and path objects are taken."""
    if hasattr(path, "numpy"):
        path = path.numpy()
    return os.fsdecode(path)


def failed(error: OSError, path: str) -> Exception:
    """TensorFlow's exception for one of the operating system's."""
    told = f"{path}; {error.strerror or error}"
    kinds: tuple[tuple[type, Any], ...] = (
        (FileNotFoundError, errors.NotFoundError),
        (PermissionError, errors.PermissionDeniedError),
        (FileExistsError, errors.AlreadyExistsError),
        (IsADirectoryError, errors.FailedPreconditionError),
        (NotADirectoryError, errors.FailedPreconditionError),
    )
    kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), errors.UnknownError)
    return kind(None, None, told)


@export("io.read_file")
def read_file(filename: Any, name: str | None = None) -> Any:
    """The content of a file as a string scalar.

    Raises `NotFoundError` when there is none. Source: `tf.io.read_file`.
    """
    path = local(convert_to_tensor(filename))
    try:
        with open(path, "rb") as file:
            return strings([file.read()], ())
    except OSError as error:
        raise failed(error, path) from None


@export("io.write_file")
def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write a string scalar to a file; its folder is made if need be.

    Source: `tf.io.write_file`.
    """
    path = local(convert_to_tensor(filename))
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(convert_to_tensor(contents).numpy())
    except OSError as error:
        raise failed(error, path) from None


@export("io.matching_files")
def matching_files(pattern: Any, name: str | None = None) -> Any:
    """The files that match a pattern (or several), sorted. Source: `tf.io.matching_files`."""
    given = convert_to_tensor(pattern).numpy()
    patterns = [given] if isinstance(given, bytes) else list(given.ravel())
    return strings(sorted(f.encode() for p in patterns for f in glob(p)))


@export("io.gfile.exists")
def exists(path: Any) -> bool:
    """Whether there is a file or folder. Source: `tf.io.gfile.exists`."""
    return os.path.exists(local(path))


@export("io.gfile.isdir")
def isdir(path: Any) -> bool:
    """Whether the path is a folder. Source: `tf.io.gfile.isdir`."""
    return os.path.isdir(local(path))


@export("io.gfile.join")
def join(path: Any, *paths: Any) -> Any:
    """Parts of a path put together.

    >>> tf.io.gfile.join("data", "a.csv")
    'data/a.csv'

    Source: `tf.io.gfile.join`.
    """
    return os.path.join(path, *paths)


@export("io.gfile.glob")
def glob(pattern: Any) -> list[str]:
    """The paths that match a pattern (or a list of them). Source: `tf.io.gfile.glob`."""
    if isinstance(pattern, (list, tuple)):
        return [path for one in pattern for path in glob(one)]
    return sorted(globbing.glob(local(pattern)))


def _told(function: Any, path: Any, *more: Any) -> Any:
    where = local(path)
    try:
        return function(where, *more)
    except OSError as error:
        raise failed(error, where) from None


@export("io.gfile.listdir")
def listdir(path: Any) -> list[str]:
    """The names in a folder. Source: `tf.io.gfile.listdir`."""
    return _told(os.listdir, path)


@export("io.gfile.makedirs")
def makedirs(path: Any) -> None:
    """Make a folder and those above it. Source: `tf.io.gfile.makedirs`."""
    _told(lambda where: os.makedirs(where, exist_ok=True), path)


@export("io.gfile.mkdir")
def mkdir(path: Any) -> None:
    """Make a folder. Source: `tf.io.gfile.mkdir`."""
    _told(os.mkdir, path)


@export("io.gfile.remove")
def remove(path: Any) -> None:
    """Remove a file. Source: `tf.io.gfile.remove`."""
    _told(os.remove, path)


@export("io.gfile.rmtree")
def rmtree(path: Any) -> None:
    """Remove a folder with all in it. Source: `tf.io.gfile.rmtree`."""
    _told(shutil.rmtree, path)


@export("io.gfile.stat")
def stat(path: Any) -> Any:
    """Size and times of a file, with `length` in bytes. Source: `tf.io.gfile.stat`."""
    return FileStatistics(_told(os.stat, path))


class FileStatistics:
    """What `tf.io.gfile.stat` tells: `length`, `mtime_nsec`, `is_directory`."""

    def __init__(self, found: os.stat_result) -> None:
        self.length = found.st_size
        self.mtime_nsec = found.st_mtime_ns
        self.is_directory = stat_modes.S_ISDIR(found.st_mode)


def _free(destination: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(destination):
        raise errors.AlreadyExistsError(None, None, f"file already exists: {destination}")


@export("io.gfile.copy")
def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file; `AlreadyExistsError` unless `overwrite`. Source: `tf.io.gfile.copy`."""
    _free(local(dst), overwrite)
    _told(shutil.copyfile, src, local(dst))


@export("io.gfile.rename")
def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Rename a file; `AlreadyExistsError` unless `overwrite`. Source: `tf.io.gfile.rename`."""
    _free(local(dst), overwrite)
    _told(os.replace, src, local(dst))


@export("io.gfile.walk")
def walk(
    top: Any, topdown: bool = True, onerror: Any = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Folders, their folders and files, as `os.walk`. Source: `tf.io.gfile.walk`."""
    return os.walk(local(top), topdown, onerror)


def open_file(name: Any, mode: str = "r") -> Any:
    """An open file: text without "b" in `mode`. Source: `tf.io.gfile.GFile`."""
    coding = None if "b" in mode else "utf-8"
    return _told(lambda path: open(path, mode, encoding=coding), name)


add_public(("io.gfile.GFile", "compat.v1.gfile.GFile"), open_file)
