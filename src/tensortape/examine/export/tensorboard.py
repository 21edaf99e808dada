"""A flow as an event file for TensorBoard: the graph, as it stands in a ``GraphDef``."""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tensortape.examine.export.graph import Node, nodes_of, rules_of
from tensortape.train.crc32c import stored
from tensortape.train.wire import message, number, text

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow

_UNFIT = re.compile(r"[^A-Za-z0-9_.\-/>]")
DOUBLE = 1  # the wire format's kind of eight bytes
PLACEHOLDERS = {"source": "VariableV2", "variable": "VariableV2", "constant": "Const"}


def write(flow: Flow, logdir: str | os.PathLike[str]) -> str:
    """Write the event file into ``logdir`` (made if missing); returns its path."""
    folder = Path(logdir)
    folder.mkdir(parents=True, exist_ok=True)
    now = time.time()
    name = f"events.out.tfevents.{int(now)}.{socket.gethostname()}.{os.getpid()}.flow"
    path = folder / name
    events = [event(now, text(3, "brain.Event:2")), event(now, message(4, graph_def(flow)))]
    path.write_bytes(b"".join(map(record, events)))
    return str(path)


def event(now: float, what: bytes) -> bytes:
    """An ``Event``: its time and what it tells."""
    return bytes([1 << 3 | DOUBLE]) + struct.pack("<d", now) + what


def record(data: bytes) -> bytes:
    """A record of a file of records: length and data, each with its checksum."""
    length = struct.pack("<Q", len(data))
    return length + stored(length) + data + stored(data)


def graph_def(flow: Flow) -> bytes:
    """The ``GraphDef``: operations in their scopes, and their rules in ``gradients``."""
    nodes = nodes_of(flow)
    nodes += rules_of(flow, nodes)
    names = {node.name: path_of(node) for node in nodes}
    versions = message(4, number(1, 1))
    return b"".join(message(1, node_def(node, names)) for node in nodes) + versions


def path_of(node: Node) -> str:
    """The name of a node within its scopes, in the letters TensorFlow allows."""
    own = node.name.rsplit("/", 1)[-1]
    if node.kind not in ("op", "target", "rule"):
        own = f"{node.label.rsplit('/', 1)[-1]}_{own.rsplit('_', 1)[-1]}"
    path = _UNFIT.sub("_", f"{node.scope}/{own}" if node.scope else own)
    return path if path[0].isalnum() else "x" + path


def node_def(node: Node, names: dict[str, str]) -> bytes:
    """A ``NodeDef``."""
    kind = PLACEHOLDERS.get(node.kind, node.details.get("operation", "Gradient"))
    out = text(1, names[node.name]) + text(2, kind)
    for source, output in node.inputs:
        out += text(3, names[source] + (f":{output}" if output else ""))
    for key, value in {**node.details, "value": node.value, "gradient": node.gradient}.items():
        if value:
            out += attribute(key, message(2, value.encode()))
    shapes = b"".join(message(7, shape_proto(shape)) for shape, _ in node.outputs)
    return out + attribute("_output_shapes", message(1, shapes))


def attribute(key: str, value: bytes) -> bytes:
    """An entry of a node's attributes."""
    return message(5, text(1, key) + message(2, value))


def shape_proto(shape: tuple[int | None, ...]) -> bytes:
    """A ``TensorShapeProto``; unknown dimensions are -1."""
    return b"".join(message(2, number(1, -1 if size is None else size)) for size in shape)
