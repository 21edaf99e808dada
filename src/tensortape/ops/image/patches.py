"""Parts of images: patches in a grid, glimpses at positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.errors import InvalidArgumentError, of_op
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.attributes import ints


def grid(size: int, kernel: int, stride: int, rate: int, padding: str) -> tuple[Any, int, int]:
    """Positions ``[patches, kernel]`` along a padded axis, and the padding before and after."""
    reach = (kernel - 1) * rate + 1
    if padding == "VALID":
        count, total = max((size - reach) // stride + 1, 0), 0
    else:
        count = -(-size // stride)
        total = max((count - 1) * stride + reach - size, 0)
    places = np.arange(count)[:, None] * stride + np.arange(kernel) * rate
    return places, total // 2, total - total // 2


def patch_attribute(value: Any, what: str) -> tuple[int, ...]:
    """Four ints, of which the middle two are answered."""
    values = ints(value)
    if len(values) < 4:
        raise InvalidArgumentError(
            None, None, f"Length for attr '{what}' of {len(values)} must be at least minimum 4"
        )
    return values[1:3]


@export("image.extract_patches")
def extract_patches(
    images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None
) -> Any:
    """Patches of images, each laid out along the channels.

    >>> import tensortape as tf
    >>> image = tf.reshape(tf.range(9), [1, 3, 3, 1])
    >>> one = [1, 1, 1, 1]
    >>> tf.image.extract_patches(image, [1, 2, 2, 1], one, one, "VALID").numpy()[0, 0]
    array([[0, 1, 3, 4],
           [1, 2, 4, 5]], dtype=int32)

    Args:
        images: tensor ``[batch, height, width, channels]``.
        sizes: ``[1, rows, columns, 1]`` of a patch.
        strides: ``[1, rows, columns, 1]`` from one patch to the next.
        rates: ``[1, rows, columns, 1]`` between the pixels of a patch.
        padding: ``"VALID"`` or ``"SAME"`` (zeros around the images).
        name: ignored.

    Returns a tensor ``[batch, rows, columns, patch rows * patch columns * channels]``. Raises
    ``tf.errors.InvalidArgumentError`` for other ranks and paddings.
    Source: ``tf.image.extract_patches``.
    """
    x = tensor(images)
    if x._a.ndim != 4:
        raise of_op(
            InvalidArgumentError,
            "ExtractImagePatches",
            f"input must be 4-dimensional, got {x.shape}",
        )
    if padding not in ("VALID", "SAME"):
        raise InvalidArgumentError(
            None,
            None,
            f"Value for attr 'padding' of \"{padding}\" is not in the list of allowed values: "
            '"SAME", "VALID"',
        )
    kernel, step = patch_attribute(sizes, "ksizes"), patch_attribute(strides, "strides")
    rate = patch_attribute(rates, "rates")
    found = [
        grid(n, k, s, r, padding)
        for n, k, s, r in zip(tuple(x.shape)[1:3], kernel, step, rate, strict=True)
    ]
    widths = [(before, after) for _, before, after in found]
    if any(map(any, widths)):
        x = xp.pad(x, ((0, 0), *widths, (0, 0)), 0)
    for axis, (places, _, _) in zip((1, 3), found, strict=True):
        x = xp.take(x, places, axis)
    x = PUBLIC["transpose"](x, [0, 1, 3, 2, 4, 5])
    _, rows, columns, high, wide, channels = tuple(x.shape)
    return PUBLIC["reshape"](x, [-1, rows, columns, high * wide * channels])


def corner(xp: Any, offset: Any, image: int, part: int, centred: bool, normalised: bool) -> Any:
    """Where a glimpse starts along one axis, in whole pixels."""
    if normalised:
        offset = offset * image
    if centred:
        offset = offset / 2 + image / 2 - part / 2 if normalised else offset + image / 2
    whole = xp.floor(xp.absolute(offset)) * xp.sign(offset)
    return xp.astype(whole, dtypes.int64)


@op("ExtractGlimpseV2", missing_gradient=True)
def extract_glimpse_op(xp, input, offsets, noise, *, size, centered, normalized):
    """Windows of ``size`` at ``offsets`` ``[batch, 2]``; where they reach beyond, the noise."""
    b, h, w, c = tuple(input.shape)
    places, insides = [], []
    for i, (image, part) in enumerate(zip((h, w), size, strict=True)):
        start = corner(xp, xp.getitem(offsets, (slice(None), i)), image, part, centered, normalized)
        at = xp.expand_dims(start, 1) + np.arange(part)[None]
        insides.append(
            xp.logical_and(xp.greater_equal(at, np.int64(0)), xp.less(at, np.int64(image)))
        )
        places.append(xp.minimum(xp.maximum(at, np.int64(0)), np.int64(image - 1)))
    index = xp.expand_dims(places[0], 2) * w + xp.expand_dims(places[1], 1)
    inside = xp.logical_and(xp.expand_dims(insides[0], 2), xp.expand_dims(insides[1], 1))
    found = xp.take(xp.reshape(input, (b, h * w, c)), index, 1, 1)
    return xp.where(xp.expand_dims(inside, 3), found, noise)


def glimpse_noise(x: Any, shape: Any, kind: str) -> Any:
    """What fills a glimpse outside the image: zeros, or noise of the range or spread of ``x``."""
    if kind == "zero":
        return PUBLIC["zeros"](shape)
    if kind == "uniform":
        low, high = (PUBLIC[f"reduce_{end}"](x) for end in ("min", "max"))
        return PUBLIC["random.uniform"](shape) * (high - low) + low
    spread = PUBLIC["math.reduce_std"](x)
    return PUBLIC["random.normal"](shape) * spread + PUBLIC["reduce_mean"](x)


@export("image.extract_glimpse")
def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    noise: str = "uniform",
    name: str | None = None,
) -> Any:
    """Windows of images at given positions.

    >>> import tensortape as tf
    >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> tf.image.extract_glimpse(image, [1, 2], [[0.0, 0.5]], noise="zero").numpy().ravel()
    array([4., 5.], dtype=float32)

    Args:
        input: float32 tensor ``[batch, height, width, channels]``.
        size: two ints, the height and width of the windows.
        offsets: floats ``[batch, 2]`` (y, x).
        centered: whether offsets count from the middle of the image instead of its first pixel.
        normalized: whether offsets are parts of the image instead of pixels.
        noise: what lies outside: ``"uniform"``, ``"gaussian"`` or ``"zero"``.
        name: ignored.

    There is no derivative, as in TensorFlow (``LookupError``). Raises
    ``tf.errors.InvalidArgumentError`` for other ranks and noises.
    Source: ``tf.image.extract_glimpse``.
    """
    kind = "ExtractGlimpseV2"
    x = convert_to_tensor(input, dtype=dtypes.float32)
    if x._a.ndim != 4:
        raise of_op(InvalidArgumentError, kind, f"input must be 4-dimensional, got {x.shape}")
    if noise not in ("uniform", "gaussian", "zero"):
        message = f"The noise could only be uniform, gaussian, or zero, got {noise}"
        raise of_op(InvalidArgumentError, kind, message)
    window = ints(size)
    filling = glimpse_noise(x, [1, *window, 1], noise)
    attrs = {"size": window, "centered": centered, "normalized": normalized}
    at = convert_to_tensor(offsets, dtype=dtypes.float32)
    return execute(extract_glimpse_op, (x, at, filling), attrs)
