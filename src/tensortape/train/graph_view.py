"""The objects that can be reached from a root, as a checkpoint sees them."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.trackable import Trackable
from tensortape.core.tracked_containers import ContainerView
from tensortape.core.variable import Variable
from tensortape.train.object_graph import VALUE, Attribute, Node, Slot, mark_values


class GraphView:
    """The objects below a root; `attached` are further children of the root, by name."""

    def __init__(self, root: Any, attached: dict[str, Any] | None = None) -> None:
        self.root = root
        self.attached = {} if attached is None else attached

    def children(self, obj: Any) -> dict[str, Any]:
        """The children of an object by name."""
        if isinstance(obj, ContainerView):
            obj._entered()
        found = {
            name: child
            for name, child in obj._trackable_children().items()
            if isinstance(child, Trackable)
        }
        if obj is self.root:
            found.update(self.attached)
        return found

    def walk(self) -> list[tuple[Any, tuple[str, ...]]]:
        """Every object once, nearest to the root first, with the way to it."""
        found = []
        seen = {id(self.root)}
        waiting: deque[tuple[Any, tuple[str, ...]]] = deque([(self.root, ())])
        while waiting:
            obj, path = waiting.popleft()
            found.append((obj, path))
            for name, child in self.children(obj).items():
                if id(child) not in seen:
                    seen.add(id(child))
                    waiting.append((child, (*path, name)))
        return found

    def describe(self) -> Description:
        """The nodes of the graph, and the objects whose tensors are to be saved."""
        return Description(self)


class Description:
    """A graph of objects made ready to be saved.

    `nodes` describes it; `tensors` holds the tensors by the names under which they are stored.
    """

    def __init__(self, view: GraphView) -> None:
        self.objects: list[Any] = []
        self.paths: list[str] = []
        self.nodes: list[Node] = []
        self.tensors: dict[str, Any] = {}
        self._number: dict[int, int] = {}
        for obj, path in view.walk():
            self._add(obj, "/".join(map(escape, path)))
        self._add_slots()
        for obj, node in zip(self.objects, self.nodes, strict=True):
            for name, child in view.children(obj).items():
                node.children.append((name, self._number[id(child)]))
        for i in range(len(self.objects)):
            self._add_tensors(i)
        mark_values(self.nodes)

    def _add(self, obj: Any, path: str) -> int:
        self._number[id(obj)] = len(self.objects)
        self.objects.append(obj)
        self.paths.append(path)
        self.nodes.append(Node())
        return len(self.objects) - 1

    def _add_slots(self) -> None:
        for at, variable, name, slot in slot_variables(self.objects):
            if id(slot) in self._number:
                raise NotImplementedError(
                    f"The slot variable {name!r} of {self.paths[at]!r} is also an attribute of an "
                    "object that is saved. Keep it in one of the two places."
                )
            path = f"{self.paths[variable]}/.OPTIMIZER_SLOT/{self.paths[at]}/{escape(name)}"
            self.nodes[at].slots.append(Slot(variable, name, self._add(slot, path)))

    def _add_tensors(self, number: int) -> None:
        obj = self.objects[number]
        for name, tensor in own_tensors(obj).items():
            key = f"{self.paths[number]}/.ATTRIBUTES/{escape(name)}"
            self.nodes[number].attributes.append(Attribute(escape(name), full_name(obj), key))
            self.tensors[key] = tensor


def slot_variables(objects: list[Any]) -> list[tuple[int, int, str, Any]]:
    """(optimizer, variable, name, slot variable) for optimizers that have slots for variables."""
    found = []
    for at, obj in enumerate(objects):
        if "get_slot_names" not in dir(obj):
            continue
        for name in obj.get_slot_names():
            for number, variable in enumerate(objects):
                try:
                    slot = obj.get_slot(variable, name)
                except (AttributeError, KeyError, TypeError):
                    slot = None
                if slot is not None:
                    found.append((at, number, name, slot))
    return found


def escape(name: str) -> str:
    """A name such that "/" and ".ATTRIBUTES" keep their meaning in a path.

    >>> escape("a/b.c")
    'a.Sb..c'
    """
    return name.replace(".", "..").replace("/", ".S")


def own_tensors(obj: Any) -> dict[str, Any]:
    """The tensors of an object itself, without those of its children."""
    if is_wrapper(obj):
        return {VALUE: _wrapped_value(obj)}
    try:
        return dict(obj._serialize_to_tensors())
    except NotImplementedError:
        return {}


def put_tensors(obj: Any, tensors: dict[str, Any]) -> None:
    """Give an object tensors of its own, as `own_tensors` returns them."""
    if not is_wrapper(obj):
        obj._restore_from_tensors(tensors)
    elif obj._value is None:
        obj._initializer = lambda shape, dtype=None: tensors[VALUE]
    else:
        obj._value._restore_from_tensors(tensors)


def is_wrapper(obj: Any) -> bool:
    """Whether an object is a variable of Keras, which holds one of ours, or will.

    While Keras infers shapes such a variable answers with other values, and new ones have none:
    those get the value of a checkpoint when they are made.
    """
    acts = getattr(obj, "_should_act_as_resource_variable", False)
    return bool(acts) and not isinstance(obj, Variable) and hasattr(obj, "_initializer")


def _wrapped_value(obj: Any) -> Any:
    if obj._value is not None:
        return convert_to_tensor(obj._value)
    return convert_to_tensor(np.zeros([n or 0 for n in obj._shape], as_dtype(obj._dtype)._np))


def full_name(obj: Any) -> str:
    """The name of a variable, by which checkpoints of TensorFlow 1 know it; else nothing."""
    if is_wrapper(obj):
        return getattr(obj._value, "_shared_name", "")
    return obj._shared_name if isinstance(obj, Variable) else ""
