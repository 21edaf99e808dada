"""Maxima and sums of windows, and what their derivatives need.

Layout: ``(n, *size, channels)``; ``pads`` has (before, after) for each spatial axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.convolution import interior, output_size, padded, window_slices

POOLING = "window_max window_argmax window_max_grad window_max_pick window_sum window_spread"


def _sizes(x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    return [
        output_size(*one)
        for one in zip(x.shape[1:-1], kernel, strides, dilations, pads, strict=True)
    ]


def _lowest(dtype: Any) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def window_max(
    x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
) -> Any:
    """The largest element of each window, NaN left out; ``first`` matters to derivatives only."""
    n = x.shape[0]
    if n > 1 and x.strides[0] == 0:  # all examples are the same one
        one = window_max(x[:1], kernel, strides, pads, dilations)
        return np.broadcast_to(one, (n, *one.shape[1:]))
    sizes = _sizes(x, kernel, strides, pads, dilations)
    whole = padded(x, pads, _lowest(x.dtype))
    parts = [whole[at] for _, at in window_slices(sizes, kernel, strides, dilations)]
    best = parts[0].copy()
    for part in parts[1:]:
        np.fmax(best, part, out=best)
    return best


def window_hits(
    x: Any, y: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool
) -> Any:
    """For each place of the window: its slices, and where it holds the largest element ``y``.

    With ``first``, of several places that do only the first counts.
    """
    whole = padded(x, pads, _lowest(x.dtype))
    free = np.ones(y.shape, bool)
    for _, at in window_slices(y.shape[1:-1], kernel, strides, dilations):
        hit = whole[at] == y
        if first:
            hit &= free
            free &= ~hit
        yield at, hit


def window_max_grad(
    x: Any, y: Any, g: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
) -> Any:
    """The cotangent of ``x`` for a cotangent ``g`` of the largest elements ``y``."""
    widths = zip(x.shape[1:-1], pads, strict=True)
    out = np.zeros((x.shape[0], *[n + sum(pad) for n, pad in widths], x.shape[-1]), g.dtype)
    for at, hit in window_hits(x, y, kernel, strides, pads, dilations, first):
        out[at] += g * hit
    return out[interior(x.shape[1:-1], pads)]


def window_max_pick(
    x: Any, y: Any, h: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
) -> Any:
    """The elements of ``h`` where ``x`` has its largest ones: the transpose of their cotangent."""
    values, out = padded(h, pads), np.zeros(y.shape, h.dtype)
    for at, hit in window_hits(x, y, kernel, strides, pads, dilations, first):
        out += values[at] * hit
    return out


def window_argmax(x: Any, y: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """Where in its flattened example the (first) largest element of each window lies."""
    place = np.zeros(y.shape, np.int64)
    hits = window_hits(x, y, kernel, strides, pads, dilations, True)
    for k, (_, hit) in enumerate(hits):
        place += k * hit
    return _positions(place, x.shape, kernel, strides, pads, dilations)


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
