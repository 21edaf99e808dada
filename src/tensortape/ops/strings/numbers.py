"""Numbers as text, text as numbers, and numbers that stand for text."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype, float32, int64
from tensortape.core.registry import export
from tensortape.ops.strings.elements import Again, each, text, text_op

_number, _as_string = text_op("StringToNumber"), text_op("AsString")
_strong = text_op("StringToHashBucketStrong")
_MASK = (1 << 64) - 1


@export("strings.to_number")
def to_number(input: Any, out_type: Any = float32, name: str | None = None) -> Any:
    """The number that each element writes.

    >>> tf.strings.to_number(["1.5", "-2"]).numpy()
    array([ 1.5, -2. ], dtype=float32)

    Raises `InvalidArgumentError` for what is no number. Source: `tf.strings.to_number`.
    """
    dtype = as_dtype(out_type)
    python = int if dtype.is_integer else _float

    def parse(value: bytes) -> Any:
        try:
            if b"_" in value:  # which Python takes
                raise ValueError
            return python(value)
        except ValueError:
            raise errors.of_values(
                f"StringToNumberOp could not correctly convert string: {value!r}"
            ) from None

    again = Again(parse, "strings.to_number", {"out_type": dtype})
    return each(_number, again, text(input), dtype=dtype)


def _float(value: bytes) -> float:
    """The float that a text writes, which may have hexadecimal digits."""
    return float.fromhex(value.decode()) if b"x" in value.lower() else float(value)


@export("strings.as_string", "as_string")
def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Any:
    """Each number as text; floats with six digits after the point unless told otherwise.

    >>> tf.strings.as_string([1, -2]).numpy()
    array([b'1', b'-2'], dtype=object)
    >>> tf.strings.as_string(3.14159, precision=2).numpy()
    b'3.14'

    Source: `tf.strings.as_string`.
    """
    tensor = convert_to_tensor(input)
    kind = "e" if scientific else "g" if shortest else "f"
    digits = "" if precision < 0 else f".{precision}"
    padded = f"{fill}{width}" if width >= 0 else ""

    def write(value: Any) -> bytes:
        if tensor.dtype.is_bool:
            shown = "true" if value else "false"
        elif tensor.dtype.is_integer:
            shown = f"%{padded}d" % value
        elif tensor.dtype.is_complex:
            pair = [f"%{padded}{digits}{kind}" % part for part in (value.real, value.imag)]
            shown = f"({pair[0]},{pair[1]})"
        elif tensor.dtype.is_floating:
            shown = f"%{padded}{digits}{kind}" % value
        else:
            return value
        return shown.encode()

    arguments = {
        "precision": precision,
        "scientific": scientific,
        "shortest": shortest,
        "width": width,
        "fill": fill,
    }
    return each(_as_string, Again(write, "strings.as_string", arguments), tensor)


def siphash(key: tuple[int, int], data: bytes) -> int:
    """The keyed hash (SipHash-2-4) of some bytes.

    >>> hex(siphash((0x0706050403020100, 0x0f0e0d0c0b0a0908), bytes(range(15))))
    '0xa129ca6149be45e5'
    """
    a, b = key
    v = [
        a ^ 0x736F6D6570736575,
        b ^ 0x646F72616E646F6D,
        a ^ 0x6C7967656E657261,
        b ^ 0x7465646279746573,
    ]
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for start in range(0, len(padded), 8):
        word = int.from_bytes(padded[start : start + 8], "little")
        v[3] ^= word
        _rounds(v, 2)
        v[0] ^= word
    v[2] ^= 255
    _rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _turn(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _rounds(v: list[int], count: int) -> None:
    for _ in range(count):
        v[0] = (v[0] + v[1]) & _MASK
        v[2] = (v[2] + v[3]) & _MASK
        v[1], v[3] = _turn(v[1], 13) ^ v[0], _turn(v[3], 16) ^ v[2]
        v[0] = _turn(v[0], 32)
        v[2] = (v[2] + v[1]) & _MASK
        v[0] = (v[0] + v[3]) & _MASK
        v[1], v[3] = _turn(v[1], 17) ^ v[2], _turn(v[3], 21) ^ v[0]
        v[2] = _turn(v[2], 32)


@export("strings.to_hash_bucket_strong")
def to_hash_bucket_strong(input: Any, num_buckets: int, key: Any, name: str | None = None) -> Any:
    """A bucket number below `num_buckets` for each element, by a keyed hash; int64.

    >>> tf.strings.to_hash_bucket_strong(["a", "b"], 1000, [1, 2]).numpy()
    array([646, 184])

    Source: `tf.strings.to_hash_bucket_strong`.
    """
    pair = (int(key[0]) & _MASK, int(key[1]) & _MASK)
    bucket = Again(
        lambda s: siphash(pair, s) % num_buckets,
        "strings.to_hash_bucket_strong",
        {"num_buckets": int(num_buckets), "key": list(pair)},
    )
    return each(_strong, bucket, text(input), dtype=int64)
