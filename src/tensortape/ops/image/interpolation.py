"""Weights of resampling along one axis, as matrices ``[new size, size]``.

Positions are computed in single precision, as TensorFlow does, so that the same pixels are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

F = np.float32
_TABLE = 1024
"""Steps in which the bicubic kernel without antialiasing is tabulated."""


def cached(function: Callable[..., Any]) -> Callable[..., Any]:
    """Remember weights by sizes; they are not written to."""

    def make(*args: Any) -> Any:
        out = function(*args)
        out.setflags(write=False)
        return out

    return lru_cache(maxsize=64)(make)


def centres(new: int, size: int) -> Any:
    """Where the centres of the new pixels lie, in old pixels counted from the first's centre."""
    return (np.arange(new, dtype=F) + F(0.5)) * (F(size) / F(new)) - F(0.5)


def gathered(new: int, size: int, positions: Any, weights: Any) -> Any:
    """The matrix with ``weights`` at ``positions`` of each row, added where they meet."""
    out = np.zeros((new, size), F)
    rows = np.broadcast_to(np.arange(new)[:, None], positions.shape)
    np.add.at(out, (rows, positions), weights.astype(F))
    return out


def neighbours(new: int, size: int) -> tuple[Any, Any]:
    """The two nearest pixels of each new one ``[new, 2]``, and their shares."""
    at = centres(new, size)
    below = np.floor(at)
    share = at - below
    first = below.astype(int)
    positions = np.stack([np.maximum(first, 0), np.minimum(first + 1, size - 1)], 1)
    return positions, np.stack([1 - share, share], 1)


@cached
def bilinear(new: int, size: int) -> Any:
    """Between the two nearest pixels."""
    return gathered(new, size, *neighbours(new, size))


def bilinear_corners(new: int, size: int) -> list[tuple[Any, Any]]:
    """For each of the two nearest pixels, a matrix ``[new, size]`` that picks it and its shares."""
    positions, shares = neighbours(new, size)
    ones = np.ones((new, 1), F)
    return [
        (gathered(new, size, positions[:, i : i + 1], ones), shares[:, i].astype(F))
        for i in range(2)
    ]


def nearest(new: int, size: int) -> Any:
    """The positions of the nearest pixels."""
    at = np.floor((np.arange(new, dtype=F) + F(0.5)) * (F(size) / F(new))).astype(int)
    return np.clip(at, 0, size - 1)


@cached
def nearest_weights(new: int, size: int) -> Any:
    """Weight 1 for the nearest pixel."""
    return gathered(new, size, nearest(new, size)[:, None], np.ones((new, 1), F))


@cached
def bicubic(new: int, size: int) -> Any:
    """Keys' cubic through four pixels, from a table; pixels outside do not count."""
    at = centres(new, size)
    below = np.floor(at)
    step = np.rint((at - below) * F(_TABLE)) / F(_TABLE)
    offsets = np.arange(-1, 3)
    weights = keys_cubic(np.abs(offsets - step[:, None])).astype(F)
    positions = below.astype(int)[:, None] + offsets
    weights = np.where((positions >= 0) & (positions < size), weights, F(0))
    return gathered(new, size, np.clip(positions, 0, size - 1), normalised(weights))


@cached
def area(new: int, size: int) -> Any:
    """Averages over what a new pixel covers."""
    scale = F(size) / F(new)
    start = (np.arange(new, dtype=F) * scale)[:, None]
    end = ((np.arange(new, dtype=F) + F(1)) * scale)[:, None]
    pixel = np.arange(size, dtype=F)
    covered = np.clip(np.minimum(pixel + 1, end) - np.maximum(pixel, start), 0, None)
    return (covered / scale).astype(F)


def normalised(weights: Any) -> Any:
    """Rows divided by their sums, where those are not all but zero."""
    total = weights.sum(-1, keepdims=True, dtype=F)
    large = np.abs(total) >= F(1000) * np.finfo(F).tiny
    return np.where(large, weights / np.where(large, total, F(1)), weights)


def keys_cubic(x: Any) -> Any:
    """Keys' cubic convolution kernel (a = -1/2) of distances."""
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


def mitchell_cubic(x: Any) -> Any:
    """Mitchell and Netravali's cubic kernel."""
    near = ((7 / 6 * x - 2) * x) * x + 8 / 9
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


def lanczos(radius: int) -> Callable[[Any], Any]:
    """The windowed sinc kernel of a radius."""

    def kernel(x: Any) -> Any:
        return np.where(x > radius, 0, np.sinc(x) * np.sinc(x / radius))

    return kernel


KERNELS: dict[str, tuple[float, Callable[[Any], Any]]] = {
    "triangle": (1.0, lambda x: np.maximum(1 - x, 0)),
    "box": (1.0, lambda x: np.where(x < 0.5, 1.0, np.where(x == 0.5, 0.5, 0.0))),
    "keyscubic": (2.0, keys_cubic),
    "mitchellcubic": (2.0, mitchell_cubic),
    "lanczos1": (1.0, lanczos(1)),
    "lanczos3": (3.0, lanczos(3)),
    "lanczos5": (5.0, lanczos(5)),
    "gaussian": (1.5, lambda x: np.where(x >= 1.5, 0, np.exp(-2 * x * x))),
}
"""Kernels by TensorFlow's name: radius, and value by distance."""


@cached
def scaled(
    new: int, size: int, scale: float, translation: float, kernel: str, antialias: bool
) -> Any:
    """Any kernel, for ``scale * x + translation``; wider by the scale where that avoids aliases."""
    radius, function = KERNELS[kernel]
    inverse = F(1) / F(scale)
    stretch = max(inverse, F(1)) if antialias else F(1)
    at = (np.arange(new, dtype=F) + F(0.5)) * inverse - inverse * F(translation)
    inside = (at >= 0) & (at <= size)
    reach = F(radius) * stretch
    first = np.clip(np.ceil(at - reach - F(0.5)), 0, size - 1)[:, None]
    last = np.clip(np.floor(at + reach - F(0.5)), 0, size - 1)[:, None]
    pixel = np.arange(size, dtype=F)
    distance = np.abs((pixel + F(0.5) - at[:, None]) * (F(1) / stretch))
    used = inside[:, None] & (pixel >= first) & (pixel <= last)
    return normalised(np.where(used, function(distance), 0).astype(F))
