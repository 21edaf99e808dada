"""The gamma function and its relatives."""

from __future__ import annotations

import numpy as np

from tensortape.arrays.recorded import recorded
from tensortape.core import errors
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.families import elementwise, reduced
from tensortape.core.operators import same_dtype
from tensortape.core.public import tensor, unary_call
from tensortape.core.registry import export


@elementwise(
    "Lgamma", primitive="lgamma", api="math.lgamma", domain=(0.5, 3), saves=("inputs",), dtypes="f"
)
def lgamma(xp, x):
    """Logarithm of the absolute value of the gamma function.

    >>> import tensortape as tf
    >>> tf.math.lgamma([0.0, 1.0, 5.0]).numpy().round(4)
    array([   inf, 0.    , 3.1781], dtype=float32)

    Source: ``tf.math.lgamma``.
    """
    return xp.lgamma(x)


@lgamma.partial(0)
def _(xp, y, x):
    return xp.digamma(x)


@elementwise(
    "Digamma",
    primitive="digamma",
    api="math.digamma",
    domain=(0.5, 3),
    saves=("inputs",),
    dtypes="f",
)
def digamma(xp, x):
    """Derivative of ``lgamma``; NaN at its poles.

    >>> import tensortape as tf
    >>> tf.math.digamma([1.0, 2.0]).numpy().round(4)
    array([-0.5772,  0.4228], dtype=float32)

    Source: ``tf.math.digamma``.
    """
    return xp.digamma(x)


@digamma.partial(0)
def _(xp, y, x):
    return xp.polygamma(xp.ones_like(x), x)


@elementwise(
    "Polygamma",
    primitive="polygamma",
    api="math.polygamma",
    saves=("inputs",),
    dtypes="f",
    samples=[((np.float64(2.0), np.array([0.7, 1.5, 2.5])), {}, [1])],
)
def polygamma(xp, a, x):
    """The ``a``-th derivative of ``digamma`` at ``x``, for float32 and float64.

    >>> import tensortape as tf
    >>> tf.math.polygamma(1.0, [1.0, 2.0]).numpy().round(4)
    array([1.6449, 0.6449], dtype=float32)

    There is a gradient by ``x`` only. Source: ``tf.math.polygamma``.
    """
    return xp.polygamma(a, x)


@polygamma.vjp(1)
def _(xp, g, y, a, x):
    return reduced(xp, g * xp.polygamma(a + 1, x), x)


@elementwise(
    "Zeta",
    primitive="zeta",
    api="math.zeta",
    saves=("inputs",),
    dtypes="f",
    samples=[((np.float64(3.0), np.array([0.7, 1.5, 2.5])), {}, [1])],
)
def zeta(xp, x, q):
    """Hurwitz' zeta function: the sum of ``(q + n)**-x`` over ``n = 0, 1, ...``.

    >>> import tensortape as tf
    >>> tf.math.zeta(2.0, [1.0, 2.0]).numpy().round(4)
    array([1.6449, 0.6449], dtype=float32)

    There is a gradient by ``q`` only. Source: ``tf.math.zeta``.
    """
    return xp.zeta(x, q)


@zeta.vjp(1)
def _(xp, g, y, x, q):
    return reduced(xp, g * (-x * xp.zeta(x + 1, q)), q)


@elementwise(
    "Igamma", primitive="igamma", api="math.igamma", domain=(0.5, 2), saves=("inputs",), dtypes="f"
)
def igamma(xp, a, x):
    """Regularised lower incomplete gamma function ``P(a, x)``.

    >>> import tensortape as tf
    >>> tf.math.igamma(1.0, [0.0, 1.0]).numpy().round(4)
    array([0.    , 0.6321], dtype=float32)

    Source: ``tf.math.igamma``.
    """
    return xp.igamma(a, x)


@igamma.partial(0)
def _(xp, y, a, x):
    return xp.igamma_derivative(a, x)


