"""Rules of convolutions and pooling, which treat each example (first axis) alike.

What is linear in the examples takes the batch as so many more of them. The filter's cotangent is a
product of ``g`` with the windows of ``x``, so it is written as the Einstein sum that it is, and
ties of ``g`` to examples, places and channels become blocks of the result.
"""

from __future__ import annotations

import math
from typing import Any

from tensortape.arrays.batched.layout import lead, tied_to
from tensortape.arrays.batched.value import Batched, rule
from tensortape.arrays.eager.convolution import output_size, window_slices


def more_examples(ns: Any, name: str, x: Batched, *args: Any) -> Batched:
    """A primitive on examples, with the batch joined to their axis; a tie to that axis stays."""
    x = ns.stored(name, x, tied_to(x, range(1, len(x.shape))))
    sizes = lead(ns, x)
    count = math.prod(sizes) * x.shape[0]
    y = getattr(ns.base, name)(ns.base.reshape(x.data, (count, *x.shape[1:])), *args)
    return Batched(ns, ns.base.reshape(y, (*sizes, x.shape[0], *tuple(y.shape)[1:])), x.ties)


def windows(ns: Any, x: Any, strides: Any, pads: Any, dilations: Any, kernel: Any) -> Any:
    """The windows of ``x``: ``(n, *places, math.prod(kernel), channels)``."""
    if any(map(any, pads)):
        x = ns.pad(x, ((0, 0), *[tuple(p) for p in pads], (0, 0)))
    sizes = [
        output_size(size, k, s, d, (0, 0))
        for size, k, s, d in zip(tuple(x.shape)[1:-1], kernel, strides, dilations, strict=True)
    ]
    places = window_slices(sizes, kernel, strides, dilations)
    return ns.stack([ns.getitem(x, at) for _, at in places], len(sizes) + 1)


def grouped(ns: Any, x: Any, groups: int) -> Any:
    """``x`` with its channels split into groups."""
    *rest, channels = tuple(x.shape)
    return ns.reshape(x, (*rest, groups, channels // groups))


@rule
def conv(ns: Any, x: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int = 1) -> Any:
    """Convolution: of a batch of inputs, or with a batch of filters."""
    if type(w) is not Batched:
        if type(x) is not Batched:
            return ns.base.conv(x, w, strides, pads, dilations, groups)
        return more_examples(ns, "conv", x, w, strides, pads, dilations, groups)
    *kernel, channels, outputs = w.shape
    if negative(pads):
        return ns.looped("conv", x, w, strides, pads, dilations, groups)
    parts = grouped(ns, windows(ns, x, strides, pads, dilations, kernel), groups)
    filters = ns.reshape(w, (math.prod(kernel), channels, groups, outputs // groups))
    places = "tuv"[: len(kernel)]
    y = ns.einsum(f"n{places}kgc,kcgo->n{places}go", parts, filters)
    return ns.reshape(y, (*y.shape[:-2], outputs))


def negative(pads: Any) -> bool:
    """Whether some widths cut instead of padding."""
    return any(width < 0 for pair in pads for width in pair)


@rule
def conv_input_grad(
    ns: Any, g: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int, size: Any
) -> Any:
    """The input's cotangent for a batch of cotangents."""
    if type(w) is Batched or type(g) is not Batched:
        return ns.looped("conv_input_grad", g, w, strides, pads, dilations, groups, size)
    return more_examples(ns, "conv_input_grad", g, w, strides, pads, dilations, groups, size)


@rule
def conv_filter_grad(
    ns: Any, x: Any, g: Any, strides: Any, pads: Any, dilations: Any, groups: int, kernel: Any
) -> Any:
    """The filter's cotangent: windows times cotangents, summed over examples and places."""
    if negative(pads) or not (type(x) is Batched or type(g) is Batched):
        return ns.looped("conv_filter_grad", x, g, strides, pads, dilations, groups, kernel)
    places = "tuv"[: len(kernel)]
    parts, outputs = windows(ns, x, strides, pads, dilations, kernel), tuple(g.shape)[-1]
    channels = tuple(x.shape)[-1] // groups
    if groups == 1:
        w = ns.einsum(f"n{places}kc,n{places}o->kco", parts, g)
    else:
        split = grouped(ns, parts, groups), grouped(ns, g, groups)
        w = ns.einsum(f"n{places}kgc,n{places}go->kcgo", *split)
    return ns.reshape(w, (*kernel, channels, outputs))


@rule
def window_sum(ns: Any, x: Any, kernel: Any, strides: Any, pads: Any, dilations: Any) -> Any:
    """Sums of windows of a batch of inputs."""
    if type(x) is not Batched:
        return ns.base.window_sum(x, kernel, strides, pads, dilations)
    return more_examples(ns, "window_sum", x, kernel, strides, pads, dilations)


@rule
def window_spread(
    ns: Any, g: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, size: Any
) -> Any:
    """The transpose of ``window_sum`` for a batch of cotangents."""
    if type(g) is not Batched:
        return ns.base.window_spread(g, kernel, strides, pads, dilations, size)
    return more_examples(ns, "window_spread", g, kernel, strides, pads, dilations, size)


@rule
def window_max_grad(ns: Any, x: Any, y: Any, g: Any, *geometry: Any) -> Any:
    """The cotangent of pooled inputs for a batch of cotangents."""
    if type(g) is not Batched or type(x) is Batched or type(y) is Batched:
        return ns.looped("window_max_grad", x, y, g, *geometry)
    g = ns.stored("window_max_grad", g, tied_to(g, range(1, len(g.shape))))
    sizes = lead(ns, g)
    wide = [repeated(ns, v, math.prod(sizes)) for v in (x, y)]
    examples = (math.prod(sizes) * g.shape[0], *g.shape[1:])
    d = ns.base.window_max_grad(*wide, ns.base.reshape(g.data, examples), *geometry)
    return Batched(ns, ns.base.reshape(d, sizes + tuple(x.shape)), g.ties)


def repeated(ns: Any, x: Any, count: int) -> Any:
    """The examples of ``x``, ``count`` times."""
    shape = tuple(x.shape)
    if count == 1:
        return x
    wide = ns.base.broadcast_to(x, (count, *shape))
    return ns.base.reshape(wide, (count * shape[0], *shape[1:]))
