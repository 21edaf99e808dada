"""Binomial variates: sums of geometric waits for small means, Hörmann's BTRS for large ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensortape.ops.random.draws import Buffer, Streams, uniform_buffer
from tensortape.ops.random.philox import Philox

# Blocks of the stream between neighbouring outputs, for each of the two methods.
_RESERVED_REJECTION = 256
_RESERVED_INVERSION = 42
_LARGE_MEAN = 10
# Remainders of Stirling's approximation of log(k!), for k = 0 to 9.
_STIRLING_TAIL = np.array(
    [
        0.0810614667953272,
        0.0413406959554092,
        0.0276779256849983,
        0.02079067210376509,
        0.0166446911898211,
        0.0138761288230707,
        0.0118967099458917,
        0.0104112652619720,
        0.00925546218271273,
        0.00833056343336287,
    ]
)


def binomial(
    state: Philox,
    samples: int,
    counts: NDArray[np.floating],
    probs: NDArray[np.floating],
    dtype: DTypeLike,
) -> NDArray[Any]:
    """Values for each count and probability (equal shapes): ``(samples,) + counts.shape``."""
    mirrored = probs > 0.5
    p = np.where(mirrored, 1 - probs, probs)
    large = np.repeat((counts * p >= _LARGE_MEAN).reshape(-1), samples)
    n = np.repeat(counts.reshape(-1).astype(np.float64), samples)
    p = np.repeat(p.reshape(-1).astype(np.float64), samples)
    out = np.zeros(n.size)
    proper = (n > 0) & (p > 0)
    _sample(state, n, p, np.flatnonzero(proper & large), _RESERVED_REJECTION, _btrs, out)
    _sample(state, n, p, np.flatnonzero(proper & ~large), _RESERVED_INVERSION, _inversion, out)
    flipped = np.repeat(mirrored.reshape(-1), samples) & (n > 0)
    out[flipped] = n[flipped] - out[flipped]
    out[(n > 0) & np.isnan(p)] = np.nan
    by_sample = out.reshape(counts.size, samples).T
    return by_sample.reshape(samples, *counts.shape).astype(dtype)


def _sample(state, n, p, rows, reserved, method, out) -> None:
    """Draws ``out[rows]`` with ``method``, each output at its place in the stream."""
    if rows.size:
        uniforms = uniform_buffer(Streams(state, rows * reserved))
        out[rows] = method(n[rows], p[rows], uniforms)


def _inversion(
    n: NDArray[np.float64], p: NDArray[np.float64], uniforms: Buffer
) -> NDArray[np.float64]:
    """The number of geometric waiting times that fit into ``n`` trials."""
    number = np.zeros(n.size)
    total = np.zeros(n.size)
    rows = np.arange(n.size)
    while rows.size:
        total[rows] += np.ceil(np.log(uniforms.draw(rows)) / np.log1p(-p[rows]))
        rows = rows[~(total[rows] > n[rows])]
        number[rows] += 1
    return number


def _btrs(n: NDArray[np.float64], p: NDArray[np.float64], uniforms: Buffer) -> NDArray[np.float64]:
    """Transformed rejection with squeeze (Hörmann 1993)."""
    spread = np.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    out = np.zeros(n.size)
    rows = np.arange(n.size)
    while rows.size:
        u = uniforms.draw(rows)
        v = uniforms.draw(rows)
        u = u - 0.5
        near = 0.5 - np.abs(u)
        k = np.floor((2 * a[rows] / near + b[rows]) * u + (n[rows] * p[rows] + 0.5))
        accepted = (near >= 0.07) & (v <= 0.92 - 4.2 / b[rows])
        open_ = ~accepted & ~((k < 0) | (k > n[rows]))
        tried = rows[open_]
        alpha = (2.83 + 5.1 / b[tried]) * spread[tried]
        scaled = np.log(v[open_] * alpha / (a[tried] / near[open_] ** 2 + b[tried]))
        accepted[open_] = scaled <= _log_density_ratio(n[tried], p[tried], k[open_])
        out[rows[accepted]] = k[accepted]
        rows = rows[~accepted]
    return out


def _log_density_ratio(
    n: NDArray[np.float64], p: NDArray[np.float64], k: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log of the probability of ``k`` relative to that of the mode."""
    r = p / (1 - p)
    m = np.floor((n + 1) * p)
    return (
        (m + 0.5) * np.log((m + 1) / (r * (n - m + 1)))
        + (n + 1) * np.log((n - m + 1) / (n - k + 1))
        + (k + 0.5) * np.log(r * (n - k + 1) / (k + 1))
        + _stirling_tail(m)
        + _stirling_tail(n - m)
        - _stirling_tail(k)
        - _stirling_tail(n - k)
    )


def _stirling_tail(k: NDArray[np.float64]) -> NDArray[np.float64]:
    square = (k + 1) * (k + 1)
    series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
    return np.where(k <= 9, _STIRLING_TAIL[np.clip(k, 0, 9).astype(np.intp)], series)
