"""Restoring a checkpoint into objects, now or when they come to be.

The graph in the checkpoint is laid over the graph of objects, beginning at the root: children of
the same name belong together. Where a child is missing its place waits in the parent, and is
restored as soon as a child of that name is tracked. Values are read and checked before the first
is assigned, so a file that cannot be read, or does not fit, changes nothing.
"""

from __future__ import annotations

import itertools
import logging
import weakref
from collections import deque
from typing import Any, NamedTuple

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.variable import Variable
from tensortape.graph.trace_graph import left_graphs
from tensortape.train.bundle import BundleReader
from tensortape.train.graph_view import escape, is_wrapper, own_tensors, put_tensors
from tensortape.train.object_graph import Attribute, Node, names

_LOGGER = logging.getLogger("tensorflow")
_numbers = itertools.count()


class Restoration:
    """One checkpoint that is being restored: its graph, and the objects bound to its nodes.

    Objects are held weakly, since what waits in an object refers to this.
    """

    def __init__(self, nodes: list[Node], reader: BundleReader, skip_slots: bool = False) -> None:
        self.nodes = nodes
        self.reader = reader
        self.uid = next(_numbers)
        self.objects: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self.unused: dict[int, list[str]] = {}
        self.waiting_slots: dict[int, list[SlotRestoration]] = {}
        self.slots: dict[int, list[SlotRestoration]] = {}
        if not skip_slots:
            for number, node in enumerate(nodes):
                for slot in node.slots:
                    waiting = SlotRestoration(number, slot.slot, slot.name)
                    self.slots.setdefault(slot.variable, []).append(waiting)
        self.leftovers = Leftovers(nodes, self.unused)


class SlotRestoration(NamedTuple):
    """A slot variable to be restored: whose, which, and what it is called."""

    optimizer: int
    slot: int
    name: str
    variable: Any = None


class Leftovers:
    """Says, when a restoration ends, which values nobody took."""

    def __init__(self, nodes: list[Node], unused: dict[int, list[str]]) -> None:
        self.nodes = nodes
        self.unused = unused
        self.matched: set[int] = set()
        self.expected = False

    def __del__(self) -> None:
        if self.expected:
            return
        left = [i for i, n in enumerate(self.nodes) if n.attributes and i not in self.matched]
        if not left and not self.unused:
            return
        called = names(self.nodes)
        _LOGGER.warning(
            "A restored checkpoint holds values that no object took. If that is meant, say so "
            "with `status.expect_partial()`."
        )
        for i in left:
            _LOGGER.warning(
                "Value in checkpoint could not be found in the restored object: %s", called[i]
            )
        for i, unknown in self.unused.items():
            _LOGGER.warning("Values of %s that the object does not have: %s", called[i], unknown)


class Position:
    """A node of a checkpoint that is, or waits to be, restored into an object."""

    def __init__(self, restoration: Restoration, number: int) -> None:
        self.restoration = restoration
        self.number = number

    @property
    def restore_uid(self) -> int:
        """The number of the restoration: a later one wins."""
        return self.restoration.uid

    @property
    def node(self) -> Node:
        """What the checkpoint says about the object."""
        return self.restoration.nodes[self.number]

    def bind(self, obj: Any) -> bool:
        """Make `obj` the object of this node; whether that is new."""
        present = self.restoration.objects.get(self.number)
        self.restoration.leftovers.matched.add(self.number)
        if present is None:
            self.restoration.objects[self.number] = obj
            return True
        if present is not obj:
            _LOGGER.warning(
                "In the checkpoint two names stand for one object, here for two: %r and %r. Only "
                "the first is restored.",
                present,
                obj,
            )
        return False

    def restore(self, obj: Any) -> None:
        """Restore `obj` and what is below it, now, even where a function is being traced."""
        if self.bind(obj):
            with left_graphs():
                _restore_bound([(self, obj)])


def _restore_bound(bound: list[tuple[Position, Any]]) -> None:
    """Restore objects that are bound, and what is below them; all values are assigned at last."""
    waiting = deque(bound)
    plan: list[tuple[Position, Any]] = []
    deferred: list[tuple[Any, str, Position]] = []
    while waiting:
        position, obj = waiting.popleft()
        if position.restore_uid > obj._update_uid:
            plan.append((position, obj))
        waiting.extend(_children(position, obj, deferred))
        waiting.extend(_slots(position, obj))
    try:
        _assign(plan)
    except BaseException:
        for position, _ in plan:
            position.restoration.leftovers.expected = True
        raise
    for obj, name, position in deferred:
        obj._deferred_dependencies.setdefault(name, []).append(position)


