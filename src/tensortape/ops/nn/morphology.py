"""Dilation and erosion of images: convolution with maxima of sums instead of sums of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.convolution import interior, window_slices
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.order import reverse
from tensortape.ops.linalg.matrices import check_pair
from tensortape.ops.nn.windows import (
    invalid,
    padding_attribute,
    pads_of,
    per_axis,
    positive,
)

TYPE = "Dilation2D"
SAMPLE: dict[str, Any] = {"strides": (1, 2), "rates": (1, 1), "padding": "SAME"}


def geometry(x: Any, f: Any, strides: Any, rates: Any, padding: Any) -> tuple[Any, Any]:
    """The paddings, and for each place of the window its part of the padded image."""
    size, kernel = tuple(x.shape)[1:3], tuple(f.shape)[:2]
    pads = pads_of(padding, size, kernel, strides, rates, TYPE)
    places = [
        (n + sum(pad) - (k - 1) * d - 1) // s + 1
        for n, k, s, d, pad in zip(size, kernel, strides, rates, pads, strict=True)
    ]
    return pads, [at for _, at in window_slices(places, kernel, strides, rates)]


def candidates(xp: Any, x: Any, f: Any, pads: Any, parts: Any) -> Any:
    """The sums of each part of the image and its element of the filter, stacked."""
    kernel = tuple(f.shape)[:2]
    padded = xp.pad(x, ((0, 0), *pads, (0, 0)), -np.inf)
    elements = [xp.getitem(f, place) for place in np.ndindex(*kernel)]
    sums = [xp.getitem(padded, at) + e for at, e in zip(parts, elements, strict=True)]
    return xp.stack(sums, 0)


@op("Dilation2D", saves=("inputs",), samples=[(((1, 3, 4, 2), (2, 2, 2)), SAMPLE)])
def dilation_op(xp, input, filter, *, strides, rates, padding):
    """The largest sum of image and filter in each window."""
    pads, parts = geometry(input, filter, strides, rates, padding)
    return xp.max(candidates(xp, input, filter, pads, parts), (0,), False)


@dilation_op.vjp
def _(xp, g, y, x, f, *, strides, rates, padding):
    pads, parts = geometry(x, f, strides, rates, padding)
    first = xp.argmax(candidates(xp, x, f, pads, parts), 0)
    shares = [
        xp.where(xp.equal(first, k + xp.zeros_like(first)), g, xp.zeros_like(g))
        for k in range(len(parts))
    ]
    size = tuple(x.shape)[1:3]
    whole = (x.shape[0], *[n + sum(pad) for n, pad in zip(size, pads, strict=True)], x.shape[3])
    spread = [xp.setitem_zeros(s, at, whole) for s, at in zip(shares, parts, strict=True)]
    total = spread[0]
    for more in spread[1:]:
        total = total + more
    sums = xp.stack([xp.sum(s, (0, 1, 2), False) for s in shares], 0)
    return xp.getitem(total, interior(size, pads)), xp.reshape(sums, tuple(f.shape))


def prepared(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str, dilations: Any
) -> tuple[Any, Any, dict[str, Any]]:
    """Image and filter as tensors, and the attributes."""
    if data_format != "NHWC":
        raise ValueError(
            "`data_format` values other  than 'NHWC' are not supported. Received: "
            f"data_format={data_format}"
        )
    x = tensor(input)
    f = convert_to_tensor(filters, dtype_hint=x.dtype)
    check_pair(TYPE, x, f)
    if not x.dtype.is_floating:
        raise NotImplementedError(
            f"Dilation of {x.dtype.name} images is not implemented: use tf.cast."
        )
    if x.shape.rank != 4 or f.shape.rank != 3:
        raise invalid(
            TYPE, f"input must be 4-dimensional and filter 3-dimensional: {x.shape}, {f.shape}"
        )
    if x.shape[3] != f.shape[2]:
        raise invalid(
            TYPE, f"input and filter must have the same depth: {x.shape[3]} vs {f.shape[2]}"
        )
    attrs = {
        "strides": positive(per_axis(strides, 2, "strides", 3, TYPE), "strides", TYPE),
        "rates": positive(per_axis(dilations, 2, "rates", 3, TYPE), "rates", TYPE),
        "padding": padding_attribute(padding, 2, 3, TYPE),
    }
    return x, f, attrs


@export("nn.dilation2d")
def dilation2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Any:
    """Grey-scale dilation: the largest ``input + filters`` in each window.

    >>> import tensortape as tf
    >>> x = tf.reshape([1.0, 3.0, 2.0], [1, 1, 3, 1])
    >>> y = tf.nn.dilation2d(x, tf.zeros([1, 2, 1]), [1] * 4, "VALID", "NHWC", [1] * 4)
    >>> tf.reshape(y, [-1]).numpy()
    array([3., 3.], dtype=float32)

    ``input``: ``[batch, height, width, channels]``; ``filters``: ``[height, width, channels]``;
    ``strides`` and ``dilations``: four ints; ``data_format``: ``"NHWC"``. Raises
    ``tf.errors.InvalidArgumentError`` for shapes that do not fit. Source: ``tf.nn.dilation2d``.
    """
    x, f, attrs = prepared(input, filters, strides, padding, data_format, dilations)
    return execute(dilation_op, (x, f), attrs)


@export("nn.erosion2d")
def erosion2d(
    value: Any,
    filters: Any,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Any:
    """Grey-scale erosion: the smallest ``value - filters`` in each window.

    Arguments and errors as for ``tf.nn.dilation2d``. Source: ``tf.nn.erosion2d``.
    """
    x, f, attrs = prepared(value, filters, strides, padding, data_format, dilations)
    return -execute(dilation_op, (-x, reverse(f, [0, 1])), attrs)
