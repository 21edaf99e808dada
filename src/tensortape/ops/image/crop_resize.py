"""Boxes cut out of images and resized: ``tf.image.crop_and_resize``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.errors import InvalidArgumentError, OutOfRangeError, of_op
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.layout.attributes import ints

TYPE = "CropAndResize"
BOXES = np.array([[0.1, 0.05, 0.83, 0.7], [0.9, 0.4, 0.2, 1.3]])


def steps(size: int, count: int) -> tuple[Any, Any]:
    """The derivatives of sampled positions by start and end of a box, each ``[1, count]``."""
    if count > 1:
        end = np.arange(count) * ((size - 1) / (count - 1))
    else:
        end = np.full(1, 0.5 * (size - 1))
    return (size - 1 - end)[None], end[None]


def positions(xp: Any, start: Any, end: Any, size: int, count: int) -> tuple[Any, Any, Any, Any]:
    """Along one axis: pixels before and after, the share of the latter, and what lies inside."""
    if count > 1:
        step = (end - start) * (size - 1) / (count - 1)
        at = xp.expand_dims(step, 1) * xp.astype(np.arange(count), start.dtype)
        at = at + xp.expand_dims(start * (size - 1), 1)
    else:
        at = xp.expand_dims((start + end) * 0.5 * (size - 1), 1)
    inside = xp.logical_and(
        xp.greater_equal(at, xp.zeros_like(at)), xp.less_equal(at, xp.full_like(at, size - 1))
    )
    at = xp.where(inside, at, xp.zeros_like(at))
    below = xp.floor(at)
    return below, xp.ceil(at), at - below, inside


def sampling(xp: Any, shape: Any, boxes: Any, at: Any, crop: Any) -> Any:
    """Numbers of the four pixels around each sample ``[4, boxes, *crop]``, shares, what counts."""
    _, h, w, _ = shape
    y1, x1, y2, x2 = (xp.getitem(boxes, (slice(None), i)) for i in range(4))
    top, bottom, down, rows = positions(xp, y1, y2, h, crop[0])
    left, right, along, columns = positions(xp, x1, x2, w, crop[1])
    base = xp.reshape(xp.astype(at, dtypes.int64) * (h * w), (-1, 1, 1))
    corners = [
        base
        + xp.expand_dims(xp.astype(y, dtypes.int64), 2) * w
        + xp.expand_dims(xp.astype(x, dtypes.int64), 1)
        for y in (top, bottom)
        for x in (left, right)
    ]
    inside = xp.logical_and(xp.expand_dims(rows, 2), xp.expand_dims(columns, 1))
    down, along = (
        xp.expand_dims(xp.expand_dims(v, axis), 3) for v, axis in ((down, 2), (along, 1))
    )
    return corners, down, along, xp.expand_dims(inside, 3)


def pixels(xp: Any, image: Any, corners: Any) -> list[Any]:
    """The values of ``image`` at the four corners."""
    n, h, w, c = tuple(image.shape)
    flat = xp.reshape(image, (n * h * w, c))
    return [xp.take(flat, corner, 0) for corner in corners]


def nearest(xp: Any, down: Any, along: Any) -> tuple[Any, Any]:
    """Shares rounded (half away from zero) to the nearer pixel."""
    return tuple(xp.floor(share + 0.5) for share in (down, along))


def check(image: Any, boxes: Any, at: Any, crop: Any) -> None:
    """Raises ``InvalidArgumentError`` and ``OutOfRangeError`` for what does not fit together."""
    if image.ndim != 4:
        message = f"input image must be 4-D, got shape {list(image.shape)}"
    elif boxes.ndim != 2 or boxes.shape[1] != 4:
        message = f"boxes must have 4 columns, got shape {list(boxes.shape)}"
    elif tuple(at.shape) != tuple(boxes.shape)[:1]:
        message = f"box_index has incompatible shape {list(at.shape)} for {boxes.shape[0]} boxes"
    elif len(crop) != 2 or min(crop) <= 0:
        message = f"crop dimensions must be positive, got {list(crop)}"
    else:
        return
    raise of_op(InvalidArgumentError, TYPE, message)


def check_values(at: Any, count: int) -> None:
    """Raises ``OutOfRangeError`` for numbers of images that there are not."""
    if at.size and not (at.min() >= 0 and at.max() < count):
        raise of_op(
            OutOfRangeError,
            TYPE,
            f"box_index has values outside [0, batch_size): {at.tolist()} for {count} images",
        )


@op(TYPE, saves=("inputs",), samples=[
    (((2, 4, 5, 2), BOXES, np.array([1, 0])),
     {"crop_size": (3, 2), "method": "bilinear", "extrapolation_value": 0.5}),
    (((1, 3, 3, 1), BOXES, np.array([0, 0])),
     {"crop_size": (1, 4), "method": "nearest", "extrapolation_value": 0.0}, (0,)),
])  # fmt: skip
def crop_and_resize_op(xp, image, boxes, box_ind, *, crop_size, method, extrapolation_value):
    """Each box of the image it belongs to, sampled at ``crop_size`` points."""
    check(image, boxes, box_ind, crop_size)
    shape = tuple(image.shape)
    corners, down, along, inside = sampling(xp, shape, boxes, box_ind, crop_size)
    if method == "nearest":
        down, along = nearest(xp, down, along)
    a, b, c, d = pixels(xp, image, corners)
    down, along = xp.astype(down, image.dtype), xp.astype(along, image.dtype)
    upper, lower = a + (b - a) * along, c + (d - c) * along
    value = upper + (lower - upper) * down
    return xp.where(inside, value, xp.full_like(value, extrapolation_value))


@crop_and_resize_op.vjp(0)
def _(xp, g, y, image, boxes, box_ind, *, crop_size, method, extrapolation_value):
    shape = tuple(image.shape)
    corners, down, along, inside = sampling(xp, shape, boxes, box_ind, crop_size)
    if method == "nearest":
        down, along = nearest(xp, down, along)
    g = xp.astype(g, down.dtype)
    g = xp.where(inside, g, xp.zeros_like(g))
    upper, lower = g * (1 - down), g * down
    parts = (upper * (1 - along), upper * along, lower * (1 - along), lower * along)
    n, h, w, c = shape
    total: Any = 0
    for corner, part in zip(corners, parts, strict=True):
        total = total + xp.scatter_add(corner, xp.astype(part, image.dtype), (n * h * w, c))
    return xp.reshape(total, shape)


@crop_and_resize_op.vjp(1)
def _(xp, g, y, image, boxes, box_ind, *, crop_size, method, extrapolation_value):
    _, h, w, _ = shape = tuple(image.shape)
    corners, down, along, inside = sampling(xp, shape, boxes, box_ind, crop_size)
    a, b, c, d = pixels(xp, image, corners)
    down, along = xp.astype(down, g.dtype), xp.astype(along, g.dtype)
    g = xp.where(inside, g, xp.zeros_like(g))
    by_y = xp.sum(g * ((1 - along) * (c - a) + along * (d - b)), (2, 3))
    by_x = xp.sum(g * ((1 - down) * (b - a) + down * (d - c)), (1, 3))
    parts = []
    for slopes, size, count in ((by_y, h, crop_size[0]), (by_x, w, crop_size[1])):
        parts += [xp.sum(slopes * xp.astype(s, g.dtype), (1,)) for s in steps(size, count)]
    start_y, end_y, start_x, end_x = parts
    return xp.astype(xp.stack([start_y, start_x, end_y, end_x], 1), boxes.dtype)


@export("image.crop_and_resize")
def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Any:
    """Boxes cut out of images, each resized to ``crop_size``.

    >>> import tensortape as tf
    >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> tf.image.crop_and_resize(image, [[0.0, 0.0, 1.0, 0.5]], [0], [2, 2]).numpy().ravel()
    array([0., 1., 6., 7.], dtype=float32)

    Args:
        image: tensor ``[batch, height, width, channels]``.
        boxes: floats ``[boxes, 4]``: y1, x1, y2, x2 as parts of the image (0 the centre of its
            first pixel, 1 that of its last); a box may be turned around, and reach beyond.
        box_indices: ints ``[boxes]``, the image each box belongs to.
        crop_size: two ints, the height and width of the results.
        method: ``"bilinear"`` or ``"nearest"``; the gradient of the boxes is always the former's.
        extrapolation_value: what lies outside of the image.
        name: ignored.

    Returns float32 ``[boxes, *crop_size, channels]``, differentiable by image and boxes. Raises
    ``tf.errors.InvalidArgumentError`` for shapes that do not fit, ``OutOfRangeError`` for numbers
    of images that there are not. Source: ``tf.image.crop_and_resize``.
    """
    if method not in ("bilinear", "nearest"):
        raise InvalidArgumentError(
            None,
            None,
            f"Value for attr 'method' of \"{method}\" is not in the list of allowed values: "
            '"bilinear", "nearest"',
        )
    x, corners = tensor(image), convert_to_tensor(boxes, dtype=dtypes.float32)
    at = convert_to_tensor(box_indices, dtype=dtypes.int32)
    if isinstance(at._a, np.ndarray):
        check_values(at._a, x._a.shape[0] if x._a.ndim else 0)
    if x.dtype is not dtypes.float64:
        x = cast(x, dtypes.float32)
    attrs = {
        "crop_size": ints(crop_size),
        "method": method,
        "extrapolation_value": float(extrapolation_value),
    }
    return cast(execute(crop_and_resize_op, (x, corners, at), attrs), dtypes.float32)
