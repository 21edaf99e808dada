"""Text put together and taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled, is_data
from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import int64
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.strings.elements import TEXT, Again, each, items, strings, text, text_op
from tensortape.ops.strings.pieces import cut, cutting, pieces

_join = text_op("StringJoin")


@export("strings.join")
def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Elements of several tensors of one shape (scalars fit all) put together, one by one.

    >>> tf.strings.join([["a", "b"], "x"], separator="-").numpy()
    array([b'a-x', b'b-x'], dtype=object)

    Raises `InvalidArgumentError` for shapes that differ. Source: `tf.strings.join`.
    """
    tensors = [text(value, "inputs") for value in inputs]
    shapes = {tuple(t.shape) for t in tensors if t.shape.rank}
    if len(shapes) > 1:
        told = " vs. ".join(str(list(shape)) for shape in sorted(shapes))
        raise errors.InvalidArgumentError(None, None, f"Input shapes do not match: {told}")
    between = separator.encode() if isinstance(separator, str) else separator
    return each(
        _join, Again(lambda *s: between.join(s), "strings.join", {"separator": between}), *tensors
    )


@export("strings.reduce_join")
def reduce_join(
    inputs: Any,
    axis: Any = None,
    keepdims: bool = False,
    separator: str = "",
    name: str | None = None,
) -> Any:
    """Elements along axes put together, the first of them first; along all without `axis`.

    >>> tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1).numpy()
    array([b'ab', b'cd'], dtype=object)

    Source: `tf.strings.reduce_join`.
    """
    tensor = text(inputs, "inputs")
    rank = tensor.shape.rank
    given = range(rank)[::-1] if axis is None else np.ravel(axis)
    axes = tuple([int(a) % max(rank, 1) for a in given]) if rank else ()
    attrs = {"axes": axes, "keepdims": bool(keepdims), "separator": _bytes(separator)}
    return execute(reduce_join_op, (tensor,), attrs)


def _bytes(separator: Any) -> bytes:
    return separator.encode() if isinstance(separator, str) else separator


@op("ReduceJoin", nondifferentiable=TEXT)
def reduce_join_op(xp, texts, *, axes, keepdims, separator):
    """Elements along axes put together."""
    array = np.asarray(texts, object)
    rest = [a for a in range(array.ndim) if a not in axes]
    moved = array.transpose([*rest, *axes[::-1]]).reshape([*[array.shape[a] for a in rest], -1])
    shape = [array.shape[a] for a in rest]
    flat = moved.reshape(-1, moved.shape[-1]) if moved.size else [[]] * int(np.prod(shape))
    if keepdims:
        shape = [1 if a in axes else n for a, n in enumerate(array.shape)]
    return _texts([separator.join(row) for row in flat]).reshape(shape)


def _texts(rows: list[bytes]) -> Any:
    found = np.empty(len(rows), object)
    found[:] = rows
    return found


@op("UnsortedSegmentJoin", nondifferentiable=TEXT)
def segment_join_op(xp, texts, ids, count, *, size, separator):
    """Elements put together by segment; ``size`` is how many there are, where that is known."""
    rows: list[list[bytes]] = [[] for _ in range(int(count))]
    flat = np.asarray(texts, object).reshape(-1).tolist()
    for value, row in zip(flat, np.ravel(ids).tolist(), strict=True):
        if not 0 <= row < len(rows):
            raise errors.InvalidArgumentError(
                None, None, f"segment id {row} is out of range [0, {len(rows)})"
            )
        rows[row].append(value)
    return _texts([separator.join(row) for row in rows])


def _joined_sizes(values: Any, attrs: Any, data: bool) -> Any:
    if not any(is_data(v) for v in values):
        return None
    return [filled((attrs["size"],), object, k) for k in range(2)]


UNKNOWN_SIZES["UnsortedSegmentJoin"] = _joined_sizes


@export("strings.unsorted_segment_join")
def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: Any, separator: str = "", name: str | None = None
) -> Any:
    """Elements of a vector put together by segment.

    >>> tf.strings.unsorted_segment_join(["a", "b", "c"], [0, 1, 0], 2).numpy()
    array([b'ac', b'b'], dtype=object)

    Source: `tf.strings.unsorted_segment_join`.
    """
    count = convert_to_tensor(num_segments)
    ids = convert_to_tensor(segment_ids)
    size = int(count.numpy()) if type(count) is EagerTensor else None
    attrs = {"size": size, "separator": _bytes(separator)}
    return execute(segment_join_op, (text(inputs), ids, count), attrs)


def ragged(rows: list[list[Any]], make: Any, shape: Any) -> Any:
    """Rows as the ragged tensor they are, or as a vector if there is one row by itself."""
    flat = make([item for row in rows for item in row])
    if not len(shape):
        return flat
    lengths = convert_to_tensor(np.array([len(row) for row in rows], np.int64), dtype=int64)
    result = PUBLIC["RaggedTensor"].from_row_lengths(flat, lengths)
    for size in reversed(tuple(shape)[1:]):
        result = PUBLIC["RaggedTensor"].from_uniform_row_length(result, size)
    return result


@op("StringSplitV2", outputs=2, nondifferentiable=TEXT)
def split_op(xp, texts, *, sep, maxsplit):
    """The pieces of each text between separators, or between white space without one."""
    return cut(texts, lambda value: value.split(sep, maxsplit), object)


@op("StringBytesSplit", outputs=2, nondifferentiable=TEXT)
def bytes_op(xp, texts):
    """The bytes of each text."""
    return cut(texts, lambda value: [value[i : i + 1] for i in range(len(value))], object)


cutting(split_op)
cutting(bytes_op)


@export("strings.split")
def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """Each element cut at `sep` (at white space without it): a ragged tensor of the pieces.

    >>> tf.strings.split("a b  c").numpy()
    array([b'a', b'b', b'c'], dtype=object)
    >>> tf.strings.split(["a,b", "c"], sep=",")
    <tf.RaggedTensor [[b'a', b'b'], [b'c']]>

    Source: `tf.strings.split`.
    """
    tensor = text(input)
    at = None if sep is None else text(sep, "sep").numpy()
    if type(tensor) is not EagerTensor:
        return pieces(split_op, tensor, {"sep": at or None, "maxsplit": int(maxsplit)})
    rows = [value.split(at or None, maxsplit) for value in items(tensor)]
    return ragged(rows, strings, tensor.shape)


@export("strings.bytes_split")
def bytes_split(input: Any, name: str | None = None) -> Any:
    """Each element as its bytes, one string each: a ragged tensor (a vector for a scalar).

    >>> tf.strings.bytes_split("abc").numpy()
    array([b'a', b'b', b'c'], dtype=object)

    Source: `tf.strings.bytes_split`.
    """
    tensor = text(input)
    if type(tensor) is not EagerTensor:
        return pieces(bytes_op, tensor, {})
    rows = [[v[i : i + 1] for i in range(len(v))] for v in items(tensor)]
    return ragged(rows, strings, tensor.shape)
