"""Random permutations: whole ones by exchanging, single positions by a small block cipher."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensortape.ops.random.philox import Philox, words

_PAD = 498247692  # third word of the key, before the user's two
_ROUNDS = 4
_LEAST_BLOCK_BITS = 16
_CIPHER_CONSTANT = 0xFFFFFFFC
_CIPHER_SEQUENCE = 0x7369F885192C0EF5


def reserved_blocks(size: int) -> int:
    """How far a stateful shuffle of ``size`` elements advances its stream."""
    return (size - 1 + 3) // 4 if size > 1 else 0


def permutation(state: Philox, size: int) -> NDArray[np.intp]:
    """The order in which a shuffle takes ``size`` elements (Fisher-Yates, front to back)."""
    if size <= 1:
        return np.arange(size)
    left = np.arange(size, 1, -1, dtype=np.uint32)
    partner = (words(state, size - 1) % left).tolist()
    order = list(range(size))
    for i, distance in enumerate(partner):
        j = i + distance
        order[i], order[j] = order[j], order[i]
    return np.array(order, np.intp)


def index_shuffle(
    index: NDArray[np.integer], seed: NDArray[np.integer], max_index: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Where each index goes in its permutation of ``0 .. max_index``.

    ``index`` and ``max_index`` are scalars or vectors, ``seed`` has shape ``(2,)`` or
    ``(n, 2)``. An index is encrypted until the result is within the range again (cycle walking,
    with the Simon cipher of Beaulieu et al., 2013, in four rounds).
    """
    shape = np.broadcast_shapes(index.shape, seed.shape[:-1], max_index.shape)
    flat = [np.broadcast_to(x, shape).reshape(-1) for x in (index, max_index)]
    seeds = np.broadcast_to(seed, (*shape, 2)).reshape(-1, 2)
    out = np.zeros(flat[0].size, np.uint64)
    limits = flat[1].astype(np.uint64)
    half_bits = np.array([_half_block_bits(int(m)) for m in limits])
    for bits in np.unique(half_bits):
        rows = np.flatnonzero((half_bits == bits) & (limits > 0))
        keys = _round_keys(seeds[rows], int(bits))
        out[rows] = _walk(flat[0][rows].astype(np.uint64), limits[rows], keys, int(bits))
    return out.reshape(shape).astype(index.dtype)


def _half_block_bits(max_index: int) -> int:
    bits = int(np.ceil(np.log2(max_index))) if max_index else 0
    return max(bits + bits % 2, _LEAST_BLOCK_BITS) // 2


def _round_keys(seeds: NDArray[np.integer], bits: int) -> list[NDArray[np.uint64]]:
    mask = np.uint64((1 << bits) - 1)
    user = seeds.astype(np.uint64) & np.uint64(0xFFFFFFFF)
    keys = [np.full(len(seeds), _PAD, np.uint64) & mask, user[:, 0] & mask, user[:, 1] & mask]
    for i in range(3, _ROUNDS):
        fixed = np.uint64(_CIPHER_CONSTANT ^ (_CIPHER_SEQUENCE >> (i - 3) & 1)) & mask
        turned = _rotate(keys[i - 1], bits - 3, bits) ^ _rotate(keys[i - 1], bits - 4, bits)
        keys.append(fixed ^ keys[i - 3] ^ turned)
    return keys


def _rotate(x: NDArray[np.uint64], by: int, bits: int) -> NDArray[np.uint64]:
    """Rotates words of ``bits`` bits to the left."""
    return ((x << np.uint64(by)) | (x >> np.uint64(bits - by))) & np.uint64((1 << bits) - 1)


def _mix(x: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    return (_rotate(x, 1, bits) & _rotate(x, 8 % bits, bits)) ^ _rotate(x, 2, bits)


def _encrypt(
    value: NDArray[np.uint64], keys: list[NDArray[np.uint64]], bits: int
) -> NDArray[np.uint64]:
    left = (value >> np.uint64(bits)) & np.uint64((1 << bits) - 1)
    right = value & np.uint64((1 << bits) - 1)
    for i in range(0, _ROUNDS, 2):
        left = left ^ _mix(right, bits) ^ keys[i]
        right = right ^ _mix(left, bits) ^ keys[i + 1]
    return (left << np.uint64(bits)) | right


def _walk(
    value: NDArray[np.uint64],
    limit: NDArray[np.uint64],
    keys: list[NDArray[np.uint64]],
    bits: int,
) -> NDArray[np.uint64]:
    value = value.copy()
    rows = np.arange(value.size)
    while rows.size:
        value[rows] = _encrypt(value[rows], [k[rows] for k in keys], bits)
        rows = rows[value[rows] > limit[rows]]
    return value
