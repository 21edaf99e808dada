"""The text file `checkpoint` of a folder: which checkpoints there are, and which is the latest.

It is the text form of the message `CheckpointState`, one field a line.
"""

from __future__ import annotations

import glob
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tensortape.core.registry import export
from tensortape.train import atomic

_LOGGER = logging.getLogger("tensorflow")
_LINE = re.compile(r'^\s*(\w+)\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))\s*$')
_OCTAL = re.compile(rb"\\([0-7]{1,3})|\\(.)")
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


@dataclass(repr=False)
class CheckpointState:
    """What the file says; paths as they are to be opened."""

    model_checkpoint_path: str = ""
    all_model_checkpoint_paths: list[str] = field(default_factory=list)
    all_model_checkpoint_timestamps: list[float] = field(default_factory=list)
    last_preserved_timestamp: float = 0.0

    def text(self) -> str:
        """The content of the file."""
        lines = [f"model_checkpoint_path: {_quoted(self.model_checkpoint_path)}"]
        for path in self.all_model_checkpoint_paths:
            lines.append(f"all_model_checkpoint_paths: {_quoted(path)}")
        for stamp in self.all_model_checkpoint_timestamps:
            lines.append(f"all_model_checkpoint_timestamps: {stamp!r}")
        if self.last_preserved_timestamp:
            lines.append(f"last_preserved_timestamp: {self.last_preserved_timestamp!r}")
        return "\n".join(lines) + "\n"

    __repr__ = text


def _quoted(path: str) -> str:
    """A path in quotes, other than ASCII as the octal numbers of its bytes."""
    content = path.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "surrogateescape")
    escaped = "".join(chr(b) if 32 <= b < 127 else f"\\{b:03o}" for b in content)
    return f'"{escaped}"'


def _unquoted(text: str) -> str:
    def plain(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return bytes([int(found[1], 8) & 0xFF])
        return _PLAIN.get(found[2], found[2])

    return _OCTAL.sub(plain, text.encode()).decode("utf-8", "surrogateescape")


def parse(text: str) -> CheckpointState:
    """The state that a file's content says; `ValueError` for a line that cannot be."""
    state = CheckpointState()
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line)
        if not found:
            raise ValueError(f"not a field: {line!r}")
        name, quoted, number = found.groups()
        if name == "model_checkpoint_path" and quoted is not None:
            state.model_checkpoint_path = _unquoted(quoted)
        elif name == "all_model_checkpoint_paths" and quoted is not None:
            state.all_model_checkpoint_paths.append(_unquoted(quoted))
        elif name == "all_model_checkpoint_timestamps":
            state.all_model_checkpoint_timestamps.append(float(number))
        elif name == "last_preserved_timestamp":
            state.last_preserved_timestamp = float(number)
        else:
            raise ValueError(f"no field of this file: {line!r}")
    return state


def _file(folder: str, latest_filename: str | None) -> str:
    return os.path.join(folder, latest_filename or "checkpoint")


@export("train.get_checkpoint_state")
def get_checkpoint_state(
    checkpoint_dir: Any, latest_filename: str | None = None
) -> CheckpointState | None:
    """What the file `checkpoint` in a folder says, or `None` if there is none that can be read.

    The result has `model_checkpoint_path`, `all_model_checkpoint_paths`,
    `all_model_checkpoint_timestamps` and `last_preserved_timestamp`.

    >>> import tempfile
    >>> tf.train.get_checkpoint_state(tempfile.mkdtemp()) is None
    True

    Raises `ValueError` for a file that names no checkpoint.
    Source: `tf.train.get_checkpoint_state`.
    """
    folder = atomic.path_text(checkpoint_dir)
    path = _file(folder, latest_filename)
    try:
        with open(path, encoding="utf-8") as file:
            state = parse(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        _LOGGER.warning("%s: Checkpoint ignored: %s", path, error)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {folder}")
    # paths in the file are absolute or start at the folder
    state.model_checkpoint_path = os.path.join(folder, state.model_checkpoint_path)
    state.all_model_checkpoint_paths = [
        os.path.join(folder, p) for p in state.all_model_checkpoint_paths
    ]
    return state


@export("__internal__.train.update_checkpoint_state")
def update_checkpoint_state(
    save_dir: Any,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    latest_filename: str | None = None,
    save_relative_paths: bool = False,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> None:
    """Write the file `checkpoint` of the folder `save_dir`.

    Raises `ValueError` if there are not as many timestamps as paths, `RuntimeError` if a checkpoint
    is called as the file. Source: `tf.__internal__.train.update_checkpoint_state`.
    """
    folder = atomic.path_text(save_dir)
    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    stamps = list(all_model_checkpoint_timestamps or [])
    if stamps and len(stamps) != len(paths):
        raise ValueError(
            f"Checkpoint timestamps, if provided, must match checkpoint paths (got paths {paths} "
            f"and timestamps {stamps})"
        )
    if model_checkpoint_path == _file(folder, latest_filename):
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state. "
            "Please use a different save path."
        )
    state = CheckpointState(
        _stored_path(model_checkpoint_path, folder, save_relative_paths),
        [_stored_path(p, folder, save_relative_paths) for p in paths],
        stamps,
        last_preserved_timestamp or 0.0,
    )
    atomic.write(_file(folder, latest_filename), state.text().encode())


def _stored_path(path: str, folder: str, relative: bool) -> str:
    """A path as it is written: from the folder on, unless it is absolute and is to stay so."""
    if os.path.isabs(path) and not relative:
        return path
    return os.path.relpath(path, folder or ".")


@export("train.latest_checkpoint")
def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The path of the latest checkpoint in a folder, to be given to `restore`; or `None`.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> tf.train.latest_checkpoint(folder) is None
    True
    >>> path = tf.train.Checkpoint(v=tf.Variable(1.0)).save(os.path.join(folder, "ckpt"))
    >>> tf.train.latest_checkpoint(folder) == path
    True

    Source: `tf.train.latest_checkpoint`.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    path = state.model_checkpoint_path
    if os.path.exists(f"{path}.index") or glob.glob(glob.escape(path)):
        return path
    _LOGGER.error("Couldn't match files for checkpoint %s", path)
    return None
