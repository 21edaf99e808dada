"""Images in other element types: ``tf.image.convert_image_dtype``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.elementwise.casting import cast, saturate_cast
from tensortape.ops.image.sums import mean, spread


def number(value: float, x: Any) -> Any:
    """A number as a scalar of the dtype of ``x``."""
    return convert_to_tensor(value, dtype=x.dtype)


@export("image.convert_image_dtype")
def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Any:
    """``image`` in another dtype, scaled so that the ranges correspond.

    Floating images range over [0, 1], integer ones up to the largest integer.

    >>> import tensortape as tf
    >>> tf.image.convert_image_dtype(tf.constant([0, 255], tf.uint8), tf.float32).numpy()
    array([0., 1.], dtype=float32)

    ``saturate`` cuts values off at the range of the new dtype, where they would wrap around.
    Raises ``AttributeError`` for dtypes that are neither floating nor integer.
    Source: ``tf.image.convert_image_dtype``.
    """
    x, wanted = tensor(image), as_dtype(dtype)
    for what, kind in (("dtype", wanted), ("image dtype", x.dtype)):
        if not kind.is_floating and not kind.is_integer:
            raise AttributeError(
                f"{what} must be either floating point or integer, got {kind.name}"
            )
    if x.dtype is wanted:
        return xp.identity(x)
    convert = saturate_cast if saturate else cast
    if x.dtype.is_floating:
        if wanted.is_floating:
            return cast(x, wanted)
        return convert(x * number(wanted.max + 0.5, x), wanted)
    if wanted.is_floating:
        y = cast(x, wanted)
        return y * number(1.0 / x.dtype.max, y)
    return between_integers(x, wanted, convert)


def between_integers(x: Any, wanted: Any, convert: Callable[..., Any]) -> Any:
    """Integers scaled by the ratio of the ranges, in the wider of the two dtypes."""
    have, want = int(x.dtype.max), int(wanted.max)
    if have > want:
        return convert(xp.floor_divide(x, number((have + 1) // (want + 1), x)), wanted)
    y = convert(x, wanted)
    return y * number((want + 1) // (have + 1), y)


def as_float(image: Any) -> Any:
    """An image to compute with: float16 and float32 as they are, everything else as float32."""
    x = tensor(image)
    if x.dtype in (dtypes.float16, dtypes.float32):
        return x
    return convert_image_dtype(x, dtypes.float32)


def in_floats(image: Any, function: Callable[[Any], Any], saturate: bool = False) -> Any:
    """``function`` of a floating image, converted back to the dtype of ``image``."""
    x = tensor(image)
    return convert_image_dtype(function(as_float(x)), x.dtype, saturate)


@export("image.per_image_standardization")
def per_image_standardization(image: Any) -> Any:
    """Each image less its mean, divided by its standard deviation (at least ``1/sqrt(pixels)``).

    >>> import tensortape as tf
    >>> tf.image.per_image_standardization([[[1.0], [3.0]]]).numpy().ravel()
    array([-1.,  1.], dtype=float32)

    ``image``: ``[..., height, width, channels]``; the result is float32. Raises ``ValueError`` for
    fewer than three axes. Source: ``tf.image.per_image_standardization``.
    """
    x = cast(PUBLIC["convert_to_tensor"](image), dtypes.float32)
    if x._a.ndim < 3:
        raise ValueError(f"'image' (shape {x.shape}) must be at least three-dimensional.")
    count = cast(PUBLIC["reduce_prod"](PUBLIC["shape"](x)[-3:]), dtypes.float32)
    deviation = xp.sqrt(mean(xp.square(x - spread(mean(x), x))))
    distance = x - spread(mean(x), x)
    return distance / spread(xp.maximum(deviation, PUBLIC["math.rsqrt"](count)), x)
