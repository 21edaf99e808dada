"""Trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

from tensortape.core.families import elementwise


@elementwise(
    "Sin", primitive="sin", api=("math.sin", "sin"), domain=(-3, 3), saves=("inputs",), dtypes="fc"
)
def sin(xp, x):
    """Sine of each element, in radians.

    >>> import tensortape as tf
    >>> tf.math.sin([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.8415], dtype=float32)

    Source: ``tf.math.sin``.
    """
    return xp.sin(x)


@sin.partial(0)
def _(xp, y, x):
    return xp.cos(x)


@elementwise(
    "Cos", primitive="cos", api=("math.cos", "cos"), domain=(-3, 3), saves=("inputs",), dtypes="fc"
)
def cos(xp, x):
    """Cosine of each element, in radians.

    >>> import tensortape as tf
    >>> tf.math.cos([0.0, 1.0]).numpy().round(4)
    array([1.    , 0.5403], dtype=float32)

    Source: ``tf.math.cos``.
    """
    return xp.cos(x)


@cos.partial(0)
def _(xp, y, x):
    return -xp.sin(x)


@elementwise(
    "Tan", primitive="tan", api=("math.tan", "tan"), domain=(-1, 1), saves=("inputs",), dtypes="fc"
)
def tan(xp, x):
    """Tangent of each element, in radians.

    >>> import tensortape as tf
    >>> tf.math.tan([0.0, 1.0]).numpy().round(4)
    array([0.    , 1.5574], dtype=float32)

    Source: ``tf.math.tan``.
    """
    return xp.tan(x)


@tan.partial(0)
def _(xp, y, x):
    return xp.square(xp.reciprocal(xp.cos(x)))


@elementwise(
    "Asin",
    primitive="arcsin",
    api=("math.asin", "asin"),
    domain=(-0.8, 0.8),
    saves=("inputs",),
    dtypes="fc",
)
def asin(xp, x):
    """Inverse sine of each element, in radians; NaN outside of [-1, 1].

    >>> import tensortape as tf
    >>> tf.math.asin([0.0, 1.0]).numpy().round(4)
    array([0.    , 1.5708], dtype=float32)

    Source: ``tf.math.asin``.
    """
    return xp.arcsin(x)


@asin.partial(0)
def _(xp, y, x):
    return xp.reciprocal(xp.sqrt(1 - x * x))


@elementwise(
    "Acos",
    primitive="arccos",
    api=("math.acos", "acos"),
    domain=(-0.8, 0.8),
    saves=("inputs",),
    dtypes="fc",
)
def acos(xp, x):
    """Inverse cosine of each element, in radians; NaN outside of [-1, 1].

    >>> import tensortape as tf
    >>> tf.math.acos([1.0, 0.0]).numpy().round(4)
    array([0.    , 1.5708], dtype=float32)

    Source: ``tf.math.acos``.
    """
    return xp.arccos(x)


@acos.partial(0)
def _(xp, y, x):
    return -xp.reciprocal(xp.sqrt(1 - x * x))


@elementwise(
    "Atan",
    primitive="arctan",
    api=("math.atan", "atan"),
    domain=(-3, 3),
    saves=("inputs",),
    dtypes="fc",
)
def atan(xp, x):
    """Inverse tangent of each element, in radians.

    >>> import tensortape as tf
    >>> tf.math.atan([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.7854], dtype=float32)

    Source: ``tf.math.atan``.
    """
    return xp.arctan(x)


@atan.partial(0)
def _(xp, y, x):
    return xp.reciprocal(1 + x * x)


@elementwise(
    "Atan2",
    primitive="arctan2",
    api=("math.atan2", "atan2"),
    domain=(0.5, 2),
    saves=("inputs",),
    dtypes="f",
)
def atan2(xp, y, x):
    """Angle of the point ``(x, y)``, in radians from -pi to pi.

    >>> import tensortape as tf
    >>> tf.math.atan2([1.0, 1.0], [1.0, -1.0]).numpy().round(4)
    array([0.7854, 2.3562], dtype=float32)

    Source: ``tf.math.atan2``.
    """
    return xp.arctan2(y, x)


@atan2.partial(0)
def _(xp, z, y, x):
    return x / (y * y + x * x)


@atan2.partial(1)
def _(xp, z, y, x):
    return -y / (y * y + x * x)


@elementwise(
    "Sinh",
    primitive="sinh",
    api=("math.sinh", "sinh"),
    domain=(-2, 2),
    saves=("inputs",),
    dtypes="fc",
)
def sinh(xp, x):
    """Hyperbolic sine of each element.

    >>> import tensortape as tf
    >>> tf.math.sinh([0.0, 1.0]).numpy().round(4)
    array([0.    , 1.1752], dtype=float32)

    Source: ``tf.math.sinh``.
    """
    return xp.sinh(x)


@sinh.partial(0)
def _(xp, y, x):
    return xp.cosh(x)


@elementwise(
    "Cosh",
    primitive="cosh",
    api=("math.cosh", "cosh"),
    domain=(-2, 2),
    saves=("inputs",),
    dtypes="fc",
)
def cosh(xp, x):
    """Hyperbolic cosine of each element.

    >>> import tensortape as tf
    >>> tf.math.cosh([0.0, 1.0]).numpy().round(4)
    array([1.    , 1.5431], dtype=float32)

    Source: ``tf.math.cosh``.
    """
    return xp.cosh(x)


@cosh.partial(0)
def _(xp, y, x):
    return xp.sinh(x)


@elementwise(
    "Tanh",
    primitive="tanh",
    api=("math.tanh", "tanh", "nn.tanh"),
    domain=(-3, 3),
    special=(0.0, 1e3),
    saves=("outputs",),
    dtypes="fc",
)
def tanh(xp, x):
    """Hyperbolic tangent of each element.

    >>> import tensortape as tf
    >>> tf.math.tanh([0.0, 1.0, 100.0]).numpy().round(4)
    array([0.    , 0.7616, 1.    ], dtype=float32)

    Source: ``tf.math.tanh``.
    """
    return xp.tanh(x)


@tanh.partial(0)
def _(xp, y, x):
    return 1 - y * y


@elementwise(
    "Asinh",
    primitive="arcsinh",
    api=("math.asinh", "asinh"),
    domain=(-3, 3),
    saves=("outputs",),
    dtypes="fc",
)
def asinh(xp, x):
    """Inverse hyperbolic sine of each element.

    >>> import tensortape as tf
    >>> tf.math.asinh([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.8814], dtype=float32)

    Source: ``tf.math.asinh``.
    """
    return xp.arcsinh(x)


@asinh.partial(0)
def _(xp, y, x):
    return xp.reciprocal(xp.cosh(y))


@elementwise(
    "Acosh",
    primitive="arccosh",
    api=("math.acosh", "acosh"),
    domain=(1.5, 3),
    saves=("outputs",),
    dtypes="fc",
)
def acosh(xp, x):
    """Inverse hyperbolic cosine of each element; NaN below 1.

    >>> import tensortape as tf
    >>> tf.math.acosh([1.0, 2.0]).numpy().round(4)
    array([0.   , 1.317], dtype=float32)

    Source: ``tf.math.acosh``.
    """
    return xp.arccosh(x)


@acosh.partial(0)
def _(xp, y, x):
    return xp.reciprocal(xp.sinh(y))


@elementwise(
    "Atanh",
    primitive="arctanh",
    api=("math.atanh", "atanh"),
    domain=(-0.8, 0.8),
    saves=("inputs",),
    dtypes="fc",
)
def atanh(xp, x):
    """Inverse hyperbolic tangent of each element; infinite at -1 and 1, NaN beyond.

    >>> import tensortape as tf
    >>> tf.math.atanh([0.0, 0.5]).numpy().round(4)
    array([0.    , 0.5493], dtype=float32)

    Source: ``tf.math.atanh``.
    """
    return xp.arctanh(x)


@atanh.partial(0)
def _(xp, y, x):
    return xp.reciprocal(1 - x * x)
