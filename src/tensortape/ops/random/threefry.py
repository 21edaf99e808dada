"""ThreeFry-2x32-20, the other counter-based generator, with XLA's layout of its output.

TensorFlow computes it in compiled functions only; here it works everywhere. A counter gives two
words. 64-bit types take both for one value; for others the words of a counter become neighbours
along one axis of the result, the first of even length (the longest if none is).

Algorithm: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensortape.core.lazy import lazy_import
from tensortape.ops.random import double
from tensortape.ops.random.distributions import BFLOAT16

special = lazy_import("scipy.special")

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
_MANTISSA_BITS = {2: 10, 4: 23, 8: 52}
_SMALLEST_UNIFORM = 1.0e-7


def hash_words(
    key: int, counters: NDArray[np.uint64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The two words for each counter under a 64-bit key."""
    first, second = key & 0xFFFFFFFF, key >> 32
    keys = [np.uint32(first), np.uint32(second), np.uint32(first ^ second ^ _PARITY)]
    x = counters.astype(np.uint32) + keys[0]
    y = (counters >> np.uint64(32)).astype(np.uint32) + keys[1]
    for i in range(5):
        for by in _ROTATIONS[i % 2]:
            x = x + y
            y = ((y << np.uint32(by)) | (y >> np.uint32(32 - by))) ^ x
        x = x + keys[(i + 1) % 3]
        y = y + keys[(i + 2) % 3] + np.uint32(i + 1)
    return x, y


def _bits(key: int, counter: int, shape: tuple[int, ...], size: int) -> NDArray[Any]:
    """Random words of ``size`` bytes in an array of ``shape``."""
    if size == 8:
        x, y = _hash_from(key, counter, math.prod(shape))
        return (x | (y.astype(np.uint64) << np.uint64(32))).reshape(shape)
    half, axis, length = _halved(shape)
    x, y = _hash_from(key, counter, math.prod(half))
    pairs = np.stack([x.reshape(half), y.reshape(half)], axis=axis + 1)
    joined = pairs.reshape(*half[:axis], 2 * half[axis], *half[axis + 1 :])
    words = np.take(joined, range(length), axis=axis).reshape(shape)
    return words.astype(np.uint16) if size == 2 else words


def _halved(shape: tuple[int, ...]) -> tuple[tuple[int, ...], int, int]:
    """The shape with the axis that pairs words halved (rounding up), that axis, its length."""
    lengths = shape or (1,)
    even = [i for i, n in enumerate(lengths) if n % 2 == 0]
    axis = even[0] if even else int(np.argmax(lengths))
    half = (*lengths[:axis], -(-lengths[axis] // 2), *lengths[axis + 1 :])
    return half, axis, lengths[axis]


def _hash_from(key: int, counter: int, count: int) -> tuple[NDArray, NDArray]:
    return hash_words(key, np.arange(count, dtype=np.uint64) + np.uint64(counter))


def uniform_full_int(
    key: int, counter: int, shape: tuple[int, ...], dtype: DTypeLike
) -> NDArray[Any]:
    """Integers over the whole range of a type."""
    kind = np.dtype(dtype)
    return _bits(key, counter, shape, kind.itemsize).view(kind)


def uniform_int(
    key: int, counter: int, shape: tuple[int, ...], dtype: DTypeLike, low: int, high: int
) -> NDArray[Any]:
    """Integers in [low, high)."""
    kind = np.dtype(dtype)
    bits = _bits(key, counter, shape, kind.itemsize)
    offset = bits.dtype.type(int(low) % (1 << 8 * kind.itemsize))
    return (bits % bits.dtype.type(int(high) - int(low)) + offset).view(kind)


def uniform(key: int, counter: int, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Floats in [0, 1): the high bits of each word, for float16 the low ones, are the mantissa."""
    kind = np.dtype(dtype)
    if kind == BFLOAT16:
        return _to_bfloat16(uniform(key, counter, shape, np.float32))
    bits = _bits(key, counter, shape, kind.itemsize)
    width = _MANTISSA_BITS[kind.itemsize]
    if kind.itemsize == 2:
        mantissa = bits & np.uint16((1 << width) - 1)
    else:
        mantissa = bits >> bits.dtype.type(8 * kind.itemsize - width)
    return (mantissa | np.ones((), kind).view(bits.dtype)).view(kind) - kind.type(1)


def _to_bfloat16(values: NDArray[np.float32]) -> NDArray[Any]:
    """Cuts the mantissa off instead of rounding it, as compiled code does."""
    return (values.view(np.uint32) >> np.uint32(16)).astype(np.uint16).view(BFLOAT16)


def _unit_floats(
    key: int, counter: int, shape: tuple[int, ...], kind: np.dtype
) -> NDArray[np.floating]:
    """Uniform values for a transform; bfloat16 is transformed in single precision."""
    return uniform(key, counter, shape, np.float32 if kind == BFLOAT16 else kind)


def _finish(values: NDArray[np.floating], kind: np.dtype) -> NDArray[Any]:
    return _to_bfloat16(values) if kind == BFLOAT16 else values.astype(kind, copy=False)


def normal(key: int, counter: int, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Standard normal values: Box-Muller on neighbours along the axis that pairs words."""
    kind = np.dtype(dtype)
    half, axis, length = _halved(shape)
    u = _unit_floats(key, counter, (*half[: axis + 1], 2, *half[axis + 1 :]), kind)
    first, second = np.moveaxis(u, axis + 1, 0)
    compute = u.dtype.type
    log = double.log if compute is np.float64 else np.log
    radius = np.sqrt(compute(-2) * log(np.maximum(first, compute(_SMALLEST_UNIFORM))))
    angle = compute(2 * np.pi) * second
    both = np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=axis + 1)
    joined = both.reshape(*half[:axis], 2 * half[axis], *half[axis + 1 :])
    values = np.take(joined, range(length), axis=axis).reshape(shape)
    return _finish(values, kind)


def truncated_normal(
    key: int, counter: int, shape: tuple[int, ...], dtype: DTypeLike
) -> NDArray[Any]:
    """Standard normal values within two deviations: the inverse of the distribution function."""
    kind = np.dtype(dtype)
    u = _unit_floats(key, counter, shape, kind)
    edge = special.ndtr(2.0)
    values = special.ndtri((2 * edge - 1) * u.astype(np.float64) + (1 - edge))
    return _finish(values.astype(u.dtype), kind)
