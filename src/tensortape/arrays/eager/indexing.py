"""Primitives that read and write at positions given by arrays.

``take`` and ``scatter_add`` are each other's transposes, as are ``gather_nd`` and ``scatter_nd``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.shared_product import multiply
from tensortape.core import errors
from tensortape.core.lazy import lazy_import

sparse = lazy_import("scipy.sparse")

INDEXING = "take scatter_add gather_nd scatter_nd scatter_update scatter_max scatter_min"
SEGMENT = "segment_sum segment_prod segment_max segment_min"

_UNSIGNED = {np.dtype(np.int32): np.uint32, np.dtype(np.int64): np.uint64}
_WIDE = 256
"""Rows at least so wide are added one by one; narrower ones element by element in one call."""
_CHOICES, _SMALL = 32, 4096
"""Up to so few places for so many elements, or more, a matrix product is quicker than adding."""
_FEW, _MANY = 4, 1 << 17
"""From so wide rows and so many elements on, importing SciPy pays."""


def add_rows(size: int, positions: Any, rows: Any) -> Any:
    """Zeros of shape ``(size, width)`` with ``rows[i]`` added at ``positions[i]``.

    ``np.add.at`` is fast for flat positions only (measured: 6 to 10 times), hence the two ways.
    """
    width = rows.shape[1]
    if size <= min(width, _CHOICES) and rows.size >= _SMALL and rows.dtype.char in "fd":
        out = _by_product(size, positions, rows)
        if np.isfinite(out).all():
            return out
    if width >= _FEW and rows.size >= _MANY and rows.dtype.char in "fd":
        return _by_sparse_product(size, positions, rows)
    out = np.zeros((size, width), rows.dtype)
    if width == 1:
        np.add.at(out.reshape(-1), positions, rows.reshape(-1))
    elif width < _WIDE or rows.dtype == object:
        flat = positions[:, None] * width + np.arange(width)
        np.add.at(out.reshape(-1), flat.reshape(-1), rows.reshape(-1))
    else:
        for position, row in zip(positions.tolist(), rows, strict=True):
            out[position] += row
    return out


def _by_product(size: int, positions: Any, rows: Any) -> Any:
    """The sums as a product with zeros and ones, which infinities and NaN would spread in."""
    chosen = (positions == np.arange(size, dtype=positions.dtype)[:, None]).astype(rows.dtype)
    return multiply(chosen, rows)


def _by_sparse_product(size: int, positions: Any, rows: Any) -> Any:
    """The same sums, added in the same order, in a loop of SciPy's: three to eight times faster."""
    n = len(rows)
    ones, columns = np.ones(n, rows.dtype), np.arange(n + 1)
    return sparse.csc_array((ones, positions, columns), shape=(size, n)) @ rows


def check_range(indices: Any, size: int) -> None:
    """Refuse indices outside ``[0, size)``, naming the first one."""
    if not indices.size:
        return
    unsigned = _UNSIGNED.get(indices.dtype)  # one pass: negative numbers are large ones there
    if unsigned is not None and np.maximum.reduce(indices.view(unsigned), None) < size:
        return
    if indices.min() >= 0 and indices.max() < size:
        return
    flat = np.asarray(indices)
    where = np.argwhere((flat < 0) | (flat >= size))[0]
    place = ",".join(map(str, where.tolist()))
    raise errors.InvalidArgumentError(
        None, None, f"indices[{place}] = {flat[tuple(where)]} is not in [0, {size})"
    )


def _batch_grids(indices: Any, batch_dims: int) -> tuple[Any, ...]:
    ndim = indices.ndim
    return tuple(
        np.arange(indices.shape[i]).reshape((-1,) + (1,) * (ndim - i - 1))
        for i in range(batch_dims)
    )


def take(x: Any, indices: Any, axis: int = 0, batch_dims: int = 0) -> Any:
    """Slices of ``x`` along ``axis`` at ``indices``; leading ``batch_dims`` axes go together.

    The result has shape ``x.shape[:axis] + indices.shape[batch_dims:] + x.shape[axis + 1:]``.
    """
    check_range(indices, x.shape[axis])
    if not batch_dims:
        return x.take(indices, axis) if x.ndim > 1 or indices.ndim else x[(indices, ...)]
    moved = np.moveaxis(x, axis, batch_dims)
    out = moved[_batch_grids(indices, batch_dims) + (indices,)]
    start, count = batch_dims, indices.ndim - batch_dims
    between = axis - batch_dims
    if not between:
        return out
    order = list(range(out.ndim))
    order[start : start + count + between] = (
        order[start + count : start + count + between] + order[start : start + count]
    )
    return out.transpose(order)


def scatter_add(indices: Any, updates: Any, shape: Any, axis: int = 0, batch_dims: int = 0) -> Any:
    """Zeros of ``shape`` with ``updates`` added where ``take`` reads: the transpose of ``take``."""
    shape = tuple(shape)
    size, count = shape[axis], indices.ndim - batch_dims
    check_range(indices, size)
    between = axis - batch_dims
    order = list(range(updates.ndim))
    b = batch_dims
    order[b : b + between + count] = (
        order[b + between : b + between + count] + order[b : b + between]
    )
    rest = shape[b:axis] + shape[axis + 1 :]
    width = math.prod(rest)
    rows = np.asarray(updates).transpose(order).reshape(-1, width) if width else None
    batch = math.prod(shape[:b])
    if rows is None or not rows.size:
        return np.zeros(shape, updates.dtype)
    positions = np.asarray(indices).reshape(batch, -1) + np.arange(batch)[:, None] * size
    out = add_rows(batch * size, positions.reshape(-1), rows)
    return np.moveaxis(out.reshape(shape[:b] + (size, *rest)), b, axis)


