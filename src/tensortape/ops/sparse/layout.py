"""Sparse tensors rearranged: the same values in other places."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.sparse.places import (
    dense_shape,
    in_order,
    invalid,
    known,
    numbers,
    one_axis,
    pick,
    places,
)
from tensortape.ops.sparse.tensor import SparseTensor


@export("sparse.reorder")
def reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The elements in row-major order.

    >>> import tensortape as tf
    >>> tf.sparse.reorder(tf.SparseTensor([[1], [0]], [5, 6], [2])).values.numpy()
    array([6, 5], dtype=int32)

    Source: ``tf.sparse.reorder``.
    """
    return in_order(places(sp_input), sp_input.values, dense_shape(sp_input))


@export("sparse.transpose")
def transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """The axes in the order ``perm`` (reversed by default).

    >>> import tensortape as tf
    >>> tf.sparse.transpose(tf.SparseTensor([[0, 2]], [5], [2, 3])).indices.numpy()
    array([[2, 0]])

    Source: ``tf.sparse.transpose``.
    """
    indices, shape = places(sp_input), dense_shape(sp_input)
    order = np.arange(len(shape))[::-1] if perm is None else known(perm)
    return in_order(indices[:, order], sp_input.values, [shape[i] for i in order])


@export("sparse.reshape")
def reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """Another shape with the same number of places; one size may be -1.

    >>> import tensortape as tf
    >>> tf.sparse.reshape(tf.SparseTensor([[1, 0]], [5], [2, 3]), [-1]).indices.numpy()
    array([[3]])

    Raises ``tf.errors.InvalidArgumentError`` for sizes that do not fit.
    Source: ``tf.sparse.reshape``.
    """
    indices, old = places(sp_input), dense_shape(sp_input)
    new = [int(n) for n in known(PUBLIC["convert_to_tensor"](shape))]
    count = int(np.prod(old))
    if new.count(-1) > 1:
        raise invalid(f"only one output dimension may be -1, not both in {new}")
    if -1 in new:
        rest = int(np.prod([n for n in new if n != -1]))
        new[new.index(-1)] = count // rest if rest and not count % rest else -1
    if -1 in new or int(np.prod(new)) != count:
        raise invalid(
            f"Input to reshape is a tensor with {count} dense values, but the requested shape "
            f"{new} has another number. input_shape={list(old)} output_shape={new}"
        )
    where = np.unravel_index(numbers(indices, old), new) if new else [np.zeros(0)]
    return SparseTensor(np.stack(where, -1).astype(np.int64), sp_input.values, new)


@export("sparse.slice")
def slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """The part from ``start`` of at most ``size``.

    >>> import tensortape as tf
    >>> tf.sparse.slice(tf.SparseTensor([[1, 2]], [5], [2, 3]), [1, 1], [1, 9]).dense_shape.numpy()
    array([1, 2])

    Source: ``tf.sparse.slice``.
    """
    indices, shape = places(sp_input), np.array(dense_shape(sp_input))
    first = known(start).astype(np.int64)
    extent = np.maximum(np.minimum(known(size), shape - first), 0)
    inside = ((indices >= first) & (indices < first + extent)).all(1)
    values = pick(sp_input.values, np.flatnonzero(inside))
    return SparseTensor(indices[inside] - first, values, extent.astype(np.int64))


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
    shapes = np.array([dense_shape(s) for s in sp_inputs])
    at = one_axis(axis, shapes.shape[1])
    whole = shapes.max(0)
    others = np.delete(shapes, at, 1)
    if not expand_nonconcat_dims and (others != others[0]).any():
        raise invalid(f"Sizes other than along axis {at} must be equal: {shapes.tolist()}")
    whole[at] = shapes[:, at].sum()
    begins = np.cumsum(shapes[:, at]) - shapes[:, at]
    indices = []
    for s, begin in zip(sp_inputs, begins, strict=True):
        moved = places(s).copy()
        moved[:, at] += begin
        indices.append(moved)
    values = PUBLIC["concat"]([s.values for s in sp_inputs], 0)
    return in_order(np.concatenate(indices), PUBLIC["stop_gradient"](values), whole)


@export("sparse.expand_dims")
def expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """One more axis of size one before ``axis`` (by default at the end).

    >>> import tensortape as tf
    >>> tf.sparse.expand_dims(tf.SparseTensor([[1]], [5], [2]), 0).dense_shape.numpy()
    array([1, 2])

    Raises ``ValueError`` for an axis out of range. Source: ``tf.sparse.expand_dims``.
    """
    indices, shape = places(sp_input), dense_shape(sp_input)
    at = -1 if axis is None else int(axis)
    if not -len(shape) - 1 <= at <= len(shape):
        raise ValueError(f"axis {at} not in [{-len(shape) - 1}, {len(shape)}]")
    at %= len(shape) + 1
    return SparseTensor(
        np.insert(indices, at, 0, axis=1), sp_input.values, np.insert(shape, at, 1).astype(np.int64)
    )


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
