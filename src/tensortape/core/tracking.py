"""What TensorFlow calls trackable: objects that know the state-holding objects they own.

Keras derives its layers, optimizers and variables from these classes; checkpoints follow them.
Source: ``tf.__internal__.tracking``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import export


@export("__internal__.types.Tensor")
class TensorLike:
    """Base of everything that counts as a tensor, Keras variables included."""

    __slots__ = ()


TensorLike.__module__ = "tensorflow.python.types.core"
TensorLike.__name__ = TensorLike.__qualname__ = "Tensor"


@export("__internal__.tracking.Trackable")
class Trackable:
    """An object with named children that hold state."""

    __slots__ = ()

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        """Make ``trackable`` a child called ``name``; ``ValueError`` if the name is taken."""
        children = self.__dict__.setdefault("_tracked_children", {})
        if name in children and children[name] is not trackable and not overwrite:
            raise ValueError(f"A trackable named {name!r} is already a child of {self!r}.")
        children[name] = trackable
        return trackable

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """The children by name."""
        return dict(self.__dict__.get("_tracked_children", {}))

    def _maybe_initialize_trackable(self) -> None:
        """TensorFlow's hook for lazy set-up; there is nothing to set up."""


@export("__internal__.tracking.AutoTrackable")
class AutoTrackable(Trackable):
    """A trackable whose attributes become children by being assigned."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Trackable) and getattr(self, "_self_setattr_tracking", True):
            self._track_trackable(value, name, overwrite=True)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self.__dict__.get("_tracked_children", {}).pop(name, None)
        object.__delattr__(self, name)


@export("__internal__.tracking.no_automatic_dependency_tracking")
def no_automatic_dependency_tracking(method: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: attributes assigned in ``method`` do not become children."""

    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = getattr(self, "_self_setattr_tracking", True)
        object.__setattr__(self, "_self_setattr_tracking", False)
        try:
            return method(self, *args, **kwargs)
        finally:
            object.__setattr__(self, "_self_setattr_tracking", before)

    return wrapper


@export("__internal__.tracking.ListWrapper")
class ListWrapper(list):
    """The list type TensorFlow puts in place of lists that are attributes of trackables."""


@export("__internal__.tracking._DictWrapper")
class _DictWrapper(dict):
    """The dictionary type TensorFlow puts in place of dictionaries of trackables."""


@export("__internal__.CompositeTensor")
class CompositeTensor:
    """Base of tensor-like objects that consist of several tensors (``IndexedSlices``, ...)."""

    __slots__ = ()