def _nd_positions(indices: Any, shape: Any) -> Any:
    """Row numbers for index tuples (the last axis of ``indices``) in the first axes of a shape."""
    depth = indices.shape[-1]
    positions = np.zeros(indices.shape[:-1], np.int64)
    for i in range(depth):
        column = indices[..., i]
        if column.size and (column.min() < 0 or column.max() >= shape[i]):
            bad = np.argwhere((column < 0) | (column >= shape[i]))[0]
            place = ",".join(map(str, bad.tolist()))
            value = ", ".join(map(str, np.asarray(indices[tuple(bad)]).tolist()))
            raise errors.InvalidArgumentError(
                None,
                None,
                f"indices[{place}] = [{value}] does not index into param shape "
                f"[{','.join(map(str, shape))}]",
            )
        positions = positions * shape[i] + column
    return positions


def gather_nd(x: Any, indices: Any, batch_dims: int = 0) -> Any:
    """Elements or slices of ``x`` at the index tuples in the last axis of ``indices``."""
    depth = indices.shape[-1]
    _nd_positions(indices, x.shape[batch_dims:])
    columns = tuple(indices[..., i] for i in range(depth))
    if not depth and not batch_dims:
        return np.broadcast_to(x, indices.shape[:-1] + x.shape)
    grids = _batch_grids(indices[..., 0] if depth else indices.sum(-1), batch_dims)
    out = x[grids + columns]
    return out if isinstance(out, np.ndarray) or x.dtype != object else x[columns + (...,)]


def _nd_rows(indices: Any, updates: Any, shape: Any) -> tuple[Any, Any, int, int]:
    depth = indices.shape[-1]
    positions = _nd_positions(indices, shape).reshape(-1)
    width = math.prod(shape[depth:])
    size = math.prod(shape[:depth])
    return positions, np.asarray(updates).reshape(positions.size, width), size, width


def scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    """Zeros of ``shape`` with ``updates`` added at index tuples: the transpose of ``gather_nd``."""
    shape = tuple(shape)
    if not updates.size:
        return np.zeros(shape, updates.dtype)
    positions, rows, size, _ = _nd_rows(indices, updates, shape)
    return add_rows(size, positions, rows).reshape(shape)


def _scatter_into(x: Any, indices: Any, updates: Any, write: Any) -> Any:
    out = np.array(x, order="C")  # reshaped below, which must not copy
    if updates.size and out.size:
        positions, rows, size, width = _nd_rows(indices, updates, x.shape)
        write(out.reshape(size, width), positions, rows)
    return out


def _assign(out: Any, positions: Any, rows: Any) -> None:
    out[positions] = rows


def scatter_update(x: Any, indices: Any, updates: Any) -> Any:
    """``x`` with ``updates`` put at index tuples; of several for one place the last stays."""
    return _scatter_into(x, indices, updates, _assign)


def scatter_max(x: Any, indices: Any, updates: Any) -> Any:
    """``x`` with the larger of old and new at index tuples."""
    return _scatter_into(x, indices, updates, np.maximum.at)


def scatter_min(x: Any, indices: Any, updates: Any) -> Any:
    """``x`` with the smaller of old and new at index tuples."""
    return _scatter_into(x, indices, updates, np.minimum.at)


def _segments(x: Any, ids: Any, count: int) -> tuple[Any, Any, Any]:
    """Row numbers, rows and result shape of a segment reduction; negative ids are left out."""
    rest = x.shape[ids.ndim :]
    width = math.prod(rest)
    positions = np.asarray(ids).reshape(-1)
    rows = np.asarray(x).reshape(positions.size, width)
    if positions.size and positions.min() < 0:
        keep = positions >= 0
        positions, rows = positions[keep], rows[keep]
    if positions.size and positions.max() >= count:
        at = int(np.argmax(positions >= count))
        raise errors.InvalidArgumentError(
            None, None, f"segment_ids[{at}] = {positions[at]} is out of range [0, {count})"
        )
    return positions, rows, (count, *rest)


def segment_sum(x: Any, ids: Any, count: int) -> Any:
    """Sum the slices of ``x`` that share an id; shape ``(count, *x.shape[ids.ndim:])``."""
    positions, rows, shape = _segments(x, ids, count)
    if not rows.size:
        return np.zeros(shape, x.dtype)
    return add_rows(count, positions, rows).reshape(shape)


def _segment_reduce(x: Any, ids: Any, count: int, ufunc: Any, start: Any) -> Any:
    positions, rows, shape = _segments(x, ids, count)
    out = np.full(shape, start, x.dtype)
    if rows.size:
        ufunc.at(out.reshape(count, -1), positions, rows)
    return out


def segment_prod(x: Any, ids: Any, count: int) -> Any:
    """Product of the slices of ``x`` that share an id; 1 for ids without."""
    return _segment_reduce(x, ids, count, np.multiply, 1)


def segment_max(x: Any, ids: Any, count: int) -> Any:
    """Largest of the slices of ``x`` that share an id; the lowest value for ids without."""
    return _segment_reduce(x, ids, count, np.maximum, _limit(x.dtype, "min"))


def segment_min(x: Any, ids: Any, count: int) -> Any:
    """Smallest of the slices of ``x`` that share an id; the highest value for ids without."""
    return _segment_reduce(x, ids, count, np.minimum, _limit(x.dtype, "max"))


def _limit(dtype: Any, which: str) -> Any:
    return getattr(np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype), which)
