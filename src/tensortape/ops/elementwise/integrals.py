"""Integrals without a closed form."""

from __future__ import annotations

import math

from tensortape.core.families import elementwise


@elementwise("Dawsn", primitive="dawsn", api="math.special.dawsn", domain=(0.6, 2), dtypes="f")
def dawsn(xp, x):
    """Dawson's integral ``exp(-x**2)`` times the integral of ``exp(t**2)`` from 0 to ``x``.

    >>> import tensortape as tf
    >>> tf.math.special.dawsn([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.5381], dtype=float32)

    Source: ``tf.math.special.dawsn``.
    """
    return xp.dawsn(x)


@dawsn.partial(0)
def _(xp, y, x):
    return 1 - 2 * x * y


@elementwise(
    "Expint",
    primitive="expint",
    api="math.special.expint",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def expint(xp, x):
    """Exponential integral ``Ei(x)``.

    >>> import tensortape as tf
    >>> tf.math.special.expint([0.5, 1.0]).numpy().round(4)
    array([0.4542, 1.8951], dtype=float32)

    Source: ``tf.math.special.expint``.
    """
    return xp.expint(x)


@expint.partial(0)
def _(xp, y, x):
    return xp.exp(x) / x


@elementwise(
    "FresnelCos",
    primitive="fresnel_cos",
    api="math.special.fresnel_cos",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def fresnel_cos(xp, x):
    """Fresnel's cosine integral: of ``cos(pi t**2 / 2)`` from 0 to ``x``.

    >>> import tensortape as tf
    >>> tf.math.special.fresnel_cos([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.7799], dtype=float32)

    Source: ``tf.math.special.fresnel_cos``.
    """
    return xp.fresnel_cos(x)


@fresnel_cos.partial(0)
def _(xp, y, x):
    return xp.cos(math.pi / 2 * (x * x))


@elementwise(
    "FresnelSin",
    primitive="fresnel_sin",
    api="math.special.fresnel_sin",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def fresnel_sin(xp, x):
    """Fresnel's sine integral: of ``sin(pi t**2 / 2)`` from 0 to ``x``.

    >>> import tensortape as tf
    >>> tf.math.special.fresnel_sin([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.4383], dtype=float32)

    Source: ``tf.math.special.fresnel_sin``.
    """
    return xp.fresnel_sin(x)


@fresnel_sin.partial(0)
def _(xp, y, x):
    return xp.sin(math.pi / 2 * (x * x))


@elementwise(
    "Spence",
    primitive="spence",
    api="math.special.spence",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def spence(xp, x):
    """Spence's integral: of ``log(t) / (1 - t)`` from 1 to ``x``.

    >>> import tensortape as tf
    >>> tf.math.special.spence([0.5, 1.0]).numpy().round(4)
    array([0.5822, 0.    ], dtype=float32)

    Source: ``tf.math.special.spence``.
    """
    return xp.spence(x)


@spence.partial(0)
def _(xp, y, x):
    return xp.where(x == 1, -xp.ones_like(x), xp.log(x) / (1 - x))
