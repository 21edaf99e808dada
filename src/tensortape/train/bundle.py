"""Tensors in files as TensorFlow keeps them: `PREFIX.index` and `PREFIX.data-00000-of-00001`.

The data files hold the bytes of the tensors one after the other; the index is a sorted table from
names to entries that say where each is. The index is written last, so a checkpoint exists as soon
as, and not before, it is complete.
"""

from __future__ import annotations

import glob
import os
import re
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.crc32c import crc32c, masked
from tensortape.train import atomic, wire
from tensortape.train.bundle_entries import (
    HEADER_KEY,
    Entry,
    Header,
    decode_entry,
    decode_header,
)
from tensortape.train.table import read_table, write_table

_DATA_FILE = re.compile(r"\.data-(\d{5})-of-(\d{5})$")


def index_file(prefix: str) -> str:
    """The name of the index of the checkpoint `prefix`."""
    return f"{prefix}.index"


def data_file(prefix: str, shard: int, shards: int) -> str:
    """The name of a data file of the checkpoint `prefix`."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def data_files(prefix: str) -> list[str]:
    """The data files there are for `prefix`, whatever index they belong to."""
    found = glob.glob(f"{glob.escape(prefix)}.data-*-of-*")
    return sorted(path for path in found if _DATA_FILE.search(path))


def write_bundle(prefix: str, tensors: Mapping[str, Any]) -> None:
    """Write arrays (numbers, truth values, or objects that are bytes) as the checkpoint `prefix`.

    A kill at any moment leaves the checkpoint that was there, or the new one. Where one is there
    already, the new data file gets a name that the old index does not use: TensorFlow's names say
    how many data files there are, and an index may leave one of them unused.
    """
    folder = os.path.dirname(prefix)
    atomic.remove_abandoned(folder)
    before = data_files(prefix)
    shards = 1
    while data_file(prefix, 0, shards) in before:
        shards += 1
    entries = {HEADER_KEY: Header(shards).encode()}
    with atomic.replacing(data_file(prefix, 0, shards)) as file:
        for name in sorted(tensors, key=str.encode):
            entries[name.encode()] = _put(file, np.asarray(tensors[name])).encode()
    atomic.write(index_file(prefix), write_table(entries.items()))
    for path in before:
        os.remove(path)


def _put(file: BinaryIO, array: np.ndarray) -> Entry:
    offset = file.tell()
    dtype = dtypes.from_numpy(array.dtype)
    if dtype is dtypes.string:
        checksum = _put_strings(file, array)
    else:
        raw: Any = _bytes_of(array)
        content = memoryview(raw)
        file.write(content)
        checksum = crc32c(content)
    return Entry(dtype, array.shape, 0, offset, file.tell() - offset, masked(checksum))


def _bytes_of(array: np.ndarray) -> np.ndarray:
    little = np.ascontiguousarray(array).reshape(-1)
    if little.dtype.byteorder == ">":
        little = little.astype(little.dtype.newbyteorder("<"))
    return little.view(np.uint8)


def _put_strings(file: BinaryIO, array: np.ndarray) -> int:
    """The lengths, their checksum, then the strings; the checksum of the whole."""
    items = [_as_bytes(item) for item in array.reshape(-1).tolist()]
    file.write(b"".join(wire.varint(len(item)) for item in items))
    checksum = crc32c(b"".join(_length_word(len(item)) for item in items))
    of_lengths = struct.pack("<I", masked(checksum))
    content = b"".join(items)
    file.write(of_lengths + content)
    return crc32c(content, crc32c(of_lengths, checksum))


def _length_word(length: int) -> bytes:
    """A length as it enters the checksum."""
    return struct.pack("<I" if length < 1 << 32 else "<Q", length)


def _as_bytes(item: Any) -> bytes:
    return item.encode() if isinstance(item, str) else bytes(item)


class BundleReader:
    """The tensors of the checkpoint `prefix`, read when asked for and checked by their checksums.

    Raises `tf.errors.NotFoundError` if there is no such checkpoint, `tf.errors.DataLossError` for a
    damaged one.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        try:
            self._open()
        except errors.DataLossError as error:
            message = error.message.partition(": ")[2].rstrip(".")
            raise self._damaged(message or error.message) from None

    def _open(self) -> None:
        prefix = self.prefix
        entries = read_table(_read_index(prefix))
        if HEADER_KEY not in entries:
            raise wire.damaged("the index has no header")
        self.header = decode_header(entries.pop(HEADER_KEY))
        if self.header.min_consumer > 1:
            raise errors.UnimplementedError(
                None, None, f"The checkpoint {prefix} is of a newer format than is known here."
            )
        self._raw = entries
        # Entries whose names begin with a zero byte are the parts of tensors saved in parts.
        self.entries = {
            name.decode(errors="surrogateescape"): decode_entry(value)
            for name, value in entries.items()
            if not name.startswith(b"\0")
        }

    def _damaged(self, what: str) -> errors.DataLossError:
        return errors.DataLossError(
            None, None, f"The checkpoint {self.prefix} is damaged: {what}. Use another one."
        )

    def entry(self, name: str) -> Entry:
        """The entry of a tensor; `tf.errors.NotFoundError` if there is none of that name."""
        if name not in self.entries:
            raise errors.NotFoundError(
                None, None, f"Key {name} not found in checkpoint {self.prefix}"
            )
        return self.entries[name]

    def read(self, name: str) -> np.ndarray:
        """A tensor as an array of its dtype; strings as an array of bytes objects."""
        entry = self.entry(name)
        if entry.slices:
            return self._read_parts(name, entry)
        return self._read(name, entry)

    def _read(self, name: str, entry: Entry) -> np.ndarray:
        content = self._content(name, entry)
        count = int(np.prod(entry.shape, dtype=np.int64))
        if entry.dtype is dtypes.string:
            return self._strings(name, content, count, entry).reshape(entry.shape)
        self._check(name, crc32c(content), entry)
        kind = entry.dtype._np
        if kind is None or count * kind.itemsize != entry.size:
            raise self._damaged(f"{name!r} has {entry.size} bytes, which its shape contradicts")
        if self.header.big_endian:
            kind = kind.newbyteorder(">")
        array = np.frombuffer(content, kind).reshape(entry.shape)
        return array.astype(entry.dtype._np)

    def _content(self, name: str, entry: Entry) -> bytes:
        path = data_file(self.prefix, entry.shard, self.header.shards)
        try:
            with open(path, "rb") as file:
                file.seek(entry.offset)
                content = file.read(entry.size)
        except FileNotFoundError:
            raise self._damaged(f"its data file {path} is missing") from None
        except (OSError, OverflowError, ValueError) as error:
            raise self._damaged(f"{path} cannot be read: {error}") from None
        if len(content) != entry.size:
            raise self._damaged(f"{path} ends before the end of {name!r}")
        return content

    def _check(self, name: str, checksum: int, entry: Entry) -> None:
        if masked(checksum) != entry.checksum:
            raise self._damaged(
                f"the bytes of {name!r} do not fit their checksum ({masked(checksum):08x}, "
                f"{entry.checksum:08x} was stored)"
            )

    def _strings(self, name: str, content: bytes, count: int, entry: Entry) -> np.ndarray:
        if count > len(content):
            raise self._damaged(f"{name!r} has fewer bytes than strings")
        lengths, at = [], 0
        for _ in range(count):
            length, at = wire.read_varint(content, at)
            lengths.append(length)
        checksum = crc32c(b"".join(map(_length_word, lengths)))
        of_lengths = content[at : at + 4]
        if of_lengths != struct.pack("<I", masked(checksum)) or (
            at + 4 + sum(lengths) != len(content)
        ):
            raise self._damaged(f"the lengths of the strings of {name!r} do not fit")
        self._check(name, crc32c(content[at + 4 :], crc32c(of_lengths, checksum)), entry)
        array = np.empty(count, object)
        at += 4
        for i, length in enumerate(lengths):
            array[i] = content[at : at + length]
            at += length
        return array

    def _read_parts(self, name: str, entry: Entry) -> np.ndarray:
        whole = np.empty(entry.shape, entry.dtype._np)
        for part in entry.slices:
            key = part_key(name, part)
            if key not in self._raw:
                raise self._damaged(f"a part of {name!r} is missing")
            place = tuple(
                slice(None) if length < 0 else slice(start, start + length)
                for start, length in part
            )
            whole[place] = self._read(name, decode_entry(self._raw[key]))
        return whole


