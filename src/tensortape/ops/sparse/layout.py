"""Sparse tensors rearranged: the same values in other places."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import EagerTensor
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import (
    dense_shape,
    in_order,
    invalid,
    known,
    one_axis,
    pick,
    places,
)
from tensortape.ops.sparse.tensor import SparseTensor, need_sparse


@export("sparse.reorder")
def reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The elements in row-major order.

    >>> import tensortape as tf
    >>> tf.sparse.reorder(tf.SparseTensor([[1], [0]], [5, 6], [2])).values.numpy()
    array([6, 5], dtype=int32)

    Source: ``tf.sparse.reorder``.
    """
    return ordered(sp_input.indices, sp_input.values, sp_input.dense_shape, sp_input.shape)


def ordered(indices: Any, values: Any, shape: Any, said: Any = None) -> SparseTensor:
    """A sparse tensor with its elements in row-major order."""
    if not unplaced(indices, shape):
        return in_order(known(indices), values, known(shape))
    (order,) = find("order", (indices,))
    made = SparseTensor(PUBLIC["gather"](indices, order), pick(values, order), shape)
    made._said = said
    return made


@export("sparse.transpose")
def transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """The axes in the order ``perm`` (reversed by default).

    >>> import tensortape as tf
    >>> tf.sparse.transpose(tf.SparseTensor([[0, 2]], [5], [2, 3])).indices.numpy()
    array([[2, 0]])

    Source: ``tf.sparse.transpose``.
    """
    need_sparse(sp_input)
    said = sp_input.shape
    order = np.arange(said.rank)[::-1] if perm is None else known(perm)
    indices = PUBLIC["gather"](sp_input.indices, order, axis=1)
    shape = PUBLIC["gather"](sp_input.dense_shape, order)
    return ordered(indices, sp_input.values, shape, TensorShape([said[i] for i in order]))


@export("sparse.reshape")
def reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """Another shape with the same number of places; one size may be -1.

    >>> import tensortape as tf
    >>> tf.sparse.reshape(tf.SparseTensor([[1, 0]], [5], [2, 3]), [-1]).indices.numpy()
    array([[3]])

    Raises ``tf.errors.InvalidArgumentError`` for sizes that do not fit.
    Source: ``tf.sparse.reshape``.
    """
    need_sparse(sp_input)
    wanted = PUBLIC["cast"](PUBLIC["convert_to_tensor"](shape), "int64")
    where, new = find("reshaped", (sp_input.indices, sp_input.dense_shape, wanted))
    made = SparseTensor(where, sp_input.values, new)
    if unplaced(new) and not unplaced(wanted):
        made._said = TensorShape([None if n < 0 else n for n in known(wanted).tolist()])
    return made


@export("sparse.slice")
def slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """The part from ``start`` of at most ``size``.

    >>> import tensortape as tf
    >>> tf.sparse.slice(tf.SparseTensor([[1, 2]], [5], [2, 3]), [1, 1], [1, 9]).dense_shape.numpy()
    array([1, 2])

    Source: ``tf.sparse.slice``.
    """
    need_sparse(sp_input)
    cast = PUBLIC["cast"]
    bounds = cast(tensor(start), "int64"), cast(tensor(size), "int64")
    chosen, where, extent = find("part", (sp_input.indices, sp_input.dense_shape, *bounds))
    return SparseTensor(where, pick(sp_input.values, chosen), extent)


@export("sparse.split")
def split(
    sp_input: Any = None, num_split: Any = None, axis: Any = None, name: str | None = None
) -> list[SparseTensor]:
    """``num_split`` parts along ``axis``; the first ones are longer by one if need be.

    >>> import tensortape as tf
    >>> parts = tf.sparse.split(tf.SparseTensor([[0], [2]], [5, 6], [3]), 2, 0)
    >>> [p.dense_shape.numpy().tolist() for p in parts]
    [[2], [1]]

    Raises ``ValueError`` when an argument is missing. Source: ``tf.sparse.split``.
    """
    for what, given in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if given is None:
            raise ValueError(f"{what} is required")
    shape = dense_shape(sp_input)
    at = one_axis(axis, len(shape))
    if not 1 <= num_split <= shape[at]:
        raise invalid(f"num_split must be in [1, {shape[at]}], the size of axis {at}: {num_split}")
    small, rest = divmod(shape[at], num_split)
    parts, begin = [], 0
    for i in range(num_split):
        start, size = [0] * len(shape), list(shape)
        start[at], size[at] = begin, small + (i < rest)
        parts.append(slice(sp_input, start, size))
        begin += size[at]
    return parts


