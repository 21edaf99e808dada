"""Brightness, contrast, hue, saturation and gamma of images."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.image.convert import in_floats
from tensortape.ops.image.hsv import channels, pure, to_hsv, to_rgb
from tensortape.ops.layout.attributes import invalid


@op("AdjustContrastv2", missing_gradient=True)
def adjust_contrast_op(xp, images, contrast_factor):
    """Distance from the mean of each channel, times a factor."""
    if images.ndim < 3:
        raise invalid(f"input must be at least 3-D, got shape{list(images.shape)}")
    factor = xp.astype(contrast_factor, images.dtype)
    *lead, height, width, channels = tuple(images.shape)
    mean = pixel_mean(xp, xp.reshape(images, (*lead, height * width, channels)))
    mean = xp.reshape(mean, (*lead, 1, 1, channels))
    return (images - mean) * factor + mean


def pixel_mean(xp: Any, pixels: Any) -> Any:
    """The mean over the last axis but one, summed by halves: accurate, and as TensorFlow rounds."""
    axis = pixels.ndim - 2
    count = left = pixels.shape[axis]
    while left > 1:
        half, left = left // 2, left - left // 2
        head, tail = (
            xp.getitem(pixels, (..., s, slice(None))) for s in (slice(half), slice(left, None))
        )
        middle = xp.getitem(pixels, (..., slice(half, left), slice(None)))
        pixels = xp.concatenate([head + tail, middle], axis) if half < left else head + tail
    return pixels * xp.astype(1.0 / xp.full_like(pixels, count), pixels.dtype)


@op("AdjustHue", missing_gradient=True)
def adjust_hue_op(xp, images, delta):
    """Hue turned by ``delta``, a part of the whole circle."""
    checked_images("AdjustHue", images)
    r, g, b = channels(xp, images)
    h, _, high = to_hsv(xp, r, g, b)
    low = xp.minimum(r, xp.minimum(g, b))
    turned = h + xp.astype(delta, images.dtype)
    shares = pure(xp, turned - xp.floor(turned))
    return xp.stack([low + share * (high - low) for share in shares], images.ndim - 1)


@op("AdjustSaturation", missing_gradient=True)
def adjust_saturation_op(xp, images, scale):
    """Saturation times a factor, at most 1."""
    checked_images("AdjustSaturation", images)
    h, s, v = to_hsv(xp, *channels(xp, images))
    scaled = s * xp.astype(scale, images.dtype)
    cut = xp.minimum(xp.maximum(scaled, xp.zeros_like(s)), xp.ones_like(s))
    return xp.stack(to_rgb(xp, h, cut, v), images.ndim - 1)


def checked_images(op_type: str, images: Any) -> None:
    """Raises ``InvalidArgumentError`` unless there are images with three channels."""
    if images.ndim < 3:
        raise invalid(f"input must be at least 3-D, got shape{list(images.shape)} [Op:{op_type}]")
    if images.shape[-1] != 3:
        raise invalid(
            f"input must have 3 channels but instead has {images.shape[-1]} channels. "
            f"[Op:{op_type}]"
        )


def factor_of(value: Any) -> Any:
    """A factor as a float32 tensor."""
    return convert_to_tensor(value, dtype=dtypes.float32)


@export("image.adjust_brightness")
def adjust_brightness(image: Any, delta: Any) -> Any:
    """``image`` with ``delta`` added (as if its range were [0, 1]), cut off at its range.

    >>> import tensortape as tf
    >>> tf.image.adjust_brightness(tf.constant([[[100, 250]]], tf.uint8), 0.1).numpy().ravel()
    array([125, 255], dtype=uint8)

    Source: ``tf.image.adjust_brightness``.
    """
    return in_floats(image, lambda x: x + cast(delta, x.dtype), saturate=True)


@export("image.adjust_contrast")
def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Each channel's distance from its mean over an image, times a factor.

    >>> import tensortape as tf
    >>> tf.image.adjust_contrast([[[1.0], [3.0]]], 2.0).numpy().ravel()
    array([0., 4.], dtype=float32)

    There is no derivative, as in TensorFlow (``LookupError``). Raises
    ``tf.errors.InvalidArgumentError`` for fewer than three axes.
    Source: ``tf.image.adjust_contrast``.
    """
    factor = factor_of(contrast_factor)
    return in_floats(images, lambda x: execute(adjust_contrast_op, (x, factor)), saturate=True)


@export("image.adjust_gamma")
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Any:
    """``gain * image ** gamma`` (as if the range of ``image`` were [0, 1]).

    >>> import tensortape as tf
    >>> tf.image.adjust_gamma([[[0.5]]], 2.0).numpy().ravel()
    array([0.25], dtype=float32)

    Raises ``ValueError`` for a negative ``gamma``. Source: ``tf.image.adjust_gamma``.
    """
    if not hasattr(gamma, "_a") and gamma < 0:
        raise ValueError(f"Gamma should be a non-negative real number. Received {gamma}")
    return in_floats(image, lambda x: gain * x**gamma, saturate=True)


@export("image.adjust_hue")
def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Any:
    """The hue of red, green and blue turned by ``delta``, in [-1, 1] parts of the circle.

    >>> import tensortape as tf
    >>> tf.image.adjust_hue([[[1.0, 0.0, 0.0]]], 1 / 3).numpy().round(3).ravel()
    array([0., 1., 0.], dtype=float32)

    There is no derivative, as in TensorFlow (``LookupError``). Raises ``ValueError`` for another
    ``delta``, ``tf.errors.InvalidArgumentError`` for other than three channels.
    Source: ``tf.image.adjust_hue``.
    """
    turn = factor_of(delta)
    if type(turn) is EagerTensor and not -1 <= turn._a <= 1:
        raise ValueError(f"delta must be in the interval [-1, 1]. Received {turn._a}")
    x = tensor(image)
    return in_floats(x, lambda y: execute(adjust_hue_op, (y, turn)))


@export("image.adjust_saturation")
def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Any:
    """The saturation of red, green and blue times a factor.

    >>> import tensortape as tf
    >>> tf.image.adjust_saturation([[[1.0, 0.5, 0.5]]], 0.5).numpy().ravel()
    array([1.  , 0.75, 0.75], dtype=float32)

    There is no derivative, as in TensorFlow (``LookupError``). Raises
    ``tf.errors.InvalidArgumentError`` for other than three channels.
    Source: ``tf.image.adjust_saturation``.
    """
    factor = factor_of(saturation_factor)
    return in_floats(image, lambda x: execute(adjust_saturation_op, (x, factor)))
