"""What TensorFlow calls trackable: objects that know the state-holding objects they own.

Keras derives its layers, optimizers and variables from these classes; checkpoints follow them.
Source: ``tf.__internal__.tracking``.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import export
from tensortape.core.trackable import Trackable
from tensortape.core.tracked_containers import ContainerView, is_container, view_of

_HELD_BY_CALL = 5
"""References to a container that an assignment is called with: stack, two frames, view, count."""


@export("__internal__.types.Tensor")
class TensorLike:
    """Base of everything that counts as a tensor, Keras variables included."""

    __slots__ = ()


TensorLike.__module__ = "tensorflow.python.types.core"
TensorLike.__name__ = TensorLike.__qualname__ = "Tensor"


@export("__internal__.tracking.AutoTrackable")
class AutoTrackable(Trackable):
    """A trackable whose attributes become children by being assigned.

    Lists, dictionaries and tuples become children as well; their children are what they hold when
    a checkpoint is saved or restored. The attribute stays the list or dictionary that was assigned.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if getattr(self, "_self_setattr_tracking", True):
            if isinstance(value, Trackable):
                self._track_trackable(value, name, overwrite=True)
            elif is_container(value):
                value = self._track_container(name, value)
        super().__setattr__(name, value)  # Keras' optimizers have more to do

    def _track_container(self, name: str, value: Any) -> Any:
        """Make a container a child, unless it is one already; what the attribute is to be."""
        present = self.__dict__.get("_tracked_children", {}).get(name)
        if isinstance(present, ContainerView) and present.raw is value:
            return value
        view = view_of(value, self, name)
        if view is None:
            return value
        if self.__dict__.get("_deferred_restores"):
            # a container that was just made is held by this call alone; from 3.14 on Python does
            # not count all who hold it, so there it is never taken for new
            new = sys.version_info < (3, 14) and sys.getrefcount(value) <= _HELD_BY_CALL
            view.holders = sys.maxsize if new else 0
        self._track_trackable(view, name, overwrite=True)
        view.holders = ContainerView.holders
        return view.raw

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """The children by name."""
        children = super()._trackable_children(save_type, **kwargs)
        for child in children.values():
            if isinstance(child, ContainerView):
                child.belong_to(self)
        return children

    def _put_child(self, name: str, value: Any) -> None:
        """Put a list or dictionary in the place of the one that is the attribute ``name``."""
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self.__dict__.get("_tracked_children", {}).pop(name, None)
        super().__delattr__(name)


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


@export("__internal__.CompositeTensor")
class CompositeTensor:
    """Base of tensor-like objects that consist of several tensors (``IndexedSlices``, ...)."""

    __slots__ = ()
