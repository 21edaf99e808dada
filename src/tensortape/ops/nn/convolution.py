"""Convolution: three operations that are each other's derivatives."""

from __future__ import annotations

from typing import Any

from tensortape.core.op import Op, op
from tensortape.ops.nn.windows import invalid, pads_of

ONE = (1, 1)
PLAIN: dict[str, Any] = {"strides": ONE, "padding": "SAME", "dilations": ONE, "groups": 1}
GROUPED: dict[str, Any] = {"strides": (2, 1), "padding": "VALID", "dilations": ONE, "groups": 2}


def check(type: str, input: Any, filters: Any, groups: int) -> None:
    """Refuse filters that do not fit the channels of the input."""
    rank = len(filters.shape) - 2
    if input.ndim != rank + 2:
        raise invalid(
            type, f"convolution input must be {rank + 2}-dimensional: {list(input.shape)}"
        )
    if input.shape[-1] != filters.shape[-2] * groups:
        raise invalid(
            type,
            f"input depth must be evenly divisible by filter depth: {input.shape[-1]} vs "
            f"{filters.shape[-2]}",
        )
    if groups > 1 and filters.shape[-1] % groups:
        raise invalid(
            type,
            f"output depth must be evenly divisible by number of groups: {filters.shape[-1]} vs "
            f"{groups}",
        )


def forward(
    type: str, xp: Any, x: Any, w: Any, strides: Any, padding: Any, dilations: Any, groups: int
) -> Any:
    """The convolution of ``x`` with filters ``w``."""
    check(type, x, w, groups)
    size, kernel = tuple(x.shape)[1:-1], tuple(w.shape)[:-2]
    pads = pads_of(padding, size, kernel, strides, dilations, type)
    return xp.conv(x, w, strides, pads, dilations, groups)


def pads_for(size: Any, kernel: Any, attrs: dict[str, Any]) -> Any:
    """The paddings of a convolution with these attributes."""
    return pads_of(attrs["padding"], size, kernel, attrs["strides"], attrs["dilations"], "Conv2D")


def to_input(xp: Any, g: Any, w: Any, size: Any, attrs: dict[str, Any]) -> Any:
    """The cotangent of the input."""
    pads = pads_for(size, tuple(w.shape)[:-2], attrs)
    return xp.conv_input_grad(
        g, w, attrs["strides"], pads, attrs["dilations"], attrs["groups"], size
    )


def to_filter(xp: Any, x: Any, g: Any, kernel: Any, attrs: dict[str, Any]) -> Any:
    """The cotangent of the filters."""
    pads = pads_for(tuple(x.shape)[1:-1], kernel, attrs)
    return xp.conv_filter_grad(
        x, g, attrs["strides"], pads, attrs["dilations"], attrs["groups"], kernel
    )


def rules(record: Op) -> None:
    """Give a convolution its derivatives."""

    @record.vjp(0)
    def _(xp, g, y, x, w, **attrs):
        return to_input(xp, g, w, tuple(x.shape)[1:-1], attrs)

    @record.vjp(1)
    def _(xp, g, y, x, w, **attrs):
        return to_filter(xp, x, g, tuple(w.shape)[:-2], attrs)

    @record.jvp
    def _(xp, tangents, y, x, w, **attrs):
        return product_rule(lambda a, b: record.kernel(xp, a, b, **attrs), tangents, x, w)


def product_rule(bilinear: Any, tangents: Any, a: Any, b: Any) -> Any:
    """The tangent of what is linear in both of two arguments."""
    first = None if tangents[0] is None else bilinear(tangents[0], b)
    second = None if tangents[1] is None else bilinear(a, tangents[1])
    if first is None or second is None:
        return second if first is None else first
    return first + second


@op("Conv2D", saves=("inputs",),
    samples=[(((1, 4, 3, 2), (2, 2, 2, 3)), PLAIN),
             (((2, 4, 3, 2), (2, 2, 1, 2)), GROUPED)])  # fmt: skip
def conv2d_op(xp, input, filter, *, strides, padding, dilations, groups):
    """Convolution over two spatial axes (one of them 1 long for ``conv1d``)."""
    return forward("Conv2D", xp, input, filter, strides, padding, dilations, groups)


