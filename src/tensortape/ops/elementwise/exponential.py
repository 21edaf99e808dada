"""Exponentials and logarithms.

The derivatives of ``xlogy`` and ``xlog1py`` are not conjugated for complex numbers: TensorFlow's
are not either.
"""

from __future__ import annotations

from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.families import elementwise, reduced
from tensortape.core.public import tensor, unary_call
from tensortape.core.registry import OPS, export


@elementwise(
    "Exp", primitive="exp", api=("math.exp", "exp"), domain=(-2, 2), saves=("outputs",), dtypes="fc"
)
def exp(xp, x):
    """``e**x``, element by element.

    >>> import tensortape as tf
    >>> tf.math.exp([0.0, 1.0]).numpy().round(4)
    array([1.    , 2.7183], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for integers. Source: ``tf.math.exp``.
    """
    return xp.exp(x)


@exp.partial(0)
def _(xp, y, x):
    return y


@elementwise(
    "Expm1", primitive="expm1", api="math.expm1", domain=(-2, 2), saves=("inputs",), dtypes="fc"
)
def expm1(xp, x):
    """``e**x - 1``, accurate near 0.

    >>> import tensortape as tf
    >>> tf.math.expm1([0.0, 1e-10]).numpy()
    array([0.e+00, 1.e-10], dtype=float32)

    Source: ``tf.math.expm1``.
    """
    return xp.expm1(x)


@expm1.partial(0)
def _(xp, y, x):
    return xp.exp(x)


@elementwise(
    "Log", primitive="log", api="math.log", domain=(0.5, 2), saves=("inputs",), dtypes="fc"
)
def log(xp, x):
    """Natural logarithm of each element; ``-inf`` at 0, NaN below.

    >>> import tensortape as tf
    >>> tf.math.log([1.0, 0.0]).numpy()
    array([  0., -inf], dtype=float32)

    Source: ``tf.math.log``.
    """
    return xp.log(x)


@log.partial(0)
def _(xp, y, x):
    return xp.reciprocal(x)


@elementwise(
    "Log1p", primitive="log1p", api="math.log1p", domain=(-0.5, 2), saves=("inputs",), dtypes="fc"
)
def log1p(xp, x):
    """``log(1 + x)``, accurate near 0.

    >>> import tensortape as tf
    >>> tf.math.log1p([0.0, 1e-10]).numpy()
    array([0.e+00, 1.e-10], dtype=float32)

    Source: ``tf.math.log1p``.
    """
    return xp.log1p(x)


@log1p.partial(0)
def _(xp, y, x):
    return xp.reciprocal(1 + x)


@elementwise("Xlogy", primitive="xlogy", api="math.xlogy", domain=(0.5, 2), dtypes="fc")
def xlogy(xp, x, y):
    """``x * log(y)``, but 0 where ``x`` is 0.

    >>> import tensortape as tf
    >>> tf.math.xlogy([0.0, 2.0], [0.0, 1.0]).numpy()
    array([0., 0.], dtype=float32)

    Source: ``tf.math.xlogy``.
    """
    return xp.xlogy(x, y)


@xlogy.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, g * xp.xlogy(xp.astype(x != 0, x.dtype), y), x)


@xlogy.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, g * xp.xdivy(x, y), y)


@elementwise("Xlog1py", primitive="xlog1py", api="math.xlog1py", domain=(0.5, 2), dtypes="fc")
def xlog1py(xp, x, y):
    """``x * log1p(y)``, but 0 where ``x`` is 0.

    >>> import tensortape as tf
    >>> tf.math.xlog1py([0.0, 2.0], [-1.0, 0.0]).numpy()
    array([0., 0.], dtype=float32)

    Source: ``tf.math.xlog1py``.
    """
    return xp.xlog1py(x, y)


@xlog1py.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, g * xp.xlog1py(xp.astype(x != 0, x.dtype), y), x)


@xlog1py.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, g * xp.xdivy(x, y + 1), y)


@elementwise(
    "Sigmoid",
    primitive="sigmoid",
    api=("math.sigmoid", "sigmoid", "nn.sigmoid"),
    domain=(-3, 3),
    special=(0.0, 1e3),
    saves=("outputs",),
    dtypes="fc",
)
def sigmoid(xp, x):
    """Logistic function ``1 / (1 + exp(-x))`` of each element.

    >>> import tensortape as tf
    >>> tf.math.sigmoid([-100.0, 0.0, 100.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)

    Source: ``tf.math.sigmoid``.
    """
    return xp.sigmoid(x)


@sigmoid.partial(0)
def _(xp, y, x):
    return y * (1 - y)


@elementwise(
    "Softplus",
    primitive="softplus",
    api=("math.softplus", "nn.softplus"),
    domain=(-3, 3),
    special=(0.0, 1e3),
    saves=("inputs",),
    dtypes="f",
)
def softplus(xp, features):
    """``log(1 + exp(x))`` of each element, without overflow: a smooth ``relu``.

    >>> import tensortape as tf
    >>> tf.math.softplus([0.0, 100.0]).numpy().round(4)
    array([  0.6931, 100.    ], dtype=float32)

    Source: ``tf.math.softplus``.
    """
    return xp.softplus(features)


@softplus.partial(0)
def _(xp, y, x):
    return xp.sigmoid(x)


@export("math.log_sigmoid")
def log_sigmoid(x, name=None):
    """Logarithm of the logistic function, ``-softplus(-x)``, without underflow.

    >>> import tensortape as tf
    >>> tf.math.log_sigmoid([-100.0, 0.0]).numpy().round(4)
    array([-100.    ,   -0.6931], dtype=float32)

    Source: ``tf.math.log_sigmoid``.
    """
    negated = unary_call(OPS["Neg"], tensor(x), NO_ATTRS)
    return unary_call(OPS["Neg"], unary_call(softplus, negated, NO_ATTRS), NO_ATTRS)
