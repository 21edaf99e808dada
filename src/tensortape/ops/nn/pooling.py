"""Maxima and means of windows as operations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core.op import op
from tensortape.ops.nn.windows import pads_of

SAMPLE: dict[str, Any] = {
    "kernel": (2, 2),
    "strides": (2, 1),
    "padding": "SAME",
    "dilations": (1, 1),
}
CUBE: dict[str, Any] = {
    "kernel": (2, 2, 1),
    "strides": (1, 1, 1),
    "padding": "SAME",
    "dilations": (1, 1, 1),
}
GEOMETRY = ("kernel", "strides", "pads", "dilations")
LINE: dict[str, Any] = {"kernel": (2,), "strides": (2,), "pads": ((0, 1),), "dilations": (1,)}


def pads_for(type: str, x: Any, kernel: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    """The paddings for an input."""
    return pads_of(padding, tuple(x.shape)[1:-1], kernel, strides, dilations, type)


@op("MaxPool", outputs=2, saves=("inputs", "outputs"), samples=[(((2, 4, 3, 2),), SAMPLE)])
def max_pool_op(xp, input, *, kernel, strides, padding, dilations):
    """The largest elements of windows, and where in its example each lies."""
    return xp.window_max(
        input,
        kernel,
        strides,
        pads_for("MaxPool", input, kernel, strides, padding, dilations),
        dilations,
    )


@op(
    "WindowMax",
    primitive="window_max",
    outputs=2,
    saves=("inputs", "outputs"),
    samples=[(((1, 4, 2),), LINE)],
)
def window_max(xp, x, *, kernel, strides, pads, dilations):
    """Max pooling with given paddings."""
    return xp.window_max(x, kernel, strides, pads, dilations)


for _op in (max_pool_op, window_max):

    @_op.vjp
    def _(xp, g, y, x, **attrs):
        return xp.window_max_grad(x, y[1], g[0])

    @_op.jvp
    def _(xp, tangents, y, x, **attrs):
        return picked(xp, tangents[0], y[1]), None


def picked(xp: Any, x: Any, positions: Any) -> Any:
    """The elements of each example at positions in it."""
    n, each = x.shape[0], math.prod(tuple(x.shape)[1:])
    flat = xp.take(xp.reshape(x, (n, each)), xp.reshape(positions, (n, -1)), 1, 1)
    return xp.reshape(flat, tuple(positions.shape))


@op("MaxPool3D", saves=("inputs", "outputs"), samples=[(((1, 2, 3, 2, 2),), CUBE)])
def max_pool3d_op(xp, input, *, kernel, strides, padding, dilations):
    """The largest elements of windows over three axes."""
    pads = pads_for("MaxPool3D", input, kernel, strides, padding, dilations)
    return xp.window_max(input, kernel, strides, pads, dilations)[0]


@max_pool3d_op.vjp
def _(xp, g, y, x, *, kernel, strides, padding, dilations):
    pads = pads_for("MaxPool3D", x, kernel, strides, padding, dilations)
    return xp.window_hits_grad(x, y, g, kernel, strides, pads, dilations)


@op("MaxPool3DGrad", primitive="window_hits_grad", saves=(0, 1),
    samples=[(((1, 4, 1), np.array([[[1.0], [0.5]]]), (1, 2, 1)), LINE, [2])])  # fmt: skip
def window_hits_grad(xp, x, y, g, *, kernel, strides, pads, dilations):
    """The cotangent of max pooling where each of several largest elements receives it."""
    return xp.window_hits_grad(x, y, g, kernel, strides, pads, dilations)


@window_hits_grad.vjp
def _(xp, h, z, x, y, g, **attrs):
    back = xp.window_hits_sum(x, y, h, *[attrs[k] for k in GEOMETRY])
    return xp.zeros_like(x), xp.zeros_like(y), back


@op("MaxPool3DGradGrad", primitive="window_hits_sum", saves=(0, 1),
    samples=[(((1, 4, 1), np.array([[[1.0], [0.5]]]), (1, 4, 1)), LINE, [2])])  # fmt: skip
def window_hits_sum(xp, x, y, h, *, kernel, strides, pads, dilations):
    """The sums over each window of what stands where it is largest."""
    return xp.window_hits_sum(x, y, h, kernel, strides, pads, dilations)


@window_hits_sum.vjp
def _(xp, g, z, x, y, h, **attrs):
    back = xp.window_hits_grad(x, y, g, *[attrs[k] for k in GEOMETRY])
    return xp.zeros_like(x), xp.zeros_like(y), back


@op("MaxPoolGrad", primitive="window_max_grad", saves=(0, 1),
    samples=[(((1, 4, 1), np.array([[[1], [3]]]), (1, 2, 1)), {})])  # fmt: skip
def max_pool_grad(xp, x, positions, g):
    """The cotangent of the input of max pooling: each value goes where the maximum came from."""
    return xp.window_max_grad(x, positions, g)


@max_pool_grad.vjp
def _(xp, h, y, x, positions, g):
    return xp.zeros_like(x), None, picked(xp, h, positions)


@max_pool_grad.jvp
def _(xp, tangents, y, x, positions, g):
    return None if tangents[2] is None else xp.window_max_grad(x, positions, tangents[2])


@op("WindowSum", primitive="window_sum", saves=(), samples=[(((1, 4, 2),), LINE)])
def window_sum(xp, x, *, kernel, strides, pads, dilations):
    """The sums of windows."""
    return xp.window_sum(x, kernel, strides, pads, dilations)


@window_sum.vjp
def _(xp, g, y, x, *, kernel, strides, pads, dilations):
    return xp.window_spread(g, kernel, strides, pads, dilations, tuple(x.shape)[1:-1])


@op(
    "WindowSpread",
    primitive="window_spread",
    saves=(),
    samples=[(((1, 2, 2),), LINE | {"size": (4,)})],
)
def window_spread(xp, g, *, kernel, strides, pads, dilations, size):
    """The transpose of summing windows."""
    return xp.window_spread(g, kernel, strides, pads, dilations, size)


@window_spread.vjp
def _(xp, h, y, g, *, kernel, strides, pads, dilations, size):
    return xp.window_sum(h, kernel, strides, pads, dilations)


def counts(size: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """How many elements each window holds, padding not counted; shape ``(1, *places, 1)``."""
    total: Any = 1
    for i, (n, k, s, (before, after), d) in enumerate(
        zip(size, kernel, strides, pads, dilations, strict=True)
    ):
        places = (n + before + after - (k - 1) * d - 1) // s + 1
        at = np.arange(max(places, 0))[:, None] * s - before + np.arange(k) * d
        held = ((at >= 0) & (at < n)).sum(1)
        total = total * held.reshape((1,) * (i + 1) + (-1,) + (1,) * (len(size) - i))
    return total


@op("AvgPool", saves=(), samples=[(((2, 4, 3, 2),), SAMPLE)])
def avg_pool_op(xp, value, *, kernel, strides, padding, dilations):
    """The means of windows; padding does not count."""
    pads = pads_for("AvgPool", value, kernel, strides, padding, dilations)
    size = tuple(value.shape)[1:-1]
    return xp.window_sum(value, kernel, strides, pads, dilations) * weights(
        value, size, kernel, strides, pads, dilations
    )


def weights(x: Any, *geometry: Any) -> Any:
    """What each element of a window counts, in the dtype of ``x``."""
    dtype = getattr(x.dtype, "_np", x.dtype)
    return (1 / counts(*geometry)).astype(dtype)


@avg_pool_op.vjp
def _(xp, g, y, x, *, kernel, strides, padding, dilations):
    pads = pads_for("AvgPool", x, kernel, strides, padding, dilations)
    size = tuple(x.shape)[1:-1]
    scaled = g * weights(g, size, kernel, strides, pads, dilations)
    return xp.window_spread(scaled, kernel, strides, pads, dilations, size)


@avg_pool_op.jvp
def _(xp, tangents, y, x, **attrs):
    return avg_pool_op.kernel(xp, tangents[0], **attrs)


for _op in (window_sum, window_spread):

    @_op.jvp
    def _(xp, tangents, y, x, _kernel=_op.kernel, **attrs):
        return _kernel(xp, tangents[0], **attrs)
