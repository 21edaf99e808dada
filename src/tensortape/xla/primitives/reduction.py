"""Reductions, scans and orders under XLA, with the answers of ``arrays/eager/reduction.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.reduction import extreme
from tensortape.xla.runtime import jnp, lax


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if x.dtype == bool:
        return jnp.any(x, axis, keepdims=keepdims)
    return jnp.sum(x, axis, dtype=x.dtype, keepdims=keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if x.dtype == bool:
        return jnp.all(x, axis, keepdims=keepdims)
    return jnp.prod(x, axis, dtype=x.dtype, keepdims=keepdims)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if x.size or x.dtype.kind == "b":
        return jnp.max(x, axis, keepdims=keepdims)
    return jnp.max(x, axis, keepdims=keepdims, initial=extreme(x.dtype, True))


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if x.size or x.dtype.kind == "b":
        return jnp.min(x, axis, keepdims=keepdims)
    return jnp.min(x, axis, keepdims=keepdims, initial=extreme(x.dtype, False))


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return jnp.any(x, axis, keepdims=keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return jnp.all(x, axis, keepdims=keepdims)


def _without_nan(x: Any, instead: float) -> Any:
    return jnp.where(jnp.isnan(x), jnp.asarray(instead, x.dtype), x) if x.dtype.kind == "f" else x


def argmax(x: Any, axis: int) -> Any:
    return jnp.argmax(_without_nan(x, -np.inf), axis).astype(np.int64)


def argmin(x: Any, axis: int) -> Any:
    return jnp.argmin(_without_nan(x, np.inf), axis).astype(np.int64)


def _scan(function: Any, x: Any, axis: int, exclusive: bool, reverse: bool, start: Any) -> Any:
    if not x.size:
        return x
    x = jnp.asarray(x)
    if reverse:
        x = jnp.flip(x, axis)
    if exclusive:
        x = lax.slice_in_dim(x, 0, x.shape[axis] - 1, axis=axis)
        out = function(x, axis) if x.size else x
        edge = [(0, 0, 0)] * x.ndim
        edge[axis] = (1, 0, 0)
        out = lax.pad(out, jnp.asarray(start, out.dtype), edge)
    else:
        out = function(x, axis)
    return jnp.flip(out, axis) if reverse else out


def cumsum(x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    return _scan(lambda a, i: jnp.cumsum(a, i, a.dtype), x, axis, exclusive, reverse, 0)


def cumprod(x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    return _scan(lambda a, i: jnp.cumprod(a, i, a.dtype), x, axis, exclusive, reverse, 1)


def cumulative_logsumexp(x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    return _scan(lax.cumlogsumexp, x, axis, exclusive, reverse, -np.inf)


def _order(x: Any, descending: bool) -> Any:
    """Keys that sort ascending as ``x`` should be sorted."""
    if not descending:
        return x
    if x.dtype.kind == "u":
        return np.iinfo(x.dtype).max - x
    return ~x if x.dtype.kind in "ib" else -x


def argsort(x: Any, axis: int, descending: bool = False) -> Any:
    return jnp.argsort(_order(x, descending), axis, stable=True).astype(np.int64)


def sort(x: Any, axis: int, descending: bool = False) -> Any:
    out = jnp.sort(x, axis)
    return jnp.flip(out, axis) if descending else out


def top_k(x: Any, k: int) -> Any:
    indices = lax.top_k(jnp.asarray(_without_nan(x, -np.inf)), k)[1].astype(np.int32)
    return jnp.take_along_axis(jnp.asarray(x), indices, -1), indices
