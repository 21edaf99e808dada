"""The public pooling functions."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.recorded import recorded
from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import ints
from tensortape.ops.nn.pooling import (
    avg_pool_op,
    max_pool3d_op,
    max_pool_op,
    max_pool_with_argmax_op,
)
from tensortape.ops.nn.windows import (
    channels_last,
    from_last,
    invalid,
    padding_attribute,
    per_axis,
    positive,
    to_last,
)


def prepared(
    record: Any,
    input: Any,
    kernel: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
    rank: int,
) -> tuple[Any, dict[str, Any], bool]:
    """The input with its channels last, the attributes, and whether they were last."""
    type = record.type + ("3D" if rank == 3 else "")
    x = tensor(input)
    check_dtype(record, x)
    if x.shape.rank != rank + 2:
        raise invalid(
            type, f"tensor_in_shape must have {rank} spatial dimensions. {x.shape.rank} 0"
        )
    last = channels_last(data_format, rank, type)
    at = rank + 1 if last else 1
    window = per_axis(ints(kernel), rank, "ksize", at, type)
    if min(window) < 1:
        raise invalid(
            type, "Sliding window ksize must be positive. The specified or inferred ksize is: "
            f"{','.join(map(str, (1, *window, 1)))}"
        )  # fmt: skip
    if record is avg_pool_op and not isinstance(padding, str):
        raise TypeError(f"Expected string for argument 'padding' not {padding}.")
    attrs = {
        "kernel": window,
        "strides": positive(
            per_axis(strides, rank, "strides", at, type), "Sliding window strides", type
        ),
        "padding": padding_attribute(padding, rank, at, type),
        "dilations": positive(per_axis(dilations, rank, "dilations", at, type), "dilations", type),
    }
    check_padding(type, attrs["padding"], window)
    return to_last(x, last), attrs, last


def check_padding(type: str, padding: Any, window: tuple[int, ...]) -> None:
    """Refuse paddings in which a window could lie as a whole."""
    if isinstance(padding, str):
        return
    for (before, after), size in zip(padding, window, strict=True):
        if max(before, after) >= size:
            raise invalid(
                type,
                f"Padding {max(before, after)} needs to be smaller than the window size {size}",
            )


def check_dtype(record: Any, x: Any) -> None:
    """Refuse dtypes that have no mean, or no order."""
    if x.dtype.is_floating or (record is max_pool_op and x.dtype.is_integer):
        return
    raise invalid(
        record.type,
        f"Value for attr 'T' of {x.dtype.name} is not in the list of allowed values: half, "
        "bfloat16, float, double",
    )


def pooled(
    record: Any,
    input: Any,
    kernel: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
    rank: int,
) -> Any:
    """The largest or mean elements of windows."""
    x, attrs, last = prepared(record, input, kernel, strides, padding, data_format, dilations, rank)
    if record is max_pool_op and rank == 3:
        record = max_pool3d_op
    if record is not avg_pool_op:
        attrs["first"] = record is max_pool_op
    return from_last(execute(record, (x,), attrs), last)


def rank_of(input: Any) -> int:
    """How many spatial axes a value has that is to be pooled."""
    shape = tensor(input).shape
    if shape.rank not in (3, 4, 5):
        raise ValueError(
            f"`input.shape.rank` must be 3, 4 or 5. Received: input.shape={shape} of rank "
            f"{shape.rank}."
        )
    return shape.rank - 2


@export("nn.max_pool")
def max_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Any:
    """The largest element of each window, over 1 to 3 spatial axes.

    >>> import tensortape as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 4, 1])
    >>> tf.reshape(tf.nn.max_pool(x, 2, 2, "VALID"), [-1]).numpy()
    array([5., 3.], dtype=float32)

    Args:
        input: real tensor ``[batch, *spatial, channels]``.
        ksize: size of the window: one int, one for each spatial axis, or one for each axis.
        strides: steps of the window, given likewise.
        padding: ``"VALID"``, ``"SAME"`` or (before, after) for each axis.
        data_format: ``"NWC"``, ``"NHWC"``, ``"NDHWC"``, or with the ``C`` second.
        name: ignored.

    The gradient goes to the first of equal elements; over three spatial axes, to each of them.
    Raises ``tf.errors.InvalidArgumentError`` for windows or paddings that do not work,
    ``ValueError`` for other ranks. Source: ``tf.nn.max_pool``.
    """
    return pooled(max_pool_op, input, ksize, strides, padding, data_format, None, rank_of(input))


@export("nn.max_pool1d")
def max_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.max_pool`` over one spatial axis. Source: ``tf.nn.max_pool1d``."""
    return pooled(max_pool_op, input, ksize, strides, padding, data_format, None, 1)


