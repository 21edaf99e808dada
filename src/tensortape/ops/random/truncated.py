"""Normal values between given bounds (the parameterised truncated normal).

One stream serves all values in order: first all samples of the first set of parameters, then of
the second, and so on. Three methods, chosen by where the bounds lie: rejection of normal values,
of uniform values, or of exponential values (Robert, 1995).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensortape.ops.random import double, single
from tensortape.ops.random.distributions import normal_of_blocks, unit_float32, unit_float64
from tensortape.ops.random.philox import Philox, blocks

_NORMAL_SAMPLER_MARGIN = 1.3  # standard deviations inside the bounds
_GIVE_UP_AFTER = 1000  # attempts for one value, as in TensorFlow


class Bounds(NamedTuple):
    """The bounds in standard deviations from the mean, and how to return to user units."""

    low: np.floating
    high: np.floating
    mean: np.floating
    stddev: np.floating


# Turns the next blocks of a stream into (values, accepted) in the order they are examined.
Attempt = Callable[[NDArray[np.uint32], Bounds], tuple[NDArray, NDArray[np.bool_]]]


def truncated_normal_between(
    state: Philox, samples: int, parameters: NDArray[np.floating]
) -> NDArray[np.floating]:
    """``samples`` values for each column of ``parameters``: an array ``(samples, columns)``.

    The four rows of ``parameters`` are mean, standard deviation, minimum and maximum; a wrong
    set (no positive deviation, empty or infinite interval) raises ValueError.
    """
    out = np.empty((samples, parameters.shape[1]), parameters.dtype)
    for column in range(parameters.shape[1]):
        bounds = _normalised(*parameters[:, column])
        attempt, blocks_each = _method(bounds)
        values, used = _collect(state, samples, attempt, blocks_each, bounds)
        out[:, column] = values * bounds.stddev + bounds.mean
        state = state.skip(used)
    return out


def _normalised(
    mean: np.floating, stddev: np.floating, low: np.floating, high: np.floating
) -> Bounds:
    finite = np.isfinite(low) or np.isfinite(high)
    if not (stddev > 0 and low < high and finite):
        raise ValueError("Invalid parameters")
    if low == -np.inf or high < mean:
        low, high, stddev = high, low, -stddev
    return Bounds((low - mean) / stddev, (high - mean) / stddev, mean, stddev)


def _method(bounds: Bounds) -> tuple[Attempt, int]:
    low, high = bounds.low, bounds.high
    kind = low.dtype.type
    margin = kind(_NORMAL_SAMPLER_MARGIN)
    if (low < -margin and high >= 0) or (high > margin and low <= 0):
        return _from_normal, 1
    root = np.sqrt(low * low + kind(4))
    cutoff = kind(2) * np.exp(kind(0.5) + (low * (low - root)) / kind(4)) / (low + root)
    return (_from_uniform, 2) if high - low < cutoff else (_from_exponential, 1)


def _collect(
    state: Philox, samples: int, attempt: Attempt, blocks_each: int, bounds: Bounds
) -> tuple[NDArray[np.floating], int]:
    """The first ``samples`` accepted values and the number of blocks they took."""
    kept: list[NDArray] = []
    found = used = 0
    while found < samples:
        steps = (samples - found) // 2 + 1
        values, accepted = attempt(blocks(state.skip(used), steps * blocks_each), bounds)
        wanted = np.flatnonzero(accepted)[: samples - found]
        if wanted.size == 0 and accepted.size > _GIVE_UP_AFTER:
            raise ValueError("The rejection sampler failed to accept a sample.")
        kept.append(values[wanted])
        found += wanted.size
        per_step = values.size // steps
        last = wanted[-1] // per_step + 1 if found == samples else steps
        used += int(last) * blocks_each
    return np.concatenate(kept) if kept else np.empty(0, bounds.low.dtype), used


def _unit(bits: NDArray[np.uint32], kind: np.dtype) -> NDArray[np.floating]:
    if kind.itemsize == 8:
        return unit_float64(bits)
    if kind.itemsize == 4:
        return unit_float32(bits)
    mantissa = (bits & np.uint32(0x3FF)).astype(np.uint16) | np.uint16(15 << 10)
    return mantissa.view(np.float16) - np.float16(1)


def _from_normal(bits: NDArray[np.uint32], bounds: Bounds) -> tuple[NDArray, NDArray[np.bool_]]:
    kind = bounds.low.dtype
    values = normal_of_blocks(bits, kind).astype(kind, copy=False).reshape(-1)
    return values, (values >= bounds.low) & (values <= bounds.high)


def _from_uniform(bits: NDArray[np.uint32], bounds: Bounds) -> tuple[NDArray, NDArray[np.bool_]]:
    """Blocks alternate between proposals and the uniforms they are accepted by."""
    low = bounds.low
    kind = low.dtype
    values = _unit(bits[0::2], kind) * (bounds.high - low) + low
    peak = kind.type(0) if low < 0 else low * low
    density = np.exp((peak - values * values) / kind.type(2))
    return values.reshape(-1), (_unit(bits[1::2], kind) <= density).reshape(-1)


def _from_exponential(
    bits: NDArray[np.uint32], bounds: Bounds
) -> tuple[NDArray, NDArray[np.bool_]]:
    """Numbers alternate between proposals and the uniforms they are accepted by."""
    low = bounds.low
    kind = low.dtype.type
    unit = _unit(bits, low.dtype).reshape(-1)
    alpha = (low + np.sqrt(low * low + kind(4))) / kind(2)
    values = -_log(unit[0::2]) / alpha + low
    x = alpha - values if low < alpha else np.full_like(values, low - alpha)
    density = np.exp(-x * x / kind(2))
    return values, (unit[1::2] <= density) & (values < bounds.high)


def _log(x: NDArray[np.floating]) -> NDArray[np.floating]:
    logs = np.full_like(x, -np.inf)
    positive = x > 0
    logs[positive] = (single if x.dtype == np.float32 else double).log(x[positive])
    return logs
