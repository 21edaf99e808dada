"""Choosing by a mask and by partitions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, export
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.ops import composed
from tensortape.ops.layout import slicing
from tensortape.ops.layout.attributes import fits, invalid, one_int, static_value
from tensortape.ops.layout.shaping import reshape, unsparse


@export("boolean_mask")
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: str = "boolean_mask") -> Any:
    """The elements (or slices) of ``tensor`` where ``mask`` is true, along one new axis.

    ``mask`` covers the axes of ``tensor`` from ``axis`` (default 0) on.

    >>> import tensortape as tf
    >>> tf.boolean_mask([1, 2, 3], [True, False, True]).numpy()
    array([1, 3], dtype=int32)

    Raises ``ValueError`` when the shapes do not fit or the mask is a scalar.
    Source: ``tf.boolean_mask``.
    """
    x, chosen = as_tensor(tensor), as_tensor(mask)
    count = chosen._a.ndim
    if not count:
        raise ValueError("mask cannot be scalar.")
    at = 0 if axis is None else one_int(axis)
    at = at + x._a.ndim if at < 0 else at
    shape, wanted = tuple(x._a.shape), tuple(chosen._a.shape)
    if not fits(shape[at : at + count], wanted):
        raise ValueError(f"Shapes {shape[at : at + count]} and {wanted} are incompatible")
    flat = reshape(x, (*shape[:at], -1, *shape[at + count :])) if count > 1 else unsparse(x)
    return execute(OPS["GatherV2"], (flat, _true_places(chosen)), {"axis": at, "batch_dims": 0})


def _true_places(mask: Any) -> Any:
    """The positions of what is true in the flattened mask."""
    if type(mask) is EagerTensor:
        return state.tensor(np.flatnonzero(mask._a).astype(np.int64))
    return reshape(execute(OPS["Where"], (reshape(mask, (-1,)),)), (-1,))


as_tensor = tensor
slicing.BOOLEAN_MASK[:] = [boolean_mask]


def _members(partitions: Any, count: int) -> list[Any]:
    """The positions of each partition in the flattened list."""
    ids = np.asarray(static_value(partitions)).reshape(-1)
    if ids.size and (ids.min() < 0 or ids.max() >= count):
        at = int(np.argmax((ids < 0) | (ids >= count)))
        raise invalid(f"partitions[{at}] = {ids[at]} is not in [0, {count}) [Op:DynamicPartition]")
    return [np.flatnonzero(ids == i).astype(np.int32) for i in range(count)]


@export("dynamic_partition")
def dynamic_partition(
    data: Any, partitions: Any, num_partitions: int, name: str | None = None
) -> list[Any]:
    """The slices of ``data`` with partition number 0, 1, ..., as a list of tensors.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.dynamic_partition([1, 2, 3], [0, 1, 0], 2)]
    [[1, 3], [2]]

    Raises ``tf.errors.InvalidArgumentError`` for numbers out of range.
    Source: ``tf.dynamic_partition``.
    """
    x, ids = tensor(data), tensor(partitions)
    shape, lead = tuple(x._a.shape), tuple(ids._a.shape)
    if not fits(shape[: len(lead)], lead):
        raise invalid(
            f"data.shape must start with partitions.shape, got data.shape = {list(shape)}, "
            f"partitions.shape = {list(lead)} [Op:DynamicPartition]"
        )
    if composed.unknown(ids):
        flat = unsparse(x) if len(lead) == 1 else reshape(x, (-1, *shape[len(lead) :]))
        return composed.partitions(flat, ids, num_partitions)
    members = _members(ids, num_partitions)
    flat = reshape(x, (int(np.prod(lead)), *shape[len(lead) :]))
    return [
        execute(OPS["GatherV2"], (flat, state.tensor(m)), {"axis": 0, "batch_dims": 0})
        for m in members
    ]


@op(
    "DynamicStitch",
    variadic=True,
    saves=(),
    native_dtypes=True,
    samples=[
        (
            ((2, 3), (1, 3)),
            {
                "source": np.array([1, 2, -1, 0]),
                "size": 4,
                "places": (np.array([3, 0]), np.array([1])),
            },
        )
    ],
)
def stitch_op(xp, *data, source, size, places):
    """Rows of a list of tensors, in a given order.

    ``source`` names the row for each of ``size`` places, or -1; ``places`` has those of each
    tensor's rows.
    """
    rows = xp.concatenate(list(data), 0)
    taken = xp.take(rows, np.maximum(source, 0), 0)
    if source.min(initial=0) >= 0:
        return taken
    present = xp.reshape(source >= 0, (size,) + (1,) * (rows.ndim - 1))
    return xp.where(present, taken, xp.zeros_like(taken))


@stitch_op.vjp
def _(xp, g, y, *data, source, size, places):
    """Each row gets what its place gets, even if a later row took the place (as in TensorFlow)."""
    return [xp.take(g, at, 0) for at in places]


def _stitch(indices: Any, data: Any) -> Any:
    places = tuple(np.asarray(static_value(tensor(i))).reshape(-1) for i in indices)
    values = [tensor(d) for d in data]
    rest = tuple(values[0]._a.shape[np.ndim(static_value(tensor(indices[0]))) :])
    flat = tuple(reshape(v, (p.size, *rest)) for v, p in zip(values, places, strict=True))
    order = np.concatenate(places).astype(np.int64)
    size = int(order.max(initial=-1)) + 1
    source = np.full(size, -1, np.int64)
    source[order] = np.arange(order.size)
    return execute(stitch_op, flat, {"source": source, "size": size, "places": places})


@export("dynamic_stitch")
def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Any:
    """One tensor of the slices ``data[m][i]`` at the places ``indices[m][i]``; later ones win.

    >>> import tensortape as tf
    >>> tf.dynamic_stitch([[2], [0, 1]], [[30], [10, 20]]).numpy()
    array([10, 20, 30], dtype=int32)

    Source: ``tf.dynamic_stitch``.
    """
    return _stitch(indices, data)