def _children(position: Position, obj: Any, deferred: list[Any]) -> list[tuple[Position, Any]]:
    """The children that are there, bound; places of those that are not go to `deferred`."""
    found = []
    present = obj._trackable_children()
    for name, number in position.node.children:
        if number in position.restoration.objects:
            continue
        place = Position(position.restoration, number)
        child = obj._lookup_dependency(name, present)
        if child is None:
            if place.node.may_have_values:
                deferred.append((obj, name, place))
        elif place.bind(child):
            found.append((place, child))
    return found


def _slots(position: Position, obj: Any) -> list[tuple[Position, Any]]:
    """Slot variables that can be restored now that `obj`, variable or optimizer, is bound."""
    restoration = position.restoration
    now = []
    for waiting in restoration.waiting_slots.pop(position.number, ()):
        now.append((obj, waiting.variable, waiting))
    for waiting in restoration.slots.pop(position.number, ()):
        optimizer = restoration.objects.get(waiting.optimizer)
        if optimizer is None:
            later = restoration.waiting_slots.setdefault(waiting.optimizer, [])
            later.append(waiting._replace(variable=obj))
        else:
            now.append((optimizer, obj, waiting))
    found = []
    for optimizer, variable, waiting in now:
        place = Position(restoration, waiting.slot)
        make = getattr(optimizer, "_create_or_restore_slot_variable", None)
        slot = make and make(
            slot_variable_position=place, variable=variable, slot_name=waiting.name
        )
        if slot is not None and place.bind(slot):
            found.append((place, slot))
    return found


def _assign(plan: list[tuple[Position, Any]]) -> None:
    """Read all values, check that they fit, then assign; on an error all are as before."""
    ready = []
    for position, obj in plan:
        before = own_tensors(obj)
        values = _values(position, before)
        for name, value in values.items():
            check(obj, name, value, before[name])
        if values:
            ready.append((obj, values, before))
    done: list[tuple[Any, dict[str, Any]]] = []
    try:
        for obj, values, before in ready:
            done.append((obj, before))
            put_tensors(obj, values)
    except BaseException:
        for obj, before in done:
            put_tensors(obj, before)
        raise
    for position, obj in plan:
        obj._update_uid = position.restore_uid


def _values(position: Position, expected: dict[str, Any]) -> dict[str, Any]:
    """The tensors of the node that the object has."""
    stored = {attribute.name: attribute for attribute in position.node.attributes}
    found = {}
    for name, present in expected.items():
        attribute = stored.pop(escape(name), None)
        if attribute is not None:
            found[name] = _read(position.restoration.reader, attribute, present)
        elif position.node.attributes:
            raise errors.NotFoundError(
                None,
                None,
                f"The checkpoint {position.restoration.reader.prefix} has "
                f"{[a.name for a in position.node.attributes]} for an object, but not {name!r}.",
            )
    if stored:
        position.restoration.unused[position.number] = list(stored)
    return found


def _read(reader: BundleReader, attribute: Attribute, present: Any) -> Any:
    entry = reader.entry(attribute.key)
    dtype = convert_to_tensor(present).dtype
    if entry.dtype is not dtype:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"tensor_name = {attribute.key}; expected dtype {dtype.name} does not equal original "
            f"dtype {entry.dtype.name}",
        )
    return convert_to_tensor(reader.read(attribute.key), dtype=dtype)


def check(obj: Any, name: str, value: Any, present: Any) -> None:
    """Raise `ValueError` for a value that a variable cannot take."""
    variable = obj._value if is_wrapper(obj) else obj
    shape = variable.shape if isinstance(variable, Variable) else present.shape
    known = isinstance(obj, Variable) or is_wrapper(obj)
    if known and not shape.is_compatible_with(value.shape):
        raise ValueError(
            f"Received incompatible tensor with shape {value.shape} when attempting to restore "
            f"variable with shape {shape} and name {obj.name}."
        )
