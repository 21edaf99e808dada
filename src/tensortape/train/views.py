"""`tf.train.TrackableView` and `tf.train.CheckpointView`: what is below an object, or was saved."""

from __future__ import annotations

import weakref
from typing import Any

from tensortape.core.registry import export
from tensortape.core.trackable import Trackable
from tensortape.train import atomic, object_graph
from tensortape.train.bundle import BundleReader


@export("train.TrackableView")
class TrackableView:
    """The objects that are saved with an object.

    >>> net = tf.Module()
    >>> net.w = tf.Variable(1.0)
    >>> view = tf.train.TrackableView(net)
    >>> list(view.children(net)), len(view.descendants())
    (['w'], 2)

    Source: `tf.train.TrackableView`.
    """

    def __init__(self, root: Any) -> None:
        self._root = root if isinstance(root, weakref.ref) else weakref.ref(root)

    @property
    def root(self) -> Any:
        """The object at the top."""
        return self._root()

    @classmethod
    def children(cls, obj: Any, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """The children of an object by name."""
        found = obj._trackable_children(save_type, **kwargs)
        return {name: child for name, child in found.items() if isinstance(child, Trackable)}

    def descendants(self) -> list[Any]:
        """The object and everything below it, the nearest first."""
        found, waiting = {id(self.root): self.root}, [self.root]
        while waiting:
            for child in self.children(waiting.pop(0)).values():
                if id(child) not in found:
                    found[id(child)] = child
                    waiting.append(child)
        return list(found.values())


@export("train.CheckpointView")
class CheckpointView:
    """The objects that a checkpoint describes, by number; 0 is the root.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "c")
    >>> _ = tf.train.Checkpoint(v=tf.Variable(1.0)).write(path)
    >>> view = tf.train.CheckpointView(path)
    >>> view.children(0), view.descendants()
    ({'v': 1}, [0, 1])

    Raises `ValueError` for a checkpoint of TensorFlow 1, which describes no objects.
    Source: `tf.train.CheckpointView`.
    """

    def __init__(self, save_path: Any) -> None:
        reader = BundleReader(atomic.path_text(save_path))
        if object_graph.GRAPH_KEY not in reader.entries:
            raise ValueError(
                f'The specified checkpoint "{save_path}" does not appear to be object-based (saved '
                f'with TF2) since it is missing the key "{object_graph.GRAPH_KEY}".'
            )
        self._nodes = object_graph.decode(object_graph.stored(reader))

    def children(self, node_id: int) -> dict[str, int]:
        """The numbers of the children of an object by name."""
        return dict(self._nodes[node_id].children)

    def descendants(self) -> list[int]:
        """The numbers of the objects below the root, the nearest first."""
        return [number for number, _ in object_graph.paths(self._nodes)]

    def match(self, obj: Any) -> dict[int, Any]:
        """The objects below `obj` that the checkpoint has under the same names, by number."""
        found = {0: obj}
        waiting = [0]
        while waiting:
            number = waiting.pop(0)
            present = TrackableView.children(found[number])
            for name, child in self._nodes[number].children:
                if child not in found and name in present:
                    found[child] = present[name]
                    waiting.append(child)
        return found
