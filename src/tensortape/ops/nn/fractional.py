"""Fractional pooling as operations: windows between the bounds that sequences give."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.op import op
from tensortape.ops.random.arguments import reserve
from tensortape.ops.random.distributions import unit_float64
from tensortape.ops.random.permutation import permutation
from tensortape.ops.random.philox import blocks

ROWS, COLUMNS = np.array([0, 2, 3, 5]), np.array([0, 1, 3])
SAMPLES: Any = [(((2, 5, 3, 2), ROWS, COLUMNS), {"overlapping": o}, (0,)) for o in (False, True)]


def bounds_by_one_draw(stream: Any, size: int, count: int) -> Any:
    """Bounds at equal distances from a random start, rounded up."""
    step = size / count
    whole = size // count
    limit = min((whole + 2) / step - 1, (size + 1 - whole) / step - (count - 1))
    start = unit_float64(blocks(reserve(stream, 1), 1)).item(0) * limit
    inner = [int(np.ceil(step * (i + start))) - 1 for i in range(1, count)]
    return np.array([0, *inner, size], np.int64)


def bounds_by_shuffle(stream: Any, size: int, count: int) -> Any:
    """Bounds of short and long windows in a random order."""
    lengths = np.full(count, size // count, np.int64)
    lengths[: size % count] += 1
    order = permutation(reserve(stream, (count + 3) // 4), count)
    return np.concatenate([[0], np.cumsum(lengths[order])]).astype(np.int64)


@op("FractionalPoolingSequence", family="random",
    nondifferentiable="random numbers do not depend on the inputs")  # fmt: skip
def pooling_sequence(xp, *, size, count, pseudo_random, stream):
    """The ``count + 1`` bounds of windows over ``size`` elements."""
    make = bounds_by_one_draw if pseudo_random else bounds_by_shuffle
    return xp.sample_stream((), partial(make, stream, size, count), (count + 1,), dtypes.int64)


def longest(size: int, bounds: Any, overlapping: bool) -> int:
    """An upper bound of the length of the windows."""
    count = bounds.shape[0] - 1
    return -(-size // count) + 1 + overlapping


def places(xp: Any, size: int, bounds: Any, overlapping: bool) -> Any:
    """The elements of each window ``[windows, longest]``; short ones repeat their last."""
    ends = xp.expand_dims(bounds[1:], 1) - (0 if overlapping else 1)
    ends = xp.minimum(ends, np.int64(size - 1))
    offsets = np.arange(longest(size, bounds, overlapping))
    return xp.minimum(xp.expand_dims(bounds[:-1], 1) + offsets, ends)


def largest(xp: Any, x: Any, rows: Any, columns: Any, overlapping: bool) -> Any:
    """Where, in the flat ``x``, the first largest element of each window lies."""
    n, h, w, c = tuple(x.shape)
    down, across = places(xp, h, rows, overlapping), places(xp, w, columns, overlapping)
    (high, kh), (wide, kw) = tuple(down.shape), tuple(across.shape)
    grid = xp.reshape(down, (high, 1, kh, 1)) * w + xp.reshape(across, (1, wide, 1, kw))
    flat = xp.reshape(grid, (high * wide * kh * kw,))
    windows = xp.take(xp.reshape(x, (n, h * w, c)), flat, 1)
    at = xp.argmax(xp.reshape(windows, (n, high * wide, kh * kw, c)), 2)
    starts = np.arange(high * wide).reshape(1, -1, 1) * (kh * kw)
    spatial = xp.take(flat, at + starts, 0)
    images = np.arange(n).reshape(-1, 1, 1) * (h * w)
    return xp.reshape((spatial + images) * c + np.arange(c), (n, high, wide, c))


@op("FractionalMaxPool", saves=("inputs",), samples=SAMPLES)
def fractional_max_pool_op(xp, value, rows, columns, *, overlapping):
    """The largest element of each window."""
    return xp.take(xp.reshape(value, (-1,)), largest(xp, value, rows, columns, overlapping))


@fractional_max_pool_op.vjp(0)
def _(xp, g, y, x, rows, columns, *, overlapping):
    at = largest(xp, x, rows, columns, overlapping)
    flat = xp.scatter_add(at, g, (int(np.prod(x.shape)),))
    return xp.reshape(flat, tuple(x.shape))


@fractional_max_pool_op.jvp
def _(xp, tangents, y, x, rows, columns, *, overlapping):
    at = largest(xp, x, rows, columns, overlapping)
    return xp.take(xp.reshape(tangents[0], (-1,)), at)


def membership(xp: Any, x: Any, size: int, bounds: Any, overlapping: bool) -> tuple[Any, Any]:
    """Which elements belong to which window ``[windows, size]``, and how many to each."""
    at = np.arange(size)
    starts = xp.expand_dims(bounds[:-1], 1)
    ends = xp.expand_dims(bounds[1:], 1) + (1 if overlapping else 0)
    inside = xp.astype(xp.logical_and(starts <= at, ends > at), x.dtype)
    return inside, xp.sum(inside, (1,))


def divisors(xp: Any, x: Any, rows: Any, columns: Any, overlapping: bool) -> Any:
    """The two matrices of membership and the sizes of the windows."""
    _, h, w, _ = tuple(x.shape)
    down, high = membership(xp, x, h, rows, overlapping)
    across, wide = membership(xp, x, w, columns, overlapping)
    return down, across, xp.expand_dims(high, 1) * wide


@op("FractionalAvgPool", saves=(1, 2), samples=SAMPLES)
def fractional_avg_pool_op(xp, value, rows, columns, *, overlapping):
    """The mean of each window."""
    down, across, size = divisors(xp, value, rows, columns, overlapping)
    return xp.resample(value, down, across) / xp.expand_dims(size, 2)


@fractional_avg_pool_op.vjp(0)
def _(xp, g, y, x, rows, columns, *, overlapping):
    down, across, size = divisors(xp, x, rows, columns, overlapping)
    return xp.resample(g / xp.expand_dims(size, 2), xp.transpose(down), xp.transpose(across))


@fractional_avg_pool_op.jvp
def _(xp, tangents, y, x, rows, columns, *, overlapping):
    return fractional_avg_pool_op.kernel(xp, tangents[0], rows, columns, overlapping=overlapping)
