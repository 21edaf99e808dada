"""Maxima and means of windows as operations."""

from __future__ import annotations

import functools
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
GEOMETRY = ("kernel", "strides", "pads", "dilations", "first")
LINE: dict[str, Any] = {"kernel": (2,), "strides": (2,), "pads": ((0, 1),), "dilations": (1,)}
FLAT = (np.array([[[1.0], [1.0], [0.5], [2.0]]]), np.array([[[1.0], [2.0]]]))
TIES = [((*FLAT, (1, 2, 1)), LINE | {"first": f}, [2]) for f in (True, False)]
PICKED = [((*FLAT, (1, 4, 1)), LINE | {"first": f}, [2]) for f in (True, False)]


def pads_for(type: str, x: Any, kernel: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    """The paddings for an input."""
    return pads_of(padding, tuple(x.shape)[1:-1], kernel, strides, dilations, type)


@op("MaxPool", saves=("inputs", "outputs"), samples=[(((2, 4, 3, 2),), SAMPLE)])
def max_pool_op(xp, input, *, kernel, strides, padding, dilations, first=True):
    """The largest elements of windows; the gradient goes to the first of equal ones."""
    pads = pads_for("MaxPool", input, kernel, strides, padding, dilations)
    return xp.window_max(input, kernel, strides, pads, dilations, first)


@op("MaxPool3D", saves=("inputs", "outputs"), samples=[(((1, 2, 3, 2, 2),), CUBE)])
def max_pool3d_op(xp, input, *, kernel, strides, padding, dilations, first=False):
    """The largest elements of windows over three axes; each of equal ones receives the gradient."""
    pads = pads_for("MaxPool3D", input, kernel, strides, padding, dilations)
    return xp.window_max(input, kernel, strides, pads, dilations, first)


for _op in (max_pool_op, max_pool3d_op):

    @_op.vjp
    def _(xp, g, y, x, *, kernel, strides, padding, dilations, first):
        pads = pads_for("MaxPool", x, kernel, strides, padding, dilations)
        return xp.window_max_grad(x, y, g, kernel, strides, pads, dilations, first)

    @_op.jvp
    def _(xp, tangents, y, x, *, kernel, strides, padding, dilations, first):
        pads = pads_for("MaxPool", x, kernel, strides, padding, dilations)
        return xp.window_max_pick(x, y, tangents[0], kernel, strides, pads, dilations, first)


@op("MaxPoolWithArgmax", outputs=2, saves=("inputs", "outputs"),
    samples=[(((2, 4, 3, 2),), SAMPLE)])  # fmt: skip
def max_pool_with_argmax_op(xp, input, *, kernel, strides, padding, dilations):
    """The largest elements of windows, and where in its example each lies."""
    pads = pads_for("MaxPoolWithArgmax", input, kernel, strides, padding, dilations)
    largest = xp.window_max(input, kernel, strides, pads, dilations)
    return largest, xp.window_argmax(input, largest, kernel, strides, pads, dilations)


@max_pool_with_argmax_op.vjp
def _(xp, g, y, x, *, kernel, strides, padding, dilations):
    pads = pads_for("MaxPoolWithArgmax", x, kernel, strides, padding, dilations)
    return xp.window_max_grad(x, y[0], g[0], kernel, strides, pads, dilations)


@op("WindowArgmax", primitive="window_argmax", nondifferentiable="integer result")
def window_argmax(xp, x, y, *, kernel, strides, pads, dilations):
    """Where the largest elements of windows lie."""
    return xp.window_argmax(x, y, kernel, strides, pads, dilations)


@op("WindowMax", primitive="window_max", saves=("inputs", "outputs"),
    samples=[(((1, 4, 2),), LINE)])  # fmt: skip
def window_max(xp, x, *, kernel, strides, pads, dilations, first=True):
    """Max pooling with given paddings."""
    return xp.window_max(x, kernel, strides, pads, dilations, first)


@window_max.vjp
def _(xp, g, y, x, **attrs):
    return xp.window_max_grad(x, y, g, *[attrs[k] for k in GEOMETRY])


@op("MaxPoolGrad", primitive="window_max_grad", saves=(0, 1), samples=TIES)
def max_pool_grad(xp, x, y, g, *, kernel, strides, pads, dilations, first=True):
    """The cotangent of the input of max pooling: each value goes where the maximum came from."""
    return xp.window_max_grad(x, y, g, kernel, strides, pads, dilations, first)


@max_pool_grad.vjp
def _(xp, h, z, x, y, g, **attrs):
    back = xp.window_max_pick(x, y, h, *[attrs[k] for k in GEOMETRY])
    return xp.zeros_like(x), xp.zeros_like(y), back


@op("MaxPoolGradGrad", primitive="window_max_pick", saves=(0, 1), samples=PICKED)
def max_pool_pick(xp, x, y, h, *, kernel, strides, pads, dilations, first=True):
    """The elements that stand where another array has its largest ones."""
    return xp.window_max_pick(x, y, h, kernel, strides, pads, dilations, first)


@max_pool_pick.vjp
def _(xp, g, z, x, y, h, **attrs):
    back = xp.window_max_grad(x, y, g, *[attrs[k] for k in GEOMETRY])
    return xp.zeros_like(x), xp.zeros_like(y), back


for _op in (max_pool_grad, max_pool_pick):

    @_op.jvp
    def _(xp, tangents, z, x, y, g, _kernel=_op.kernel, **attrs):
        return None if tangents[2] is None else _kernel(xp, x, y, tangents[2], **attrs)


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
    return known_weights(np.dtype(getattr(x.dtype, "_np", x.dtype)), *geometry)


@functools.lru_cache(maxsize=64)
def known_weights(dtype: Any, *geometry: Any) -> Any:
    """The same, of a dtype of NumPy's; read-only."""
    found = (1 / counts(*geometry)).astype(dtype)
    found.flags.writeable = False
    return found


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
