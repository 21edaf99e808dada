"""Reductions of many short rows or columns, in fewer and longer loops than NumPy's.

NumPy starts a loop for each row, or adds row after row. A sum is the product with ones as well, and
the BLAS adds several numbers at once: two to seven times faster for every size that was measured,
with errors of the same order. The largest numbers of short rows are found column by column.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.blas import one_thread

_add: Any = np.add.reduce

FEWEST = 256
"""Elements from which it is worth the preparations."""

ALONE = 8192
"""Elements up to which BLAS libraries start no threads for a matrix and a vector."""

SHORT, MANY = 16, 64
"""Rows of so many elements, at most, and so many of them, at least."""


class Arrangement(NamedTuple):
    """An array as a matrix whose rows are added up (``leading``), or the numbers in each row."""

    leading: bool
    rows: int
    columns: int
    shape: tuple[int, ...]


@functools.lru_cache(4096)
def arrangement(shape: tuple[int, ...], axis: Any, keepdims: bool, char: str) -> Arrangement | None:
    """How to reduce over the first axes or the last ones; ``None`` for others, all, or dtypes."""
    if char not in "fd" or type(axis) is not tuple or not 0 < len(axis) < len(shape):
        return None
    first, rank = sorted(axis), len(shape)
    leading = first == list(range(len(axis)))
    if math.prod(shape) < FEWEST or not (leading or first == list(range(rank - len(axis), rank))):
        return None
    cut = len(axis) if leading else rank - len(axis)
    rest = shape[cut:] if leading else shape[:cut]
    ones = (1,) * len(axis)
    kept = ones + rest if leading else rest + ones
    rows = math.prod(shape[:cut])
    return Arrangement(leading, rows, math.prod(shape[cut:]), kept if keepdims else rest)


@functools.lru_cache(256)
def ones(count: int, char: str) -> Any:
    """A vector of ones that nobody changes."""
    vector = np.ones(count, char)
    vector.flags.writeable = False
    return vector


def arranged_sum(x: Any, way: Arrangement, out: Any = None) -> Any:
    """The sum of an array that is arranged as ``way``; one in another order is copied."""
    leading, rows, columns, shape = way
    flat = x.reshape(rows, columns)
    place = None if out is None else out.reshape(-1)
    guarded = x.size > ALONE
    if guarded:
        one_thread.enter()
    try:
        if leading:
            total = ones(rows, x.dtype.char).dot(flat, place)
        else:
            total = flat.dot(ones(columns, x.dtype.char), place)
    finally:
        if guarded:
            one_thread.leave()
    return total.reshape(shape) if out is None else out


def sum_along(x: Any, axis: Any, keepdims: bool, out: Any = None) -> Any:
    """The sum of ``x`` along a tuple of axes, whichever way is the quickest."""
    if x.size >= FEWEST and (x.flags.c_contiguous or 0 not in x.strides):
        way = arrangement(x.shape, axis, keepdims, x.dtype.char)
        if way is not None:
            return arranged_sum(x, way, out)
    return _add(x, axis, x.dtype, out, keepdims)


def of_short_rows(x: Any, axis: Any) -> bool:
    """Whether a maximum or minimum is one of many short rows, next to each other in memory."""
    if axis != (x.ndim - 1,) or x.ndim < 2 or x.dtype.kind not in "fiu":
        return False
    short = x.shape[-1]
    return 1 < short <= SHORT and x.size >= MANY * short and x.flags.c_contiguous


def extreme_of_short_rows(reduce: Any, x: Any, keepdims: bool) -> Any:
    """``reduce`` (of ``np.maximum`` or ``np.minimum``) along the last axis."""
    columns = np.ascontiguousarray(x.reshape(-1, x.shape[-1]).T)
    return reduce(columns, 0).reshape(x.shape[:-1] + (1,) * keepdims)
