"""Hue, saturation and value of colours."""

from __future__ import annotations

from typing import Any

from tensortape.core.errors import FailedPreconditionError, of_op
from tensortape.core.op import op


def channels(xp: Any, x: Any) -> list[Any]:
    """The three channels of ``x``."""
    return [xp.getitem(x, (..., i)) for i in range(3)]


def checked(op_type: str, x: Any) -> None:
    """Raises ``FailedPreconditionError`` unless the last axis has three channels."""
    if not x.ndim or x.shape[-1] != 3:
        have = x.shape[-1] if x.ndim else 0
        raise of_op(
            FailedPreconditionError,
            op_type,
            f"input must have 3 channels but input only has {have} channels.",
        )


def to_hsv(xp: Any, r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    """Hue, saturation and value of red, green and blue."""
    value = xp.maximum(r, xp.maximum(g, b))
    spread = value - xp.minimum(r, xp.minimum(g, b))
    zero = xp.zeros_like(value)
    saturation = xp.where(xp.greater(value, zero), xp.divide_no_nan(spread, value), zero)
    sixth = xp.divide_no_nan(xp.ones_like(spread), spread * 6)
    hue = xp.where(xp.equal(g, value), sixth * (b - r) + 2.0 / 6.0, sixth * (r - g) + 4.0 / 6.0)
    hue = xp.where(xp.equal(r, value), sixth * (g - b), hue)
    hue = xp.where(xp.greater(spread, zero), hue, zero)
    return xp.where(xp.less(hue, zero), hue + 1, hue), saturation, value


def to_rgb(xp: Any, h: Any, s: Any, v: Any) -> tuple[Any, ...]:
    """Red, green and blue of hue, saturation and value."""
    return tuple((1 - s + s * share) * v for share in pure(xp, h))


def pure(xp: Any, hue: Any) -> list[Any]:
    """Red, green and blue of the brightest, most saturated colour of a hue."""
    sixths = hue * 6
    ramps = (
        xp.absolute(sixths - 3) - 1,
        2 - xp.absolute(sixths - 2),
        2 - xp.absolute(sixths - 4),
    )
    low, high = xp.zeros_like(hue), xp.ones_like(hue)
    return [xp.minimum(xp.maximum(ramp, low), high) for ramp in ramps]


def ordering(xp: Any, rgb: list[Any]) -> tuple[list[Any], list[Any]]:
    """For each channel 1 where it is the largest, and 1 where the smallest; ties go to one."""
    r, g, b = rgb
    both, atleast, above = xp.logical_and, xp.greater_equal, xp.greater
    largest = (
        both(atleast(r, b), atleast(r, g)),
        both(above(g, r), atleast(g, b)),
        both(above(b, r), above(b, g)),
    )
    smallest = (
        both(above(b, r), above(g, r)),
        both(atleast(r, g), above(b, g)),
        both(atleast(r, b), atleast(g, b)),
    )
    return tuple([xp.astype(m, r.dtype) for m in masks] for masks in (largest, smallest))  # type: ignore[return-value]


def inverse(xp: Any, x: Any) -> Any:
    """The reciprocal; 0 at 0."""
    return xp.divide_no_nan(xp.ones_like(x), x)


def saturation_slopes(xp: Any, rgb: Any, top: Any, low: Any, positive: Any) -> list[Any]:
    """The derivatives of the saturation by each channel."""
    out = []
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        least = low[j] * rgb[j] + low[k] * rgb[k]
        most = top[j] * rgb[j] + top[k] * rgb[k]
        slope = top[i] * least * inverse(xp, xp.square(rgb[i])) - low[i] * inverse(xp, most)
        out.append(positive[i] * slope)
    return out


def hue_slopes(xp: Any, rgb: Any, top: Any, low: Any, positive: Any, spread: Any) -> list[Any]:
    """The derivatives of the hue by each channel.

    Where channel ``i`` is the largest, the hue is ``(next - last) / spread`` in sixths, and a
    constant.
    """
    out = [xp.zeros_like(c) for c in rgb]
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        here = positive[i] * top[i]
        over_next, over_last = rgb[i] - rgb[j], rgb[i] - rgb[k]
        out[i] = out[i] - here * (rgb[j] - rgb[k]) * spread
        out[j] = out[j] + here * (
            low[j] * over_last * inverse(xp, xp.square(over_next)) + low[k] * inverse(xp, over_last)
        )
        out[k] = out[k] - here * (
            low[k] * over_next * inverse(xp, xp.square(over_last)) + low[j] * inverse(xp, over_next)
        )
    return [slope / 6 for slope in out]


@op("RGBToHSV", api="image.rgb_to_hsv", saves=("inputs", "outputs"), domain=(0.1, 1.0),
    samples=[(((2, 4, 3),), {})])  # fmt: skip
def rgb_to_hsv(xp, images):
    """Hue, saturation and value, all in [0, 1], of red, green and blue.

    >>> import tensortape as tf
    >>> tf.image.rgb_to_hsv([[[0.0, 0.5, 0.0]]]).numpy().round(3).ravel()
    array([0.333, 1.   , 0.5  ], dtype=float32)

    ``images``: floating tensor ``[..., 3]``. Raises ``tf.errors.FailedPreconditionError`` for
    another number of channels. Source: ``tf.image.rgb_to_hsv``.
    """
    checked("RGBToHSV", images)
    return xp.stack(to_hsv(xp, *channels(xp, images)), images.ndim - 1)


@rgb_to_hsv.vjp
def _(xp, g, y, x):
    rgb, (_, saturation, value) = channels(xp, x), channels(xp, y)
    top, low = ordering(xp, rgb)
    positive = [xp.astype(xp.greater(c, xp.zeros_like(c)), c.dtype) for c in rgb]
    spread = inverse(xp, xp.square(saturation)) * inverse(xp, xp.square(value))
    by_hue, by_saturation, by_value = channels(xp, g)
    hues = hue_slopes(xp, rgb, top, low, positive, spread)
    saturations = saturation_slopes(xp, rgb, top, low, positive)
    parts = [
        by_hue * h + by_saturation * s + by_value * v
        for h, s, v in zip(hues, saturations, top, strict=True)
    ]
    return xp.stack(parts, len(tuple(x.shape)) - 1)


@op("HSVToRGB", api="image.hsv_to_rgb", nondifferentiable="TensorFlow declares it so")
def hsv_to_rgb(xp, images):
    """Red, green and blue of hue, saturation and value.

    >>> import tensortape as tf
    >>> tf.image.hsv_to_rgb([[[0.0, 0.5, 1.0]]]).numpy().ravel()
    array([1. , 0.5, 0.5], dtype=float32)

    ``images``: floating tensor ``[..., 3]``. As in TensorFlow, there is no gradient (``None``).
    Raises ``tf.errors.FailedPreconditionError`` for another number of channels.
    Source: ``tf.image.hsv_to_rgb``.
    """
    checked("HSVToRGB", images)
    return xp.stack(to_rgb(xp, *channels(xp, images)), images.ndim - 1)