@export("nn.max_pool2d")
def max_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.max_pool`` over two spatial axes. Source: ``tf.nn.max_pool2d``."""
    return pooled(max_pool_op, input, ksize, strides, padding, data_format, None, 2)


@export("nn.max_pool3d")
def max_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.max_pool`` over three spatial axes. Source: ``tf.nn.max_pool3d``."""
    return pooled(max_pool_op, input, ksize, strides, padding, data_format, None, 3)


@export("nn.avg_pool")
def avg_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Any:
    """The mean of each window, over 1 to 3 spatial axes; padding does not count.

    >>> import tensortape as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 4, 1])
    >>> tf.reshape(tf.nn.avg_pool(x, 2, 2, "VALID"), [-1]).numpy()
    array([3. , 2.5], dtype=float32)

    Arguments and errors as for ``tf.nn.max_pool``; dtypes are floating and ``padding`` a string.
    Source: ``tf.nn.avg_pool``.
    """
    return pooled(avg_pool_op, input, ksize, strides, padding, data_format, None, rank_of(input))


@export("nn.avg_pool1d")
def avg_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.avg_pool`` over one spatial axis. Source: ``tf.nn.avg_pool1d``."""
    return pooled(avg_pool_op, input, ksize, strides, padding, data_format, None, 1)


@export("nn.avg_pool2d")
def avg_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.avg_pool`` over two spatial axes. Source: ``tf.nn.avg_pool2d``."""
    return pooled(avg_pool_op, input, ksize, strides, padding, data_format, None, 2)


@export("nn.avg_pool3d")
def avg_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.avg_pool`` over three spatial axes. Source: ``tf.nn.avg_pool3d``."""
    return pooled(avg_pool_op, input, ksize, strides, padding, data_format, None, 3)


@export("nn.pool")
def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The largest (``"MAX"``) or mean (``"AVG"``) element of each window.

    Windows may be dilated where they move by single steps. Otherwise as ``tf.nn.max_pool``; raises
    ``ValueError`` for other pooling types. Source: ``tf.nn.pool``.
    """
    rank = len(ints(window_shape))
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"{rank}-D {pooling_type} pooling is not supported.")
    steps, rates = (per_axis(v, rank, "strides", rank + 1, "Pool") for v in (strides, dilations))
    if max(steps) > 1 and max(rates) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={list(steps)} and dilation_rate={list(rates)}"
        )
    if max(rates) > 1 and padding == "SAME":
        raise ValueError(
            "pooling with 'SAME' padding is not implemented for `dilation_rate` > 1. "
            f"Received: padding={padding} and dilation_rate={list(rates)}"
        )
    record = max_pool_op if pooling_type == "MAX" else avg_pool_op
    return pooled(record, input, window_shape, strides, padding, data_format, dilations, rank)


class MaxPoolWithArgmax(NamedTuple):
    """What ``tf.nn.max_pool_with_argmax`` returns."""

    output: Any
    argmax: Any


@export("nn.max_pool_with_argmax")
def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    output_dtype: Any = dtypes.int64,
    include_batch_in_index: bool = False,
    name: str | None = None,
) -> MaxPoolWithArgmax:
    """The largest element of each window and its position in the flattened example (or batch).

    >>> import tensortape as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 2, 2, 1])
    >>> y, at = tf.nn.max_pool_with_argmax(x, 2, 2, "VALID")
    >>> y.numpy().item(), at.numpy().item()
    (5.0, 1)

    Arguments and errors as for ``tf.nn.max_pool2d``; ``data_format`` must be ``"NHWC"``.
    Source: ``tf.nn.max_pool_with_argmax``.
    """
    if data_format != "NHWC":
        raise ValueError(
            "`data_format` values other than 'NHWC' are not supported. Received: "
            f"data_format={data_format}"
        )
    x, attrs, _ = prepared(max_pool_op, input, ksize, strides, padding, data_format, None, 2)
    largest, at = execute(max_pool_with_argmax_op, (x,), attrs)
    if include_batch_in_index:
        each = math.prod(x.shape[1:])
        at = at + np.arange(x.shape[0]).reshape(-1, 1, 1, 1) * each
    return MaxPoolWithArgmax(largest, recorded.astype(at, as_dtype(output_dtype)))
