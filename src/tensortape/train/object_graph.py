"""The graph of objects that a checkpoint describes, and its protobuf message.

Node 0 is the root. A node has named children, tensors ("attributes") with the names under which
they are stored, and, for optimizers of the older kind, slot variables.
Source: ``TrackableObjectGraph``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tensortape.train import wire

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"


@dataclass
class Attribute:
    """One tensor of an object: its name in the object, in TensorFlow 1, and in the files."""

    name: str
    full_name: str
    key: str


@dataclass
class Slot:
    """A variable that an optimizer keeps for another variable."""

    variable: int
    name: str
    slot: int


@dataclass
class Node:
    """One object: children as (name, number of the node), tensors, slots."""

    children: list[tuple[str, int]] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    saver: str = ""
    has_values: bool | None = None

    @property
    def may_have_values(self) -> bool:
        """Whether there is anything to restore in the object or below it."""
        if self.has_values is not None:
            return self.has_values
        return bool(self.children or self.attributes or self.slots or self.saver)


def mark_values(nodes: list[Node]) -> None:
    """Set `has_values`: whether a node, or one below it, has tensors."""
    parents: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        for _, child in node.children:
            parents.setdefault(child, []).append(i)
    waiting = [i for i, node in enumerate(nodes) if node.attributes or node.slots]
    marked = set(waiting)
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in marked:
                marked.add(parent)
                waiting.append(parent)
    for i, node in enumerate(nodes):
        node.has_values = i in marked


def encode(nodes: Iterable[Node]) -> bytes:
    """The message of a graph."""
    return b"".join(wire.message(1, _encode_node(node)) for node in nodes)


def _encode_node(node: Node) -> bytes:
    parts = [wire.message(1, wire.number(1, i) + wire.text(2, name)) for name, i in node.children]
    for a in node.attributes:
        content = wire.text(1, a.name) + wire.text(2, a.full_name) + wire.text(3, a.key)
        parts.append(wire.message(2, content))
    for s in node.slots:
        content = wire.number(1, s.variable) + wire.text(2, s.name) + wire.number(3, s.slot)
        parts.append(wire.message(3, content))
    parts.append(wire.message(5, wire.number(1, bool(node.has_values))))
    return b"".join(parts)


def stored(reader: Any) -> Any:
    """The bytes of the object graph in a checkpoint."""
    return reader.read(GRAPH_KEY)[()]


def decode(data: bytes) -> list[Node]:
    """The nodes of a message; `tf.errors.DataLossError` if it is none, or has loose ends."""
    nodes = [_decode_node(f.value) for f in wire.fields(data) if f.number == 1]
    numbers = [child for node in nodes for _, child in node.children]
    numbers += [n for node in nodes for slot in node.slots for n in (slot.variable, slot.slot)]
    if not nodes or any(n >= len(nodes) for n in numbers):
        raise wire.damaged("its graph of objects has loose ends")
    return nodes


def _decode_node(data: bytes) -> Node:
    node = Node()
    for f in wire.fields(data):
        if f.number not in (1, 2, 3, 4, 5):
            continue
        parts = {inner.number: inner.value for inner in wire.fields(f.value)}
        if f.number == 1:
            node.children.append((_text(parts, 2), parts.get(1, 0)))
        elif f.number == 2:
            node.attributes.append(Attribute(_text(parts, 1), _text(parts, 2), _text(parts, 3)))
        elif f.number == 3:
            node.slots.append(Slot(parts.get(1, 0), _text(parts, 2), parts.get(3, 0)))
        elif f.number == 4:
            node.saver = _text(parts, 1)
        else:
            node.has_values = bool(parts.get(1, 0))
    return node


def _text(parts: dict[int, bytes], number: int) -> str:
    return wire.read_text(parts.get(number, b""))


def paths(nodes: list[Node]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The nodes that can be reached from the root, nearest first, with the way to each."""
    seen = {0}
    waiting: deque[tuple[int, tuple[str, ...]]] = deque([(0, ())])
    while waiting:
        number, path = waiting.popleft()
        yield number, path
        for name, child in nodes[number].children:
            if child not in seen:
                seen.add(child)
                waiting.append((child, (*path, name)))


def names(nodes: list[Node]) -> dict[int, str]:
    """What to call each node in a message: "(root).layer.w"."""
    found = {number: ".".join(("(root)", *path)) for number, path in paths(nodes)}
    for number, node in enumerate(nodes):
        for slot in node.slots:
            owner, variable = found.get(number, "?"), found.get(slot.variable, "?")
            found[slot.slot] = f"{owner}'s state '{slot.name}' for {variable}"
    return {number: found.get(number, f"object {number}") for number in range(len(nodes))}
