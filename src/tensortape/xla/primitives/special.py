"""Special functions that XLA has; the others run on the host."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import
from tensortape.xla.runtime import jnp, lax

jss: Any = lazy_import("jax.scipy.special")


def _wide(function: Any, x: Any) -> Any:
    """A function of XLA's, half precision computed in single precision."""
    x = jnp.asarray(x)
    return function(x)


def erf(x: Any) -> Any:
    return _wide(lax.erf, x)


def erfc(x: Any) -> Any:
    return _wide(lax.erfc, x)


def erfinv(x: Any) -> Any:
    return _wide(lax.erf_inv, x)


def ndtri(x: Any) -> Any:
    return _wide(jss.ndtri, x)


def lgamma(x: Any) -> Any:
    return _wide(lax.lgamma, x)


def digamma(x: Any) -> Any:
    pole = (x <= 0) & (x == jnp.floor(x))
    return jnp.where(pole, jnp.nan, _wide(lax.digamma, x)).astype(x.dtype)


def bessel_i0(x: Any) -> Any:
    return _wide(jss.i0, x)


def bessel_i0e(x: Any) -> Any:
    return _wide(lax.bessel_i0e, x)


def bessel_i1(x: Any) -> Any:
    return _wide(jss.i1, x)


def bessel_i1e(x: Any) -> Any:
    return _wide(lax.bessel_i1e, x)


def igamma(a: Any, x: Any) -> Any:
    return lax.igamma(*jnp.broadcast_arrays(jnp.asarray(a), jnp.asarray(x)))


def igammac(a: Any, x: Any) -> Any:
    return lax.igammac(*jnp.broadcast_arrays(jnp.asarray(a), jnp.asarray(x)))


def betainc(a: Any, b: Any, x: Any) -> Any:
    return jss.betainc(a, b, x)


def zeta(x: Any, q: Any) -> Any:
    return jss.zeta(x, q)


def polygamma(n: Any, x: Any) -> Any:
    """The ``n``-th derivative of ``digamma``, by Hurwitz' zeta function, as on NumPy."""
    n64, x64 = jnp.broadcast_arrays(jnp.asarray(n, np.float64), jnp.asarray(x, np.float64))
    sign = jnp.where(n64 % 2 == 1, 1.0, -1.0)
    value = sign * jnp.exp(lax.lgamma(n64 + 1)) * jss.zeta(n64 + 1, x64)
    value = jnp.where((n64 < 0) | (n64 != jnp.floor(n64)), jnp.nan, value)
    value = jnp.where(n64 == 0, lax.digamma(x64), value)
    pole = (n64 % 2 == 0) & (x64 <= 0) & (x64 == jnp.floor(x64))  # signs differ on its two sides
    return jnp.where(pole, jnp.nan, value).astype(x.dtype)


def igamma_derivative(a: Any, x: Any) -> Any:
    a, x = jnp.broadcast_arrays(jnp.asarray(a), jnp.asarray(x))
    return lax.igamma_grad_a(a, x)


def random_gamma_grad(alpha: Any, sample: Any) -> Any:
    alpha, sample = jnp.broadcast_arrays(jnp.asarray(alpha), jnp.asarray(sample))
    return lax.random_gamma_grad(alpha, sample)
