"""What the index of a checkpoint says: the header, and an entry for each tensor."""

from __future__ import annotations

from typing import NamedTuple

from tensortape.core import dtypes
from tensortape.train import wire

HEADER_KEY = b""
PRODUCER = 1


class Header(NamedTuple):
    """How many data files there are, and in which order the bytes of their numbers."""

    shards: int
    big_endian: bool = False
    min_consumer: int = 0

    def encode(self) -> bytes:
        """The message `BundleHeaderProto`."""
        version = wire.message(3, wire.number(1, PRODUCER))
        return wire.number(1, self.shards) + wire.number(2, self.big_endian) + version


class Entry(NamedTuple):
    """Where the bytes of one tensor are, and of what type and shape it is.

    `slices` are those of a tensor that was saved in parts: for each, (start, length) by axis, with
    length -1 for a whole axis.
    """

    dtype: dtypes.DType
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    checksum: int
    slices: tuple[tuple[tuple[int, int], ...], ...] = ()

    def encode(self) -> bytes:
        """The message `BundleEntryProto`."""
        dims = b"".join(wire.message(2, wire.number(1, d)) for d in self.shape)
        return b"".join(
            [
                wire.number(1, self.dtype.as_datatype_enum),
                wire.message(2, dims),
                wire.number(3, self.shard),
                wire.number(4, self.offset),
                wire.number(5, self.size),
                wire.fixed32(6, self.checksum),
            ]
        )


def decode_header(data: bytes) -> Header:
    """The header of an index; `tf.errors.DataLossError` for one that cannot be."""
    shards, big_endian, consumer = 0, False, 0
    for field in wire.fields(data):
        if field.number == 1:
            shards = field.value
        elif field.number == 2:
            big_endian = field.value != 0
        elif field.number == 3:
            consumer = next((f.value for f in wire.fields(field.value) if f.number == 2), 0)
    if shards < 1:
        raise wire.damaged("the index names no data files")
    return Header(shards, big_endian, consumer)


def decode_entry(data: bytes) -> Entry:
    """The entry of a tensor; `tf.errors.DataLossError` for one that cannot be."""
    found = {1: 0, 3: 0, 4: 0, 5: 0, 6: 0}
    shape: tuple[int, ...] = ()
    slices = []
    for field in wire.fields(data):
        if field.number == 2:
            shape = _shape(field.value)
        elif field.number == 7:
            slices.append(_slice(field.value))
        elif field.number in found:
            found[field.number] = field.value
    try:
        dtype = dtypes.as_dtype(found[1])
    except TypeError:
        raise wire.damaged(f"there is no dtype {found[1]}") from None
    return Entry(dtype, shape, found[3], found[4], found[5], found[6], tuple(slices))


def _shape(data: bytes) -> tuple[int, ...]:
    dims = []
    for field in wire.fields(data):
        if field.number == 2:
            sizes = [f.value for f in wire.fields(field.value) if f.number == 1]
            dims.append(wire.signed(sizes[-1]) if sizes else 0)
    if any(d < 0 for d in dims):
        raise wire.damaged(f"a tensor has the shape {tuple(dims)}")
    return tuple(dims)


def _slice(data: bytes) -> tuple[tuple[int, int], ...]:
    """The message `TensorSliceProto`: an axis without a length is whole."""
    axes = []
    for field in wire.fields(data):
        if field.number == 1:
            parts = {f.number: wire.signed(f.value) for f in wire.fields(field.value)}
            axes.append((parts.get(1, 0), parts.get(2, -1)))
    return tuple(axes)
