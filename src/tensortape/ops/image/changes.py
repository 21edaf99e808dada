"""Changes of images by random numbers; ``draw`` is ``tf.random.uniform`` or its stateless kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import EagerTensor
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.image import adjust
from tensortape.ops.image.arguments import one_or_many, require
from tensortape.ops.image.flip import mirrored
from tensortape.ops.layout.attributes import ints, invalid

Draw = Callable[..., Any]


def flip(image: Any, axis: int, draw: Draw) -> Any:
    """Images mirrored or not."""
    x = one_or_many(image)
    if x._a.ndim == 3:
        chance = draw(shape=[], minval=0, maxval=1.0)
        return xp.where(chance < 0.5, mirrored(x, axis), x)
    count = PUBLIC["shape"](x)[:1]
    chances = draw(shape=count, minval=0, maxval=1.0)
    choice = cast(PUBLIC["reshape"](PUBLIC["math.round"](chances), [-1, 1, 1, 1]), x.dtype)
    return choice * mirrored(x, axis) + (1 - choice) * x


def brightness(image: Any, max_delta: float, draw: Draw) -> Any:
    """Another brightness."""
    require(max_delta >= 0, f"max_delta must be non-negative. Received {max_delta}")
    return adjust.adjust_brightness(image, draw(shape=[], minval=-max_delta, maxval=max_delta))


def checked_range(lower: float, upper: float) -> None:
    """Raises ``ValueError`` unless ``0 <= lower < upper``."""
    require(upper > lower, f"upper must be > lower. Received {lower} and {upper}")
    require(lower >= 0, f"lower must be non-negative. Received {lower}")


def contrast(image: Any, lower: float, upper: float, draw: Draw) -> Any:
    """Another contrast."""
    checked_range(lower, upper)
    return adjust.adjust_contrast(image, draw(shape=[], minval=lower, maxval=upper))


def saturation(image: Any, lower: float, upper: float, draw: Draw) -> Any:
    """Another saturation."""
    checked_range(lower, upper)
    return adjust.adjust_saturation(image, draw(shape=[], minval=lower, maxval=upper))


def hue(image: Any, max_delta: float, draw: Draw) -> Any:
    """Another hue."""
    require(max_delta <= 0.5, f"max_delta must be <= 0.5. Received {max_delta}")
    require(max_delta >= 0, f"max_delta must be non-negative. Received {max_delta}")
    return adjust.adjust_hue(image, draw(shape=[], minval=-max_delta, maxval=max_delta))


def crop(value: Any, size: Any, draw: Draw) -> Any:
    """A part at a random place, along every axis."""
    x, wanted = tensor(value), ints(size)
    have = tuple(x._a.shape)
    if len(have) != len(wanted) or any(
        n is not None and n < m for n, m in zip(have, wanted, strict=True)
    ):
        raise invalid(f"Need value.shape >= size, got {list(have)} and {list(wanted)}")
    number = draw(shape=[len(wanted)], minval=0, maxval=dtypes.int32.max, dtype=dtypes.int32)
    offset = number % (PUBLIC["shape"](x) - PUBLIC["constant"](wanted) + 1)
    if type(offset) is EagerTensor:
        return PUBLIC["slice"](x, offset, wanted)
    for axis, n in enumerate(wanted):
        if have[axis] != n:
            x = PUBLIC["gather"](x, offset[axis] + PUBLIC["range"](n), axis=axis)
    return x
