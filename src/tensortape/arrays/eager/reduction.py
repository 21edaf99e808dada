"""Primitives that reduce or accumulate along axes, and those that order elements.

Axes are ``None`` or tuples of non-negative ints for reductions, one non-negative int elsewhere;
the operations normalise them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.sums import (
    FEWEST,
    extreme_of_short_rows,
    of_short_rows,
    ones,
    sum_along,
)

REDUCTION = "sum prod max min any all"
INDEX = "argmax argmin"
SCAN = "cumsum cumprod cumulative_logsumexp"
SORTING = "sort argsort top_k"

FEW = 8
"""Numbers of float64 up to which NumPy adds one after the other, as the BLAS does; of float32 that
adds in float64."""

_add: Any = np.add.reduce
_multiply: Any = np.multiply.reduce
_maximum: Any = np.maximum.reduce
_minimum: Any = np.minimum.reduce
_either: Any = np.logical_or.reduce
_both: Any = np.logical_and.reduce


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum along axes, in the dtype of ``x``."""
    if x.size < FEWEST or axis is None:
        small = 0 < x.size < FEW and x.ndim == 1 and x.dtype.char == "d"
        if small and axis is None and not keepdims:
            return x.dot(ones(x.size, x.dtype.char))  # the same additions in half the time
        return _add(x, axis, x.dtype, None, keepdims)
    return sum_along(x, axis, keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Product along axes, in the dtype of ``x``."""
    return _multiply(x, axis, x.dtype, None, keepdims)


def extreme(dtype: Any, low: bool) -> Any:
    """The lowest or highest value of a dtype: what the maximum or minimum of nothing is."""
    if dtype.kind == "f":
        return -np.inf if low else np.inf
    info = np.iinfo(dtype)
    return info.min if low else info.max


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Largest element along axes; of nothing the lowest value."""
    if x.size >= FEWEST and of_short_rows(x, axis):
        return extreme_of_short_rows(_maximum, x, keepdims)
    if x.size:
        return _maximum(x, axis, None, None, keepdims)
    return _maximum(x, axis, None, None, keepdims, extreme(x.dtype, True))


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Smallest element along axes; of nothing the highest value."""
    if x.size >= FEWEST and of_short_rows(x, axis):
        return extreme_of_short_rows(_minimum, x, keepdims)
    if x.size:
        return _minimum(x, axis, None, None, keepdims)
    return _minimum(x, axis, None, None, keepdims, extreme(x.dtype, False))


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether some element along axes is true."""
    return _either(x, axis, None, None, keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all elements along axes are true."""
    return _both(x, axis, None, None, keepdims)


def _without_nan(x: Any, instead: float) -> Any:
    """NaN never wins: TensorFlow compares with ``>`` and ``<``, which NaN fails."""
    return np.where(np.isnan(x), instead, x) if x.dtype.kind == "f" and np.isnan(x).any() else x


def argmax(x: Any, axis: int) -> Any:
    """Index of the first largest element along an axis."""
    return np.argmax(_without_nan(x, -np.inf), axis)


def argmin(x: Any, axis: int) -> Any:
    """Index of the first smallest element along an axis."""
    return np.argmin(_without_nan(x, np.inf), axis)


def _scan(function: Any, x: Any, axis: int, exclusive: bool, reverse: bool, start: Any) -> Any:
    """Accumulate along ``axis``; exclusive leaves the element out; reverse runs backwards."""
    if reverse:
        x = np.flip(x, axis)
    if exclusive:
        x = x[(slice(None),) * axis + (slice(None, -1),)]
        out = function(x, axis)
        edge = [(0, 0)] * x.ndim
        edge[axis] = (1, 0)
        out = np.pad(out, edge, constant_values=start)
    else:
        out = function(x, axis)
    return np.flip(out, axis) if reverse else out


def cumsum(x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    """Cumulative sum along an axis."""
    if not x.size:
        return x
    return _scan(lambda a, i: np.add.accumulate(a, i, a.dtype), x, axis, exclusive, reverse, 0)


def cumprod(x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    """Cumulative product along an axis."""
    if not x.size:
        return x
    return _scan(lambda a, i: np.multiply.accumulate(a, i, a.dtype), x, axis, exclusive, reverse, 1)


def cumulative_logsumexp(x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    """Logarithm of the cumulative sum of exponentials, without overflow."""
    if not x.size:
        return x
    return _scan(np.logaddexp.accumulate, x, axis, exclusive, reverse, -np.inf)


def _order(x: Any, descending: bool) -> Any:
    """Keys that sort ascending as ``x`` should be sorted."""
    if not descending:
        return x
    if x.dtype.kind == "u":
        return np.iinfo(x.dtype).max - x
    return ~x if x.dtype.kind == "i" else -x


def argsort(x: Any, axis: int, descending: bool = False) -> Any:
    """Indices that sort along ``axis``; equal elements keep their order."""
    return np.argsort(_order(x, descending), axis, kind="stable")


def sort(x: Any, axis: int, descending: bool = False) -> Any:
    """``x`` sorted along an axis."""
    out = np.sort(x, axis)
    return np.flip(out, axis) if descending else out


def top_k(x: Any, k: int) -> Any:
    """The ``k`` largest elements along the last axis, largest first, and their int32 indices."""
    indices = _few_largest(x, k) if 0 < 4 * k <= x.shape[-1] and x.size else None
    if indices is None:
        indices = np.argsort(_order(x, True), -1, kind="stable")[..., :k]
    return np.take_along_axis(x, indices, -1), indices.astype(np.int32)


def _few_largest(x: Any, k: int) -> Any:
    """The positions of the ``k`` largest elements without sorting all; ``None`` where some tie."""
    n = x.shape[-1]
    least = np.partition(x, n - k, -1)[..., n - k, None]
    chosen = x >= least
    if not (np.add.reduce(chosen, -1, np.intp) == k).all():
        return None  # equal elements (the first ones count), or NaN
    found = np.flatnonzero(chosen).reshape(*x.shape[:-1], k) % n
    order = np.argsort(_order(np.take_along_axis(x, found, -1), True), -1, kind="stable")
    return np.take_along_axis(found, order, -1)
