"""Special functions that XLA has; the others run on the host."""

from __future__ import annotations

from typing import Any

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
