"""Primitives of images: resampling along two axes, sums, and drawing boxes."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from tensortape.arrays.shared_product import multiply

IMAGE = "resample image_sum image_spread draw_boxes"

_FEW = 8
"""Up to so many pixels per sum, adding them one by one is faster than a matrix product."""

_LANES = 8
_SMALL = 63
"""Images of more values are summed exactly: TensorFlow's order changes, and its errors grow."""


def resample(x: Any, rows: Any, columns: Any) -> Any:
    """Weighted sums along height and width of ``x`` ``[batch, height, width, channels]``.

    ``rows`` ``[new_height, height]`` and ``columns`` ``[new_width, width]`` hold the weights. The
    transpose is the same with transposed weights. A pixel of weight 0 has no influence, also when
    it is infinite or NaN.
    """
    return _along(_along(x, rows, 1), columns, 2)


def _along(x: Any, weights: Any, axis: int) -> Any:
    """Weighted sums along one axis: pixel by pixel where there are few of them, or as a product."""
    weights = weights.astype(x.dtype, copy=False)
    used = weights != 0
    count = max(int(used.sum(1).max(initial=0)), 1)
    if count > _FEW:
        y = _product(x, weights, axis)
        if np.isfinite(y).all():
            return y
    order = np.argsort(~used, axis=1, kind="stable")[:, :count]
    total: Any = 0
    for at, weight in zip(order.T, np.take_along_axis(weights, order, 1).T, strict=True):
        part = x.take(at, axis)
        part *= weight.reshape(-1, *(1,) * (3 - axis))
        if not weight.all():
            np.moveaxis(part, axis, 0)[weight == 0] = 0
        total = np.add(total, part, out=part)
    return total


def _product(x: Any, weights: Any, axis: int) -> Any:
    """Weighted sums along one axis as a matrix product."""
    if axis == 1:
        n, h, w, c = x.shape
        return multiply(weights, x.reshape(n, h, w * c)).reshape(n, len(weights), w, c)
    moved = np.moveaxis(x, axis, 0)
    y = multiply(weights, moved.reshape(len(moved), -1))
    return np.moveaxis(y.reshape(len(weights), *moved.shape[1:]), 0, axis)


def image_sum(x: Any) -> Any:
    """The sum of each image ``[..., height, width, channels]``, with its axes kept.

    Small ones are added as TensorFlow does it, eight values side by side: float64 images are
    computed in single precision and given as float64 again, which would show another order.
    """
    lead, n = x.shape[:-3], math.prod(x.shape[-3:])
    flat = x.reshape(math.prod(lead), n)
    total = _in_lanes(flat, n) if n <= _SMALL else flat.sum(1, np.float64).astype(x.dtype)
    return total.reshape(*lead, 1, 1, 1)


def _in_lanes(flat: Any, n: int) -> Any:
    """The sum of each row, eight elements side by side; what is left one by one."""
    whole = n // _LANES * _LANES
    lanes = np.add.reduce(flat[:, :whole].reshape(len(flat), n // _LANES, _LANES), 1)
    half = lanes[:, :4] + lanes[:, 4:]
    total = (half[:, 0] + half[:, 2]) + (half[:, 1] + half[:, 3])
    rest = np.zeros_like(total)
    for i in range(whole, n):
        rest += flat[:, i]
    return rest + total


def image_spread(x: Any, size: tuple[int, ...]) -> Any:
    """Images of a ``size`` that hold one value of ``x`` ``[..., 1, 1, 1]`` each."""
    return np.broadcast_to(x, (*x.shape[:-3], *size))


def draw_boxes(images: Any, boxes: Any, colours: Any) -> Any:
    """``images`` with the outlines of ``boxes`` ``[batch, boxes, 4]`` (parts of height and width).

    ``colours`` ``[colours, channels]`` are taken in turn.
    """
    out = images.copy()
    height, width = images.shape[1:3]
    limits = np.array([height - 1, width - 1, height - 1, width - 1], np.float32)
    corners = np.trunc(boxes.astype(np.float32) * limits).astype(np.int64)
    for image, rows in zip(out, corners.tolist(), strict=True):
        for (top, left, bottom, right), colour in zip(rows, itertools.cycle(colours)):
            if top > bottom or left > right:
                continue
            if top >= height or left >= width or bottom < 0 or right < 0:
                continue
            down = slice(max(top, 0), min(bottom, height - 1) + 1)
            across = slice(max(left, 0), min(right, width - 1) + 1)
            for edge, end in ((top, height), (bottom, height)):
                if 0 <= edge < end:
                    image[edge, across] = colour
            for edge, end in ((left, width), (right, width)):
                if 0 <= edge < end:
                    image[down, edge] = colour
    return out
