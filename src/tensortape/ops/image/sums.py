"""Sums over images, and their transpose."""

from __future__ import annotations

import math
from typing import Any

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.ops.layout.attributes import linear


@op("ImageSum", primitive="image_sum", saves=(),
    samples=[(((2, 2, 3, 2),), {}), (((8, 9, 1),), {})])  # fmt: skip
def image_sum(xp, images):
    """The sum of each image ``[..., height, width, channels]``, with its axes kept."""
    return xp.image_sum(images)


@op("ImageSpread", primitive="image_spread", saves=(),
    samples=[(((2, 1, 1, 1),), {"size": (2, 3, 2)})])  # fmt: skip
def image_spread(xp, values, *, size):
    """Images of a ``size`` that hold one value each."""
    return xp.image_spread(values, size)


@image_sum.vjp
def _(xp, g, y, x):
    return xp.image_spread(g, tuple(x.shape)[-3:])


@image_spread.vjp
def _(xp, g, y, x, *, size):
    return xp.image_sum(g)


def pixels(images: Any) -> int:
    """How many values an image has."""
    return max(math.prod(tuple(images.shape)[-3:]), 1)


@op("ImageMean", saves=(), samples=[(((2, 2, 3, 2),), {})])
def image_mean(xp, images):
    """The mean of each image ``[..., height, width, channels]``, with its axes kept."""
    return xp.image_sum(images) / pixels(images)


@image_mean.vjp
def _(xp, g, y, x):
    return xp.image_spread(g, tuple(x.shape)[-3:]) / pixels(x)


linear(image_mean)
linear(image_sum)
linear(image_spread)


def spread(values: Any, images: Any) -> Any:
    """One value for each image, as images of the shape of ``images``."""
    return execute(image_spread, (values,), {"size": tuple(images.shape)[-3:]})


def mean(images: Any) -> Any:
    """The mean of each image, with its axes kept."""
    return execute(image_mean, (images,), {})
