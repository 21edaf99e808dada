"""Philox-4x32-10, the counter-based generator behind every random op.

A generator is a pair of integers: a 64-bit key and a 128-bit counter. Block number ``i`` of
its stream is a bijective hash of ``counter + i`` under the key and holds four 32-bit words,
so any part of the stream can be computed without the parts before it: skipping is addition,
and a whole array of blocks is one vectorised computation.

Algorithm: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MASK32 = 0xFFFFFFFF
MASK64 = 0xFFFFFFFFFFFFFFFF
MASK128 = (1 << 128) - 1

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10

_M = np.array(_MULTIPLIERS, np.uint64)[:, None]
_STEPS = np.array(_KEY_STEPS, np.uint64)[:, None]
_SHIFT = np.uint64(32)
_LOW = np.uint64(MASK32)

# Below this number of blocks plain Python integers are faster than array calls.
_SMALL = 12
# Blocks per pass of the vectorised computation: the temporaries stay in the cache.
CHUNK = 8192


class Philox(NamedTuple):
    """A position in a Philox stream: 64-bit key, 128-bit counter (both non-negative)."""

    key: int
    counter: int

    def skip(self, blocks: int) -> Philox:
        """The position ``blocks`` blocks (of four words) further on."""
        return Philox(self.key, (self.counter + blocks) & MASK128)


def from_seeds(seed: int, seed2: int) -> Philox:
    """The generator of a stateful op with the attributes ``seed`` and ``seed2``."""
    return Philox(seed & MASK64, (seed2 & MASK64) << 64)


def block(state: Philox) -> tuple[int, int, int, int]:
    """The four 32-bit words at a position, as Python integers."""
    key, counter = state
    k0, k1 = key & MASK32, key >> 32
    c0, c1 = counter & MASK32, (counter >> 32) & MASK32
    c2, c3 = (counter >> 64) & MASK32, counter >> 96
    m0, m1 = _MULTIPLIERS
    step0, step1 = _KEY_STEPS
    for _ in range(_ROUNDS):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK32
        c2, c3 = (p0 >> 32) ^ c3 ^ k1, p0 & MASK32
        k0, k1 = (k0 + step0) & MASK32, (k1 + step1) & MASK32
    return c0, c1, c2, c3


def blocks(state: Philox, count: int) -> NDArray[np.uint32]:
    """``count`` consecutive blocks: a uint32 array of shape ``(count, 4)``."""
    if count <= _SMALL:
        words = [block(state.skip(i)) for i in range(count)]
        return np.array(words, np.uint32).reshape(count, 4)
    return blocks_at(state, np.arange(count, dtype=np.uint64))


def blocks_at(state: Philox, offsets: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The blocks at the given offsets from a position: uint32 ``(len(offsets), 4)``."""
    out = np.empty((offsets.size, 4), np.uint32)
    keys = _round_keys(state.key)
    low, high = state.counter & MASK64, state.counter >> 64
    for start in range(0, offsets.size, CHUNK):
        part = offsets[start : start + CHUNK]
        _hash(*_counters(low, high, part), keys, out[start : start + CHUNK])
    return out


def words(state: Philox, count: int) -> NDArray[np.uint32]:
    """The next ``count`` 32-bit words of a stream."""
    return blocks(state, -(-count // 4)).reshape(-1)[:count]


def _round_keys(key: int) -> list[NDArray[np.uint64]]:
    k = np.array([[key & MASK32], [key >> 32]], np.uint64)
    return [(k + _STEPS * np.uint64(r)) & _LOW for r in range(_ROUNDS)]


def _counters(
    low: int, high: int, offsets: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The 128-bit sums counter + offset as words: ``(c0, c2)`` and ``(c1, c3)``."""
    lows = offsets + np.uint64(low)
    highs = np.uint64(high) + (lows < offsets)
    both = np.stack([lows, highs])
    return both & _LOW, both >> _SHIFT


def _hash(
    even: NDArray[np.uint64],
    odd: NDArray[np.uint64],
    keys: list[NDArray[np.uint64]],
    out: NDArray[np.uint32],
) -> None:
    """Ten rounds on the words ``(c0, c2)`` and ``(c1, c3)``; overwrites both."""
    product = np.empty_like(even)
    high = np.empty_like(even)
    for key in keys:
        np.multiply(even, _M, out=product)
        np.right_shift(product, _SHIFT, out=high)
        np.bitwise_xor(high[::-1], odd, out=even)
        np.bitwise_xor(even, key, out=even)
        np.bitwise_and(product[::-1], _LOW, out=odd)
    out[:, 0::2] = even.T
    out[:, 1::2] = odd.T
