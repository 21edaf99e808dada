"""`tf.strings.ngrams`: neighbouring texts joined."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import string
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.finding import unplaced
from tensortape.ops.strings.elements import TEXT, items, strings
from tensortape.ops.strings.pieces import cutting, laid


@export("strings.ngrams")
def ngrams(
    data: Any,
    ngram_width: Any,
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """The runs of `ngram_width` neighbours (or of each of several widths) along the last axis.

    `pad_values` (one text, or one for each end) stand beside each row, `padding_width` of them
    (at most `ngram_width - 1`, which is the default). Rows too short for any run are left empty,
    or with `preserve_short_sequences` give one run of all they have.

    >>> tf.strings.ngrams(["a", "b", "c"], 2).numpy()
    array([b'a b', b'b c'], dtype=object)

    Raises `ValueError` for scalars, widths that are not positive and a padding width without
    values. Source: `tf.strings.ngrams`.
    """
    widths = tuple(ngram_width) if isinstance(ngram_width, (list, tuple)) else (ngram_width,)
    pads = _pads(pad_values)
    _check(widths, pads, padding_width)
    most = 0 if pads is None else padding_width if padding_width else max(widths) - 1
    joiner = _Joiner(widths, separator.encode(), pads or (b"", b""), most, preserve_short_sequences)
    if isinstance(data, RaggedTensor):
        return _of_ragged(data, joiner)
    tensor = convert_to_tensor(data, dtype=string)
    if not len(tensor.shape):
        raise ValueError("Data must have rank>0")
    size = tensor.shape[-1]
    flat = items(tensor)
    count = int(np.prod(tensor.shape[:-1], dtype=int))
    rows = [list(joiner(flat[r * size : (r + 1) * size])) for r in range(count)]
    width = len(rows[0]) if rows else 0
    return strings([run for row in rows for run in row], (*tensor.shape[:-1], width))


class _Joiner:
    """Gives the runs of a row."""

    __slots__ = ("keep", "most", "pads", "separator", "widths")

    def __init__(
        self, widths: Sequence[int], separator: bytes, pads: Any, most: int, keep: bool
    ) -> None:
        self.widths, self.separator, self.pads = widths, separator, pads
        self.most, self.keep = most, keep

    def __call__(self, row: Sequence[bytes]) -> Iterator[bytes]:
        found = False
        for width in self.widths:
            padded = self._padded(row, min(self.most, width - 1))
            for start in range(len(padded) - width + 1):
                found = True
                yield self.separator.join(padded[start : start + width])
        if self.keep and row and not found:
            yield self.separator.join(self._padded(row, self.most))

    def _padded(self, row: Sequence[bytes], count: int) -> list[bytes]:
        left, right = self.pads
        return [*[left] * count, *row, *[right] * count]


@op("StringNGrams", outputs=2, nondifferentiable=TEXT)
def ngrams_op(xp, texts, splits, *, widths, separator, pads, most, keep):
    """The runs of each row, one after the other, and their row splits."""
    joiner = _Joiner(widths, separator, pads, most, keep)
    pairs = itertools.pairwise(splits)
    return laid([list(joiner(texts[a:b].tolist())) for a, b in pairs], object)


cutting(ngrams_op)


def _of_ragged(data: Any, joiner: _Joiner) -> Any:
    if isinstance(data.values, RaggedTensor):
        return data.with_values(_of_ragged(data.values, joiner))
    if unplaced(data.row_splits, data.values):
        attrs = {name: getattr(joiner, name) for name in _Joiner.__slots__}
        values, splits = execute(ngrams_op, (data.values, data.row_splits), attrs)
        splits = PUBLIC["cast"](splits, data.row_splits.dtype)
        return RaggedTensor.from_row_splits(values, splits, validate=False)
    rows = [list(joiner(items(row))) for row in data]
    flat = strings([run for row in rows for run in row])
    return PUBLIC["RaggedTensor"].from_row_lengths(flat, [len(row) for row in rows])


def _pads(values: Any) -> tuple[bytes, bytes] | None:
    if values is None:
        return None
    pair = values if isinstance(values, (list, tuple)) else (values, values)
    if len(pair) != 2 or not all(isinstance(p, (str, bytes)) for p in pair):
        raise TypeError(
            "pad_values must be a string, tuple of strings, or None; received "
            f"{values!r} ({type(values).__name__})."
        )
    left, right = (p.encode() if isinstance(p, str) else p for p in pair)
    return left, right


def _check(widths: Sequence[int], pads: Any, padding_width: int | None) -> None:
    for width in widths:
        if width < 1:
            raise ValueError(f"All ngram_widths must be greater than 0. Got {width}")
    if padding_width is not None and pads is None:
        raise ValueError("pad_values must be provided if padding_width is set.")
    if padding_width is not None and padding_width < 1:
        raise ValueError(f"padding_width must be greater than 0. Got {padding_width}")
