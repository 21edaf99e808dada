"""The public convolutions."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.shaping import expand_dims, reshape, squeeze
from tensortape.ops.linalg.matrices import check_pair
from tensortape.ops.nn.convolution import conv2d_op, conv3d_op
from tensortape.ops.nn.windows import (
    channels_last,
    from_last,
    invalid,
    padding_attribute,
    per_axis,
    positive,
    to_last,
)

TYPES = {1: "Conv2D", 2: "Conv2D", 3: "Conv3D"}


def operands(type: str, input: Any, filters: Any, rank: int) -> tuple[Any, Any]:
    """Input and filters as tensors of one dtype and of enough axes."""
    input = tensor(input)
    filters = convert_to_tensor(filters, dtype_hint=input.dtype)
    check_pair(type, input, filters)
    if not (input.dtype.is_floating or input.dtype is dtypes.int32):
        raise invalid(
            type,
            f"Value for attr 'T' of {input.dtype.name} is not in the list of allowed values: half, "
            "bfloat16, float, double, int32",
        )
    if 0 in filters.shape[:-1]:
        raise invalid(
            type,
            f"filter must not have zero elements (all dimensions non-zero): {list(filters.shape)}",
        )
    if filters.shape.rank != rank + 2:
        raise invalid(
            type, f"convolution filter must be {rank + 2}-dimensional: {list(filters.shape)}"
        )
    if input.shape.rank < rank + 2:
        raise invalid(
            type, f"convolution input must be {rank + 2}-dimensional: {list(input.shape)}"
        )
    return input, filters


def convolved(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
    rank: int,
) -> Any:
    """What the public convolutions share; leading axes beyond the batch are part of it."""
    type = TYPES[rank]
    input, filters = operands(type, input, filters, rank)
    last = channels_last(data_format, rank, type)
    channel_at = rank + 1 if last else 1
    attrs = {
        "strides": positive(
            per_axis(strides, rank, "strides", channel_at, type), "Row and column strides", type
        ),
        "padding": padding_attribute(padding, rank, channel_at, type),
        "dilations": positive(
            per_axis(dilations, rank, "dilations", channel_at, type), "Dilated rates", type
        ),
    }
    lead = input.shape[: input.shape.rank - rank - 1]
    if lead.rank > 1:
        input = reshape(input, [-1, *input.shape[-rank - 1 :]])
    x = to_last(input, last)
    depth, each = x.shape[-1], filters.shape[-2]
    if depth is None or not each or depth % each:
        raise invalid(
            type, f"input depth must be evenly divisible by filter depth: {depth} vs {each}"
        )
    y = from_last(run(x, filters, attrs | {"groups": depth // each}, rank), last)
    return reshape(y, [*lead, *y.shape[1:]]) if lead.rank > 1 else y


def run(x: Any, filters: Any, attrs: dict[str, Any], rank: int) -> Any:
    """The convolution, with the operation TensorFlow uses for so many spatial axes."""
    if rank != 1:
        return execute(conv2d_op if rank == 2 else conv3d_op, (x, filters), attrs)
    padding = attrs["padding"]
    wide = {
        "strides": (1, *attrs["strides"]),
        "padding": padding if isinstance(padding, str) else ((0, 0), *padding),
        "dilations": (1, *attrs["dilations"]),
        "groups": attrs["groups"],
    }
    return squeeze(execute(conv2d_op, (expand_dims(x, 1), expand_dims(filters, 0)), wide), [1])


@export("nn.conv1d")
def conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution (cross-correlation) over one spatial axis.

    >>> import tensortape as tf
    >>> x = tf.reshape([1.0, 2.0, 4.0], [1, 3, 1])
    >>> tf.reshape(tf.nn.conv1d(x, tf.ones([2, 1, 1]), 1, "VALID"), [-1]).numpy()
    array([3., 6.], dtype=float32)

    ``input``: ``[batch, width, channels]`` (``"NWC"``) or ``[batch, channels, width]`` (``"NCW"``);
    ``filters``: ``[width, channels, outputs]``. Otherwise as ``tf.nn.conv2d``.
    Source: ``tf.nn.conv1d``.
    """
    return convolved(input, filters, stride, padding, data_format, dilations, 1)


