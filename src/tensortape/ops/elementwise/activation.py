"""Activation functions of neural networks."""

from __future__ import annotations

import numpy as np

from tensortape.arrays.recorded import recorded
from tensortape.core import dtypes
from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.families import elementwise
from tensortape.core.public import tensor, unary_call
from tensortape.core.registry import OPS, export
from tensortape.ops.elementwise.casting import cast

SELU_SCALE = 1.0507009873554805
SELU_SCALE_ALPHA = 1.7580993408473768


def _no_slope(op):
    """The derivative of a step is 0: TensorFlow says so too, rather than ``None``."""

    @op.vjp
    def _(xp, g, y, x, **attrs):
        return xp.zeros_like(g)

    @op.jvp
    def _(xp, tangents, y, x, **attrs):
        return xp.zeros_like(tangents[0])


@elementwise("ReluSlope", primitive="relu_slope", domain=(0.5, 2), saves=())
def relu_slope(xp, y):
    """The derivative of ``relu``, of its result."""
    return xp.relu_slope(y)


@elementwise("Relu6Slope", primitive="relu6_slope", domain=(0.5, 2), saves=())
def relu6_slope(xp, y):
    """The derivative of ``relu6``, of its result."""
    return xp.relu6_slope(y)


@elementwise("LeakyReluSlope", primitive="leaky_relu_slope", domain=(0.5, 2), saves=())
def leaky_relu_slope(xp, x, *, alpha=0.2):
    """The derivative of ``leaky_relu``."""
    return xp.leaky_relu_slope(x, alpha)


for _step in (relu_slope, relu6_slope, leaky_relu_slope):
    _no_slope(_step)


@elementwise(
    "Relu",
    primitive="relu",
    api="nn.relu",
    domain=(-2, 2),
    special=(0.0,),
    saves=("outputs",),
    dtypes="fiu",
)
def relu(xp, features):
    """``max(x, 0)`` of each element; the gradient at 0 is 0.

    >>> import tensortape as tf
    >>> tf.nn.relu([-2.0, 0.0, 3.0]).numpy()
    array([0., 0., 3.], dtype=float32)

    Source: ``tf.nn.relu``.
    """
    return xp.relu(features)


@relu.partial(0)
def _(xp, y, x):
    return xp.relu_slope(y)


@elementwise(
    "Relu6",
    primitive="relu6",
    api="nn.relu6",
    domain=(-2, 8),
    special=(0.0, 6.0),
    saves=("outputs",),
    dtypes="fiu",
)
def relu6(xp, features):
    """``min(max(x, 0), 6)`` of each element; the gradient at 0 and 6 is 0.

    >>> import tensortape as tf
    >>> tf.nn.relu6([-2.0, 3.0, 9.0]).numpy()
    array([0., 3., 6.], dtype=float32)

    Source: ``tf.nn.relu6``.
    """
    return xp.relu6(features)


@relu6.partial(0)
def _(xp, y, x):
    return xp.relu6_slope(y)


@elementwise("Elu", primitive="elu", api="nn.elu", domain=(-2, 2), saves=("outputs",), dtypes="f")
def elu(xp, features):
    """``x`` where it is positive, ``exp(x) - 1`` elsewhere.

    >>> import tensortape as tf
    >>> tf.nn.elu([-1000.0, 0.0, 3.0]).numpy()
    array([-1.,  0.,  3.], dtype=float32)

    Source: ``tf.nn.elu``.
    """
    return xp.elu(features)


@elu.partial(0)
def _(xp, y, x):
    return xp.where(y < 0, y + 1, xp.ones_like(y))


@elementwise(
    "Selu", primitive="selu", api="nn.selu", domain=(-2, 2), saves=("outputs",), dtypes="f"
)
def selu(xp, features):
    """Scaled exponential linear unit: ``scale * x``, or ``scale * alpha * (exp(x) - 1)`` below 0.

    >>> import tensortape as tf
    >>> tf.nn.selu([-1000.0, 0.0, 1.0]).numpy().round(4)
    array([-1.7581,  0.    ,  1.0507], dtype=float32)

    Source: ``tf.nn.selu``.
    """
    return xp.selu(features)


