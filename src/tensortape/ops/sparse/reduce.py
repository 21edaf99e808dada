"""Sums, maxima and softmax over the elements that a sparse tensor has."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.registry import PUBLIC, export
from tensortape.ops.sparse.places import dense_shape, known, numbers, one_axis, places
from tensortape.ops.sparse.tensor import SparseTensor


def _axes(axis: Any, rank: int) -> set[int]:
    if axis is None:
        return set(range(rank))
    return {one_axis(int(a), rank) for a in np.atleast_1d(known(axis))}


def _reduce(segment: str, sp: Any, axis: Any, keepdims: Any, sparse: bool) -> Any:
    indices, shape = places(sp), dense_shape(sp)
    removed = _axes(axis, len(shape))
    kept = [i for i in range(len(shape)) if i not in removed]
    kept_shape = [shape[i] for i in kept]
    ids = numbers(indices[:, kept], kept_shape)
    final = [1 if i in removed else n for i, n in enumerate(shape)] if keepdims else kept_shape
    if sparse:
        groups, ids = np.unique(ids, return_inverse=True)
        values = PUBLIC[segment](sp.values, ids.reshape(-1), len(groups))
        where = np.zeros((len(groups), 0), np.int64)
        if final:
            where = np.stack(np.unravel_index(groups, final), -1)
        return SparseTensor(where, values, np.array(final, np.int64))
    count = int(np.prod(kept_shape))
    total = PUBLIC[segment](sp.values, ids, count)
    if segment.endswith("max"):  # groups without elements are zero
        present = np.isin(np.arange(count), ids)
        total = PUBLIC["where"](present, total, PUBLIC["zeros_like"](total))
    return PUBLIC["reshape"](total, final)


@export("sparse.reduce_sum")
def reduce_sum(
    sp_input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    output_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """Sum of the elements along ``axis``: dense, or sparse with ``output_is_sparse``.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 0], [0, 1]], [1.0, 2.0], [2, 2])
    >>> tf.sparse.reduce_sum(s, axis=1).numpy()
    array([3., 0.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source:
    ``tf.sparse.reduce_sum``.
    """
    return _reduce("math.unsorted_segment_sum", sp_input, axis, keepdims, output_is_sparse)


@export("sparse.reduce_max")
def reduce_max(
    sp_input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    output_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """The largest of the elements there are along ``axis``; zero where there is none.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 0], [0, 1]], [-1.0, -2.0], [2, 2])
    >>> tf.sparse.reduce_max(s, axis=1).numpy()
    array([-1.,  0.], dtype=float32)

    Source: ``tf.sparse.reduce_max``.
    """
    return _reduce("math.unsorted_segment_max", sp_input, axis, keepdims, output_is_sparse)


@export("sparse.softmax")
def softmax(sp_input: Any, name: str | None = None) -> SparseTensor:
    """Softmax along the last axis over the elements there are; absent ones stay absent.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 0], [0, 2]], [1.0, 1.0], [1, 3])
    >>> tf.sparse.softmax(s).values.numpy()
    array([0.5, 0.5], dtype=float32)

    Source: ``tf.sparse.softmax``.
    """
    indices, shape = places(sp_input), dense_shape(sp_input)
    _, rows = np.unique(numbers(indices[:, :-1], shape[:-1]), return_inverse=True)
    rows = rows.reshape(-1)
    count = int(rows.max(initial=-1)) + 1
    values = sp_input.values
    top = PUBLIC["math.unsorted_segment_max"](PUBLIC["stop_gradient"](values), rows, count)
    powers = PUBLIC["math.exp"](values - PUBLIC["gather"](top, rows))
    totals = PUBLIC["math.unsorted_segment_sum"](powers, rows, count)
    return sp_input.with_values(powers / PUBLIC["gather"](totals, rows))
