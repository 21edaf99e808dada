"""`tf.train.Checkpoint`: the state of objects in files, and back."""

from __future__ import annotations

import os
import weakref
from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor, to_array
from tensortape.core.registry import export
from tensortape.core.trackable import Trackable
from tensortape.core.tracking import AutoTrackable
from tensortape.core.variable import Variable
from tensortape.train import atomic, object_graph
from tensortape.train.bundle import BundleReader, write_bundle
from tensortape.train.checkpoint_options import CheckpointOptions, call_back, with_callback
from tensortape.train.checkpoint_state import update_checkpoint_state
from tensortape.train.graph_view import GraphView, full_name, own_tensors, put_tensors
from tensortape.train.restore import Position, Restoration, check
from tensortape.train.saved_model.store import has_model, read_model
from tensortape.train.status import (
    CheckpointLoadStatus,
    InitializationOnlyStatus,
    LoadStatus,
    NameBasedStatus,
)


@export("train.Checkpoint")
class Checkpoint(AutoTrackable):
    """Objects whose state is saved to files, in TensorFlow's format, and restored from them.

    `root`: an object to save with everything below it; keyword arguments are further objects by
    name. Objects are variables, modules, Keras models and optimizers, `tf.random.Generator`s, or
    lists and dictionaries of them. Values are found again by the names that lead to them.

    >>> import os, tempfile
    >>> step, net = tf.Variable(3), tf.Module()
    >>> net.w = tf.Variable([1.0, 2.0])
    >>> checkpoint = tf.train.Checkpoint(step=step, net=net)
    >>> path = checkpoint.save(os.path.join(tempfile.mkdtemp(), "ckpt"))
    >>> os.path.basename(path)
    'ckpt-1'
    >>> _ = net.w.assign([0.0, 0.0])
    >>> _ = checkpoint.restore(path).assert_consumed()
    >>> net.w.numpy()
    array([1., 2.], dtype=float32)

    A kill while a checkpoint is written leaves the one before, or the new one; restoring one that
    is damaged changes nothing. Raises `ValueError` for arguments that hold no state.
    Source: `tf.train.Checkpoint`.
    """

    _save_counter: Any
    _attached: Any
    _view: Any

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        super().__init__()
        attached: dict[str, Any] | None = None
        counter: Any = None
        top: Any = None
        if root is not None:
            top = root() if isinstance(root, weakref.ref) else root
            _check_trackable(top, "root")
            counter = top._lookup_dependency("save_counter")
            attached, kwargs = {}, {**kwargs, "root": top}
        for name, value in sorted(kwargs.items()):
            setattr(self, name, value)
            child = self._lookup_dependency(name)
            _check_trackable(value if child is None else child, name)
            if attached is not None:
                present = top._lookup_dependency(name)
                if present is None:
                    attached[name] = child
                elif present is not child:
                    raise ValueError(
                        f"Cannot create a Checkpoint with keyword argument {name} if root.{name} "
                        "already exists."
                    )
        object.__setattr__(self, "_save_counter", counter)
        object.__setattr__(self, "_attached", attached)
        object.__setattr__(self, "_view", GraphView(self if root is None else top, attached))

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called: an int64 variable, which numbers the checkpoints."""
        if self._save_counter is None:
            counter = Variable(0, trainable=False, dtype="int64", name="save_counter")
            object.__setattr__(self, "_save_counter", counter)
            self._track_trackable(counter, "save_counter")
            if self._attached is not None:
                self._attached["save_counter"] = counter
                self._view.root._handle_deferred_dependencies("save_counter", counter)
        return self._save_counter

    def write(self, file_prefix: Any, options: CheckpointOptions | None = None) -> str:
        """Write the files `file_prefix.index` and `file_prefix.data-...`; returns `file_prefix`.

        The checkpoint is not numbered, and `tf.train.latest_checkpoint` does not know of it.
        """
        prefix = atomic.path_text(file_prefix)
        options = options or CheckpointOptions()
        described = self._view.describe()
        tensors = {key: as_array(tensor) for key, tensor in described.tensors.items()}
        graph = object_graph.encode(described.nodes)
        tensors[object_graph.GRAPH_KEY] = to_array(graph)
        os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
        write_bundle(prefix, tensors)
        call_back(options, prefix)
        return prefix

    _write = write

    def save(self, file_prefix: Any, options: CheckpointOptions | None = None) -> str:
        """Write the next numbered checkpoint, `file_prefix-1` and so on; returns its path.

        The file `checkpoint` beside it then names it as the latest.
        """
        prefix = atomic.path_text(file_prefix)
        self.save_counter.assign_add(1)
        numbered = f"{prefix}-{int(self.save_counter)}"
        return self.write(numbered, options=with_callback(options, _make_latest))

    def read(self, save_path: Any, options: CheckpointOptions | None = None) -> LoadStatus:
        """Restore the objects from a checkpoint that `write` wrote.

        As `restore`, but what `save` adds is not looked for.
        """
        if save_path is None:
            return InitializationOnlyStatus()
        skip_slots = (options or CheckpointOptions()).experimental_skip_slot_variables
        reader = BundleReader(atomic.path_text(save_path))
        if object_graph.GRAPH_KEY not in reader.entries:
            return _restore_by_name(self._view, reader)
        nodes = object_graph.decode(object_graph.stored(reader))
        restoration = Restoration(nodes, reader, skip_slots)
        try:
            Position(restoration, 0).restore(self._view.root)
            self._restore_attached(restoration)
        except BaseException:
            restoration.leftovers.expected = True
            raise
        return CheckpointLoadStatus(restoration, self._view, skip_slots)

    def _restore_attached(self, restoration: Restoration) -> None:
        numbers = dict(restoration.nodes[0].children)
        for name, child in self._view.attached.items():
            number = numbers.get(name)
            if name != "root" and number is not None and number not in restoration.objects:
                self._view.root._deferred_dependencies.pop(name, None)
                Position(restoration, number).restore(child)

    def restore(self, save_path: Any, options: CheckpointOptions | None = None) -> LoadStatus:
        """Restore the objects from a checkpoint that `save` wrote, or TensorFlow.

        `save_path`: what `save` returned, or `tf.train.latest_checkpoint`; `None` restores nothing.
        Values for objects that do not exist yet wait until they do. The result answers what was
        restored: `assert_consumed()`, `assert_existing_objects_matched()`, `expect_partial()`.

        Raises `tf.errors.NotFoundError` if there is no such checkpoint, `tf.errors.DataLossError`
        for a damaged one, `ValueError` or `tf.errors.InvalidArgumentError` for values of another
        shape or dtype; the variables then keep their values.
        """
        place = save_path
        if place is not None:
            place = _variables_of(atomic.path_text(place))
        try:
            status = self.read(place, options)
        except errors.NotFoundError as error:
            raise errors.NotFoundError(
                None,
                None,
                f"Error when restoring from checkpoint or SavedModel at {save_path}: "
                f"{error.message}\nPlease double-check that the path is correct. You may be "
                "missing the checkpoint suffix (e.g. the '-1' in 'path/to/ckpt-1').",
            ) from None
        assert self.save_counter is not None
        return status

    def sync(self) -> None:
        """Wait for checkpoints that are being written: there are none, `save` waits itself."""


def _variables_of(path: str) -> str:
    """The checkpoint in a saved model, of TensorTape or of TensorFlow; else the path itself."""
    if has_model(path):
        return read_model(path)[1]
    if os.path.isfile(os.path.join(path, "saved_model.pb")):
        return os.path.join(path, "variables", "variables")
    return path


def _check_trackable(value: Any, name: str) -> None:
    if not isinstance(value, Trackable):
        raise ValueError(
            f"`Checkpoint` was expecting {name} to be a trackable object (an object derived from "
            f"`Trackable`), got {value}. If you believe this object should be trackable (i.e. it "
            "holds variables), derive its class from tf.Module."
        )


def _make_latest(path: str) -> None:
    update_checkpoint_state(os.path.dirname(path), path, [path], save_relative_paths=True)


def as_array(value: Any) -> Any:
    """The array of a tensor or variable, not copied."""
    return convert_to_tensor(value)._a


def _restore_by_name(view: GraphView, reader: BundleReader) -> NameBasedStatus:
    """Restore variables from a checkpoint of TensorFlow 1, which knows their names only."""
    ready: list[tuple[Any, dict[str, Any]]] = []
    unused, missing = set(reader.entries), []
    for obj, _ in view.walk():
        name = full_name(obj)
        if not name:
            continue
        if name in reader.entries:
            unused.discard(name)
            value = convert_to_tensor(reader.read(name))
            before = own_tensors(obj)[object_graph.VALUE]
            check(obj, name, value, before)
            ready.append((obj, {object_graph.VALUE: value}))
        else:
            missing.append(obj)
    for obj, values in ready:
        put_tensors(obj, values)
    return NameBasedStatus(sorted(unused), missing)
