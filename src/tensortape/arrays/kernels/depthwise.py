"""Convolution in which each channel has filters of its own.

With single steps along the last spatial axis, a row of places and its channels are one run of
memory, so that one loop of NumPy's goes over a whole row instead of the channels of a place. A few
rows are taken at a time: what is computed of them stays in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.arrays.kernels.windows import window_slices

_ENOUGH = 1 << 15
"""Results of fewer elements are computed quicker place by place."""

_BLOCK = 1 << 15
"""Elements of the rows that are taken at a time."""


def in_rows(strides: Any, multiples: int, x: Any) -> bool:
    """Whether rows of places are runs of memory, and worth it."""
    single = strides[-1] == 1 and multiples == 1
    return single and x.size >= _ENOUGH and x.flags.c_contiguous


def rows(x: Any) -> Any:
    """``x`` with its last spatial axis and the channels as one axis, and with an axis of rows."""
    x = x.reshape(*x.shape[:-2], -1)
    return x[:, None] if x.ndim == 2 else x


def row_places(sizes: Any, w: Any, strides: Any, dilations: Any, channels: int) -> list[Any]:
    """For each place of the window: its filters, repeated along a row, and where it lies."""
    one = (1,) if len(sizes) == 1 else ()  # the axis of rows where there is none
    kernel = one + w.shape[:-2]
    filters = w.reshape(*kernel, channels)
    found = []
    slices = window_slices((*one, *sizes), kernel, (*one, *strides), (*one, *dilations))
    for place, (_, first, *middle, last) in slices:
        run = slice(last.start * channels, last.stop * channels)
        found.append((np.tile(filters[place], sizes[-1]), first, (*middle, run)))
    return found


def row_blocks(flat: Any) -> Iterator[tuple[int, int, int]]:
    """An example, and from which row to which one, for each block of rows of ``flat``."""
    step = max(1, _BLOCK // max(1, math.prod(flat.shape[2:])))
    for example in range(flat.shape[0]):
        for low in range(0, flat.shape[1], step):
            yield example, low, min(low + step, flat.shape[1])


def shifted(example: int, low: int, high: int, first: slice, rest: Any) -> Any:
    """What rows ``low`` to ``high`` of the result read of the input, for a place of the window."""
    start, step = first.start, first.step
    return (example, slice(start + low * step, start + (high - 1) * step + 1, step), *rest)


def conv(out: Any, x: Any, w: Any, sizes: Any, strides: Any, dilations: Any, channels: int) -> None:
    """Write the sums of products of the windows of padded ``x`` with the filters to ``out``.

    ``out`` holds zeros before.
    """
    kernel = w.shape[:-2]
    multiples = w.reshape(*kernel, channels, -1)
    if in_rows(strides, multiples.shape[-1], x):
        wide, flat = rows(x), rows(out)
        places = row_places(sizes, w, strides, dilations, channels)
        for example, low, high in row_blocks(flat):
            part = flat[example, low:high]
            product = part
            for filters, first, rest in places:
                np.multiply(wide[shifted(example, low, high, first, rest)], filters, out=product)
                if product is part:  # the first one, in the place of zeros
                    product = np.empty_like(part)
                else:
                    part += product
        return
    split = out.reshape(*out.shape[:-1], channels, -1)
    for place, at in window_slices(sizes, kernel, strides, dilations):
        split += x[at][..., None] * multiples[place]


def spread(
    out: Any, g: Any, w: Any, sizes: Any, strides: Any, dilations: Any, channels: int
) -> None:
    """Add to ``out`` what each window of it gave to ``g``."""
    kernel = w.shape[:-2]
    multiples = w.reshape(*kernel, channels, -1)
    if in_rows(strides, multiples.shape[-1], out):
        wide, flat = rows(out), rows(np.ascontiguousarray(g))
        places = row_places(sizes, w, strides, dilations, channels)
        for example, low, high in row_blocks(flat):
            part = flat[example, low:high]
            product = np.empty_like(part)
            for filters, first, rest in places:
                np.multiply(part, filters, out=product)
                wide[shifted(example, low, high, first, rest)] += product
        return
    split = g.reshape(*g.shape[:-1], channels, -1)
    for place, at in window_slices(sizes, kernel, strides, dilations):
        out[at] += (split * multiples[place]).sum(-1)


def filters(
    x: Any, g: Any, kernel: Any, sizes: Any, strides: Any, dilations: Any, channels: int
) -> Any:
    """The cotangent of the filters, ``(*kernel, channels, multiples)``."""
    multiples = g.shape[-1] // channels
    if in_rows(strides, multiples, x):
        return filters_by_rows(x, g, kernel, sizes, strides, dilations, channels)
    out = np.empty((*kernel, channels, multiples), x.dtype)
    split = g.reshape(-1, channels, multiples)
    for place, at in window_slices(sizes, kernel, strides, dilations):
        out[place] = np.einsum("nc,ncm->cm", x[at].reshape(-1, channels), split)
    return out


def filters_by_rows(
    x: Any, g: Any, kernel: Any, sizes: Any, strides: Any, dilations: Any, channels: int
) -> Any:
    """The same, products summed over rows first, over the places of a row last."""
    wide, flat = rows(x), rows(np.ascontiguousarray(g))
    shape = np.broadcast_to(x.dtype.type(0), (*kernel, channels, 1))
    places = row_places(sizes, shape, strides, dilations, channels)
    sums = np.zeros((len(places), flat.shape[-1]), x.dtype)
    axes = "abc"[: flat.ndim - 2] + "w"
    for example, low, high in row_blocks(flat):
        part = flat[example, low:high]
        for total, (_, first, rest) in zip(sums, places, strict=True):
            seen = wide[shifted(example, low, high, first, rest)]
            total += np.einsum(f"{axes},{axes}->w", seen, part)
    return sums.reshape(len(places), -1, channels).sum(1).reshape(*kernel, channels, 1)
