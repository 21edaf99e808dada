"""Maxima and sums of windows under XLA, as in ``arrays/eager/pooling.py``.

Each place of the window is a strided slice; XLA fuses them into one loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.arrays.eager.convolution import output_size, window_slices
from tensortape.xla.primitives.layout import setitem_zeros
from tensortape.xla.runtime import jnp, lax


def _sizes(x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    return [
        output_size(*one)
        for one in zip(x.shape[1:-1], kernel, strides, dilations, pads, strict=True)
    ]


def _lowest(dtype: Any) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def padded(x: Any, pads: Any, value: Any = 0) -> Any:
    """``x`` surrounded along its spatial axes; negative widths are cut."""
    x = jnp.asarray(x)
    widths = [(0, 0, 0), *[(int(b), int(a), 0) for b, a in pads], (0, 0, 0)]
    return lax.pad(x, jnp.asarray(value, x.dtype), widths)


def _inside(whole: Any, pads: Any) -> Any:
    """What is left of a padded array without its surroundings."""
    widths = [(0, 0, 0), *[(-int(b), -int(a), 0) for b, a in pads], (0, 0, 0)]
    return lax.pad(whole, jnp.zeros((), whole.dtype), widths)


def _whole(x_shape: Any, pads: Any) -> tuple[int, ...]:
    n, *size, c = x_shape
    return (n, *[s + b + a for s, (b, a) in zip(size, pads, strict=True)], c)


def window_max(
    x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
) -> Any:
    sizes = _sizes(x, kernel, strides, pads, dilations)
    whole = padded(x, pads, _lowest(x.dtype))
    best: Any = None
    for _, at in window_slices(sizes, kernel, strides, dilations):
        part = whole[at]
        best = part if best is None else _larger(best, part)
    return best


def _larger(x: Any, y: Any) -> Any:
    """The larger; of NaN and a number, the number."""
    if x.dtype.kind != "f":
        return jnp.maximum(x, y)
    return jnp.where((y > x) | jnp.isnan(x), y, x)


def _hits(
    x: Any, y: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool
) -> Iterator[Any]:
    whole = padded(x, pads, _lowest(x.dtype))
    free = jnp.ones(y.shape, bool)
    for _, at in window_slices(y.shape[1:-1], kernel, strides, dilations):
        hit = whole[at] == y
        if first:
            hit = hit & free
            free = free & ~hit
        yield at, hit


def window_max_grad(
    x: Any, y: Any, g: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
) -> Any:
    shape, total = _whole(x.shape, pads), None
    for at, hit in _hits(x, y, kernel, strides, pads, dilations, first):
        part = setitem_zeros(g * hit, at, shape)
        total = part if total is None else total + part
    return _inside(total, pads)


def window_max_pick(
    x: Any, y: Any, h: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
) -> Any:
    values, out = padded(h, pads), jnp.zeros(y.shape, h.dtype)
    for at, hit in _hits(x, y, kernel, strides, pads, dilations, first):
        out = out + values[at] * hit
    return out


def window_argmax(x: Any, y: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    place = jnp.zeros(y.shape, np.int64)
    for k, (_, hit) in enumerate(_hits(x, y, kernel, strides, pads, dilations, True)):
        place = place + k * hit
    *size, channels = x.shape[1:]
    flat: Any = 0
    offsets = jnp.unravel_index(place, tuple(kernel))
    for i, n in enumerate(size):
        starts = np.arange(place.shape[1 + i]) * strides[i] - pads[i][0]
        starts = starts.reshape((-1,) + (1,) * (len(size) - i))
        flat = flat * n + jnp.clip(starts + offsets[i] * dilations[i], 0, n - 1)
    return flat * channels + np.arange(channels)


def window_sum(x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    sizes = _sizes(x, kernel, strides, pads, dilations)
    whole, out = padded(x, pads), None
    for _, at in window_slices(sizes, kernel, strides, dilations):
        out = whole[at] if out is None else out + whole[at]
    return out


def window_spread(g: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, size: Any) -> Any:
    shape, total = _whole((g.shape[0], *size, g.shape[-1]), pads), None
    for _, at in window_slices(g.shape[1:-1], kernel, strides, dilations):
        part = setitem_zeros(g, at, shape)
        total = part if total is None else total + part
    return _inside(total, pads)
