"""Text as Unicode characters."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int32
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.strings.elements import TEXT, items, strings, text
from tensortape.ops.strings.joining import ragged
from tensortape.ops.strings.pieces import cut, cutting, pieces

_ENCODINGS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}


def _decoded(value: bytes, encoding: str, how: str, replacement: int) -> str:
    python = _ENCODINGS.get(encoding, encoding.lower())
    try:
        return value.decode(python)
    except UnicodeDecodeError as error:
        if how == "strict":
            raise errors.InvalidArgumentError(
                None, None, f"Invalid formatting on input string {value!r}: {error.reason}"
            ) from None
        found = value.decode(python, how)
        return found.replace("\ufffd", chr(replacement))


def _how(encoding: str, how: str, replacement: Any) -> dict[str, Any]:
    return {"encoding": encoding, "how": how, "replacement": int(replacement)}


@op("UnicodeSplit", outputs=2, nondifferentiable=TEXT)
def split_op(xp, texts, *, encoding, how, replacement):
    """The characters of each text, as texts."""
    code = _ENCODINGS.get(encoding, encoding.lower())
    return cut(
        texts, lambda v: [c.encode(code) for c in _decoded(v, encoding, how, replacement)], object
    )


@op("UnicodeDecode", outputs=2, nondifferentiable=TEXT)
def decode_op(xp, texts, *, encoding, how, replacement):
    """The code points of the characters of each text."""
    return cut(texts, lambda v: [ord(c) for c in _decoded(v, encoding, how, replacement)], np.int32)


cutting(split_op)
cutting(decode_op, np.int32)


@export("strings.unicode_split")
def unicode_split(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Any:
    r"""Each element as its characters, one string each: a ragged tensor (a vector for a scalar).

    >>> tf.strings.unicode_split("añ", "UTF-8").numpy().tolist()
    [b'a', b'\xc3\xb1']

    Source: `tf.strings.unicode_split`.
    """
    tensor, code = text(input), _ENCODINGS.get(input_encoding, input_encoding.lower())
    if type(tensor) is not EagerTensor:
        return pieces(split_op, tensor, _how(input_encoding, errors, replacement_char))
    rows = [
        [c.encode(code) for c in _decoded(v, input_encoding, errors, replacement_char)]
        for v in items(tensor)
    ]
    return ragged(rows, strings, tensor.shape)


@export("strings.unicode_decode")
def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The code points of each element, int32: a ragged tensor (a vector for a scalar).

    >>> tf.strings.unicode_decode("añ", "UTF-8").numpy()
    array([ 97, 241], dtype=int32)

    Source: `tf.strings.unicode_decode`.
    """
    tensor = text(input)
    if type(tensor) is not EagerTensor:
        return pieces(decode_op, tensor, _how(input_encoding, errors, replacement_char))
    rows = [
        [ord(c) for c in _decoded(v, input_encoding, errors, replacement_char)]
        for v in items(tensor)
    ]
    return ragged(rows, lambda v: convert_to_tensor(v, dtype=int32), tensor.shape)


@export("strings.unicode_encode")
def unicode_encode(
    input: Any,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Any:
    r"""Strings of rows of code points.

    >>> tf.strings.unicode_encode([97, 241], "UTF-8").numpy()
    b'a\xc3\xb1'

    Source: `tf.strings.unicode_encode`.
    """
    if isinstance(input, PUBLIC["RaggedTensor"]):
        rows, shape = input.to_list(), None
    else:
        array = convert_to_tensor(input, dtype_hint=int32).numpy()
        rows, shape = array.reshape(-1, array.shape[-1]).tolist(), array.shape[:-1]
    code = _ENCODINGS[output_encoding]
    return strings(["".join(map(chr, row)).encode(code) for row in rows], shape)
