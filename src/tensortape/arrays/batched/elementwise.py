"""Rules of maps on each element.

A map that sends 0 to 0 acts on the stored data; another one needs the zeros stored first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.batched.structure import aligned, lifted
from tensortape.arrays.batched.value import Batched, family, rule

ZERO_TO_ZERO = frozenset(
    "absolute negative square sqrt expm1 log1p sin tan sinh tanh arcsin arctan arcsinh arctanh "
    "sign floor ceil rint conj real imag isinf isnan erf erfinv relu relu6 leaky_relu elu selu "
    "softsign".split()
)


@family("unary")
def unary(name: str) -> Callable[..., Any]:
    """The rule of a map of one value."""
    keeps = name in ZERO_TO_ZERO

    def apply(ns: Any, x: Any, *rest: Any, **attrs: Any) -> Any:
        function = getattr(ns.base, name)
        if type(x) is not Batched:
            return function(x, *rest, **attrs)
        if not keeps and any(x.ties):
            x = ns.stored(name, x)
        return Batched(ns, function(x.data, *rest, **attrs), x.ties)

    return apply


@rule
def negative(ns: Any, x: Any) -> Any:
    """``-x`` of what is stored."""
    return Batched(ns, -x.data, x.ties) if type(x) is Batched else -x


@rule
def astype(ns: Any, x: Any, dtype: Any) -> Any:
    """What is stored in another dtype."""
    if type(x) is not Batched:
        return ns.base.astype(x, dtype)
    return Batched(ns, ns.base.astype(x.data, dtype), x.ties)


@family("binary", "ternary")
def mapping(name: str) -> Callable[..., Any]:
    """The rule of a map of several values: the zeros are stored, axes aligned, then as usual."""

    def apply(ns: Any, *values: Any, **attrs: Any) -> Any:
        function = getattr(ns.base, name)
        given = [v for v in values if type(v) is Batched]
        if not given:
            return function(*values, **attrs)
        ndim = max(getattr(v, "ndim", 0) for v in values)
        plain = [lifted(ns, ns.stored(name, v), ndim) if type(v) is Batched else v for v in values]
        return Batched(ns, function(*plain, **attrs), ns.free)

    return apply


def scaled(ns: Any, x: Batched, y: Any) -> Any:
    """The data of ``x``, with room for the axes of the unbatched ``y``."""
    ndim = getattr(y, "ndim", 0)
    return x.data if ndim <= len(x.shape) else lifted(ns, x, ndim)


@rule
def multiply(ns: Any, x: Any, y: Any) -> Any:
    """A product is zero where one factor is: ties stay."""
    if type(x) is Batched:
        if type(y) is not Batched:
            data = scaled(ns, x, y)
            if ns.raw and not data.flags.c_contiguous:  # a view: the product is in order again
                return Batched(ns, np.multiply(data, y, order="C"), x.ties)
            return Batched(ns, data * y, x.ties)
    elif type(y) is Batched:
        return Batched(ns, x * scaled(ns, y, x), y.ties)
    else:
        return x * y
    return together(ns, lambda a, b: a * b, x, y)


@rule
def divide(ns: Any, x: Any, y: Any) -> Any:
    """Zeros divided by a constant stay zero."""
    if type(y) is Batched:
        if type(x) is Batched and not any(x.ties) and not any(y.ties):
            return together(ns, lambda a, b: a / b, x, y)
        return mapping("divide")(ns, x, y)
    if type(x) is not Batched:
        return x / y
    return Batched(ns, scaled(ns, x, y) / y, x.ties)


@family("slope")
def slope(name: str) -> Callable[..., Any]:
    """The rule of a map that is linear in its first value: the ties of that value stay."""
    general = mapping(name)

    def apply(ns: Any, g: Any, y: Any) -> Any:
        if type(y) is Batched or type(g) is not Batched:
            return general(ns, g, y)
        return Batched(ns, getattr(ns.base, name)(scaled(ns, g, y), y), g.ties)

    return apply


@rule
def add(ns: Any, x: Any, y: Any) -> Any:
    """A sum keeps the ties that both terms have."""
    return together(ns, lambda a, b: a + b, x, y)


@rule
def subtract(ns: Any, x: Any, y: Any) -> Any:
    """A difference keeps the ties that both terms have."""
    return together(ns, lambda a, b: a - b, x, y)


def together(ns: Any, function: Callable[..., Any], *values: Any) -> Any:
    """A map that sends zeros to zero: the ties that all values share are kept."""
    if not any(type(v) is Batched for v in values):
        return function(*values)
    entries, ties = aligned(ns, *values)
    ndim = max([len(e.shape) for e in entries])
    return Batched(ns, function(*[lifted(ns, e, ndim) for e in entries]), ties)


@rule
def where(ns: Any, condition: Any, x: Any, y: Any) -> Any:
    """A choice between values keeps the ties that both have; zeros have any."""
    if type(condition) is Batched:
        return mapping("where")(ns, condition, x, y)
    if type(x) is not Batched and type(y) is not Batched:
        return ns.base.where(condition, x, y)
    x, y = (zero_like_other(ns, a, b) for a, b in ((x, y), (y, x)))
    ndim = max(v.ndim for v in (condition, x, y))
    entries, ties = aligned(ns, x, y)
    data = [lifted(ns, e, ndim) for e in entries]
    return Batched(ns, ns.base.where(condition, *data), ties)


def zero_like_other(ns: Any, value: Any, other: Any) -> Any:
    """A constant that is zero throughout has whatever structure the other value has."""
    if type(value) is Batched or type(other) is not Batched or not any(other.ties):
        return value
    raw = getattr(value, "_a", value)
    if not hasattr(raw, "any") or raw.any():
        return value
    missing = len(other.shape) - raw.ndim
    shape = (1,) * (ns.rank + max(missing, 0)) + tuple(raw.shape)
    return Batched(ns, ns.base.reshape(value, shape), other.ties)
