"""CRC-32C (Castagnoli), the checksum of TensorFlow's files, computed for many bytes at once.

The data is seen as a table of rows. The checksums of all rows grow together, eight columns a step,
by tables (one vectorised step does the work of a loop over rows); then they are joined pairwise:
a checksum is linear, so that of "A then B" is that of A moved past the length of B, xor that of B.
"""

from __future__ import annotations

import functools
import struct
from typing import Any

import numpy as np

POLYNOMIAL = 0x82F63B78
_ROW = 512
_MASK_DELTA = 0xA282EAD8


@functools.cache
def _step_tables() -> np.ndarray:
    """(8, 256): what a byte that is `i` bytes from the end of a step adds to the checksum."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(POLYNOMIAL), table >> 1)
    tables = [table]
    for _ in range(7):
        tables.append(tables[-1] >> 8 ^ table[tables[-1] & 0xFF])
    return np.stack(tables)


@functools.cache
def _byte_table() -> list[int]:
    return _step_tables()[0].tolist()


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
    if doublings == 0:
        columns = np.uint32(1) << np.arange(32, dtype=np.uint32)
        table = _step_tables()[0]
        for _ in range(_ROW):
            columns = columns >> 8 ^ table[columns & 0xFF]
        return _shift_tables(columns)
    half = _past(doublings - 1)
    unit = np.uint32(1) << np.arange(32, dtype=np.uint32)
    return _shift_tables(_moved(half, _moved(half, unit)))


def _moved(tables: np.ndarray, values: Any) -> Any:
    moved = tables[0][values & 0xFF] ^ tables[1][values >> 8 & 0xFF]
    moved ^= tables[2][values >> 16 & 0xFF]
    moved ^= tables[3][values >> 24]
    return moved


def _of_rows(rows: np.ndarray) -> np.ndarray:
    """The checksums, begun with 0, of the rows of a table of bytes."""
    tables = _step_tables()
    crc = np.zeros(len(rows), np.uint32)
    for column in range(0, rows.shape[1], 8):
        block = rows[:, column : column + 8]
        new = tables[7][block[:, 0] ^ (crc & 0xFF)]
        new ^= tables[6][block[:, 1] ^ (crc >> 8 & 0xFF)]
        new ^= tables[5][block[:, 2] ^ (crc >> 16 & 0xFF)]
        new ^= tables[4][block[:, 3] ^ (crc >> 24)]
        for i in range(4, 8):
            new ^= tables[7 - i][block[:, i]]
        crc = new
    return crc


def _many(data: np.ndarray, crc: int) -> int:
    """The raw checksum of whole rows, begun with `crc`."""
    rows = data.reshape(-1, _ROW)
    values = _of_rows(rows)
    doublings = 0
    tail: list[tuple[int, int]] = []
    while len(values) > 1:
        if len(values) % 2:
            tail.append((int(values[-1]), doublings))
            values = values[:-1]
        values = _moved(_past(doublings), values[0::2]) ^ values[1::2]
        doublings += 1
    whole = int(values[0]) ^ _far(crc, doublings)
    for value, power in reversed(tail):
        whole = _far(whole, power) ^ value
    return whole


def _far(crc: int, doublings: int) -> int:
    return int(_moved(_past(doublings), np.array([crc], np.uint32))[0])


def crc32c(data: Any, crc: int = 0) -> int:
    """The checksum of bytes, or of the bytes of an array; `crc` is that of what came before.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    >>> crc32c(b"56789", crc32c(b"1234")) == crc32c(b"123456789")
    True
    """
    view = np.frombuffer(data, np.uint8)
    state = crc ^ 0xFFFFFFFF
    whole = len(view) // _ROW * _ROW
    if whole:
        state = _many(view[:whole], state)
    table = _byte_table()
    for byte in view[whole:].tobytes():
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
    return state ^ 0xFFFFFFFF


def masked(crc: int) -> int:
    """A checksum as it is stored: so that the checksum of data with checksums is not special.

    >>> hex(masked(0xE3069283))
    '0xc78ab0e5'
    """
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def stored(data: Any) -> bytes:
    """The masked checksum of bytes, as four bytes."""
    return struct.pack("<I", masked(crc32c(data)))
