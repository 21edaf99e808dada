"""Characters with the places of their first bytes, and text in other encodings."""

from __future__ import annotations

import codecs
from typing import Any

from tensortape.core import errors as exceptions
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int32, int64
from tensortape.core.registry import export
from tensortape.ops.strings.elements import each, items, strings, text, text_op
from tensortape.ops.strings.joining import ragged

_ENCODINGS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}
_transcode = text_op("UnicodeTranscode")


def python_name(encoding: str) -> str:
    """Python's name of an encoding; ``InvalidArgumentError`` for unknown ones."""
    name = _ENCODINGS.get(encoding, encoding.lower())
    try:
        codecs.lookup(name)
    except LookupError:
        raise exceptions.InvalidArgumentError(
            None, None, f"Could not create converter for input encoding: {encoding}"
        ) from None
    return name


def places(value: bytes, code: str, how: str, replacement: int) -> list[tuple[str, int]]:
    """Each character and where it begins; what is no character is treated as ``how`` says."""
    found: list[tuple[str, int]] = []
    at = 0
    while at < len(value):
        wrong = None
        try:
            part = value[at:].decode(code)
        except UnicodeDecodeError as error:
            part, wrong = value[at : at + error.start].decode(code), (error.start, error.end)
        begin = at
        for character in part:
            found.append((character, at))
            at += len(character.encode(code))
        if wrong is None:
            continue
        if how == "strict":
            raise exceptions.InvalidArgumentError(
                None, None, f"Invalid formatting on input string {value!r}"
            )
        if how == "replace":
            found.append((chr(replacement), at))
        at = begin + wrong[1]
    return found


def controls(c: str, replaced: bool, replacement: int) -> str:
    """The character, or the replacement where it is a control character and these are replaced."""
    return chr(replacement) if replaced and ord(c) < 32 else c


def _both(input: Any, encoding: str, how: str, replacement: int, make: Any, collect: Any) -> Any:
    tensor, code = text(input), python_name(encoding)
    rows = [places(v, code, how, replacement) for v in items(tensor)]
    values = ragged([[make(c, code) for c, _ in row] for row in rows], collect, tensor.shape)
    starts = [[at for _, at in row] for row in rows]
    return values, ragged(starts, lambda v: convert_to_tensor(v, dtype=int64), tensor.shape)


@export("strings.unicode_split_with_offsets")
def unicode_split_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> tuple[Any, Any]:
    r"""Each element as its characters, and where the first byte of each is.

    >>> import tensortape as tf
    >>> characters, starts = tf.strings.unicode_split_with_offsets("ñb", "UTF-8")
    >>> characters.numpy().tolist(), starts.numpy()
    ([b'\xc3\xb1', b'b'], array([0, 2]))

    Raises ``tf.errors.InvalidArgumentError`` for other bytes where ``errors`` is ``"strict"``.
    Source: ``tf.strings.unicode_split_with_offsets``.
    """
    return _both(
        input, input_encoding, errors, replacement_char, lambda c, code: c.encode(code), strings
    )


@export("strings.unicode_decode_with_offsets")
def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The code points of each element, and where the first byte of each is.

    >>> import tensortape as tf
    >>> points, starts = tf.strings.unicode_decode_with_offsets(["ñb", "a"], "UTF-8")
    >>> points.to_list(), starts.to_list()
    ([[241, 98], [97]], [[0, 2], [0]])

    Raises ``tf.errors.InvalidArgumentError`` for other bytes where ``errors`` is ``"strict"``.
    Source: ``tf.strings.unicode_decode_with_offsets``.
    """
    replaced = replace_control_characters

    def number(c: str, code: str) -> int:
        return ord(controls(c, replaced, replacement_char))

    return _both(
        input, input_encoding, errors, replacement_char, number,
        lambda v: convert_to_tensor(v, dtype=int32),
    )  # fmt: skip


@export("strings.unicode_transcode")
def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    r"""Each element in another encoding: ``"UTF-8"``, ``"UTF-16-BE"`` or ``"UTF-32-BE"``.

    >>> import tensortape as tf
    >>> tf.strings.unicode_transcode("ab", "UTF-8", "UTF-16-BE").numpy()
    b'\x00a\x00b'

    Raises ``tf.errors.InvalidArgumentError`` for encodings that are not known, and for other bytes
    where ``errors`` is ``"strict"``. Source: ``tf.strings.unicode_transcode``.
    """
    if output_encoding not in _ENCODINGS:
        raise exceptions.InvalidArgumentError(
            None,
            None,
            f"Value for attr 'output_encoding' of \"{output_encoding}\" is not in the list of "
            'allowed values: "UTF-8", "UTF-16-BE", "UTF-32-BE"',
        )
    code, out = python_name(input_encoding), _ENCODINGS[output_encoding]

    def convert(value: bytes) -> bytes:
        found = places(value, code, errors, replacement_char)
        replaced = replace_control_characters
        return "".join(controls(c, replaced, replacement_char) for c, _ in found).encode(out)

    return each(_transcode, convert, text(input))
