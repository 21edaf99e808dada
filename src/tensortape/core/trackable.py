"""What TensorFlow calls a trackable: an object with named children that hold state.

Source: ``tf.__internal__.tracking.Trackable``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from tensortape.core.registry import export


@export("__internal__.tracking.Trackable")
class Trackable:
    """An object with named children that hold state.

    The attributes are known of every class: Keras saves what only some objects have as layers.
    """

    _tracked_children: Any = MappingProxyType({})
    _deferred_restores: Any = MappingProxyType({})
    _restored_uid: Any = None

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        """Make ``trackable`` a child called ``name``; ``ValueError`` if the name is taken.

        What a checkpoint holds for a child of that name, and nobody has taken, it takes now.
        """
        children = self.__dict__.setdefault("_tracked_children", {})
        present = self._lookup_dependency(name)
        if present is not None and present is not trackable and not overwrite:
            raise ValueError(f"A trackable named {name!r} is already a child of {self!r}.")
        children[name] = trackable
        if present is None and self.__dict__.get("_deferred_restores"):
            self._handle_deferred_dependencies(name, trackable)
        return trackable

    def _lookup_dependency(self, name: str, cached_dependencies: Any = None) -> Any:
        """The child of that name, or ``None``."""
        if cached_dependencies:
            return cached_dependencies.get(name)
        return self.__dict__.get("_tracked_children", {}).get(name)

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """The children by name."""
        return dict(self.__dict__.get("_tracked_children", {}))

    @property
    def _deferred_dependencies(self) -> dict[str, list[Any]]:
        """Places in checkpoints that wait for a child of a name, by name."""
        return self.__dict__.setdefault("_deferred_restores", {})

    def _handle_deferred_dependencies(self, name: str, trackable: Any) -> None:
        """Restore ``trackable`` from the places that wait for a child of that name."""
        waiting = self.__dict__.get("_deferred_restores", {}).pop(name, ())
        for place in sorted(waiting, key=lambda place: place.restore_uid, reverse=True):
            place.restore(trackable)

    @property
    def _update_uid(self) -> int:
        """The number of the latest checkpoint that was restored into this object."""
        return self.__dict__.get("_restored_uid", -1)

    @_update_uid.setter
    def _update_uid(self, value: int) -> None:
        self.__dict__["_restored_uid"] = value

    def _serialize_to_tensors(self) -> dict[str, Any]:
        """The tensors a checkpoint keeps of this object itself, by name.

        Override it with ``_restore_from_tensors`` for state that is in no variable.
        """
        raise NotImplementedError

    def _restore_from_tensors(self, restored_tensors: dict[str, Any]) -> Any:
        """Take the tensors that ``_serialize_to_tensors`` gave."""
        raise NotImplementedError

    def _maybe_initialize_trackable(self) -> None:
        """TensorFlow's hook for lazy set-up; there is nothing to set up."""
