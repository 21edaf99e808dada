"""Images seen through a projective transform: rotated, sheared, zoomed, shifted."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.errors import InvalidArgumentError, of_op
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.layout.attributes import ints

TYPE = "ImageProjectiveTransformV3"
INTERPOLATIONS = ("NEAREST", "BILINEAR")
FILL_MODES = ("REFLECT", "WRAP", "CONSTANT", "NEAREST")
SHIFT = np.array([[1.0, 0.2, 0.3, -0.1, 0.9, 0.4, 0.01, 0.02]])


def truncated(xp: Any, x: Any) -> Any:
    """``x`` without its fraction."""
    return xp.floor(xp.absolute(x)) * xp.sign(x)


def clipped(xp: Any, x: Any, n: int) -> Any:
    """``x`` cut off at the first and the last of ``n`` pixels."""
    return xp.minimum(xp.maximum(x, xp.zeros_like(x)), xp.full_like(x, n - 1))


def reflected(xp: Any, x: Any, n: int) -> Any:
    """Positions mirrored at the outer edges of ``n`` pixels."""
    low, high = xp.less(x, xp.zeros_like(x)), xp.greater(x, xp.full_like(x, n - 1))
    down = x + 2 * n * truncated(xp, -x / (2 * n))
    down = xp.where(xp.less(down, xp.full_like(x, -n)), down + 2 * n, -down - 1)
    up = x - 2 * n * truncated(xp, x / (2 * n))
    up = xp.where(xp.greater_equal(up, xp.full_like(x, n)), 2 * n - up - 1, up)
    return clipped(xp, xp.where(low, down, xp.where(high, up, x)), n)


def wrapped(xp: Any, x: Any, n: int) -> Any:
    """Positions that start again after ``n`` pixels."""
    if n <= 1:
        return xp.zeros_like(x)
    low, high = xp.less(x, xp.zeros_like(x)), xp.greater(x, xp.full_like(x, n - 1))
    down = x + n * (truncated(xp, -x / (n - 1)) + 1)
    up = x - n * truncated(xp, x / (n - 1))
    return clipped(xp, xp.where(low, down, xp.where(high, up, x)), n)


def mapped(xp: Any, x: Any, n: int, mode: str) -> Any:
    """Positions beyond ``n`` pixels brought back, where the mode says so."""
    if mode == "REFLECT":
        return reflected(xp, x, n)
    if mode == "WRAP":
        return wrapped(xp, x, n)
    return clipped(xp, x, n) if mode == "NEAREST" else x


def sources(xp: Any, transforms: Any, size: Any) -> tuple[Any, Any, Any]:
    """Where each new pixel comes from (y, x) ``[batch, *size]``, and where that is nowhere."""
    height, width = size
    a = [xp.reshape(xp.getitem(transforms, (slice(None), i)), (-1, 1, 1)) for i in range(8)]
    kind = transforms.dtype
    y = xp.astype(np.arange(height).reshape(1, -1, 1), kind)
    x = xp.astype(np.arange(width).reshape(1, 1, -1), kind)
    scale = a[6] * x + a[7] * y + 1
    nowhere = xp.equal(scale, xp.zeros_like(scale))
    scale = xp.where(nowhere, xp.ones_like(scale), scale)
    return (a[3] * x + a[4] * y + a[5]) / scale, (a[0] * x + a[1] * y + a[2]) / scale, nowhere


def pixels(xp: Any, images: Any, y: Any, x: Any, fill: Any) -> Any:
    """The pixels at whole positions; the fill value outside."""
    b, h, w, c = tuple(images.shape)
    zero = xp.zeros_like(y)
    inside = xp.logical_and(
        xp.logical_and(xp.greater_equal(y, zero), xp.less(y, xp.full_like(y, h))),
        xp.logical_and(xp.greater_equal(x, zero), xp.less(x, xp.full_like(x, w))),
    )
    at = xp.astype(clipped(xp, y, h), dtypes.int64) * w
    at = at + xp.astype(clipped(xp, x, w), dtypes.int64)
    at = xp.broadcast_to(at, (b, *tuple(at.shape)[1:]))
    found = xp.take(xp.reshape(images, (b, h * w, c)), at, 1, 1)
    return xp.where(xp.expand_dims(inside, 3), found, fill)


def rounded(xp: Any, x: Any) -> Any:
    """The nearest whole number, halves away from zero."""
    return xp.floor(xp.absolute(x) + 0.5) * xp.sign(x)


def transformed(xp: Any, images: Any, transforms: Any, fill: Any, size: Any, kind: Any) -> Any:
    """``images`` through ``transforms``; ``kind`` is interpolation and fill mode."""
    interpolation, mode = kind
    _, h, w, _ = tuple(images.shape)
    y, x, nowhere = sources(xp, transforms, size)
    y, x = mapped(xp, y, h, mode), mapped(xp, x, w, mode)
    if interpolation == "NEAREST":
        value = pixels(xp, images, rounded(xp, y), rounded(xp, x), fill)
    else:
        value = blended(xp, images, y, x, fill)
    return xp.where(xp.expand_dims(nowhere, 3), fill, value)


def blended(xp: Any, images: Any, y: Any, x: Any, fill: Any) -> Any:
    """Bilinear interpolation between the four pixels around each position."""
    top, left = xp.floor(y), xp.floor(x)
    down, along = xp.expand_dims(y - top, 3), xp.expand_dims(x - left, 3)
    rows = []
    for row in (top, top + 1):
        pair = [pixels(xp, images, row, column, fill) for column in (left, left + 1)]
        first, second = (xp.astype(p, y.dtype) for p in pair)
        rows.append((1 - along) * first + along * second)
    return xp.astype((1 - down) * rows[0] + down * rows[1], images.dtype)


def inverted(xp: Any, transforms: Any) -> Any:
    """The transforms that undo ``transforms``."""
    a0, a1, a2, b0, b1, b2, c0, c1 = (xp.getitem(transforms, (slice(None), i)) for i in range(8))
    adjoint = (
        b1 - b2 * c1, a2 * c1 - a1, a1 * b2 - a2 * b1,
        b2 * c0 - b0, a0 - a2 * c0, a2 * b0 - a0 * b2,
        b0 * c1 - b1 * c0, a1 * c0 - a0 * c1,
    )  # fmt: skip
    return xp.stack([part / (a0 * b1 - a1 * b0) for part in adjoint], 1)


@op(TYPE, saves=("inputs",), not_derivative="TensorFlow transforms the cotangent back", samples=[
    (((1, 3, 4, 1), SHIFT, np.array(0.0)),
     {"size": (3, 4), "interpolation": "BILINEAR", "fill_mode": "CONSTANT"}, (0,))])  # fmt: skip
def projective_op(xp, images, transforms, fill_value, *, size, interpolation, fill_mode):
    """Images seen through projective transforms."""
    return transformed(xp, images, transforms, fill_value, size, (interpolation, fill_mode))


@projective_op.vjp(0)
def _(xp, g, y, images, transforms, fill_value, *, size, interpolation, fill_mode):
    zero = xp.zeros_like(xp.astype(fill_value, g.dtype))
    back, kind = inverted(xp, transforms), (interpolation, fill_mode)
    return transformed(xp, g, back, zero, tuple(images.shape)[1:3], kind)


@export("raw_ops.ImageProjectiveTransformV3")
def image_projective_transform_v3(
    images: Any,
    transforms: Any,
    output_shape: Any,
    fill_value: Any,
    interpolation: str,
    fill_mode: str = "CONSTANT",
    name: str | None = None,
) -> Any:
    """``images`` seen through projective transforms.

    The pixel (x, y) of a result is that of the image at ``(a0 x + a1 y + a2, b0 x + b1 y + b2)``,
    both divided by ``c0 x + c1 y + 1``.

    >>> import tensortape as tf
    >>> image = tf.reshape(tf.range(4.0), [1, 1, 4, 1])
    >>> shift = [[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]]
    >>> tf.raw_ops.ImageProjectiveTransformV3(
    ...     images=image, transforms=shift, output_shape=[1, 4], fill_value=9.0,
    ...     interpolation="NEAREST").numpy().ravel()
    array([1., 2., 3., 9.], dtype=float32)

    Args:
        images: tensor ``[batch, height, width, channels]``.
        transforms: float32 ``[batch or 1, 8]``: a0, a1, a2, b0, b1, b2, c0, c1.
        output_shape: two ints, the new height and width.
        fill_value: what lies outside, with the fill mode ``"CONSTANT"``.
        interpolation: ``"NEAREST"`` or ``"BILINEAR"``.
        fill_mode: ``"CONSTANT"``, ``"REFLECT"``, ``"WRAP"`` or ``"NEAREST"``.
        name: ignored.

    The gradient of the images is, as in TensorFlow, the cotangent seen through the inverse
    transform. Raises ``tf.errors.InvalidArgumentError`` for shapes and modes that there are not.
    Source: ``tf.raw_ops.ImageProjectiveTransformV3``.
    """
    x, maps = tensor(images), convert_to_tensor(transforms, dtype=dtypes.float32)
    for what, value, known in (
        ("interpolation", interpolation, INTERPOLATIONS),
        ("fill_mode", fill_mode, FILL_MODES),
    ):
        if value not in known:
            raise of_op(InvalidArgumentError, TYPE, f"Invalid {what} {value}; one of {known}")
    if x._a.ndim != 4:
        raise of_op(InvalidArgumentError, TYPE, f"images must have rank 4, got shape {x.shape}")
    if maps._a.ndim != 2 or maps._a.shape[1] != 8:
        message = f"Input transform should be num_images x 8 or 1 x 8, got {maps.shape}"
        raise of_op(InvalidArgumentError, TYPE, message)
    filling = cast(convert_to_tensor(fill_value, dtype=dtypes.float32), x.dtype)
    attrs = {"size": ints(output_shape), "interpolation": interpolation, "fill_mode": fill_mode}
    return execute(projective_op, (x, maps, filling), attrs)
