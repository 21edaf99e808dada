"""CRC-32C (Castagnoli), the checksum of TensorFlow's files, computed for many bytes at once.

A checksum is linear: that of a row of bytes is the xor of what each byte adds, which a table tells
by its value and its distance from the end. So the data is seen as rows, each byte is looked up,
rows are summed up by xor, and rows are joined pairwise: the checksum of "A then B" is that of A
moved past the length of B, xor that of B.
"""

from __future__ import annotations

import functools
import struct
from typing import Any

import numpy as np

POLYNOMIAL = 0x82F63B78
_ROW = 256
_CHUNK = 256 * _ROW
_FEW = 24
_MASK_DELTA = 0xA282EAD8


@functools.cache
def _byte_table() -> list[int]:
    """What the last byte adds, by its value."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(POLYNOMIAL), table >> 1)
    return table.tolist()


@functools.cache
def _row_tables() -> tuple[np.ndarray, np.ndarray]:
    """What each byte of a row adds, one table behind the other, and where each table begins."""
    last = np.array(_byte_table(), np.uint32)
    tables = [last]
    for _ in range(_ROW - 1):
        tables.append(tables[-1] >> 8 ^ last[tables[-1] & 0xFF])
    return np.concatenate(tables[::-1]), np.arange(_ROW, dtype=np.int64) * 256


def _of_rows(rows: np.ndarray) -> np.ndarray:
    """The checksums, begun with 0, of rows of at most `_ROW` bytes."""
    table, begins = _row_tables()
    return np.bitwise_xor.reduce(table.take(rows + begins[-rows.shape[-1] :]), axis=-1)


def _shift_tables(columns: np.ndarray) -> np.ndarray:
    """(4, 256): a linear map, given by its 32 columns, for each byte of its argument."""
    values = np.zeros((4, 256), np.uint32)
    for bit in range(32):
        chosen = np.arange(256) >> (bit & 7) & 1 == 1
        values[bit >> 3, chosen] ^= columns[bit]
    return values


@functools.cache
def _past(doublings: int) -> np.ndarray:
    """Tables that move a checksum past `_ROW * 2**doublings` zero bytes."""
    unit = np.uint32(1) << np.arange(32, dtype=np.uint32)
    if doublings:
        half = _past(doublings - 1)
        return _shift_tables(_moved(half, _moved(half, unit)))
    last = np.array(_byte_table(), np.uint32)
    for _ in range(_ROW):
        unit = unit >> 8 ^ last[unit & 0xFF]
    return _shift_tables(unit)


def _moved(tables: np.ndarray, values: Any) -> Any:
    moved = tables[0][values & 0xFF] ^ tables[1][values >> 8 & 0xFF]
    moved ^= tables[2][values >> 16 & 0xFF]
    moved ^= tables[3][values >> 24]
    return moved


def _joined(values: np.ndarray) -> int:
    """The checksum of consecutive rows from those of each; zeros before the first add nothing."""
    doublings = 0
    while len(values) > 1:
        if len(values) % 2:
            values = np.concatenate([np.zeros(1, np.uint32), values])
        values = _moved(_past(doublings), values[0::2]) ^ values[1::2]
        doublings += 1
    return int(values[0])


def _one_by_one(data: bytes, state: int) -> int:
    table = _byte_table()
    for byte in data:
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
    return state


def _many(view: np.ndarray, state: int) -> int:
    """The raw checksum of many bytes, begun with `state`, which the first four bytes take up."""
    head = len(view) % _ROW
    if head < 4:
        state = _one_by_one(view[:head].tobytes(), state)
        view, head = view[head:], _ROW
    first = view[:head].copy()
    first[:4] ^= np.frombuffer(struct.pack("<I", state), np.uint8)
    rows = view[head:].reshape(-1, _ROW)
    step = _CHUNK // _ROW
    parts = [_of_rows(rows[i : i + step]) for i in range(0, len(rows), step)]
    return _joined(np.concatenate([_of_rows(first[None]), *parts]))


def crc32c(data: Any, crc: int = 0) -> int:
    """The checksum of bytes, or of the bytes of an array; `crc` is that of what came before.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    >>> crc32c(b"56789", crc32c(b"1234")) == crc32c(b"123456789")
    True
    """
    view = np.frombuffer(data, np.uint8)
    state = crc ^ 0xFFFFFFFF
    if len(view) > _FEW:
        return _many(view, state) ^ 0xFFFFFFFF
    return _one_by_one(view.tobytes(), state) ^ 0xFFFFFFFF


def masked(crc: int) -> int:
    """A checksum as it is stored: so that the checksum of data with checksums is not special.

    >>> hex(masked(0xE3069283))
    '0xc78ab0e5'
    """
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def stored(data: Any) -> bytes:
    """The masked checksum of bytes, as four bytes."""
    return struct.pack("<I", masked(crc32c(data)))