@export("nn.conv2d")
def conv2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution (cross-correlation) over two spatial axes.

    >>> import tensortape as tf
    >>> tf.nn.conv2d(tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1]), 1, "VALID")[0, :, :, 0].numpy()
    array([[4., 4.],
           [4., 4.]], dtype=float32)

    Args:
        input: floating or int32 tensor ``[batch, height, width, channels]``; more leading axes are
            part of the batch.
        filters: tensor ``[height, width, channels / groups, outputs]`` of the same dtype. Fewer
            channels than ``input`` has mean a convolution in groups.
        strides: steps of the window: one int, one for each spatial axis, or one for each axis.
        padding: ``"VALID"`` (none), ``"SAME"`` (as many outputs as steps), or (before, after) for
            each axis.
        data_format: ``"NHWC"`` or ``"NCHW"`` (channels second).
        dilations: distances of the elements of a window, given as ``strides``.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit or another padding,
    ``ValueError`` for a wrong number of strides. Source: ``tf.nn.conv2d``.
    """
    return convolved(input, filters, strides, padding, data_format, dilations, 2)


@export("nn.conv3d")
def conv3d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution (cross-correlation) over three spatial axes.

    >>> import tensortape as tf
    >>> x, filters = tf.ones([1, 2, 2, 2, 1]), tf.ones([2, 2, 2, 1, 1])
    >>> tf.nn.conv3d(x, filters, [1, 1, 1, 1, 1], "VALID").numpy().item()
    8.0

    ``input``: ``[batch, depth, height, width, channels]`` or ``"NCDHW"``; ``strides`` and
    ``dilations``: five ints. Otherwise as ``tf.nn.conv2d``. Source: ``tf.nn.conv3d``.
    """
    for what, value in (("strides", strides), ("dilations", dilations)):
        if isinstance(value, int):
            raise TypeError(f"Expected list for '{what}' argument to 'conv3d' Op, not {value}.")
        if value is not None and len(value) < 5:
            raise invalid(
                "Conv3D", f"Length for attr '{what}' of {len(value)} must be at least minimum 5"
            )
    if not isinstance(padding, str):
        raise TypeError(f"Expected string for argument 'padding' not {padding}.")
    return convolved(input, filters, strides, padding, data_format, dilations, 3)


@export("nn.convolution")
def convolution(
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution over as many spatial axes as ``filters`` has (1 to 3).

    >>> import tensortape as tf
    >>> tf.nn.convolution(tf.ones([1, 3, 1]), tf.ones([2, 1, 1])).shape
    TensorShape([1, 2, 1])

    Arguments as for ``tf.nn.conv2d``; strides and dilations may not both be greater than 1.
    Raises ``ValueError`` for that and for other ranks. Source: ``tf.nn.convolution``.
    """
    filters = tensor(filters)
    rank = filters.shape.rank - 2
    if rank not in TYPES:
        raise ValueError(
            f"`num_spatial_dims` must be 1, 2, or 3. Received: num_spatial_dims={rank}."
        )
    check_steps(strides, dilations, rank)
    return convolved(input, filters, strides, padding, data_format, dilations, rank)


def check_steps(strides: Any, dilations: Any, rank: int) -> None:
    """Refuse steps together with dilated windows, as TensorFlow does."""
    steps, rates = (per_axis(v, rank, "strides", rank + 1, "Conv2D") for v in (strides, dilations))
    if max(steps) > 1 and max(rates) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={list(steps)} and dilation_rate={list(rates)}"
        )


@export("nn.atrous_conv2d")
def atrous_conv2d(
    value: Any, filters: Any, rate: Any, padding: Any, name: str | None = None
) -> Any:
    """Convolution whose windows take every ``rate``-th element: ``tf.nn.conv2d`` with dilations.

    >>> import tensortape as tf
    >>> tf.nn.atrous_conv2d(tf.ones([1, 5, 5, 1]), tf.ones([2, 2, 1, 1]), 2, "VALID").shape
    TensorShape([1, 3, 3, 1])

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.nn.atrous_conv2d``.
    """
    return convolved(value, filters, 1, padding, None, rate, 2)
