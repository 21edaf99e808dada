"""Samples of class numbers from rows of unnormalised log-probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensortape.ops.random.distributions import unit_float64
from tensortape.ops.random.philox import Philox, words


def reserved_blocks(batch: int, samples: int) -> int:
    """How far a stateful draw advances its stream."""
    return batch * -(-samples // 4) * 4 * 2 * 256


def categorical(
    state: Philox, logits: NDArray[np.floating], samples: int, dtype: DTypeLike
) -> NDArray[Any]:
    """``samples`` classes for each row: ``(batch, classes)`` to ``(batch, samples)``.

    Inverts the cumulative distribution in double precision. Non-finite logits are classes that
    are never drawn. TensorFlow splits very large batches among threads, and its numbers then
    depend on how many it has; these are the numbers of a single thread.
    """
    batch = logits.shape[0]
    wide = logits.astype(np.float64)
    usable = np.isfinite(wide)
    top = np.max(wide, axis=1, keepdims=True, where=usable, initial=-np.inf)
    weights = np.where(usable, np.exp(np.where(usable, wide - top, 0.0)), 0.0)
    cumulative = np.cumsum(weights, axis=1)
    points = unit_float64(words(state, 2 * batch * samples)).reshape(batch, samples)
    points = points * cumulative[:, -1:]
    out = np.empty((batch, samples), dtype)
    for row in range(batch):
        out[row] = np.searchsorted(cumulative[row], points[row], side="right")
    return out
