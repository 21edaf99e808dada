"""`tf.compat.v1.train.Saver`: variables in files by their names."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.variable import Variable
from tensortape.train import atomic, object_graph
from tensortape.train.bundle import BundleReader, data_files, index_file, write_bundle
from tensortape.train.checkpoint import as_array
from tensortape.train.checkpoint_state import update_checkpoint_state
from tensortape.train.restore import check


@export("compat.v1.train.checkpoint_exists")
def checkpoint_exists(checkpoint_prefix: Any) -> bool:
    """Whether there is a checkpoint of that path.

    >>> tf.compat.v1.train.checkpoint_exists("/nowhere/ckpt-1")
    False

    Source: `tf.compat.v1.train.checkpoint_exists`.
    """
    return os.path.exists(index_file(atomic.path_text(checkpoint_prefix)))


@export("compat.v1.train.Saver")
class Saver:
    """Saves variables by their names, and restores them.

    `var_list`: variables, or variables by the names to use. The latest `max_to_keep` checkpoints
    are kept (all for `None` or 0). Other arguments are taken, and without effect.

    >>> import os, tempfile
    >>> v = tf.Variable([1.0, 2.0], name="v")
    >>> saver = tf.compat.v1.train.Saver([v])
    >>> path = saver.save(None, os.path.join(tempfile.mkdtemp(), "model"), global_step=5)
    >>> os.path.basename(path), tf.train.list_variables(path)
    ('model-5', [('v', [2])])
    >>> _ = v.assign([0.0, 0.0])
    >>> saver.restore(None, path)
    >>> v.numpy()
    array([1., 2.], dtype=float32)

    Raises `RuntimeError` without variables, `ValueError` for two of one name. Prefer
    `tf.train.Checkpoint`. Source: `tf.compat.v1.train.Saver`.
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: int = 2,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if var_list is None:
            raise RuntimeError(
                "When eager execution is enabled, `var_list` must specify a list or dict of "
                "variables to save"
            )
        self._variables = _by_name(var_list)
        self._max_to_keep = max_to_keep or 0
        self._pad = pad_step_number
        self._relative = save_relative_paths
        self._kept: list[str] = []

    @property
    def last_checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, the oldest first."""
        return list(self._kept)

    def save(
        self,
        sess: Any,
        save_path: Any,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str:
        """Save the variables; returns the path, which ends with `global_step` if that is given."""
        path = atomic.path_text(save_path)
        if global_step is not None:
            step = f"{int(global_step):08d}" if self._pad else str(int(global_step))
            path = f"{path}-{step}"
        write_bundle(path, {name: as_array(v) for name, v in self._variables.items()})
        self._kept = [p for p in self._kept if p != path] + [path]
        old = self._kept[: -self._max_to_keep] if self._max_to_keep else []
        self._kept = self._kept[len(old) :]
        if write_state:
            folder = os.path.dirname(path)
            update_checkpoint_state(folder, path, self._kept, latest_filename, self._relative)
        for gone in old:
            for file in [index_file(gone), *data_files(gone)]:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(file)
        return path

    def restore(self, sess: Any, save_path: Any) -> None:
        """Give the variables their saved values; on an error all keep the ones they have.

        Checkpoints of objects are read too, by the names that variables had. Raises `ValueError`
        for a path that is no checkpoint, `tf.errors.NotFoundError` for a name that is not there,
        `tf.errors.DataLossError` for a damaged file.
        """
        path = atomic.path_text(save_path)
        if not checkpoint_exists(path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {path}")
        reader = BundleReader(path)
        keys = _keys(reader)
        found = []
        for name, variable in self._variables.items():
            if name not in keys:
                raise errors.NotFoundError(
                    None, None, f"Key {name} not found in checkpoint {path}: {sorted(keys)}"
                )
            value = convert_to_tensor(reader.read(keys[name]))
            check(variable, name, value, variable)
            found.append((variable, variable._delta(value, "restore")))
        for variable, array in found:
            variable._replace(array)


def _keys(reader: BundleReader) -> dict[str, str]:
    """Where the value of each name is stored."""
    if object_graph.GRAPH_KEY not in reader.entries:
        return {name: name for name in reader.entries}
    nodes = object_graph.decode(object_graph.stored(reader))
    return {a.full_name: a.key for node in nodes for a in node.attributes if a.full_name}


def _by_name(var_list: Any) -> dict[str, Any]:
    if isinstance(var_list, dict):
        pairs = list(var_list.items())
    else:
        pairs = [(getattr(v, "_shared_name", None), v) for v in var_list]
    named: dict[str, Any] = {}
    for name, variable in pairs:
        variable = getattr(variable, "_value", variable)  # of Keras' variables
        if not isinstance(variable, Variable):
            raise TypeError(f"A Saver saves variables, received {variable!r:.80}")
        if name in named:
            raise ValueError(f"At least two variables have the same name: {name}")
        named[name] = variable
    return named
