"""Cutting images out and surrounding them with zeros."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.registry import export
from tensortape.ops.image.arguments import height_width, image_tensor, one_or_many, require
from tensortape.ops.layout.attributes import one_int, static_value


def window(x: Any, top: int, left: int, height: int, width: int) -> Any:
    """Part of the images of ``x``."""
    return x[..., top : top + height, left : left + width, :]


@export("image.crop_to_bounding_box")
def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """The part of images that starts at an offset and has the given size.

    >>> import tensortape as tf
    >>> image = tf.reshape(tf.range(9), [3, 3, 1])
    >>> tf.image.crop_to_bounding_box(image, 1, 0, 2, 1).numpy().ravel()
    array([3, 6], dtype=int32)

    ``image``: ``[batch, height, width, channels]`` or ``[height, width, channels]``. Raises
    ``ValueError`` for windows that do not fit. Source: ``tf.image.crop_to_bounding_box``.
    """
    x = one_or_many(image)
    top, left = one_int(offset_height), one_int(offset_width)
    height, width = one_int(target_height), one_int(target_width)
    require(left >= 0, f"offset_width must be >= 0. Received {left}")
    require(top >= 0, f"offset_height must be >= 0. Received {top}")
    require(width > 0, f"target_width must be > 0. Received {width}")
    require(height > 0, f"target_height must be > 0. Received {height}")
    have = tuple(x._a.shape)[-3:-1]
    wanted = (("width", have[1], width, left), ("height", have[0], height, top))
    for what, n, target, offset in wanted:
        require(
            n is None or n >= target + offset,
            f"{what} must be >= target + offset. Received {what} {n}, target {target}, "
            f"offset {offset}",
        )
    return window(x, top, left, height, width)


@export("image.pad_to_bounding_box")
def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """Images placed at an offset within zeros, so that they have the given size.

    >>> import tensortape as tf
    >>> tf.image.pad_to_bounding_box(tf.ones([1, 1, 1]), 0, 1, 2, 3).numpy()[..., 0]
    array([[0., 1., 0.],
           [0., 0., 0.]], dtype=float32)

    Raises ``ValueError`` for sizes into which the images do not fit.
    Source: ``tf.image.pad_to_bounding_box``.
    """
    x = one_or_many(image)
    top, left = one_int(offset_height), one_int(offset_width)
    height, width = height_width(x)
    below = one_int(target_height) - top - height
    right = one_int(target_width) - left - width
    require(top >= 0, f"offset_height must be >= 0. Received {top}")
    require(left >= 0, f"offset_width must be >= 0. Received {left}")
    require(right >= 0, f"width must be <= target - offset. It is {-right} too large")
    require(below >= 0, f"height must be <= target - offset. It is {-below} too large")
    lead = ((0, 0),) * (x._a.ndim - 3)
    return xp.pad(x, (*lead, (top, below), (left, right), (0, 0)), 0)


@export("image.resize_with_crop_or_pad")
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """Images cut or padded with zeros evenly to the given size.

    >>> import tensortape as tf
    >>> tf.image.resize_with_crop_or_pad(tf.ones([1, 4, 1]), 3, 2).numpy()[..., 0]
    array([[0., 0.],
           [1., 1.],
           [0., 0.]], dtype=float32)

    Raises ``ValueError`` for other ranks and sizes. Source: ``tf.image.resize_with_crop_or_pad``.
    """
    x = one_or_many(image)
    target = one_int(target_height), one_int(target_width)
    require(target[1] > 0, f"target_width must be > 0. Received {target[1]}")
    require(target[0] > 0, f"target_height must be > 0. Received {target[0]}")
    size = height_width(x)
    cut = [max(-(t - n) // 2, 0) for t, n in zip(target, size, strict=True)]
    kept = [min(t, n) for t, n in zip(target, size, strict=True)]
    around = [max((t - n) // 2, 0) for t, n in zip(target, size, strict=True)]
    return pad_to_bounding_box(crop_to_bounding_box(x, *cut, *kept), *around, *target)


@export("image.central_crop")
def central_crop(image: Any, central_fraction: Any) -> Any:
    """The middle of images: ``central_fraction`` of their height and width.

    >>> import tensortape as tf
    >>> tf.image.central_crop(tf.ones([4, 6, 1]), 0.5).shape
    TensorShape([2, 4, 1])

    Raises ``ValueError`` for a fraction outside (0, 1] and for other ranks.
    Source: ``tf.image.central_crop``.
    """
    x = image_tensor(image)
    known = hasattr(central_fraction, "_a")
    fraction = float(static_value(central_fraction) if known else central_fraction)
    require(0 < fraction <= 1, f"central_fraction must be within (0, 1]. Received {fraction}")
    if fraction == 1:
        return x
    rank = x._a.ndim
    require(
        rank in (3, 4),
        f"`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = {rank}.",
    )
    height, width = height_width(x)
    top, left = (int((n - n * fraction) / 2) for n in (height, width))
    return window(x, top, left, height - 2 * top, width - 2 * left)
