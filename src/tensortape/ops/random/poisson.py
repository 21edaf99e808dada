"""Poisson variates: Knuth's product of uniforms below a rate of 10, Hörmann's PTRD above."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensortape.ops.random.draws import Buffer, Streams, uniform_buffer
from tensortape.ops.random.philox import Philox

# Blocks of the stream that each output owns.
RESERVED_PER_OUTPUT = 256
_SMALL_RATE = 10.0
_lgamma = np.frompyfunc(math.lgamma, 1, 1)


def poisson(state: Philox, samples: int, rate: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """``samples`` counts for each rate: an array of shape ``(samples,) + rate.shape``."""
    kind = np.dtype(dtype)
    rates = np.repeat(rate.reshape(-1).astype(np.float64), samples)
    streams = Streams(state, np.arange(rates.size) * RESERVED_PER_OUTPUT)
    uniforms = uniform_buffer(streams)
    out = np.zeros(rates.size)
    highest = float(np.iinfo(kind).max if kind.kind in "iu" else np.finfo(kind).max)
    usable = rates <= highest
    # TensorFlow does not return from rates beyond the range of the type.
    out[~usable] = highest if kind.kind in "iu" else np.where(rates[~usable] > 0, np.inf, np.nan)
    small = rates < _SMALL_RATE
    _knuth(rates, np.flatnonzero(small & usable), uniforms, out, highest)
    _hormann(rates, np.flatnonzero(~small & usable), uniforms, out, highest)
    return out.reshape(rate.size, samples).T.reshape(samples, *rate.shape).astype(kind)


def _knuth(
    rate: NDArray[np.float64],
    rows: NDArray[np.intp],
    uniforms: Buffer,
    out: NDArray[np.float64],
    highest: float,
) -> None:
    """Counts the uniforms whose running product stays above exp(-rate)."""
    limit = np.exp(-rate)
    product = np.ones(rate.size)
    while rows.size:
        product[rows] *= uniforms.draw(rows)
        going = rows[(product[rows] > limit[rows]) | (out[rows] > highest)]
        out[going] += 1
        rows = going


def _hormann(
    rate: NDArray[np.float64],
    rows: NDArray[np.intp],
    uniforms: Buffer,
    out: NDArray[np.float64],
    highest: float,
) -> None:
    """Transformed rejection with decomposition (Hörmann 1993)."""
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = -0.059 + 0.02483 * b
    while rows.size:
        u = uniforms.draw(rows) - 0.5
        v = uniforms.draw(rows)
        near = 0.5 - np.abs(u)
        k = np.floor((2.0 * a[rows] / near + b[rows]) * u + rate[rows] + 0.43)
        accepted = (near >= 0.07) & (v <= 0.9277 - 3.6224 / (b[rows] - 2.0))
        open_ = ~accepted & ~((k < 0) | ((near < 0.013) & (v > near)))
        tried = rows[open_]
        accepted[open_] = _below_density(
            near[open_], v[open_], k[open_], rate[tried], a[tried], b[tried]
        )
        accepted &= ~(k > highest)
        out[rows[accepted]] = k[accepted]
        rows = rows[~accepted]


def _below_density(
    near: NDArray[np.float64],
    v: NDArray[np.float64],
    k: NDArray[np.float64],
    rate: NDArray[np.float64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
) -> NDArray[np.bool_]:
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    s = np.log(v * inverse_alpha / (a / (near * near) + b))
    lgamma = np.asarray(_lgamma(k + 1), np.float64)
    return s <= -rate + k * np.log(rate) - lgamma
