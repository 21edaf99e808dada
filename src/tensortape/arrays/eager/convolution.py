"""Convolution and its two transposes, over one to three spatial axes.

``conv`` is linear in its input and in its filter; with a cotangent ``g`` it is one trilinear form,
of which ``conv_input_grad`` and ``conv_filter_grad`` are the other two readings. So derivatives of
any order are made of these three.

Layout: inputs ``(n, *size, channels)``, filters ``(*kernel, channels / groups, outputs)``.
``pads`` has (before, after) for each spatial axis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.kernels import depthwise, few_channels, unfolded
from tensortape.arrays.kernels.windows import window_slices
from tensortape.arrays.shared_product import multiply

CONVOLUTION = "conv conv_input_grad conv_filter_grad"

_CHUNK = 1 << 23
"""Most elements of the unfolded input that are held at once."""


def output_size(size: int, kernel: int, stride: int, dilation: int, pad: tuple[int, int]) -> int:
    """How often a window fits: the quotient is cut towards zero, as in TensorFlow."""
    room = size + sum(pad) - (kernel - 1) * dilation - 1 + stride
    return room // stride if room >= 0 else -(-room // stride)


def padded(x: Any, pads: Any, value: Any = 0) -> Any:
    """``x`` surrounded along its spatial axes; negative widths are cut."""
    if not any(map(any, pads)):
        return x
    n, *size, c = x.shape
    shape = [before + s + after for s, (before, after) in zip(size, pads, strict=True)]
    out = np.full((n, *shape, c), value, x.dtype)
    out[interior(size, pads)] = x
    return out


def interior(size: Any, pads: Any) -> Any:
    """Where the input lies in the padded one."""
    return (slice(None), *[slice(b, b + n) for n, (b, _) in zip(size, pads, strict=True)])


def _unfolded(x: Any, sizes: Any, kernel: Any, strides: Any, dilations: Any) -> Any:
    """A view ``(n, *sizes, *kernel, channels)`` of padded ``x``."""
    n, *_, c = x.shape
    steps = x.strides
    inner = steps[1:-1]
    return np.lib.stride_tricks.as_strided(
        x,
        (n, *sizes, *kernel, c),
        (
            steps[0],
            *[a * s for a, s in zip(inner, strides, strict=True)],
            *[a * d for a, d in zip(inner, dilations, strict=True)],
            steps[-1],
        ),
        writeable=False,
    )


def _matrix(windows: Any, groups: int, rank: int) -> Any:
    """Windows as a stack of matrices ``(groups, places, window * channels / groups)``."""
    n = math.prod(windows.shape[: rank + 1])
    kernel, c = math.prod(windows.shape[rank + 1 : -1]), windows.shape[-1]
    if groups == 1:
        return windows.reshape(1, n, kernel * c)
    split = windows.reshape(n, kernel, groups, c // groups)
    return split.transpose(2, 0, 1, 3).reshape(groups, n, -1)


def _filters(w: Any, groups: int) -> Any:
    """Filters as a stack of matrices ``(groups, window * channels, outputs / groups)``."""
    outputs = w.shape[-1]
    return w.reshape(-1, groups, outputs // groups).transpose(1, 0, 2)


def _rows(g: Any, groups: int) -> Any:
    """Outputs as a stack of matrices ``(groups, places, outputs / groups)``."""
    return g.reshape(-1, groups, g.shape[-1] // groups).transpose(1, 0, 2)


def _parts(n: int, each: int) -> Any:
    """The batch in pieces, of which the unfolded input is not too large."""
    step = max(1, _CHUNK // max(each, 1))
    return [slice(i, i + step) for i in range(0, n, step)]


def _wide(*arrays: Any) -> Any:
    """Half precision is computed in single precision."""
    return [a.astype(np.float32) if a.dtype == np.float16 else a for a in arrays]


def conv(x: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int = 1) -> Any:
    """Sums of products of the windows of ``x`` with the filters."""
    dtype, n = x.dtype, x.shape[0]
    if n > 1 and x.strides[0] == 0:  # all examples are the same one
        one = conv(x[:1], w, strides, pads, dilations, groups)
        return np.broadcast_to(one, (n, *one.shape[1:]))
    x, w = _wide(x, w)
    kernel = w.shape[:-2]
    sizes = output_sizes(x.shape[1:-1], kernel, strides, pads, dilations)
    x = padded(x, pads)
    out = np.zeros((n, *sizes, w.shape[-1]), x.dtype)
    if not out.size or not w.size:
        return out.astype(dtype, copy=False)
    if groups > 1 and w.shape[-2] == 1:
        depthwise.conv(out, x, w, sizes, strides, dilations, groups)
        return out.astype(dtype, copy=False)
    windows = _unfolded(x, sizes, kernel, strides, dilations)
    if groups == 1:
        unfolded.product(out, windows, w.reshape(-1, w.shape[-1]))
        return out.astype(dtype, copy=False)
    filters = _filters(w, groups)
    for part in _parts(n, windows[:1].size):
        product = multiply(_matrix(windows[part], groups, len(sizes)), filters)
        out[part] = product.transpose(1, 0, 2).reshape(out[part].shape)
    return out.astype(dtype, copy=False)


def output_sizes(size: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """The spatial sizes of a convolution's result."""
    return [output_size(*one) for one in zip(size, kernel, strides, dilations, pads, strict=True)]


