"""Maxima and sums of windows, and what their derivatives need.

Layout: ``(n, *size, channels)``; ``pads`` has (before, after) for each spatial axis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.eager.convolution import interior, output_size, padded, window_slices

POOLING = "window_max window_max_grad window_sum window_spread"
HITS = "window_hits_grad window_hits_sum"


def _sizes(x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    return [
        output_size(*one)
        for one in zip(x.shape[1:-1], kernel, strides, dilations, pads, strict=True)
    ]


def _lowest(dtype: Any) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def window_max(x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """The largest element of each window (the first) and where in its example it lies."""
    n = x.shape[0]
    if n > 1 and x.strides[0] == 0:  # all examples are the same one
        return [
            np.broadcast_to(y, (n, *y.shape[1:]))
            for y in window_max(x[:1], kernel, strides, pads, dilations)
        ]
    sizes = _sizes(x, kernel, strides, pads, dilations)
    whole = padded(x, pads, _lowest(x.dtype))
    best = np.full((n, *sizes, x.shape[-1]), _lowest(x.dtype), x.dtype)
    place = np.zeros(best.shape, np.int64)
    for k, (_, at) in enumerate(window_slices(sizes, kernel, strides, dilations)):
        candidate = whole[at]
        better = candidate > best if k else np.ones(best.shape, bool)
        np.copyto(best, candidate, where=better)
        np.copyto(place, k, where=better)
    return best, _positions(place, x.shape, kernel, strides, pads, dilations)


def _positions(place: Any, shape: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """Places in windows as positions in the flattened example."""
    *size, channels = shape[1:]
    flat: Any = 0
    offsets = np.unravel_index(place, kernel)
    for i, n in enumerate(size):
        starts = np.arange(place.shape[1 + i]) * strides[i] - pads[i][0]
        starts = starts.reshape((-1,) + (1,) * (len(size) - i))
        flat = flat * n + np.clip(starts + offsets[i] * dilations[i], 0, n - 1)
    return flat * channels + np.arange(channels)


def window_max_grad(x: Any, positions: Any, g: Any) -> Any:
    """The cotangent of ``x`` for a cotangent of the largest elements."""
    n, each = x.shape[0], math.prod(x.shape[1:])
    out = np.zeros(n * each, g.dtype)
    flat = positions.reshape(n, -1) + np.arange(n)[:, None] * each
    np.add.at(out, flat.reshape(-1), g.reshape(-1))
    return out.reshape(x.shape)


def window_sum(x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """The sum of each window."""
    n = x.shape[0]
    if n > 1 and x.strides[0] == 0:
        one = window_sum(x[:1], kernel, strides, pads, dilations)
        return np.broadcast_to(one, (n, *one.shape[1:]))
    sizes = _sizes(x, kernel, strides, pads, dilations)
    whole = padded(x, pads)
    out = np.zeros((n, *sizes, x.shape[-1]), x.dtype)
    for _, at in window_slices(sizes, kernel, strides, dilations):
        out += whole[at]
    return out


def window_spread(g: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, size: Any) -> Any:
    """Each value added to all places of its window: the transpose of ``window_sum``."""
    whole = [before + s + after for s, (before, after) in zip(size, pads, strict=True)]
    out = np.zeros((g.shape[0], *whole, g.shape[-1]), g.dtype)
    for _, at in window_slices(g.shape[1:-1], kernel, strides, dilations):
        out[at] += g
    return out[interior(size, pads)]


def window_hits_grad(
    x: Any, y: Any, g: Any, kernel: Any, strides: Any, pads: Any, dilations: Any
) -> Any:
    """The cotangent of ``x`` if each element equal to the largest of a window receives ``g``."""
    whole = padded(x, pads, _lowest(x.dtype))
    out = np.zeros(whole.shape, g.dtype)
    for _, at in window_slices(y.shape[1:-1], kernel, strides, dilations):
        out[at] += np.where(whole[at] == y, g, 0)
    return out[interior(x.shape[1:-1], pads)]


def window_hits_sum(
    x: Any, y: Any, h: Any, kernel: Any, strides: Any, pads: Any, dilations: Any
) -> Any:
    """The sum of ``h`` over the elements of each window that equal its largest."""
    whole, values = padded(x, pads, _lowest(x.dtype)), padded(h, pads)
    out = np.zeros(y.shape, h.dtype)
    for _, at in window_slices(y.shape[1:-1], kernel, strides, dilations):
        out += np.where(whole[at] == y, values[at], 0)
    return out
