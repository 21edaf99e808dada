"""Transposed convolutions: the derivative of convolution as a function of its own."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.eager.convolution import output_size
from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.nn.conv import operands
from tensortape.ops.nn.convolution import conv_input_grad
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


def transposed(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
    rank: int,
) -> Any:
    """What the public transposed convolutions share."""
    type = "Conv3DBackpropInputV2" if rank == 3 else "Conv2DBackpropInput"
    input, filters = operands(type, input, filters, rank)
    last = channels_last(data_format, rank, type)
    at = rank + 1 if last else 1
    steps = positive(per_axis(strides, rank, "strides", at, type), "Row and column strides", type)
    rates = positive(per_axis(dilations, rank, "dilations", at, type), "Dilated rates", type)
    wanted = shape_of(output_shape)
    size = spatial(wanted, rank, last)
    kernel = tuple(filters.shape[:-2])
    pads = pads_of(padding_attribute(padding, rank, at, type), size, kernel, steps, rates, type)
    x = to_last(input, last)
    check(type, x, filters, wanted, at, (size, kernel, steps, rates, pads))
    attrs = {"strides": steps, "pads": pads, "dilations": rates, "groups": 1, "size": size}
    return from_last(execute(conv_input_grad, (x, filters), attrs), last)


def spatial(shape: tuple[int, ...], rank: int, last: bool) -> tuple[int, ...]:
    """The spatial part of the shape of a result."""
    if len(shape) == rank:
        return shape
    if len(shape) != rank + 2:
        raise ValueError(
            f"`output_shape` must have {rank} or {rank + 2} elements. Received: {list(shape)}"
        )
    return shape[1:-1] if last else shape[2:]


def check(type: str, x: Any, filters: Any, wanted: Any, channel_at: int, geometry: Any) -> None:
    """Refuse shapes that convolution of the result would not give back."""
    if x.shape[-1] != filters.shape[-1]:
        raise invalid(
            type,
            f"filter and out_backprop must have the same out_depth: {filters.shape[-1]} vs "
            f"{x.shape[-1]}",
        )
    if len(wanted) == x.shape.rank and wanted[channel_at] != filters.shape[-2]:
        raise invalid(
            type,
            f"input depth must be evenly divisible by filter depth: {wanted[channel_at]} vs "
            f"{filters.shape[-2]}",
        )
    if len(wanted) == x.shape.rank and x.shape[0] not in (None, wanted[0]):
        raise invalid(
            type,
            f"input and out_backprop must have the same batch size: {wanted[0]} vs {x.shape[0]}",
        )
    for i, (actual, *one) in enumerate(zip(x.shape[1:-1], *geometry, strict=True)):
        computed = output_size(*one)
        if actual is not None and actual != computed:
            raise invalid(
                type,
                f"Size of out_backprop doesn't match computed: actual = {actual}, computed = "
                f"{computed} spatial_dim: {i + 1} input: {one[0]} filter: {one[1]} "
                f"stride: {one[2]} dilation: {one[3]}",
            )


@export("nn.conv1d_transpose")
def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The transpose of ``tf.nn.conv1d``; ``filters``: ``[width, outputs, channels]``.

    >>> import tensortape as tf
    >>> y = tf.nn.conv1d_transpose(tf.ones([1, 2, 1]), tf.ones([2, 1, 1]), [1, 4, 1], 2)
    >>> tf.reshape(y, [-1]).numpy()
    array([1., 1., 1., 1.], dtype=float32)

    Arguments and errors as for ``tf.nn.conv2d_transpose``. Source: ``tf.nn.conv1d_transpose``.
    """
    return transposed(input, filters, output_shape, strides, padding, data_format, dilations, 1)


@export("nn.conv2d_transpose")
def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The transpose of ``tf.nn.conv2d``: each input element adds its filter to the output.

    >>> import tensortape as tf
    >>> x, w = tf.ones([1, 2, 2, 1]), tf.ones([2, 2, 1, 1])
    >>> tf.nn.conv2d_transpose(x, w, [1, 3, 3, 1], 1, "VALID")[0, :, :, 0].numpy()
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]], dtype=float32)

    Args:
        input: tensor ``[batch, height, width, channels]``.
        filters: tensor ``[height, width, outputs, channels]``.
        output_shape: shape of the result, whose convolution would have the shape of ``input``.
        strides, padding, data_format, dilations: of that convolution, see ``tf.nn.conv2d``.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.nn.conv2d_transpose``.
    """
    return transposed(input, filters, output_shape, strides, padding, data_format, dilations, 2)


@export("nn.conv3d_transpose")
def conv3d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The transpose of ``tf.nn.conv3d``.

    ``filters`` has the shape ``[depth, height, width, outputs, channels]``.

    Arguments and errors as for ``tf.nn.conv2d_transpose``. Source: ``tf.nn.conv3d_transpose``.
    """
    return transposed(input, filters, output_shape, strides, padding, data_format, dilations, 3)


@export("nn.conv_transpose")
def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The transpose of ``tf.nn.convolution``, over as many spatial axes as ``filters`` has.

    Arguments and errors as for ``tf.nn.conv2d_transpose``. Source: ``tf.nn.conv_transpose``.
    """
    filters = tensor(filters)
    rank = filters.shape.rank - 2
    if rank not in (1, 2, 3):
        raise ValueError(
            f"`output_shape` must be of length 3, 4 or 5. Received: output_shape={output_shape}"
        )
    return transposed(input, filters, output_shape, strides, padding, data_format, dilations, rank)


@export("nn.atrous_conv2d_transpose")
def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: Any, padding: Any, name: str | None = None
) -> Any:
    """The transpose of ``tf.nn.atrous_conv2d``.

    Arguments and errors as for ``tf.nn.conv2d_transpose``.
    Source: ``tf.nn.atrous_conv2d_transpose``.
    """
    return transposed(value, filters, output_shape, 1, padding, None, rate, 2)