@op("Conv3D", saves=("inputs",),
    samples=[(((1, 3, 2, 2, 2), (2, 1, 2, 2, 1)), PLAIN | {"strides": (1, 1, 2),
                                                          "dilations": (1, 1, 1)})])  # fmt: skip
def conv3d_op(xp, input, filter, *, strides, padding, dilations, groups):
    """Convolution over three spatial axes."""
    return forward("Conv3D", xp, input, filter, strides, padding, dilations, groups)


@op("DepthwiseConv2dNative", saves=("inputs",),
    samples=[(((2, 3, 3, 2), (2, 2, 1, 4)), PLAIN | {"groups": 2,
                                                  "padding": ((1, 0), (0, 2))})])  # fmt: skip
def depthwise_op(xp, input, filter, *, strides, padding, dilations, groups):
    """Convolution of each channel with filters of its own."""
    return forward("DepthwiseConv2dNative", xp, input, filter, strides, padding, dilations, groups)


for _record in (conv2d_op, conv3d_op, depthwise_op):
    rules(_record)


@op("Conv", primitive="conv", saves=("inputs",),
    samples=[(((1, 4, 4, 1), (2, 2, 1, 2)), {"strides": ONE, "pads": ((0, 1), (0, 0)),
                                          "dilations": (2, 1)})])  # fmt: skip
def conv_op(xp, x, w, *, strides, pads, dilations, groups=1):
    """Convolution with given paddings, as derivatives use it."""
    return xp.conv(x, w, strides, pads, dilations, groups)


@conv_op.vjp(0)
def _(xp, g, y, x, w, *, strides, pads, dilations, groups):
    return xp.conv_input_grad(g, w, strides, pads, dilations, groups, tuple(x.shape)[1:-1])


@conv_op.vjp(1)
def _(xp, g, y, x, w, *, strides, pads, dilations, groups):
    return xp.conv_filter_grad(x, g, strides, pads, dilations, groups, tuple(w.shape)[:-2])


@op("Conv2DBackpropInput", primitive="conv_input_grad", saves=("inputs",),
    samples=[(((1, 2, 2, 3), (2, 2, 2, 3)), {"strides": (2, 2), "dilations": ONE,
                                             "pads": ((0, 0), (1, 0)),
                                             "groups": 1, "size": (4, 3)})])  # fmt: skip
def conv_input_grad(xp, g, w, *, strides, pads, dilations, groups, size):
    """The transpose of convolution with respect to its input: transposed convolution."""
    return xp.conv_input_grad(g, w, strides, pads, dilations, groups, size)


@conv_input_grad.vjp(0)
def _(xp, h, y, g, w, *, strides, pads, dilations, groups, size):
    return xp.conv(h, w, strides, pads, dilations, groups)


@conv_input_grad.vjp(1)
def _(xp, h, y, g, w, *, strides, pads, dilations, groups, size):
    return xp.conv_filter_grad(h, g, strides, pads, dilations, groups, tuple(w.shape)[:-2])


@op("Conv2DBackpropFilter", primitive="conv_filter_grad", saves=("inputs",),
    samples=[(((2, 3, 3, 2), (2, 2, 2, 3)), {"strides": ONE, "dilations": ONE,
                                             "pads": ((0, 0), (0, 0)),
                                             "groups": 1, "kernel": (2, 2)})])  # fmt: skip
def conv_filter_grad(xp, x, g, *, strides, pads, dilations, groups, kernel):
    """The transpose of convolution with respect to its filters."""
    return xp.conv_filter_grad(x, g, strides, pads, dilations, groups, kernel)


@conv_filter_grad.vjp(0)
def _(xp, h, y, x, g, *, strides, pads, dilations, groups, kernel):
    return xp.conv_input_grad(g, h, strides, pads, dilations, groups, tuple(x.shape)[1:-1])


@conv_filter_grad.vjp(1)
def _(xp, h, y, x, g, *, strides, pads, dilations, groups, kernel):
    return xp.conv(x, h, strides, pads, dilations, groups)


for _record in (conv_op, conv_input_grad, conv_filter_grad):

    @_record.jvp
    def _(xp, tangents, y, a, b, _kernel=_record.kernel, **attrs):
        return product_rule(lambda p, q: _kernel(xp, p, q, **attrs), tangents, a, b)
