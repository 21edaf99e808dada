"""Convolutions of each channel by itself, and those followed by a mix of the channels."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.shaping import reshape
from tensortape.ops.nn.conv import convolved, operands
from tensortape.ops.nn.convolution import conv_filter_grad, conv_input_grad, depthwise_op
from tensortape.ops.nn.windows import (
    channels_last,
    from_last,
    invalid,
    padding_attribute,
    pads_of,
    per_axis,
    positive,
    shape_of,
    to_last,
)

TYPE = "DepthwiseConv2dNative"


def steps_of(strides: Any, padding: Any, dilations: Any, last: bool) -> dict[str, Any]:
    """The attributes of a depthwise convolution."""
    at = 3 if last else 1
    if isinstance(strides, int):
        raise TypeError(
            f"Expected list for 'strides' argument to 'depthwise_conv2d_native' Op, not {strides}."
        )
    steps = positive(per_axis(strides, 2, "strides", at, TYPE), "strides", TYPE)
    rates = positive(per_axis(dilations, 2, "dilations", at, TYPE), "dilations", TYPE)
    if steps[0] != steps[1]:
        raise invalid(
            TYPE,
            "Current implementation only supports equal length strides in the row and column "
            f"dimensions. Received: strides={list(strides)}",
        )
    if max(rates) > 1 and max(steps) > 1:
        raise NotImplementedError(
            "Strides and dilations greater than 1 together are not implemented (TensorFlow's "
            "results "
            f"do not follow the definition). Received: strides={list(steps)}, "
            f"dilations={list(rates)}"
        )
    return {
        "strides": steps,
        "padding": padding_attribute(padding, 2, at, TYPE),
        "dilations": rates,
    }


def grouped(filters: Any) -> Any:
    """Filters ``[h, w, channels, multiplier]`` as those of a convolution in ``channels`` groups."""
    h, w, channels, multiplier = filters.shape
    return reshape(filters, [h, w, 1, channels * multiplier])


@export("nn.depthwise_conv2d")
def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of each channel with ``multiplier`` filters of its own.

    >>> import tensortape as tf
    >>> x, filters = tf.ones([1, 2, 2, 3]), tf.ones([2, 2, 3, 1])
    >>> tf.nn.depthwise_conv2d(x, filters, [1, 1, 1, 1], "VALID").numpy()
    array([[[[4., 4., 4.]]]], dtype=float32)

    Args:
        input: tensor ``[batch, height, width, channels]``.
        filter: tensor ``[height, width, channels, multiplier]``.
        strides: four ints, the two in the middle equal.
        padding, data_format, dilations: see ``tf.nn.conv2d``.
        name: ignored.

    Returns a tensor with ``channels * multiplier`` channels. Raises
    ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.nn.depthwise_conv2d``.
    """
    input, filter = operands(TYPE, input, filter, 2)
    last = channels_last(data_format, 2, TYPE)
    x = to_last(input, last)
    check_depth(x.shape[-1], filter.shape[-2])
    attrs = steps_of(strides, padding, dilations, last) | {"groups": filter.shape[-2]}
    return from_last(execute(depthwise_op, (x, grouped(filter)), attrs), last)


def check_depth(channels: Any, expected: Any) -> None:
    """Refuse filters for another number of channels."""
    if channels is not None and channels != expected:
        raise invalid(TYPE, f"input and filter must have the same depth: {channels} vs {expected}")


@export("nn.depthwise_conv2d_backprop_input")
def depthwise_conv2d_backprop_input(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The cotangent of the input of ``tf.nn.depthwise_conv2d`` for that of its result.

    ``input_sizes`` is the shape of the input. Source: ``tf.nn.depthwise_conv2d_backprop_input``.
    """
    g, filter = operands(TYPE, out_backprop, filter, 2)
    last = channels_last(data_format, 2, TYPE)
    wanted = shape_of(input_sizes)
    size = wanted[1:-1] if last else wanted[2:]
    attrs = steps_of(strides, padding, dilations, last)
    kernel = tuple(filter.shape[:2])
    pads = pads_of(attrs.pop("padding"), size, kernel, attrs["strides"], attrs["dilations"], TYPE)
    attrs |= {"pads": pads, "groups": filter.shape[-2], "size": size}
    return from_last(execute(conv_input_grad, (to_last(g, last), grouped(filter)), attrs), last)


@export("nn.depthwise_conv2d_backprop_filter")
def depthwise_conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The cotangent of the filter of ``tf.nn.depthwise_conv2d`` for that of its result.

    ``filter_sizes`` is the shape of the filter. Source: ``tf.nn.depthwise_conv2d_backprop_filter``.
    """
    last = channels_last(data_format, 2, TYPE)
    x, g = to_last(tensor(input), last), to_last(tensor(out_backprop), last)
    wanted = shape_of(filter_sizes)
    check_depth(x.shape[-1], wanted[2])
    attrs = steps_of(strides, padding, dilations, last)
    size, kernel = tuple(x.shape[1:-1]), wanted[:2]
    pads = pads_of(attrs.pop("padding"), size, kernel, attrs["strides"], attrs["dilations"], TYPE)
    attrs |= {"pads": pads, "groups": wanted[2], "kernel": kernel}
    return reshape(execute(conv_filter_grad, (x, g), attrs), wanted)


@export("nn.separable_conv2d")
def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """A depthwise convolution, and one with 1 by 1 windows that mixes its channels.

    >>> import tensortape as tf
    >>> x, depthwise = tf.ones([1, 2, 2, 3]), tf.ones([2, 2, 3, 1])
    >>> y = tf.nn.separable_conv2d(x, depthwise, tf.ones([1, 1, 3, 1]), [1, 1, 1, 1], "VALID")
    >>> y.numpy().item()
    12.0

    ``pointwise_filter``: ``[1, 1, channels * multiplier, outputs]``; the rest as for
    ``tf.nn.depthwise_conv2d``. Raises ``ValueError`` for other pointwise filters.
    Source: ``tf.nn.separable_conv2d``.
    """
    pointwise = tensor(pointwise_filter)
    if pointwise.shape.rank != 4 or tuple(pointwise.shape[:2]) != (1, 1):
        raise ValueError(
            "`pointwise_filter` must have shape [1, 1, channels, outputs], received "
            f"{pointwise.shape}"
        )
    depthwise = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return convolved(depthwise, pointwise, 1, "VALID", data_format, None, 2)
