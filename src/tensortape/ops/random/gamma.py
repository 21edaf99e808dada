"""Gamma variates: transformation and rejection after Marsaglia and Tsang (2000)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensortape.ops.random import double
from tensortape.ops.random.draws import Buffer, Streams, normal_buffer, uniform_buffer
from tensortape.ops.random.philox import Philox

# Blocks of the stream that each output owns.
RESERVED_PER_OUTPUT = 256


def gamma(state: Philox, samples: int, alpha: NDArray[np.floating]) -> NDArray[Any]:
    """``samples`` values for each ``alpha``: an array of shape ``(samples,) + alpha.shape``.

    Computed in double precision and rounded to the type of ``alpha``.
    """
    rates = np.repeat(alpha.reshape(-1).astype(np.float64), samples)
    streams = Streams(state, np.arange(rates.size) * RESERVED_PER_OUTPUT)
    uniforms = uniform_buffer(streams)
    out = np.empty(rates.size)
    exponential = rates == 1.0
    ones = np.flatnonzero(exponential)
    out[ones] = -double.log1p(-uniforms.draw(ones))
    _marsaglia_tsang(rates, np.flatnonzero(~exponential), normal_buffer(streams), uniforms, out)
    by_sample = out.reshape(alpha.size, samples).T
    return by_sample.reshape(samples, *alpha.shape).astype(alpha.dtype)


def _marsaglia_tsang(
    alpha: NDArray[np.float64],
    rows: NDArray[np.intp],
    normals: Buffer,
    uniforms: Buffer,
    out: NDArray[np.float64],
) -> None:
    """Fills ``out[rows]``; shapes below one are drawn for alpha + 1 and scaled down."""
    d = alpha + np.where(alpha < 1, 2.0 / 3, -1.0 / 3)
    c = 1.0 / 3 / np.sqrt(d)
    while rows.size:
        x = normals.draw(rows)
        v = 1 + c[rows] * x
        inside = v > 0
        trial, x, v = rows[inside], x[inside], v[inside]
        v = v * v * v
        accepted = _accept(uniforms.draw(trial), x, v, d[trial])
        done = trial[accepted]
        out[done] = d[done] * v[accepted]
        small = done[alpha[done] < 1]
        out[small] *= np.power(uniforms.draw(small), 1 / alpha[small])
        rows = np.setdiff1d(rows, done, assume_unique=True)


def _accept(
    u: NDArray[np.float64],
    x: NDArray[np.float64],
    v: NDArray[np.float64],
    d: NDArray[np.float64],
) -> NDArray[np.bool_]:
    squeeze = u < 1 - 0.0331 * (x * x) * (x * x)
    return squeeze | (np.log(u) < 0.5 * x * x + d * (1 - v + np.log(v)))
