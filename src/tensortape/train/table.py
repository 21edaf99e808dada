"""Sorted tables of keys and values in a file, the format of a checkpoint's index.

A table is a row of blocks. A block holds entries whose keys share a prefix with the key before, and
where keys are written whole ("restarts"); after it come its compression (none) and its checksum.
The last block but one lists no further blocks, the last one lists the blocks of entries, and a
footer says where these two are. It is the format of LevelDB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any

from tensortape.core.crc32c import stored
from tensortape.train.wire import damaged, read_varint, varint

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
FOOTER = 48
_TRAILER = 5
_RESTART_INTERVAL = 16
_BLOCK_SIZE = 1 << 18


class _Block:
    """A block that is being written."""

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._data = bytearray()
        self._restarts = [0]
        self._since_restart = 0
        self.last = b""

    def __len__(self) -> int:
        return len(self._data)

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self._since_restart < self._interval:
            shared = _common(self.last, key)
        else:
            self._restarts.append(len(self._data))
            self._since_restart = 0
        self._data += varint(shared) + varint(len(key) - shared) + varint(len(value))
        self._data += key[shared:] + value
        self._since_restart += 1
        self.last = key

    def content(self) -> bytes:
        return bytes(self._data) + struct.pack(
            f"<{len(self._restarts) + 1}I", *self._restarts, len(self._restarts)
        )


def _common(a: bytes, b: bytes) -> int:
    """The length of what two keys share at their beginning."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))


def _between(a: bytes, b: bytes) -> bytes:
    """A short key at or after `a` and before `b`."""
    i = _common(a, b)
    if i < min(len(a), len(b)) and a[i] + 1 < b[i]:
        return a[:i] + bytes([a[i] + 1])
    return a


def _after(key: bytes) -> bytes:
    """A short key at or after `key`."""
    for i, byte in enumerate(key):
        if byte != 0xFF:
            return key[:i] + bytes([byte + 1])
    return key


def write_table(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The file of a table; the entries come sorted by key.

    >>> list(read_table(write_table([(b"a", b"1"), (b"ab", b"2")])).items())
    [(b'a', b'1'), (b'ab', b'2')]
    """
    out = bytearray()
    index = _Block(1)
    block = _Block(_RESTART_INTERVAL)
    waiting: tuple[bytes, bytes] | None = None
    for key, value in entries:
        if waiting:
            index.add(_between(waiting[0], key), waiting[1])
            waiting = None
        block.add(key, value)
        if len(block) >= _BLOCK_SIZE:
            waiting = block.last, _append(out, block)
            block = _Block(_RESTART_INTERVAL)
    if len(block):
        waiting = block.last, _append(out, block)
    meta = _append(out, _Block(_RESTART_INTERVAL))
    if waiting:
        index.add(_after(waiting[0]), waiting[1])
    footer = meta + _append(out, index)
    return bytes(out) + footer.ljust(FOOTER - len(MAGIC), b"\0") + MAGIC


def _append(out: bytearray, block: _Block) -> bytes:
    """Put a block at the end; where it is."""
    content = block.content()
    handle = varint(len(out)) + varint(len(content))
    out += content + b"\0" + stored(content + b"\0")
    return handle


def read_table(data: bytes) -> dict[bytes, bytes]:
    """The entries of a table, given the bytes of its file.

    Raises `tf.errors.DataLossError` for bytes that are no table or do not fit their checksums.
    """
    if len(data) < FOOTER or data[-8:] != MAGIC:
        raise damaged("it does not end as an index of a checkpoint does (bad magic number)")
    footer = data[-FOOTER:]
    _, at = _handle(footer, 0)
    index, _ = _handle(footer, at)
    found: dict[Any, Any] = {}
    for _, where in _entries(_block(data, index)):
        handle, _ = _handle(where, 0)
        found.update(_entries(_block(data, handle)))
    return found


def _handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    offset, at = read_varint(data, at)
    size, at = read_varint(data, at)
    return (offset, size), at


def _block(data: bytes, handle: tuple[int, int]) -> bytes:
    offset, size = handle
    end = offset + size
    if end + _TRAILER > len(data) - FOOTER or size < 4:
        raise damaged("a block of the index is cut off")
    if data[end] != 0:
        raise damaged(f"a block of the index has compression {data[end]}, which is not known")
    if data[end + 1 : end + _TRAILER] != stored(data[offset : end + 1]):
        raise damaged("a block of the index does not fit its checksum")
    return data[offset:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    at, key = 0, b""
    while at < end:
        shared, at = read_varint(block, at)
        own, at = read_varint(block, at)
        size, at = read_varint(block, at)
        if shared > len(key) or at + own + size > end:
            raise damaged("an entry of the index is cut off")
        key = key[:shared] + block[at : at + own]
        at += own
        yield key, block[at : at + size]
        at += size
