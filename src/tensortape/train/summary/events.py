"""Event files: TensorBoard's, records of protocol buffers with checksums."""

from __future__ import annotations

import itertools
import os
import socket
import struct
import time
from typing import Any

import numpy as np

from tensortape.core.dtypes import from_numpy
from tensortape.train.crc32c import stored
from tensortape.train.wire import message, number, text

_VERSION = "brain.Event:2"
_COUNTER = itertools.count()


class SummaryMetadata:
    """Which part of TensorBoard a summary is for, and its description.

    Source: ``tf.compat.v1.SummaryMetadata``.
    """

    class PluginData:
        """The name of the part, and bytes that it understands."""

        def __init__(self, plugin_name: str = "", content: bytes = b"") -> None:
            self.plugin_name, self.content = plugin_name, content

    def __init__(
        self,
        plugin_data: Any = None,
        display_name: str = "",
        summary_description: str = "",
        data_class: int = 0,
    ) -> None:
        self.plugin_data = plugin_data or self.PluginData()
        self.display_name = display_name
        self.summary_description = summary_description or ""
        self.data_class = data_class

    def SerializeToString(self) -> bytes:
        """The bytes of the message."""
        data = self.plugin_data
        plugin = text(1, data.plugin_name) + (message(2, data.content) if data.content else b"")
        return (
            message(1, plugin)
            + text(2, self.display_name)
            + text(3, self.summary_description)
            + number(4, self.data_class)
        )


def tensor_bytes(array: Any) -> bytes:
    """An array as a ``TensorProto``."""
    sizes = b"".join(message(2, number(1, n)) for n in array.shape)
    head = number(1, from_numpy(array.dtype).as_datatype_enum) + message(2, sizes)
    if array.dtype == object:
        return head + b"".join(message(8, item) for item in array.reshape(-1).tolist())
    return head + message(4, np.ascontiguousarray(array).tobytes())


def event(step: int, content: bytes) -> bytes:
    """An ``Event`` of now: ``content`` are its fields after time and step."""
    return b"\x09" + struct.pack("<d", time.time()) + number(2, step) + content


def value_event(tag: str, array: Any, step: int, metadata: bytes | None) -> bytes:
    """The event of one tensor with a tag."""
    value = text(1, tag) + message(8, tensor_bytes(array))
    if metadata is not None:
        value += message(9, metadata)
    return event(step, message(5, message(1, value)))


def framed(data: bytes) -> bytes:
    """A record: its length and content, each with a checksum."""
    length = struct.pack("<Q", len(data))
    return length + stored(length) + data + stored(data)


class EventsFile:
    """One event file that grows; what waits is written after so many events or milliseconds."""

    def __init__(self, logdir: str, max_queue: int, flush_millis: int, suffix: str) -> None:
        os.makedirs(logdir, exist_ok=True)
        name = (
            f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}."
            f"{next(_COUNTER)}{suffix}"
        )
        self.path = os.path.join(logdir, name)
        self._file = open(self.path, "ab")  # noqa: SIM115 (stays open)
        self._max_queue, self._seconds = max_queue, flush_millis / 1000
        self._waiting: list[bytes] = []
        self._flushed = time.monotonic()
        writer = message(10, text(1, "tensortape.train.summary"))
        self._file.write(framed(event(0, text(3, _VERSION) + writer)))
        self._file.flush()

    def add(self, data: bytes) -> None:
        """Write an event, soon."""
        self._waiting.append(framed(data))
        late = time.monotonic() - self._flushed > self._seconds
        if late or len(self._waiting) > self._max_queue:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self._file.write(b"".join(self._waiting))
        self._file.flush()
        self._waiting.clear()
        self._flushed = time.monotonic()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self.close()

    def close(self) -> None:
        """Write what waits, and end the file."""
        if not self._file.closed:
            self.flush()
            self._file.close()
