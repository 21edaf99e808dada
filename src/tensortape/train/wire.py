"""The wire format of protocol buffers: fields as (number, kind, value), and back.

The messages of a checkpoint are few and small; this is all of protobuf that they need.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from tensortape.core import errors

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_MASK64 = (1 << 64) - 1


class Field(NamedTuple):
    """One field of a message, undecoded: an integer, or bytes."""

    number: int
    kind: int
    value: Any


def damaged(what: str) -> errors.DataLossError:
    """The error for bytes that are no message."""
    return errors.DataLossError(None, None, f"The file is damaged: {what}.")


def read_varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """The integer at position `at`, and the position after it.

    >>> read_varint(bytes([0x96, 0x01]), 0)
    (150, 2)

    Raises `tf.errors.DataLossError` at the end of the data.
    """
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise damaged("an integer is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK64, at
        shift += 7


def varint(value: int) -> bytes:
    """An integer as it is written: seven bits a byte, the lowest first; negative ones as 64 bits.

    >>> varint(150).hex()
    '9601'
    """
    value &= _MASK64
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(data: bytes | memoryview) -> Iterator[Field]:
    """The fields of a message in the order they were written.

    >>> list(fields(number(1, 150) + text(2, "a")))
    [Field(number=1, kind=0, value=150), Field(number=2, kind=2, value=b'a')]

    Raises `tf.errors.DataLossError` for bytes that are no message.
    """
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value: Any
            value, at = read_varint(data, at)
        else:
            size, at = _size(kind, data, at)
            if at + size > len(data):
                raise damaged("a field is cut off")
            value = bytes(data[at : at + size])
            at += size
            if kind != BYTES:
                value = int.from_bytes(value, "little")
        yield Field(tag >> 3, kind, value)


def _size(kind: int, data: bytes | memoryview, at: int) -> tuple[int, int]:
    if kind == BYTES:
        return read_varint(data, at)
    if kind == FIXED64:
        return 8, at
    if kind == FIXED32:
        return 4, at
    raise damaged(f"there is no field of kind {kind}")


def signed(value: int) -> int:
    """A varint as a signed integer of 64 bits.

    >>> signed(2**64 - 1)
    -1
    """
    return value - (1 << 64) if value >> 63 else value


def number(field: int, value: int) -> bytes:
    """An integer field; nothing for zero, which is what a missing field means."""
    return varint(field << 3 | VARINT) + varint(value) if value else b""


def fixed32(field: int, value: int) -> bytes:
    """An unsigned integer field of four bytes."""
    return varint(field << 3 | FIXED32) + struct.pack("<I", value) if value else b""


def message(field: int, content: bytes) -> bytes:
    """A message as a field; present even if it is empty."""
    return varint(field << 3 | BYTES) + varint(len(content)) + content


def text(field: int, content: str) -> bytes:
    """A text field; nothing for the empty text."""
    return message(field, content.encode()) if content else b""


def read_text(value: Any) -> str:
    """A field's bytes as text; `tf.errors.DataLossError` if they are none."""
    try:
        return value.decode()
    except (UnicodeDecodeError, AttributeError):
        raise damaged("a text is no UTF-8") from None
