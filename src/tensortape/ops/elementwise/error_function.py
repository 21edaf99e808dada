"""The error function and the normal distribution."""

from __future__ import annotations

import math

from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.families import elementwise
from tensortape.core.public import tensor, unary_call
from tensortape.core.registry import export

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


@elementwise("Erf", primitive="erf", api="math.erf", domain=(-2, 2), saves=("inputs",), dtypes="f")
def erf(xp, x):
    """Gauss' error function of each element.

    >>> import tensortape as tf
    >>> tf.math.erf([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.8427], dtype=float32)

    Source: ``tf.math.erf``.
    """
    return xp.erf(x)


@erf.partial(0)
def _(xp, y, x):
    return TWO_OVER_ROOT_PI * xp.exp(-(x * x))


@elementwise(
    "Erfc", primitive="erfc", api="math.erfc", domain=(-2, 2), saves=("inputs",), dtypes="f"
)
def erfc(xp, x):
    """``1 - erf(x)`` of each element, accurate where that is small.

    >>> import tensortape as tf
    >>> tf.math.erfc([0.0, 1.0]).numpy().round(4)
    array([1.    , 0.1573], dtype=float32)

    Source: ``tf.math.erfc``.
    """
    return xp.erfc(x)


@erfc.partial(0)
def _(xp, y, x):
    return -TWO_OVER_ROOT_PI * xp.exp(-(x * x))


@elementwise(
    "Erfinv",
    primitive="erfinv",
    api="math.erfinv",
    domain=(-0.8, 0.8),
    saves=("outputs",),
    dtypes="f",
)
def erfinv(xp, x):
    """Inverse of the error function; infinite at -1 and 1, NaN beyond.

    >>> import tensortape as tf
    >>> tf.math.erfinv([0.0, 0.5, 1.0]).numpy().round(4)
    array([0.    , 0.4769,    inf], dtype=float32)

    Source: ``tf.math.erfinv``.
    """
    return xp.erfinv(x)


@erfinv.partial(0)
def _(xp, y, x):
    return xp.exp(y * y) / TWO_OVER_ROOT_PI


@elementwise(
    "Ndtri", primitive="ndtri", api="math.ndtri", domain=(0.2, 0.8), saves=("outputs",), dtypes="f"
)
def ndtri(xp, x):
    """Quantile of the standard normal distribution.

    >>> import tensortape as tf
    >>> tf.math.ndtri([0.5, 0.975]).numpy().round(4)
    array([0.  , 1.96], dtype=float32)

    Source: ``tf.math.ndtri``.
    """
    return xp.ndtri(x)


@ndtri.partial(0)
def _(xp, y, x):
    return math.sqrt(2 * math.pi) * xp.exp(y * y / 2)


@export("math.erfcinv")
def erfcinv(x, name=None):
    """Inverse of the complementary error function, for numbers from 0 to 2.

    >>> import tensortape as tf
    >>> tf.math.erfcinv([0.5, 1.0]).numpy().round(4)
    array([ 0.4769, -0.    ], dtype=float32)

    Source: ``tf.math.erfcinv``.
    """
    return -unary_call(ndtri, 0.5 * tensor(x), NO_ATTRS) * math.sqrt(0.5)
