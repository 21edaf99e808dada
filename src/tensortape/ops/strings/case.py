"""Case, length and parts of text."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int32
from tensortape.core.registry import export
from tensortape.ops.strings.elements import Again, each, text, text_op

_lower, _upper = text_op("StringLower"), text_op("StringUpper")
_strip, _length, _substr = text_op("StringStrip"), text_op("StringLength"), text_op("Substr")


def _cased(op: Any, method: str, input: Any, encoding: str) -> Any:
    if encoding not in ("", "utf-8"):
        raise errors.InvalidArgumentError(
            None, None, f"only utf-8 or '' is possible for encoding, received {encoding!r}"
        )
    if encoding:
        wide = Again(
            lambda s: getattr(s.decode("utf-8"), method)().encode(),
            f"strings.{method}",
            {"encoding": encoding},
        )
        return each(op, wide, text(input))
    return each(op, Again(lambda s: getattr(s, method)(), f"strings.{method}", {}), text(input))


@export("strings.lower")
def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Lower case of each element; of ASCII letters alone unless `encoding="utf-8"`.

    >>> tf.strings.lower("TensorFlow").numpy()
    b'tensorflow'

    Source: `tf.strings.lower`.
    """
    return _cased(_lower, "lower", input, encoding)


@export("strings.upper")
def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Upper case of each element; of ASCII letters alone unless `encoding="utf-8"`.

    >>> tf.strings.upper(["ab", "c"]).numpy()
    array([b'AB', b'C'], dtype=object)

    Source: `tf.strings.upper`.
    """
    return _cased(_upper, "upper", input, encoding)


@export("strings.strip")
def strip(input: Any, name: str | None = None) -> Any:
    r"""Each element without white space at its ends.

    >>> tf.strings.strip(" a b\n").numpy()
    b'a b'

    Source: `tf.strings.strip`.
    """
    return each(_strip, Again(lambda s: s.strip(), "strings.strip", {}), text(input))


def _by_bytes(unit: str) -> bool:
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise errors.InvalidArgumentError(
            None, None, f"unit must be 'BYTE' or 'UTF8_CHAR', received {unit!r}"
        )
    return unit == "BYTE"


@export("strings.length")
def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """The number of bytes (or characters, with `unit="UTF8_CHAR"`) of each element, int32.

    >>> tf.strings.length(["ab", ""]).numpy()
    array([2, 0], dtype=int32)

    Source: `tf.strings.length`.
    """
    if _by_bytes(unit):
        return each(_length, Again(len, "strings.length", {}), text(input), dtype=int32)
    wide = Again(lambda s: len(s.decode("utf-8", "replace")), "strings.length", {"unit": unit})
    return each(_length, wide, text(input), dtype=int32)


@export("strings.substr")
def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """The `len` bytes (or characters) of each element from `pos`; negative: from the end.

    `pos` and `len` broadcast with `input`.

    >>> tf.strings.substr("gradient", 0, 4).numpy()
    b'grad'

    Raises `InvalidArgumentError` for a position outside of an element.
    Source: `tf.strings.substr`.
    """
    by_bytes = _by_bytes(unit)

    def cut(value: bytes, start: int, count: int) -> bytes:
        whole: Any = value if by_bytes else value.decode("utf-8", "replace")
        size = whole.__len__()
        if not -size <= start <= size:
            raise errors.of_values(f"pos {start} out of range for string {value!r}")
        first = start + size if start < 0 else start
        part = whole[first : first + max(int(count), 0)]
        return part if by_bytes else part.encode()

    again = Again(cut, "strings.substr", {"unit": unit})
    return each(_substr, again, text(input), convert_to_tensor(pos), convert_to_tensor(len))
