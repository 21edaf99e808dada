"""Looking into checkpoints: `tf.train.load_checkpoint`, `list_variables`, `load_variable`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.registry import export
from tensortape.train import atomic
from tensortape.train.bundle import BundleReader
from tensortape.train.checkpoint_state import latest_checkpoint


class CheckpointReader:
    """The tensors of a checkpoint by the names under which they are stored."""

    def __init__(self, prefix: str) -> None:
        self._bundle = BundleReader(prefix)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """The shape of each tensor."""
        return {name: list(entry.shape) for name, entry in self._bundle.entries.items()}

    def get_variable_to_dtype_map(self) -> dict[str, dtypes.DType]:
        """The dtype of each tensor."""
        return {name: entry.dtype for name, entry in self._bundle.entries.items()}

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether there is a tensor of that name."""
        return tensor_str in self._bundle.entries

    def get_tensor(self, tensor_str: str) -> Any:
        """A tensor as an array (a scalar as NumPy's scalar, text as bytes).

        Raises `tf.errors.NotFoundError` for a name that is not there and
        `tf.errors.DataLossError` for damaged files.
        """
        return self._bundle.read(tensor_str)[()]

    def debug_string(self) -> bytes:
        """A line for each tensor: its name, dtype and shape."""
        lines = []
        for name, entry in sorted(self._bundle.entries.items()):
            shape = ",".join(map(str, entry.shape))
            kind = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}.get(
                entry.dtype.name, entry.dtype.name.upper()
            )
            lines.append(f"{name} (DT_{kind}) [{shape}]")
        return ("\n".join(lines) + "\n").encode()


@export("train.load_checkpoint")
def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """A reader of a checkpoint, or of the latest one in a folder.

    >>> import os, tempfile
    >>> prefix = os.path.join(tempfile.mkdtemp(), "c")
    >>> path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write(prefix)
    >>> reader = tf.train.load_checkpoint(path)
    >>> reader.get_tensor("v/.ATTRIBUTES/VARIABLE_VALUE")
    array([1, 2], dtype=int32)

    Raises `ValueError` for a folder without checkpoints, `tf.errors.NotFoundError` if there is no
    such checkpoint, `tf.errors.DataLossError` for a damaged one.
    Source: `tf.train.load_checkpoint`.
    """
    path = atomic.path_text(ckpt_dir_or_file)
    if os.path.isdir(path):
        latest = latest_checkpoint(path)
        if latest is None:
            raise ValueError(
                f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}"
            )
        path = latest
    return CheckpointReader(path)


@export("train.list_variables")
def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """The names and shapes of the tensors of a checkpoint, sorted by name.

    >>> import os, tempfile
    >>> prefix = os.path.join(tempfile.mkdtemp(), "c")
    >>> path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write(prefix)
    >>> tf.train.list_variables(path)
    [('_CHECKPOINTABLE_OBJECT_GRAPH', []), ('v/.ATTRIBUTES/VARIABLE_VALUE', [2])]

    Errors as `tf.train.load_checkpoint`. Source: `tf.train.list_variables`.
    """
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


@export("train.load_variable")
def load_variable(ckpt_dir_or_file: Any, name: str) -> np.ndarray:
    """One tensor of a checkpoint as an array.

    >>> import os, tempfile
    >>> prefix = os.path.join(tempfile.mkdtemp(), "c")
    >>> path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write(prefix)
    >>> tf.train.load_variable(path, "v/.ATTRIBUTES/VARIABLE_VALUE")
    array([1, 2], dtype=int32)

    Errors as `tf.train.load_checkpoint`, and `tf.errors.NotFoundError` for a name that is not
    there. Source: `tf.train.load_variable`.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


@export("train.checkpoints_iterator")
def checkpoints_iterator(
    checkpoint_dir: Any,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The paths of checkpoints of a folder as they appear.

    Yields at most one each `min_interval_secs`. After `timeout` seconds without a new one it ends,
    unless `timeout_fn` is given and returns false.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> path = tf.train.Checkpoint(v=tf.Variable(1)).save(os.path.join(folder, "c"))
    >>> list(tf.train.checkpoints_iterator(folder, timeout=0)) == [path]
    True

    Source: `tf.train.checkpoints_iterator`.
    """
    last: str | None = None
    while True:
        path = _wait_for_new(checkpoint_dir, last, timeout)
        if path is not None:
            begun, last = time.time(), path
            yield path
            time.sleep(max(0.0, begun + min_interval_secs - time.time()))
        elif timeout_fn is None:
            return
        if timeout_fn is not None and timeout_fn():
            return


def _wait_for_new(folder: Any, last: str | None, timeout: float | None) -> str | None:
    stop = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(folder)
        if path is not None and path != last:
            return path
        if stop is not None and time.time() + 1 > stop:
            return None
        time.sleep(1)
