"""Sums, maxima and softmax over the elements that a sparse tensor has."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.registry import PUBLIC, export
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import known, one_axis
from tensortape.ops.sparse.tensor import SparseTensor, need_sparse


def _axes(axis: Any, rank: int) -> set[int]:
    if axis is None:
        return set(range(rank))
    return {one_axis(int(a), rank) for a in np.atleast_1d(known(axis))}


def _reduce(segment: str, sp: Any, axis: Any, keepdims: Any, sparse: bool) -> Any:
    need_sparse(sp)
    removed = tuple(sorted(_axes(axis, sp.shape.rank)))
    arrays = (sp.indices, sp.dense_shape)
    ids, count, final, where = find("reduced", arrays, removed, bool(keepdims), sparse)
    if not unplaced(count):
        count = int(count)
    elif len(removed) == sp.shape.rank and not sparse:
        count = 1  # a number, whatever the sizes are
    total = PUBLIC[segment](sp.values, ids, count)
    if sparse:
        return SparseTensor(where, total, final)
    if segment.endswith("max"):  # groups without elements are zero
        total = PUBLIC["where"](where, total, PUBLIC["zeros_like"](total))
    total = PUBLIC["reshape"](total, final)
    sizes = sp.shape.as_list()
    if unplaced(final):
        left = (
            [1 if i in removed else n for i, n in enumerate(sizes)]
            if keepdims
            else [n for i, n in enumerate(sizes) if i not in removed]
        )
        total.set_shape(left)
    return total


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
    need_sparse(sp_input)
    rows, count = find("row groups", (sp_input.indices, sp_input.dense_shape))
    values = sp_input.values
    top = PUBLIC["math.unsorted_segment_max"](PUBLIC["stop_gradient"](values), rows, count)
    powers = PUBLIC["math.exp"](values - PUBLIC["gather"](top, rows))
    totals = PUBLIC["math.unsorted_segment_sum"](powers, rows, count)
    return sp_input.with_values(powers / PUBLIC["gather"](totals, rows))