def conv_input_grad(
    g: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int, size: Any
) -> Any:
    """The cotangent of the input (of spatial shape ``size``), from that of the result."""
    dtype, n = g.dtype, g.shape[0]
    if n > 1 and g.strides[0] == 0:
        one = conv_input_grad(g[:1], w, strides, pads, dilations, groups, size)
        return np.broadcast_to(one, (n, *one.shape[1:]))
    g, w = _wide(g, w)
    kernel, sizes = w.shape[:-2], g.shape[1:-1]
    whole = [before + s + after for s, (before, after) in zip(size, pads, strict=True)]
    channels = w.shape[-2] * groups
    out = np.zeros((n, *whole, channels), g.dtype)
    if g.size and w.size:
        spread_windows(out, g, w, kernel, sizes, strides, dilations, groups)
    return out[interior(size, pads)].astype(dtype, copy=False)


def side_by_side(out: Any, sizes: Any, kernel: Any) -> bool:
    """Whether windows that do not overlap fill ``out``."""
    whole = all(n == s * k for n, s, k in zip(out.shape[1:-1], sizes, kernel, strict=True))
    return whole and out.flags.c_contiguous


def tiles(out: Any, g: Any, w: Any, sizes: Any, kernel: Any) -> None:
    """Write what each window gave to ``g`` where windows lie side by side."""
    rank, c = len(kernel), out.shape[-1]
    matrix = w.reshape(-1, w.shape[-1]).T
    pairs = [n for pair in zip(sizes, kernel, strict=True) for n in pair]
    order = [0, *[axis for i in range(rank) for axis in (1 + i, 1 + rank + i)], 2 * rank + 1]
    for part in _parts(len(g), math.prod(sizes) * math.prod(kernel) * c):
        columns = np.matmul(g[part].reshape(-1, g.shape[-1]), matrix)
        columns = columns.reshape(-1, *sizes, *kernel, c)
        out[part].reshape(-1, *pairs, c)[...] = columns.transpose(order)


def spread_windows(
    out: Any, g: Any, w: Any, kernel: Any, sizes: Any, strides: Any, dilations: Any, groups: int
) -> None:
    """Add to ``out`` what each window of it gave to ``g``."""
    n, channels = g.shape[0], out.shape[-1]
    if groups > 1 and w.shape[-2] == 1:
        depthwise.spread(out, g, w, sizes, strides, dilations, groups)
        return
    if groups == 1 and tuple(kernel) == tuple(strides) and side_by_side(out, sizes, kernel):
        tiles(out, g, w, sizes, kernel)
        return
    if groups == 1 and few_channels.worth(channels, g.size):
        few_channels.spread(out, g, w, sizes, strides, dilations)
        return
    filters = _filters(w, groups).transpose(0, 2, 1)
    window = math.prod(kernel) * channels
    for part in _parts(n, math.prod(sizes) * window):
        columns = multiply(_rows(g[part], groups), filters)
        columns = columns.reshape(groups, -1, math.prod(kernel), channels // groups)
        target = out[part]
        for k, (_, at) in enumerate(window_slices(sizes, kernel, strides, dilations)):
            target[at] += columns[:, :, k].transpose(1, 0, 2).reshape(-1, *sizes, channels)


def conv_filter_grad(
    x: Any, g: Any, strides: Any, pads: Any, dilations: Any, groups: int, kernel: Any
) -> Any:
    """The cotangent of the filter (of spatial shape ``kernel``), from that of the result."""
    dtype, n = x.dtype, x.shape[0]
    x, g = _wide(x, g)
    sizes, outputs = g.shape[1:-1], g.shape[-1]
    x = padded(x, pads)
    shape = (*kernel, x.shape[-1] // groups, outputs)
    if not x.size or not g.size:
        return np.zeros(shape, dtype)
    if groups > 1 and shape[-2] == 1:
        out = depthwise.filters(x, g, kernel, sizes, strides, dilations, groups)
        return out.reshape(shape).astype(dtype, copy=False)
    windows = _unfolded(x, sizes, kernel, strides, dilations)
    if groups == 1:
        return unfolded.transposed_product(windows, g).reshape(shape).astype(dtype, copy=False)
    total: Any = 0
    for part in _parts(n, windows[:1].size):
        matrix = _matrix(windows[part], groups, len(sizes))
        total = total + multiply(matrix.transpose(0, 2, 1), _rows(g[part], groups))
    return total.transpose(1, 0, 2).reshape(shape).astype(dtype, copy=False)
