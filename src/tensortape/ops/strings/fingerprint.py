"""Fingerprints of bytes: hashes that stay the same between programs (FarmHash's Fingerprint64)."""

from __future__ import annotations

from typing import Any

from tensortape.core.dtypes import int64
from tensortape.core.registry import export
from tensortape.ops.strings.elements import Again, each, text, text_op

_fast = text_op("StringToHashBucketFast")
_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_JOIN = 0xC6A4A7935BD1E995


def fingerprint(data: bytes) -> int:
    """The 64 bit fingerprint of some bytes.

    >>> fingerprint(b"omar")
    3378277989609990986
    """
    size = len(data)
    if size <= 16:
        return _short(data, size)
    if size <= 32:
        return _medium(data, size)
    return _longer(data, size) if size <= 64 else _long(data, size)


def joined(first: int, second: int) -> int:
    """The fingerprint of two things, of theirs (FingerprintCat64)."""
    result = first ^ _JOIN
    result ^= _mixed(second * _JOIN & _MASK) * _JOIN & _MASK
    result = result * _JOIN & _MASK
    return _mixed(_mixed(result) * _JOIN & _MASK)


def _at(data: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(data[place : place + size], "little")


def _turned(value: int, bits: int) -> int:
    value &= _MASK
    return ((value >> bits) | (value << (64 - bits))) & _MASK


def _mixed(value: int) -> int:
    return value ^ (value >> 47)


def _pair(u: int, v: int, factor: int) -> int:
    a = _mixed(((u ^ v) & _MASK) * factor & _MASK)
    return _mixed((v ^ a) * factor & _MASK) * factor & _MASK


def _short(data: bytes, size: int) -> int:
    factor = (_K2 + 2 * size) & _MASK
    if size >= 8:
        a, b = (_at(data, 0) + _K2) & _MASK, _at(data, size - 8)
        c = (_turned(b, 37) * factor + a) & _MASK
        return _pair(c, (_turned(a, 25) + b) * factor & _MASK, factor)
    if size >= 4:
        return _pair(size + (_at(data, 0, 4) << 3), _at(data, size - 4, 4), factor)
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[-1] << 2)
        return _mixed((y * _K2 ^ z * _K0) & _MASK) * _K2 & _MASK
    return _K2


def _ends(data: bytes, size: int, first: int) -> tuple[int, int, int, int, int]:
    """The outer words of at most 64 bytes, and their two sums."""
    factor = (_K2 + 2 * size) & _MASK
    a, b = _at(data, 0) * first & _MASK, _at(data, 8)
    c, d = _at(data, size - 8) * factor & _MASK, _at(data, size - 16) * _K2 & _MASK
    y = (_turned(a + b, 43) + _turned(c, 30) + d) & _MASK
    return a, b, c, factor, y


def _medium(data: bytes, size: int) -> int:
    a, b, c, factor, y = _ends(data, size, _K1)
    return _pair(y, (a + _turned(b + _K2, 18) + c) & _MASK, factor)


def _longer(data: bytes, size: int) -> int:
    a, b, c, factor, y = _ends(data, size, _K2)
    z = _pair(y, (a + _turned(b + _K2, 18) + c) & _MASK, factor)
    e, f = _at(data, 16) * factor & _MASK, _at(data, 24)
    g = (y + _at(data, size - 32)) * factor & _MASK
    h = (z + _at(data, size - 24)) * factor & _MASK
    u = (_turned(e + f, 43) + _turned(g, 30) + h) & _MASK
    return _pair(u, (e + _turned(f + a, 18) + g) & _MASK, factor)


def _seeded(data: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    """32 bytes from a place on, and two seeds, made into two words."""
    w, x, y, z = (_at(data, place + step) for step in (0, 8, 16, 24))
    a += w
    b = _turned(b + a + z, 21)
    c = a
    a += x + y
    return (a + z) & _MASK, (b + _turned(a, 44) + c) & _MASK


class _Blocks:
    """The state that takes in 64 bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        y = (81 * _K1 + 113) & _MASK
        self.y, self.z = y, _mixed((y * _K2 + 113) & _MASK) * _K2 & _MASK
        self.x = (81 * _K2 + _at(data, 0)) & _MASK
        self.v, self.w = (0, 0), (0, 0)

    def take(self, s: int, factor: int, weight: int) -> None:
        """Take in the block at `s`; the last one weighs more."""
        (v0, v1), (w0, w1), data = self.v, self.w, self.data
        x = _turned(self.x + self.y + v0 + _at(data, s + 8), 37) * factor
        y = _turned(self.y + v1 + _at(data, s + 48), 42) * factor
        x = (x ^ (w1 * weight)) & _MASK
        y = (y + v0 * weight + _at(data, s + 40)) & _MASK
        z = _turned(self.z + w0, 33) * factor & _MASK
        self.v = _seeded(data, s, v1 * factor & _MASK, (x + w0) & _MASK)
        second = (y + _at(data, s + 16)) & _MASK
        self.w = _seeded(data, s + 32, (z + w1) & _MASK, second)
        self.x, self.y, self.z = z, y, x


def _long(data: bytes, size: int) -> int:
    state = _Blocks(data)
    for start in range(0, (size - 1) // 64 * 64, 64):
        state.take(start, _K1, 1)
    factor = (_K1 + ((state.z & 255) << 1)) & _MASK
    w0 = (state.w[0] + ((size - 1) & 63)) & _MASK
    v0 = (state.v[0] + w0) & _MASK
    state.v, state.w = (v0, state.v[1]), ((w0 + v0) & _MASK, state.w[1])
    state.take(size - 64, factor, 9)
    (v0, v1), (w0, w1) = state.v, state.w
    first = _pair(v0, w0, factor) + _mixed(state.y) * _K0 + state.z
    return _pair(first & _MASK, (_pair(v1, w1, factor) + state.x) & _MASK, factor)


@export("strings.to_hash_bucket_fast")
def to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Any:
    """A bucket number below `num_buckets` for each element, int64: its fingerprint's remainder.

    >>> tf.strings.to_hash_bucket_fast(["Hello", "TensorFlow", "2.x"], 3).numpy()
    array([0, 2, 2])

    Source: `tf.strings.to_hash_bucket_fast`.
    """
    bucket = Again(
        lambda s: fingerprint(s) % num_buckets,
        "strings.to_hash_bucket_fast",
        {"num_buckets": int(num_buckets)},
    )
    return each(_fast, bucket, text(input), dtype=int64)
