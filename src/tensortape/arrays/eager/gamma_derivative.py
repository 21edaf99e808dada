"""How a gamma variate moves with the shape parameter of its distribution.

With P(a, x) the distribution function, a sample that keeps its probability moves by
``dx/da = -(dP/da) / (dP/dx)`` (implicit reparameterisation, Figurnov et al., 2018). Below
``x = a + 1`` this is a series with positive terms; above, two integrals over the tail.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import

special = lazy_import("scipy.special")

BINARY = "random_gamma_grad"
_NODES = 64
_TAIL = 40.0  # exp(-40) of the integrand is left out
_CHUNK = 4096


def random_gamma_grad(alpha: Any, sample: Any) -> Any:
    """Derivative of gamma samples with respect to ``alpha``, elementwise with broadcasting."""
    a, x = np.broadcast_arrays(np.asarray(alpha), np.asarray(sample))
    shape, dtype = a.shape, sample.dtype
    a, x = a.reshape(-1).astype(np.float64), x.reshape(-1).astype(np.float64)
    out = np.where(x == 0, 0.0, np.nan)
    proper = np.isfinite(a) & np.isfinite(x) & (a > 0) & (x > 0)
    for rows, method in (
        (np.flatnonzero(proper & (x <= a + 1)), _by_series),
        (np.flatnonzero(proper & (x > a + 1)), _by_tail),
    ):
        for start in range(0, rows.size, _CHUNK):
            part = rows[start : start + _CHUNK]
            out[part] = method(a[part], x[part])
    return out.reshape(shape).astype(dtype)[()]


def _by_series(a: Any, x: Any) -> Any:
    """``x * sum(t[n] * (psi(a + n + 1) - log(x)))``, t[n] = x^n / (a (a+1) ... (a+n))."""
    psi = special.digamma(a + 1)
    log = np.log(x)
    term = 1 / a
    total = term * (psi - log)
    n = 0
    while True:
        n += 1
        psi += 1 / (a + n)
        term *= x / (a + n)
        step = term * (psi - log)
        total += step
        if np.all(np.abs(step) <= 1e-17 * np.abs(total)):
            return x * total


@cache
def _quadrature() -> tuple[Any, Any]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1) / 2, weights / 2


def _by_tail(a: Any, x: Any) -> Any:
    """``(log(x) - psi(a)) K + K'``, K the integral of (1 + v/x)^(a-1) e^-v, K' = dK/da."""
    nodes, weights = _quadrature()
    end = _tail_end(a, x)
    v = end[:, None] * nodes
    log = np.log1p(v / x[:, None])
    density = np.exp((a[:, None] - 1) * log - v) * (weights * end[:, None])
    k, slope = density.sum(axis=1), (density * log).sum(axis=1)
    return (np.log(x) - special.digamma(a)) * k + slope


def _tail_end(a: Any, x: Any) -> Any:
    """Where the exponent of the integrand falls to -40, from the right by Newton's method."""
    v = np.full_like(a, _TAIL)
    grows = a > 1
    v[grows] += 3 * np.sqrt(_TAIL * a[grows]) + _TAIL
    for _ in range(12):
        value = (a - 1) * np.log1p(v / x) - v + _TAIL
        slope = (a - 1) / (x + v) - 1
        v = np.where(grows, v - value / slope, v)
    return v
