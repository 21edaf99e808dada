"""Primitives that move elements or make arrays, as in ``arrays/eager/layout.py``."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tensortape.xla.runtime import is_traced, jnp, lax


def _kind(dtype: Any) -> Any:
    return np.dtype(getattr(dtype, "_np", dtype))


def reshape(x: Any, shape: Any) -> Any:
    return jnp.reshape(x, shape)


def expand_dims(x: Any, axis: Any) -> Any:
    shape = list(x.shape)
    shape.insert(axis, 1)
    return jnp.reshape(x, shape)


def concatenate(arrays: Any, axis: int = 0) -> Any:
    return jnp.concatenate(list(arrays), axis)


def stack(arrays: Any, axis: int = 0) -> Any:
    return jnp.stack(list(arrays), axis)


def flip(x: Any, axis: Any) -> Any:
    return lax.rev(jnp.asarray(x), tuple(axis))


def pad(x: Any, widths: Any, value: Any = 0) -> Any:
    x = jnp.asarray(x)
    return lax.pad(x, jnp.asarray(value, x.dtype), [(int(b), int(a), 0) for b, a in widths])


def getitem(x: Any, index: Any) -> Any:
    return jnp.asarray(x)[index]


def _axes_of(index: Any, ndim: int) -> list[Any]:
    """The entries of an index, the ellipsis written out as full slices."""
    used = sum(1 for entry in index if entry is not None and entry is not Ellipsis)
    full: list[Any] = [slice(None)] * (ndim - used)
    if any(entry is Ellipsis for entry in index):
        at = next(i for i, entry in enumerate(index) if entry is Ellipsis)
        return [*index[:at], *full, *index[at + 1 :]]
    return [*index, *full]


def setitem_zeros(g: Any, index: Any, shape: Any) -> Any:
    """Zeros of ``shape`` with ``g`` where ``getitem`` reads: padding, which XLA fuses."""
    g = jnp.asarray(g)
    index = index if isinstance(index, tuple) else (index,)
    widths, inner, backwards = [], [], []
    axes = (entry for entry in _axes_of(index, len(shape)) if entry is not None)
    for axis, (entry, size) in enumerate(zip(axes, shape, strict=True)):
        if not isinstance(entry, slice):
            at = operator.index(entry) % size
            places = range(at, at + 1)
        else:
            places = range(*entry.indices(size))
        if places.step < 0:
            backwards.append(axis)
            places = places[::-1]
        inner.append(len(places))
        last = places[-1] if places else -1
        first = places[0] if places else 0
        widths.append((first, size - 1 - last, places.step - 1))
    g = jnp.reshape(g, inner)
    g = lax.rev(g, tuple(backwards)) if backwards else g
    if 0 in inner:
        return jnp.zeros(shape, g.dtype)
    return lax.pad(g, jnp.zeros((), g.dtype), widths)


def sum_to(x: Any, shape: Any) -> Any:
    extra = x.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and x.shape[i + extra] != 1
    )
    return jnp.reshape(jnp.sum(x, axes, dtype=x.dtype) if axes else x, shape)


def astype(x: Any, dtype: Any) -> Any:
    kind = _kind(dtype)
    x = jnp.asarray(x)
    if x.dtype.kind == "c" and kind.kind not in "cb":
        x = jnp.real(x)
    if kind.kind == "u" and x.dtype.kind == "f":
        x = x.astype(np.int64)  # negative numbers wrap around, as conversions in C do
    return x.astype(kind)


def zeros(shape: Any, dtype: Any) -> Any:
    return jnp.zeros(shape, _kind(dtype))


def ones(shape: Any, dtype: Any) -> Any:
    return jnp.ones(shape, _kind(dtype))


def full(shape: Any, value: Any, dtype: Any) -> Any:
    value = value if is_traced(value) else np.asarray(value, _kind(dtype))
    return jnp.full(shape, value, _kind(dtype))


def arange(start: Any, stop: Any, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from ``start`` up to ``stop``, which are known: an array of NumPy."""
    return np.arange(start, stop, step, dtype=getattr(dtype, "_np", dtype))


def eye(rows: int, columns: int, dtype: Any) -> Any:
    return jnp.eye(rows, columns, dtype=_kind(dtype))
