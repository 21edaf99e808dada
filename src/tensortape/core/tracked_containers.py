"""Lists, dictionaries and tuples as trackables: what they hold are their children.

A container that is an attribute stays what it is; a view stands for it when a checkpoint is saved
or restored. Only where values of a checkpoint wait for things that are not in the container yet, a
list or dictionary that tells what comes in takes its place.
"""

from __future__ import annotations

import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from tensortape.core.registry import export
from tensortape.core.trackable import Trackable


def _telling(name: str) -> Callable[..., Any]:
    """The method of a list or dictionary, followed by restoring what came in."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = getattr(super(type(self), self), name)(*args, **kwargs)
        if self.view is not None:
            self.view._entered()
        return result

    method.__name__ = name
    return method


@export("__internal__.tracking.ListWrapper")
class ListWrapper(list):
    """The list in the place of one for whose items values of a checkpoint wait.

    TensorFlow puts one in place of every list that is an attribute of a trackable.
    """

    view: Any = None

    append = _telling("append")
    extend = _telling("extend")
    insert = _telling("insert")
    __iadd__ = _telling("__iadd__")
    __setitem__ = _telling("__setitem__")

    def __reduce_ex__(self, protocol: Any) -> Any:
        return list, (list(self),)


@export("__internal__.tracking._DictWrapper")
class _DictWrapper(dict):
    """The dictionary in the place of one for whose values values of a checkpoint wait.

    TensorFlow puts one in place of every dictionary that is an attribute of a trackable.
    """

    view: Any = None

    __setitem__ = _telling("__setitem__")
    update = _telling("update")
    setdefault = _telling("setdefault")
    __ior__ = _telling("__ior__")

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (dict(self),)


class ContainerView(Trackable):
    """A list, dictionary or tuple as a trackable: what it holds are its children."""

    holders = 3
    """References to a container that nobody else holds: owner, view, and the one counting."""

    _owner: Any = None

    def __init__(self, raw: Any, owner: Any, name: Any) -> None:
        self.raw = raw
        self.belong_to(owner)
        self._name = name
        self._inner: dict[int, Any] = {}

    def belong_to(self, owner: Any) -> None:
        """Say of what the container is a part (not kept alive, nor copied with it)."""
        self._owner = weakref.ref(owner)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_owner"}

    def _items(self) -> Iterable[tuple[Any, str, Any]]:
        """Where each thing held is, the name of the child, and the thing."""
        raise NotImplementedError

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        children = {}
        for key, name, value in self._items():
            child = value if isinstance(value, Trackable) else self._view(key, value)
            if child is not None:
                children[name] = child
        return children

    def _lookup_dependency(self, name: str, cached_dependencies: Any = None) -> Any:
        return (cached_dependencies or self._trackable_children()).get(name)

    def _view(self, key: Any, value: Any) -> Any:
        """The view of a container in this one, always the same for the same container."""
        if not is_container(value):
            return None
        known = self._inner.get(id(value))
        if known is None or known.raw is not value:
            known = view_of(value, self, key)
            if known is None:
                return None
            self._inner[id(value)] = known
        known.belong_to(self)
        return known

    def _put_child(self, key: Any, value: Any) -> None:
        self.raw[key] = value

    @property
    def _deferred_dependencies(self) -> dict[str, list[Any]]:
        """As for every trackable; the container now tells what comes in, if it can be replaced.

        It cannot where somebody else holds it too, who would go on with the one replaced. Then
        what came in is restored when the objects are next walked through. The trackers of Keras'
        optimizers, which put variables into the list, can be told.
        """
        owner = self._owner and self._owner()
        if owner is not None and type(self.raw) in (list, dict):
            stores = _stores(owner, self.raw)
            if sys.getrefcount(self.raw) <= self.holders + len(stores):
                self.raw = (ListWrapper if type(self.raw) is list else _DictWrapper)(self.raw)
                self.raw.view = self
                owner._put_child(self._name, self.raw)
                for store in stores:
                    config = owner._tracker.config
                    config[store] = (config[store][0], self.raw)
        return self.__dict__.setdefault("_deferred_restores", {})

    def _entered(self) -> None:
        """Restore what waits for things that have come in."""
        if self.__dict__.get("_deferred_restores"):
            for name, child in self._trackable_children().items():
                self._handle_deferred_dependencies(name, child)

    def __repr__(self) -> str:
        return repr(self.raw)


def _stores(owner: Any, raw: Any) -> list[Any]:
    """Where the tracker of a Keras object holds this very container."""
    config = getattr(getattr(owner, "_tracker", None), "config", None) or {}
    return [name for name, (_, held) in config.items() if held is raw]


class ListView(ContainerView):
    """A list as a trackable; children are called by their index."""

    def _items(self) -> Iterable[tuple[Any, str, Any]]:
        return [(i, str(i), value) for i, value in enumerate(self.raw)]


class DictView(ContainerView):
    """A dictionary as a trackable; children are called by their key."""

    def _items(self) -> Iterable[tuple[Any, str, Any]]:
        items = []
        for key, value in self.raw.items():
            if isinstance(key, str):
                items.append((key, key, value))
            elif isinstance(value, (Trackable, list, dict)):
                raise ValueError(
                    f"Unable to save the dictionary {self.raw!r}: its key {key!r} is no string, "
                    "and what it stands for holds state. Use strings as keys, or keep the "
                    "dictionary in an object that is not trackable."
                )
        return items


class TupleView(ContainerView):
    """A tuple as a trackable; children are called by index, in named tuples by name as well."""

    def _items(self) -> Iterable[tuple[Any, str, Any]]:
        fields = getattr(self.raw, "_fields", ())
        named = [(i, name, self.raw[i]) for i, name in enumerate(fields)]
        return named + [(i, str(i), value) for i, value in enumerate(self.raw)]

    def _view(self, key: Any, value: Any) -> Any:
        view = super()._view(key, value)
        if view is not None:
            view.holders = 0  # a tuple cannot be changed, so what is in it cannot be replaced
        return view


_VIEWS: dict[type, type[ContainerView]] = {
    list: ListView,
    dict: DictView,
    OrderedDict: DictView,
    ListWrapper: ListView,
    _DictWrapper: DictView,
}
"""The types of containers that are tracked when they are assigned, as TensorFlow has it."""


def is_container(value: Any) -> bool:
    """Whether a value is one of the containers whose contents are tracked."""
    return type(value) in _VIEWS or isinstance(value, tuple)


def view_of(value: Any, owner: Any, name: Any) -> Any:
    """The view of a container; ``None`` for a tuple that holds nothing trackable."""
    if isinstance(value, tuple):
        return TupleView(value, owner, name) if _holds_trackables(value) else None
    view = _VIEWS[type(value)](value, owner, name)
    if isinstance(value, (ListWrapper, _DictWrapper)):
        value.view = view
    return view


def _holds_trackables(value: tuple[Any, ...]) -> bool:
    return any(
        isinstance(item, Trackable)
        or type(item) in _VIEWS
        or (isinstance(item, tuple) and _holds_trackables(item))
        for item in value
    )
