"""Uniform, normal and truncated normal numbers from Philox words, as TensorFlow draws them.

Every function takes a position in a stream and the number of values and returns a flat array.
Blocks of four words are turned into groups of values: four for types of up to 32 bits, two
for 64-bit types. The values of a group depend on the words of its block alone, except for the
truncated normal, where each group owns a part of the stream and redraws what falls outside.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensortape.ops.random import double, single
from tensortape.ops.random.philox import CHUNK, Philox, blocks, blocks_at, words

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
_SMALLEST_UNIFORM = 1.0e-7
_TRUNCATION = 2.0
# Each value of a truncated normal owns 256 words' worth of blocks of the stream.
_RESERVED_PER_OUTPUT = 256


def word_pairs(bits: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Joins neighbouring words, low word first, into 64-bit integers."""
    low, high = bits[..., 0::2].astype(np.uint64), bits[..., 1::2].astype(np.uint64)
    return low | (high << np.uint64(32))


def unit_float32(bits: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Floats in [0, 1) whose 23-bit mantissa is the low bits of each word."""
    mantissa = bits & np.uint32(0x7FFFFF)
    mantissa |= np.uint32(0x3F800000)
    values = mantissa.view(np.float32)
    values -= np.float32(1)
    return values


def unit_float64(bits: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Doubles in [0, 1): 20 bits of the first word of each pair, then all of the second."""
    high = (bits[..., 0::2] & np.uint32(0xFFFFF)).astype(np.uint64)
    mantissa = (high << np.uint64(32)) | bits[..., 1::2] | np.uint64(1023 << 52)
    return mantissa.view(np.float64) - 1.0


def _unit_float16(bits: NDArray[np.uint32]) -> NDArray[np.float16]:
    mantissa = (bits & np.uint32(0x3FF)).astype(np.uint16) | np.uint16(15 << 10)
    return mantissa.view(np.float16) - np.float16(1)


def _unit_bfloat16(bits: NDArray[np.uint32]) -> NDArray[Any]:
    as_float32 = ((bits & np.uint32(0x7F)) << np.uint32(16)) | np.uint32(127 << 23)
    return (as_float32.view(np.float32) - np.float32(1)).astype(BFLOAT16)


_UNIT = {
    np.dtype(np.float16): _unit_float16,
    BFLOAT16: _unit_bfloat16,
    np.dtype(np.float32): unit_float32,
    np.dtype(np.float64): unit_float64,
}


def uniform(state: Philox, count: int, dtype: DTypeLike) -> NDArray[Any]:
    """``count`` floats in [0, 1)."""
    kind = np.dtype(dtype)
    per_value = 2 if kind.itemsize == 8 else 1
    return _UNIT[kind](words(state, count * per_value))


def uniform_full_int(state: Philox, count: int, dtype: DTypeLike) -> NDArray[Any]:
    """``count`` integers over the whole range of a 32- or 64-bit integer type."""
    kind = np.dtype(dtype)
    if kind.itemsize == 8:
        return word_pairs(words(state, 2 * count)).view(kind)
    return words(state, count).view(kind)


def uniform_int(state: Philox, count: int, dtype: DTypeLike, low: int, high: int) -> NDArray[Any]:
    """``count`` integers in [low, high), by remainder (slightly biased, as in TensorFlow)."""
    kind = np.dtype(dtype)
    unsigned = np.dtype(f"uint{8 * kind.itemsize}")
    span = unsigned.type((int(high) - int(low)) % (1 << 8 * kind.itemsize))
    offset = unsigned.type(int(low) % (1 << 8 * kind.itemsize))
    bits = uniform_full_int(state, count, unsigned)
    return (bits % span + offset).view(kind)


def normal(state: Philox, count: int, dtype: DTypeLike) -> NDArray[Any]:
    """``count`` standard normal values by the Box-Muller transform."""
    kind = np.dtype(dtype)
    group = 2 if kind.itemsize == 8 else 4
    bits = blocks(state, -(-count // group))
    return normal_of_blocks(bits, kind).reshape(-1)[:count].astype(kind, copy=False)


def normal_of_blocks(bits: NDArray[np.uint32], kind: np.dtype) -> NDArray[Any]:
    """The normal values of whole blocks: ``(n, 4)`` words to ``(n, 4)`` or ``(n, 2)`` floats.

    Types below 32 bits are computed, and returned, in float32.
    """
    if len(bits) > CHUNK:  # in parts, whose temporaries stay in the cache
        parts = range(0, len(bits), CHUNK)
        return np.concatenate([normal_of_blocks(bits[i : i + CHUNK], kind) for i in parts])
    if kind.itemsize == 8:
        return _box_muller_float64(unit_float64(bits))
    return _box_muller_float32(unit_float32(bits))


def _box_muller_float64(u: NDArray[np.float64]) -> NDArray[np.float64]:
    radius = np.sqrt(-2.0 * double.log(np.maximum(u[:, 0], _SMALLEST_UNIFORM)))
    angle = (2 * np.pi) * u[:, 1]
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=1)


def _box_muller_float32(u: NDArray[np.float32]) -> NDArray[np.float32]:
    """Box-Muller in single precision, rounded after every step."""
    first = np.maximum(u[:, 0::2], np.float32(_SMALLEST_UNIFORM))
    radius = np.sqrt(np.float32(-2) * single.log(first))
    angle = ((2 * np.pi) * u[:, 1::2].astype(np.float64)).astype(np.float32)
    sine, cosine = single.sincos(angle)
    out = np.empty(u.shape, np.float32)
    np.multiply(sine, radius, out=out[:, 0::2])
    np.multiply(cosine, radius, out=out[:, 1::2])
    return out


def truncated_normal(state: Philox, count: int, dtype: DTypeLike) -> NDArray[Any]:
    """``count`` standard normal values, those beyond two standard deviations drawn again."""
    kind = np.dtype(dtype)
    group = 2 if kind.itemsize == 8 else 4
    groups = -(-count // group)
    compute = np.float64 if kind.itemsize == 8 else np.float32
    out = np.empty((groups, group), compute)
    filled = np.zeros(groups, np.intp)
    start = np.arange(groups, dtype=np.uint64) * np.uint64(group * _RESERVED_PER_OUTPUT // 4)
    active = np.arange(groups)
    drawn = 0
    while active.size:
        bits = blocks_at(state, start[active] + np.uint64(drawn))
        _keep_inside(normal_of_blocks(bits, kind), active, out, filled)
        active = active[filled[active] < group]
        drawn += 1
    return out.reshape(-1)[:count].astype(kind, copy=False)


def _keep_inside(
    values: NDArray[Any],
    rows: NDArray[np.intp],
    out: NDArray[Any],
    filled: NDArray[np.intp],
) -> None:
    """Appends the values within the bounds to their rows of ``out``, in order."""
    inside = np.abs(values) < _TRUNCATION
    place = filled[rows][:, None] + np.cumsum(inside, axis=1) - 1
    keep = inside & (place < out.shape[1])
    out[np.broadcast_to(rows[:, None], keep.shape)[keep], place[keep]] = values[keep]
    filled[rows] = np.minimum(filled[rows] + inside.sum(axis=1), out.shape[1])
