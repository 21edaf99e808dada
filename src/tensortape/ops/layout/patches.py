"""Blocks of volumes: ``tf.extract_volume_patches``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import ints, invalid


def windows(size: int, kernel: int, stride: int, padding: str) -> tuple[Any, int, int]:
    """Positions ``[windows, kernel]`` along a padded axis, and the padding before and after."""
    if padding == "VALID":
        count, before, after = (size - kernel) // stride + 1, 0, 0
    else:
        count = -(-size // stride)
        total = max((count - 1) * stride + kernel - size, 0)
        before, after = total // 2, total - total // 2
    return np.arange(count)[:, None] * stride + np.arange(kernel), before, after


@export("extract_volume_patches")
def extract_volume_patches(
    input: Any, ksizes: Any, strides: Any, padding: str, name: str | None = None
) -> Any:
    """Blocks of ``[batch, depth, height, width, channels]``, each laid out along the channels.

    ``ksizes`` and ``strides`` have five elements, ``padding`` is ``"VALID"`` or ``"SAME"``.

    >>> import tensortape as tf
    >>> volume = tf.zeros([1, 4, 4, 4, 1])
    >>> tf.extract_volume_patches(volume, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "VALID").shape
    TensorShape([1, 2, 2, 2, 8])

    Raises ``tf.errors.InvalidArgumentError`` for other ranks, ``ValueError`` for another padding.
    Source: ``tf.extract_volume_patches``.
    """
    x = tensor(input)
    if padding not in ("VALID", "SAME"):
        raise ValueError(f"padding must be 'VALID' or 'SAME', got {padding!r}")
    if x._a.ndim != 5:
        raise invalid(f"input must be 5-dimensional, got {x.shape} [Op:ExtractVolumePatches]")
    kernel, step = ints(ksizes)[1:4], ints(strides)[1:4]
    found = [windows(n, k, s, padding) for n, k, s in zip(x.shape[1:4], kernel, step, strict=True)]
    widths = ((0, 0), *((before, after) for _, before, after in found), (0, 0))
    x = xp.pad(x, widths, 0)
    for axis, (positions, _, _) in zip((1, 3, 5), found, strict=True):
        x = xp.take(x, positions, axis)
    x = xp.transpose(x, (0, 1, 3, 5, 2, 4, 6, 7))
    shape = tuple(x.shape)
    return xp.reshape(x, (*shape[:4], shape[4] * shape[5] * shape[6] * shape[7]))