@export("sparse.concat")
def concat(
    axis: Any, sp_inputs: Any, expand_nonconcat_dims: bool = False, name: str | None = None
) -> SparseTensor:
    """Sparse tensors one after the other along ``axis``, as TensorFlow without a gradient.

    ``expand_nonconcat_dims`` lets the other sizes differ; the largest counts.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 1]], [5], [1, 2])
    >>> tf.sparse.concat(1, [s, s]).indices.numpy()
    array([[0, 1],
           [0, 3]])

    Raises ``tf.errors.InvalidArgumentError`` for sizes that differ. Source: ``tf.sparse.concat``.
    """
    sp_inputs = list(sp_inputs)
    if len(sp_inputs) == 1:
        return sp_inputs[0]
    at = one_axis(axis, sp_inputs[0].shape.rank)
    arrays = [*[s.indices for s in sp_inputs], *[s.dense_shape for s in sp_inputs]]
    order, where, whole = find("joined", arrays, len(sp_inputs), at, bool(expand_nonconcat_dims))
    values = PUBLIC["concat"]([s.values for s in sp_inputs], 0)
    return SparseTensor(where, pick(PUBLIC["stop_gradient"](values), order), whole)


@export("sparse.expand_dims")
def expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """One more axis of size one before ``axis`` (by default at the end).

    >>> import tensortape as tf
    >>> tf.sparse.expand_dims(tf.SparseTensor([[1]], [5], [2]), 0).dense_shape.numpy()
    array([1, 2])

    Raises ``ValueError`` for an axis out of range. Source: ``tf.sparse.expand_dims``.
    """
    need_sparse(sp_input)
    rank = sp_input.shape.rank
    at = -1 if axis is None else int(axis)
    if not -rank - 1 <= at <= rank:
        raise ValueError(f"axis {at} not in [{-rank - 1}, {rank}]")
    at %= rank + 1
    concat, indices, shape = PUBLIC["concat"], sp_input.indices, sp_input.dense_shape
    zeros = PUBLIC["zeros_like"](indices[:, :1])
    where = concat([indices[:, :at], zeros, indices[:, at:]], 1)
    made = SparseTensor(where, sp_input.values, concat([shape[:at], [1], shape[at:]], 0))
    sizes = sp_input.shape.as_list()
    if unplaced(shape):
        made._said = TensorShape([*sizes[:at], 1, *sizes[at:]])
    return made


@export("sparse.reset_shape")
def reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """The same elements in a shape at least as large; by default the smallest that holds them.

    >>> import tensortape as tf
    >>> tf.sparse.reset_shape(tf.SparseTensor([[1]], [5], [9])).dense_shape.numpy()
    array([2])

    Raises ``ValueError`` for another rank or smaller sizes. Source: ``tf.sparse.reset_shape``.
    """
    indices, shape = places(sp_input), dense_shape(sp_input)
    if new_shape is None:
        return SparseTensor(
            sp_input.indices, sp_input.values, (indices.max(0, initial=-1) + 1).astype(np.int64)
        )
    wanted = known(new_shape).astype(np.int64)
    if len(wanted) != len(shape):
        raise ValueError(f"new_shape must have rank {len(shape)}, received {wanted.tolist()}")
    if (wanted < np.array(shape)).any():
        message = f"new_shape {wanted.tolist()} is smaller than the shape {list(shape)}"
        raise invalid(message) if isinstance(new_shape, EagerTensor) else ValueError(message)
    return SparseTensor(sp_input.indices, sp_input.values, wanted)