@igamma.partial(1)
def _(xp, y, a, x):
    return gamma_density(xp, a, x)


def gamma_density(xp, a, x):
    """``x**(a - 1) * exp(-x) / gamma(a)``, computed by logarithms."""
    return xp.exp(-x + (a - 1) * xp.log(x) - xp.lgamma(a))


@elementwise("IgammaGradA", primitive="igamma_derivative", saves=("inputs",), missing_gradient=True)
def igamma_derivative(xp, a, x):
    """The derivative of ``P(a, x)`` by ``a``; TensorFlow has no derivative of it."""
    return xp.igamma_derivative(a, x)


@elementwise(
    "Igammac",
    primitive="igammac",
    api="math.igammac",
    domain=(0.5, 2),
    saves=("inputs",),
    dtypes="f",
)
def igammac(xp, a, x):
    """Regularised upper incomplete gamma function ``Q(a, x) = 1 - P(a, x)``.

    >>> import tensortape as tf
    >>> tf.math.igammac(1.0, [0.0, 1.0]).numpy().round(4)
    array([1.    , 0.3679], dtype=float32)

    Source: ``tf.math.igammac``.
    """
    return xp.igammac(a, x)


@igammac.partial(0)
def _(xp, y, a, x):
    return -xp.igamma_derivative(a, x)


@igammac.partial(1)
def _(xp, y, a, x):
    return -gamma_density(xp, a, x)


@elementwise(
    "Betainc",
    primitive="betainc",
    saves=("inputs",),
    dtypes="f",
    samples=[((np.float64(2.0), np.float64(1.5), np.array([0.2, 0.5, 0.8])), {}, [2])],
)
def betainc_op(xp, a, b, x):
    """The regularised incomplete beta function."""
    return xp.betainc(a, b, x)


@betainc_op.vjp(2)
def _(xp, g, y, a, b, x):
    log_beta = xp.lgamma(a) + xp.lgamma(b) - xp.lgamma(a + b)
    density = xp.exp(xp.xlog1py(b - 1, -x) + xp.xlogy(a - 1, x) - log_beta)
    return reduced(xp, g * density, x)


@export("math.betainc")
def betainc(a, b, x, name=None):
    """Regularised incomplete beta function ``I_x(a, b)``; arguments of one shape, or scalars.

    >>> import tensortape as tf
    >>> tf.math.betainc(2.0, 3.0, [0.0, 0.5, 1.0]).numpy()
    array([0.    , 0.6875, 1.    ], dtype=float32)

    There is a gradient by ``x`` only. Raises ``tf.errors.InvalidArgumentError`` for different
    shapes. Source: ``tf.math.betainc``.
    """
    given = tuple(tensor(v) for v in (a, b, x))
    for i, v in enumerate(given):
        if v.dtype is not given[0].dtype:
            same_dtype(betainc_op, given[0], v, i)
    shapes = [tuple(v._a.shape) for v in given]
    for left, right, names in ((0, 1, "a and b"), (0, 2, "a and x"), (1, 2, "b and x")):
        if shapes[left] and shapes[right] and shapes[left] != shapes[right]:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Shapes of {names} are inconsistent: {list(shapes[left])} vs. "
                f"{list(shapes[right])} [Op:Betainc] name: ",
            )
    return execute(betainc_op, given, NO_ATTRS)


@export("math.lbeta")
def lbeta(x, name=None):
    """Logarithm of the beta function along the last axis: of gammas' product over gamma of the sum.

    >>> import tensortape as tf
    >>> tf.math.lbeta([[1.0, 2.0], [3.0, 4.0]]).numpy().round(4)
    array([-0.6931, -4.0943], dtype=float32)

    Source: ``tf.math.lbeta``.
    """
    x = tensor(x)
    last = x._a.ndim - 1
    logs = recorded.sum(unary_call(lgamma, x, NO_ATTRS), axis=last)
    return logs - unary_call(lgamma, recorded.sum(x, axis=last), NO_ATTRS)