def _read_index(prefix: str) -> bytes:
    try:
        with open(index_file(prefix), "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise errors.NotFoundError(
            None,
            None,
            f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for "
            f"{prefix}: there is no file {index_file(prefix)}",
        ) from None
    except OSError as error:
        raise errors.DataLossError(
            None, None, f"The file {index_file(prefix)} cannot be read: {error}"
        ) from None


def part_key(name: str, part: tuple[tuple[int, int], ...]) -> bytes:
    """The name of a part of a tensor, in the order-preserving code that TensorFlow uses."""
    escaped = name.encode().replace(b"\0", b"\0\xff")
    numbers = b"".join(_ordered_signed(n) for axis in part for n in axis)
    return b"\0" + escaped + b"\0\x01" + _ordered(len(part)) + numbers


def _ordered(value: int) -> bytes:
    """An unsigned integer: how many bytes, then the bytes, the highest first."""
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _ordered_signed(value: int) -> bytes:
    """A signed integer: the number of leading ones says how many bytes there are."""
    magnitude = ~value if value < 0 else value
    size = magnitude.bit_length() // 7 + 1
    if size == 1:
        return bytes([(value ^ 0x80) & 0xFF])
    code = bytearray((value & (1 << 8 * size) - 1).to_bytes(size, "big"))
    header = (1 << 16) - (1 << 16 - size)
    code[0] ^= header >> 8
    code[1] ^= header & 0xFF
    return bytes(code)
