"""Slices at indices: ``tf.gather`` and ``tf.gather_nd``."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.rows import Rows
from tensortape.core.untraceable import Untraceable
from tensortape.ops.layout.attributes import fits, invalid, linear, one_axis, one_int

_ROWS = {"axis": 0, "batch_dims": 0}


@op(
    "GatherV2",
    primitive="take",
    saves=(1,),
    native_dtypes=True,
    samples=[
        (((4, 2), [[0, 3], [3, 1]]), {"axis": 0, "batch_dims": 0}),
        (((2, 3, 4), [2, 0, 2]), {"axis": 2, "batch_dims": 0}),
        (((2, 3, 4), [[1, 0], [2, 2]]), {"axis": 1, "batch_dims": 1}),
        (((2, 3, 4), [[1, 0], [2, 2]]), {"axis": 2, "batch_dims": 1}),
    ],
)
def gather_op(xp, params, indices, *, axis=0, batch_dims=0):
    """Slices along an axis at indices."""
    return xp.take(params, indices, axis, batch_dims)


@gather_op.vjp(0)
def _(xp, g, y, params, indices, *, axis, batch_dims):
    shape = tuple(params.shape)
    if axis == 0 and batch_dims == 0 and (xp is numpy_namespace or xp is recorded):
        return Rows.gathered(xp, g, indices, shape)
    return xp.scatter_add(indices, g, shape, axis, batch_dims)


@op(
    "ScatterAdd",
    primitive="scatter_add",
    saves=(0,),
    native_dtypes=True,
    samples=[
        (([0, 2, 2], (3, 2)), {"shape": (4, 2), "axis": 0, "batch_dims": 0}),
        (([[1, 0], [2, 2]], (2, 3, 2)), {"shape": (2, 3, 4), "axis": 2, "batch_dims": 1}),
    ],
)
def scatter_add(xp, indices, updates, *, shape, axis=0, batch_dims=0):
    """Zeros with slices added at indices: the transpose of gathering."""
    return xp.scatter_add(indices, updates, shape, axis, batch_dims)


@scatter_add.vjp(1)
def _(xp, g, y, indices, updates, *, shape, axis, batch_dims):
    return xp.take(g, indices, axis, batch_dims)


@op(
    "GatherNd",
    primitive="gather_nd",
    saves=(1,),
    native_dtypes=True,
    samples=[
        (((3, 2), [[0, 1], [2, 0], [0, 1]]), {"batch_dims": 0}),
        (((3, 2), [[0], [2]]), {"batch_dims": 0}),
        (((2, 3, 2), [[[0, 1]], [[2, 0]]]), {"batch_dims": 1}),
    ],
)
def gather_nd_op(xp, params, indices, *, batch_dims=0):
    """Slices at index tuples."""
    return xp.gather_nd(params, indices, batch_dims)


@gather_nd_op.vjp(0)
def _(xp, g, y, params, indices, *, batch_dims):
    shape = tuple(params.shape)
    if (
        not batch_dims
        and indices.ndim == 2
        and indices.shape[1] == 1
        and (xp is numpy_namespace or xp is recorded)
    ):
        return Rows(xp, g, xp.reshape(indices, (indices.shape[0],)), shape)
    if batch_dims:
        indices = with_batch(xp, indices, batch_dims)
    return xp.scatter_nd(indices, g, shape)


def with_batch(xp: Any, indices: Any, batch_dims: int) -> Any:
    """Index tuples with the positions along the batch axes put in front."""
    lead = tuple(indices.shape)[:-1]
    columns = []
    for i in range(batch_dims):
        steps = xp.arange(0, lead[i], 1, indices.dtype)
        steps = xp.reshape(steps, (1,) * i + (lead[i],) + (1,) * (len(lead) - i))
        columns.append(xp.broadcast_to(steps, (*lead, 1)))
    return xp.concatenate([*columns, indices], len(lead))


@op(
    "ScatterNd",
    primitive="scatter_nd",
    saves=(0,),
    native_dtypes=True,
    samples=[(([[0], [2], [0]], (3, 2)), {"shape": (3, 2)})],
)
def scatter_nd_op(xp, indices, updates, *, shape):
    """Zeros with slices added at index tuples: the transpose of gathering at them."""
    return xp.scatter_nd(indices, updates, shape)


@scatter_nd_op.vjp(1)
def _(xp, g, y, indices, updates, *, shape):
    return xp.gather_nd(g, indices)


linear(gather_op)
linear(gather_nd_op)


@scatter_add.jvp
def _(xp, tangents, y, indices, updates, **attrs):
    return None if tangents[1] is None else xp.scatter_add(indices, tangents[1], **attrs)


@scatter_nd_op.jvp
def _(xp, tangents, y, indices, updates, **attrs):
    return None if tangents[1] is None else xp.scatter_nd(indices, tangents[1], **attrs)


def index_tensor(indices: Any, op_type: str, allowed: str = "iu") -> Any:
    """Indices as a tensor, which must hold integers."""
    t = tensor(indices)
    if t.dtype.kind not in allowed:
        raise invalid(
            f"Value for attr 'Tindices' of {t.dtype.name} is not in the list of allowed values: "
            f"int16, int32, int64 [Op:{op_type}]"
        )
    return t


@export("gather")
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """Slices of ``params`` along ``axis`` at ``indices``.

    The result has the shape ``params.shape[:axis] + indices.shape[batch_dims:] +
    params.shape[axis + 1:]``. The gradient along the first axis is a ``tf.IndexedSlices``.

    >>> import tensortape as tf
    >>> tf.gather([10, 20, 30], [2, 0]).numpy()
    array([30, 10], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for indices out of range. Source: ``tf.gather``.
    """
    x, at = tensor(params), index_tensor(indices, "GatherV2")
    first = axis is None or (type(axis) is int and axis == 0)
    if first and type(batch_dims) is int and batch_dims == 0 and x._a.ndim:
        return execute(gather_op, (x, at), _ROWS)  # what most calls are
    rank, depth = at._a.ndim, one_int(batch_dims)
    if not -rank <= depth <= rank:
        raise ValueError(
            f"batch_dims = {depth} must be in [{-rank}, {rank}], the rank of indices {at.shape}"
        )
    depth = depth + rank if depth < 0 else depth
    if depth > x._a.ndim or not fits(x._a.shape[:depth], at._a.shape[:depth]):
        raise invalid(
            f"params.shape{list(x.shape)} and indices.shape{list(at.shape)} must agree in the "
            f"first {depth} (batch_dims) dimensions [Op:GatherV2]"
        )
    if not x._a.ndim:
        raise invalid("params must be at least 1 dimensional [Op:GatherV2]")
    where = depth if axis is None else one_axis(axis, x._a.ndim, "Expected axis in range; axis")
    if where < depth:
        raise invalid(
            f"batch_dims ({depth}) must be less than or equal to axis ({where}) [Op:GatherV2]",
        )
    return execute(gather_op, (x, at), {"axis": where, "batch_dims": depth})


@export("gather_nd", "manip.gather_nd")
def gather_nd(
    params: Any,
    indices: Any,
    batch_dims: int = 0,
    name: str | None = None,
    bad_indices_policy: str = "",
) -> Any:
    """Elements or slices of ``params`` at index tuples, which are the last axis of ``indices``.

    >>> import tensortape as tf
    >>> tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy()
    array([2, 3], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for indices out of range. Source: ``tf.gather_nd``.
    """
    x, at = tensor(params), index_tensor(indices, "GatherNd")
    depth = one_int(batch_dims)
    if not x._a.ndim or not at._a.ndim:
        raise invalid(
            f"params and indices must be at least vectors, got {x.shape} and {at.shape} "
            "[Op:GatherNd]",
        )
    if at._a.shape[-1] is None:
        raise Untraceable("tf.gather_nd needs to know how many axes its indices have")
    if at._a.shape[-1] > x._a.ndim - depth:
        raise invalid(
            f"index innermost dimension length must be <= params rank; saw: {at._a.shape[-1]} vs. "
            f"{x._a.ndim - depth} [Op:GatherNd]"
        )
    if depth and (depth > x._a.ndim - 1 or depth > at._a.ndim - 1):
        raise ValueError(f"batch_dims = {depth} must be less than the ranks of params and indices")
    return execute(gather_nd_op, (x, at), {"batch_dims": depth})
