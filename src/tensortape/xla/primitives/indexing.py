"""Reading and writing at positions under XLA, as in ``arrays/eager/indexing.py``.

Positions out of range are an error after the call; where the program goes on they are cut.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.xla.checks import lies_in, refuse
from tensortape.xla.runtime import jnp, lax


def _error(message: str) -> Any:
    return lambda: errors.InvalidArgumentError(None, None, message)


def check_range(indices: Any, size: int) -> None:
    """An error for indices outside ``[0, size)``."""
    if indices.size and not lies_in(indices, size):
        outside = jnp.any((indices < 0) | (indices >= size))
        refuse(outside, _error(f"indices: some of them are not in [0, {size})"))


def _batch_grids(indices: Any, batch_dims: int) -> tuple[Any, ...]:
    ndim = indices.ndim
    return tuple(
        np.arange(indices.shape[i]).reshape((-1,) + (1,) * (ndim - i - 1))
        for i in range(batch_dims)
    )


def _at(x: Any, index: Any) -> Any:
    return jnp.asarray(x).at[index].get(mode="clip")


def take(x: Any, indices: Any, axis: int = 0, batch_dims: int = 0) -> Any:
    check_range(indices, x.shape[axis])
    indices = jnp.asarray(indices)
    if not indices.ndim and x.shape[axis]:
        return lax.dynamic_index_in_dim(jnp.asarray(x), indices, axis, keepdims=False)
    if not batch_dims:
        return jnp.take(x, indices, axis, mode="clip")
    moved = jnp.moveaxis(x, axis, batch_dims)
    out = _at(moved, _batch_grids(indices, batch_dims) + (indices,))
    start, count = batch_dims, indices.ndim - batch_dims
    between = axis - batch_dims
    if not between:
        return out
    order = list(range(out.ndim))
    order[start : start + count + between] = (
        order[start + count : start + count + between] + order[start : start + count]
    )
    return jnp.transpose(out, order)


def scatter_add(indices: Any, updates: Any, shape: Any, axis: int = 0, batch_dims: int = 0) -> Any:
    shape, indices, updates = tuple(shape), jnp.asarray(indices), jnp.asarray(updates)
    size, count = shape[axis], indices.ndim - batch_dims
    check_range(indices, size)
    b, between = batch_dims, axis - batch_dims
    order = list(range(updates.ndim))
    order[b : b + between + count] = (
        order[b + between : b + between + count] + order[b : b + between]
    )
    rest = shape[b:axis] + shape[axis + 1 :]
    width, batch = math.prod(rest), math.prod(shape[:b])
    if not updates.size:
        return jnp.zeros(shape, updates.dtype)
    rows = jnp.reshape(jnp.transpose(updates, order), (-1, width))
    positions = jnp.reshape(indices, (batch, -1)) + np.arange(batch)[:, None] * size
    out = jnp.zeros((batch * size, width), updates.dtype)
    out = out.at[jnp.reshape(positions, -1)].add(rows, mode="clip")
    return jnp.moveaxis(jnp.reshape(out, shape[:b] + (size, *rest)), b, axis)


def _nd_positions(indices: Any, shape: Any) -> Any:
    """Row numbers for index tuples (the last axis of ``indices``) in the first axes of a shape."""
    positions = jnp.zeros(indices.shape[:-1], np.int64)
    for i in range(indices.shape[-1]):
        column = indices[..., i]
        if column.size:
            text = f"indices: some do not index into a tensor of shape {tuple(shape)}"
            refuse(jnp.any((column < 0) | (column >= shape[i])), _error(text))
        positions = positions * shape[i] + column
    return positions


def gather_nd(x: Any, indices: Any, batch_dims: int = 0) -> Any:
    indices = jnp.asarray(indices)
    depth = indices.shape[-1]
    _nd_positions(indices, x.shape[batch_dims:])
    if not depth and not batch_dims:
        return jnp.broadcast_to(x, indices.shape[:-1] + x.shape)
    columns = tuple(indices[..., i] for i in range(depth))
    grids = _batch_grids(indices[..., 0] if depth else indices.sum(-1), batch_dims)
    return _at(x, grids + columns)


def _nd_rows(indices: Any, updates: Any, shape: Any) -> tuple[Any, Any, int, int]:
    indices = jnp.asarray(indices)
    depth = indices.shape[-1]
    positions = jnp.reshape(_nd_positions(indices, shape), -1)
    width, size = math.prod(shape[depth:]), math.prod(shape[:depth])
    return positions, jnp.reshape(updates, (positions.size, width)), size, width


def scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    shape = tuple(shape)
    if not updates.size:
        return jnp.zeros(shape, updates.dtype)
    positions, rows, size, width = _nd_rows(indices, updates, shape)
    out = jnp.zeros((size, width), updates.dtype)
    return jnp.reshape(out.at[positions].add(rows, mode="clip"), shape)


def _scatter_into(x: Any, indices: Any, updates: Any, how: str) -> Any:
    x = jnp.asarray(x)
    if not updates.size or not x.size:
        return x
    positions, rows, size, width = _nd_rows(indices, updates, x.shape)
    written = getattr(jnp.reshape(x, (size, width)).at[positions], how)(rows, mode="clip")
    return jnp.reshape(written, x.shape)


def scatter_update(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_into(x, indices, updates, "set")


def scatter_max(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_into(x, indices, updates, "max")


def scatter_min(x: Any, indices: Any, updates: Any) -> Any:
    return _scatter_into(x, indices, updates, "min")


def _segment(x: Any, ids: Any, count: int, how: str, start: Any) -> Any:
    """Reduce the slices that share an id; negative ids are left out."""
    x, ids = jnp.asarray(x), jnp.asarray(ids)
    rest = x.shape[ids.ndim :]
    positions = jnp.reshape(ids, -1)
    if positions.size:
        text = f"segment_ids: some are out of range [0, {count})"
        refuse(jnp.any(positions >= count), _error(text))
    out = jnp.full((count, math.prod(rest)), start, x.dtype)
    if x.size and out.size:
        rows = jnp.reshape(x, (positions.size, -1))
        places = jnp.where(positions < 0, count, positions)
        out = getattr(out.at[places], how)(rows, mode="drop")
    return jnp.reshape(out, (count, *rest))


def segment_sum(x: Any, ids: Any, count: int) -> Any:
    return _segment(x, ids, count, "add", 0)


def segment_prod(x: Any, ids: Any, count: int) -> Any:
    return _segment(x, ids, count, "multiply", 1)


def segment_max(x: Any, ids: Any, count: int) -> Any:
    return _segment(x, ids, count, "max", _limit(x.dtype, "min"))


def segment_min(x: Any, ids: Any, count: int) -> Any:
    return _segment(x, ids, count, "min", _limit(x.dtype, "max"))


def _limit(dtype: Any, which: str) -> Any:
    return getattr(np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype), which)
