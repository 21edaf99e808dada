"""Primitives that move elements without computing, and those that make arrays.

Shapes, axes and widths are plain ints, axes not negative: the operations normalise them. Results
may be views, since tensors are never changed in place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.eager.sums import sum_along

LAYOUT = "reshape transpose broadcast_to expand_dims squeeze concatenate stack flip roll tile pad"
SLICING = "getitem setitem_zeros"
SUMMING = "sum_to"
TYPE = "astype"
CREATION = "zeros ones full arange eye zeros_like ones_like full_like"

_SMALL = 16384
"""Below so many elements, filling an array is faster than making a view that repeats."""


_FLOATS: dict[Any, Any] = {np.float32: np.dtype("f4"), np.float64: np.dtype("f8")}
"""The dtypes of numbers by their types: asking a number takes longer."""


def boxed(value: Any, like: Any) -> Any:
    """An element of an array of objects (bytes) as a 0-d array; numbers as they are."""
    if isinstance(value, (np.ndarray, np.generic)) and like.dtype != object:
        return value
    out = np.empty((), like.dtype)
    out[()] = value
    return out


def reshape(x: Any, shape: Any) -> Any:
    """The elements of ``x`` in the same order, in another shape."""
    return x.reshape(shape)


def transpose(x: Any, axes: Any = None) -> Any:
    """``x`` with its axes permuted, reversed without ``axes``."""
    return x.transpose(axes) if axes is not None else x.transpose()


def broadcast_to(x: Any, shape: Any) -> Any:
    """``x`` repeated to ``shape``: filled where small, a read-only view where large."""
    kind = type(x)
    if math.prod(shape) > _SMALL or (kind not in _FLOATS and x.ndim > len(shape)):
        return np.broadcast_to(x, shape)
    dtype = _FLOATS.get(kind) or x.dtype
    out = np.empty(shape, dtype)
    if kind in _FLOATS or (x.ndim == 0 and dtype.kind in "fc"):
        out.fill(x)
    else:
        out[...] = x
    return out


def expand_dims(x: Any, axis: Any) -> Any:
    """``x`` with an axis of length 1 inserted at ``axis``."""
    shape = list(x.shape)
    shape.insert(axis, 1)
    return x.reshape(shape)


def squeeze(x: Any, axis: Any) -> Any:
    """``x`` without the axes of length 1 named in ``axis``."""
    return x.squeeze(axis)


def concatenate(arrays: Any, axis: int = 0) -> Any:
    """Join arrays along an axis."""
    return np.concatenate(arrays, axis)


def stack(arrays: Any, axis: int = 0) -> Any:
    """Join arrays of one shape (scalars too) along a new axis."""
    first = arrays[0]
    if axis or len(arrays) > 64 or first.dtype.hasobject:  # scalars of text would become arrays
        return np.stack(arrays, axis)
    out = np.empty((len(arrays), *first.shape), first.dtype)
    for i, a in enumerate(arrays):
        out[i] = a
    return out


def flip(x: Any, axis: Any) -> Any:
    """Reverse the order along each of ``axis`` (a tuple)."""
    backwards = slice(None, None, -1)
    return x[tuple(backwards if i in axis else slice(None) for i in range(x.ndim))]


def roll(x: Any, shift: Any, axis: Any) -> Any:
    """Shift elements along axes, around the end."""
    return np.roll(x, shift, axis)


def tile(x: Any, reps: Any) -> Any:
    """``x`` repeated ``reps[i]`` times along axis ``i``."""
    return np.tile(x, reps)


def pad(x: Any, widths: Any, value: Any = 0) -> Any:
    """``x`` surrounded by ``value``: ``widths`` has (before, after) for each axis."""
    shape = tuple(before + n + after for n, (before, after) in zip(x.shape, widths, strict=True))
    out = np.full(shape, value, x.dtype)
    out[tuple(slice(b, b + n) for n, (b, _) in zip(x.shape, widths, strict=True))] = x
    return out


def getitem(x: Any, index: Any) -> Any:
    """Basic indexing: ``index`` is a tuple of ints, slices, ``None`` and at most one ``...``."""
    out = x[index]
    return out if type(out) is np.ndarray else boxed(out, x)


def setitem_zeros(g: Any, index: Any, shape: Any) -> Any:
    """Zeros of ``shape`` with ``g`` where ``getitem`` reads: the transpose of ``getitem``."""
    out = np.zeros(shape, g.dtype)
    out[index] = g
    return out


def sum_to(x: Any, shape: Any) -> Any:
    """Sum ``x`` over the axes along which ``shape`` was broadcast to ``x.shape``."""
    extra = x.ndim - len(shape)
    if extra == x.ndim:
        return np.add.reduce(x, None, x.dtype)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and x.shape[i + extra] != 1
    )
    return (sum_along(x, axes, False) if axes else x).reshape(shape)


def astype(x: Any, dtype: Any) -> Any:
    """``x`` in another dtype."""
    return x.astype(getattr(dtype, "_np", dtype))


def zeros(shape: Any, dtype: Any) -> Any:
    """Zeros of a shape and dtype."""
    return np.zeros(shape, getattr(dtype, "_np", dtype))[()]


def ones(shape: Any, dtype: Any) -> Any:
    """Ones of a shape and dtype."""
    return np.ones(shape, getattr(dtype, "_np", dtype))[()]


def full(shape: Any, value: Any, dtype: Any) -> Any:
    """One value throughout a shape."""
    return np.full(shape, value, getattr(dtype, "_np", dtype))[()]


def arange(start: Any, stop: Any, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from ``start`` up to ``stop``; of floats, the count is rounded in their dtype too."""
    kind = getattr(dtype, "_np", dtype)
    if not getattr(dtype, "is_floating", False):
        return np.arange(start, stop, step, dtype=kind)
    first, last, by = (np.dtype(kind).type(v) for v in (start, stop, step))
    count = int(np.ceil(abs((last - first) / by)))
    return first + np.arange(count).astype(kind) * by


def eye(rows: int, columns: int, dtype: Any) -> Any:
    """Ones on the diagonal."""
    return np.eye(rows, columns, dtype=getattr(dtype, "_np", dtype))


def zeros_like(x: Any) -> Any:
    """Zeros of the shape and dtype of ``x``."""
    return np.zeros(x.shape, x.dtype)[()]


def ones_like(x: Any) -> Any:
    """Ones of the shape and dtype of ``x``."""
    return np.ones(x.shape, x.dtype)[()]


def full_like(x: Any, value: Any) -> Any:
    """One value in the shape and dtype of ``x``."""
    return np.full(x.shape, value, x.dtype)[()]
