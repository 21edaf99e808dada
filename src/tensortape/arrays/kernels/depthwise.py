"""Convolution in which each channel has filters of its own.

With single steps along the last spatial axis, a row of places and its channels are one run of
memory, so that one loop of NumPy's goes over a whole row instead of the channels of a place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.kernels.windows import window_slices

_ENOUGH = 1 << 15
"""Results of fewer elements are computed quicker place by place."""


def in_rows(strides: Any, multiples: int, x: Any) -> bool:
    """Whether rows of places are runs of memory, and worth it."""
    single = strides[-1] == 1 and multiples == 1
    return single and x.size >= _ENOUGH and x.flags.c_contiguous


def rows(x: Any) -> Any:
    """``x`` with its last spatial axis and the channels as one axis."""
    return x.reshape(*x.shape[:-2], -1)


def run(at: Any, channels: int) -> Any:
    """The same places in an array of rows."""
    last = at[-1]
    return (*at[:-1], slice(last.start * channels, last.stop * channels))


def conv(out: Any, x: Any, w: Any, sizes: Any, strides: Any, dilations: Any, channels: int) -> None:
    """Add the sums of products of the windows of padded ``x`` with the filters to ``out``."""
    kernel = w.shape[:-2]
    multiples = w.reshape(*kernel, channels, -1)
    if in_rows(strides, multiples.shape[-1], x):
        wide, flat, product = rows(x), rows(out), np.empty_like(rows(out))
        for place, at in window_slices(sizes, kernel, strides, dilations):
            repeated = np.tile(multiples[place][:, 0], sizes[-1])
            np.multiply(wide[run(at, channels)], repeated, out=product)
            flat += product
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
        g = np.ascontiguousarray(g)
        wide, flat = rows(out), rows(g)
        for place, at in window_slices(sizes, kernel, strides, dilations):
            wide[run(at, channels)] += flat * np.tile(multiples[place][:, 0], sizes[-1])
        return
    split = g.reshape(*g.shape[:-1], channels, -1)
    for place, at in window_slices(sizes, kernel, strides, dilations):
        out[at] += (split * multiples[place]).sum(-1)


def filters(
    x: Any, g: Any, kernel: Any, sizes: Any, strides: Any, dilations: Any, channels: int
) -> Any:
    """The cotangent of the filters, ``(*kernel, channels, multiples)``."""
    multiples = g.shape[-1] // channels
    out = np.empty((*kernel, channels, multiples), x.dtype)
    split = g.reshape(-1, channels, multiples)
    for place, at in window_slices(sizes, kernel, strides, dilations):
        out[place] = np.einsum("nc,ncm->cm", x[at].reshape(-1, channels), split)
    return out