@selu.partial(0)
def _(xp, y, x):
    return xp.where(y < 0, y + SELU_SCALE_ALPHA, SELU_SCALE * xp.ones_like(y))


@elementwise("LeakyRelu", primitive="leaky_relu", domain=(-2, 2), saves=("inputs",), dtypes="f")
def leaky_relu_op(xp, features, *, alpha=0.2):
    """The number itself, or ``alpha`` times it where it is negative."""
    return xp.leaky_relu(features, alpha)


@leaky_relu_op.partial(0)
def _(xp, y, x, *, alpha):
    return xp.leaky_relu_slope(x, alpha=alpha)


@export("nn.leaky_relu")
def leaky_relu(features, alpha=0.2, name=None):
    """``x`` where it is positive, ``alpha * x`` elsewhere; integers become float32.

    >>> import tensortape as tf
    >>> tf.nn.leaky_relu([-2.0, 3.0], alpha=0.1).numpy()
    array([-0.2,  3. ], dtype=float32)

    The gradient at 0 is ``alpha``. Source: ``tf.nn.leaky_relu``.
    """
    features = tensor(features)
    if features.dtype.is_integer:
        features = cast(features, dtypes.float32)
    if isinstance(alpha, np.ndarray):
        alpha = alpha.item()
    return unary_call(leaky_relu_op, features, {"alpha": float(np.float32(alpha))})


@elementwise(
    "Softsign",
    primitive="softsign",
    api=("math.softsign", "nn.softsign"),
    domain=(0.2, 2),
    saves=("inputs",),
    dtypes="f",
)
def softsign(xp, features):
    """``x / (1 + |x|)`` of each element.

    >>> import tensortape as tf
    >>> tf.nn.softsign([-1.0, 0.0, 3.0]).numpy()
    array([-0.5 ,  0.  ,  0.75], dtype=float32)

    Source: ``tf.nn.softsign``.
    """
    return xp.softsign(features)


@softsign.partial(0)
def _(xp, y, x):
    return xp.reciprocal(xp.square(1 + xp.absolute(x)))


@export("nn.silu", "nn.swish")
def silu(features, beta=1.0):
    """``x * sigmoid(beta * x)`` of each element (SiLU, also known as swish).

    >>> import tensortape as tf
    >>> tf.nn.silu([-1.0, 0.0, 2.0]).numpy().round(4)
    array([-0.2689,  0.    ,  1.7616], dtype=float32)

    Source: ``tf.nn.silu``.
    """
    features = tensor(features)
    beta = cast(beta, features.dtype)
    return features * unary_call(OPS["Sigmoid"], beta * features, NO_ATTRS)


@export("nn.gelu")
def gelu(features, approximate=False, name=None):
    """Gaussian error linear unit: ``x`` times the normal distribution function of ``x``.

    ``approximate`` computes it with a hyperbolic tangent instead of the error function.

    >>> import tensortape as tf
    >>> tf.nn.gelu([-1.0, 0.0, 1.0]).numpy().round(4)
    array([-0.1587,  0.    ,  0.8413], dtype=float32)

    Raises ``ValueError`` for dtypes that are not floating point. Source: ``tf.nn.gelu``.
    """
    x = tensor(features)
    if not x.dtype.is_floating:
        raise ValueError(
            "`features.dtype` must be a floating point tensor. Received: "
            f"features.dtype={x.dtype!r}. Use tf.cast."
        )
    # TensorFlow rounds these two constants to float32, whatever the dtype.
    if approximate:
        cubic = cast(0.044715, x.dtype) * x**3
        return 0.5 * x * (1.0 + recorded.tanh(0.7978845608028654 * (x + cubic)))
    return 0.5 * x * recorded.erfc(x * cast(-0.7071067811865476, x.dtype))


@export("nn.crelu")
def crelu(features, axis=-1, name=None):
    """``relu`` of ``x`` and of ``-x``, joined along ``axis``: twice as many channels.

    >>> import tensortape as tf
    >>> tf.nn.crelu([-1.0, 2.0]).numpy()
    array([0., 2., 1., 0.], dtype=float32)

    Source: ``tf.nn.crelu``.
    """
    x = tensor(features)
    return unary_call(relu, recorded.concatenate([x, -x], axis % x._a.ndim), NO_ATTRS)
