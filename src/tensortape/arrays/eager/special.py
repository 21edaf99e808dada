"""Special functions, from SciPy, which is imported when the first of them is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.kernels import error_function, log_gamma
from tensortape.arrays.kernels.elementwise_blocks import worth
from tensortape.core.lazy import lazy_import

special = lazy_import("scipy.special")

UNARY = (
    "erf erfc erfinv ndtri lgamma digamma bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 "
    "bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint "
    "fresnel_cos fresnel_sin spence"
)
BINARY = "igamma igammac igamma_derivative polygamma zeta"
TERNARY = "betainc"


def _same_dtype(name: str) -> Callable[..., Any]:
    """SciPy's function ``name`` with a result of the first argument's dtype (float16 stays)."""

    def function(x: Any, *rest: Any) -> Any:
        return getattr(special, name)(x, *rest).astype(x.dtype, copy=False)

    return function


erfinv = _same_dtype("erfinv")
ndtri = _same_dtype("ndtri")
bessel_i0 = _same_dtype("i0")
bessel_i0e = _same_dtype("i0e")
bessel_i1 = _same_dtype("i1")
bessel_i1e = _same_dtype("i1e")
bessel_j0 = _same_dtype("j0")
bessel_j1 = _same_dtype("j1")
bessel_k0 = _same_dtype("k0")
bessel_k0e = _same_dtype("k0e")
bessel_k1 = _same_dtype("k1")
bessel_k1e = _same_dtype("k1e")
bessel_y0 = _same_dtype("y0")
bessel_y1 = _same_dtype("y1")
dawsn = _same_dtype("dawsn")
expint = _same_dtype("expi")
spence = _same_dtype("spence")
igamma = _same_dtype("gammainc")
igammac = _same_dtype("gammaincc")
zeta = _same_dtype("zeta")
betainc = _same_dtype("betainc")


def erf(x: Any) -> Any:
    """The error function; of many float32 numbers by an approximation that is off by 4e-7."""
    if worth(x):
        return error_function.erf(x)
    return special.erf(x).astype(x.dtype, copy=False)


def erfc(x: Any) -> Any:
    """One less the error function; of many float32 numbers likewise."""
    if worth(x):
        return error_function.erfc(x)
    return special.erfc(x).astype(x.dtype, copy=False)


def lgamma(x: Any) -> Any:
    """``log(|gamma(x)|)``; of many float32 numbers by an approximation that is off by 4e-7."""
    if worth(x):
        return log_gamma.lgamma(x)
    return special.gammaln(x).astype(x.dtype, copy=False)


def digamma(x: Any) -> Any:
    """The derivative of ``lgamma``; NaN at its poles."""
    return np.where((x <= 0) & (x == np.floor(x)), np.nan, special.psi(x)).astype(x.dtype)[()]


def fresnel_cos(x: Any) -> Any:
    return special.fresnel(x)[1].astype(x.dtype)


def fresnel_sin(x: Any) -> Any:
    return special.fresnel(x)[0].astype(x.dtype)


def polygamma(n: Any, x: Any) -> Any:
    """The ``n``-th derivative of ``digamma``, by Hurwitz' zeta function."""
    n64, x64 = np.asarray(n, np.float64), np.asarray(x, np.float64)
    sign = np.where(n64 % 2 == 1, 1.0, -1.0)
    value = sign * special.gamma(n64 + 1) * special.zeta(n64 + 1, x64)
    value = np.where((n64 < 0) | (n64 != np.floor(n64)), np.nan, value)
    value = np.where(n64 == 0, special.psi(x64), value)
    pole = (n64 % 2 == 0) & (x64 <= 0) & (x64 == np.floor(x64))  # signs differ on its two sides
    return np.where(pole, np.nan, value).astype(x.dtype)[()]


def igamma_derivative(a: Any, x: Any) -> Any:
    """The derivative of the regularised lower incomplete gamma function by its parameter.

    Central differences of a smooth function, refined by Richardson's extrapolation in float64.
    """
    a64, x64 = np.asarray(a, np.float64), np.asarray(x, np.float64)
    h = 0.05 * np.minimum(a64, 1.0)
    rows = []
    for k in range(6):
        step = h / 2**k
        rows.append(
            [(special.gammainc(a64 + step, x64) - special.gammainc(a64 - step, x64)) / (2 * step)]
        )
        for j in range(1, k + 1):
            before, last = rows[k - 1][j - 1], rows[k][j - 1]
            rows[k].append(last + (last - before) / (4**j - 1))
    return rows[-1][-1].astype(x.dtype)[()]
