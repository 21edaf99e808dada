"""Addition, subtraction, multiplication, sign and magnitude."""

from __future__ import annotations

import numpy as np

from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.families import elementwise, reduced
from tensortape.core.operators import INSTEAD, for_dtype, hinted, same_dtype
from tensortape.core.public import tensor, unary_call
from tensortape.core.registry import OPS, export


@elementwise("AddV2", primitive="add", domain=(-2, 2), saves=(), dtypes="fciu")
def add_v2(xp, x, y):
    """The sum of two tensors."""
    return x + y


add_v2.partial(0, constant=1)
add_v2.partial(1, constant=1)


@elementwise("StringAdd", nondifferentiable="text has no derivative", dtypes="O")
def join_text(xp, x, y):
    """Texts, one after the other."""
    return xp.join_text(x, y)


INSTEAD["AddV2", "O"] = join_text


@export("math.add", "add")
def add(x, y, name=None):
    """Sum of ``x`` and ``y``, element by element, with broadcasting; text is joined.

    Both have one dtype: numbers, complex numbers or strings. What has no dtype of its own takes
    that of ``x``.

    >>> import tensortape as tf
    >>> tf.math.add([[1.0], [2.0]], [10.0, 20.0]).numpy()
    array([[11., 21.],
           [12., 22.]], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for different dtypes and for shapes that do not
    broadcast. Source: ``tf.math.add``.
    """
    x = tensor(x)
    y = hinted(y, x)
    if x._a.dtype is not y._a.dtype:
        same_dtype(add_v2, x, y)
    return execute(for_dtype(add_v2, x), (x, y), NO_ATTRS)


@elementwise(
    "Sub",
    primitive="subtract",
    api=("math.subtract", "subtract"),
    domain=(-2, 2),
    saves=(),
    dtypes="fciu",
)
def subtract(xp, x, y):
    """Difference of ``x`` and ``y``, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.subtract([3, 5], 1).numpy()
    array([2, 4], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for different dtypes and for shapes that do not
    broadcast. Source: ``tf.math.subtract``.
    """
    return x - y


subtract.partial(0, constant=1)
subtract.partial(1, constant=-1)


@elementwise(
    "Mul",
    primitive="multiply",
    api=("math.multiply", "multiply"),
    domain=(-2, 2),
    saves=("inputs",),
    dtypes="fciu",
)
def multiply(xp, x, y):
    """Product of ``x`` and ``y``, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.multiply([[1.0], [2.0]], [3.0, 4.0]).numpy()
    array([[3., 4.],
           [6., 8.]], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for different dtypes and for shapes that do not
    broadcast. Source: ``tf.math.multiply``.
    """
    return x * y


@multiply.partial(0)
def _(xp, z, x, y):
    return y


@multiply.partial(1)
def _(xp, z, x, y):
    return x


@elementwise(
    "MulNoNan", primitive="multiply_no_nan", api="math.multiply_no_nan", domain=(-2, 2), dtypes="fc"
)
def multiply_no_nan(xp, x, y):
    """Product of ``x`` and ``y`` that is 0 where ``y`` is 0, even if ``x`` is infinite or NaN.

    >>> import tensortape as tf
    >>> tf.math.multiply_no_nan([float("nan"), 2.0], [0.0, 3.0]).numpy()
    array([0., 6.], dtype=float32)

    Source: ``tf.math.multiply_no_nan``.
    """
    return xp.multiply_no_nan(x, y)


@multiply_no_nan.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, xp.multiply_no_nan(g, y), x)


@multiply_no_nan.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, xp.multiply_no_nan(x, g), y)


@elementwise("SquaredDifference", api="math.squared_difference", domain=(-2, 2), dtypes="fci")
def squared_difference(xp, x, y):
    """``(x - y)**2``, element by element; of complex numbers, times the conjugate.

    >>> import tensortape as tf
    >>> tf.math.squared_difference([1.0, 5.0], 3.0).numpy()
    array([4., 4.], dtype=float32)

    Source: ``tf.math.squared_difference``.
    """
    d = x - y
    return d * xp.conj(d)


@squared_difference.vjp
def _(xp, g, z, x, y):
    d = 2 * g * (x - y)
    return reduced(xp, d, x), reduced(xp, -d, y)


@elementwise(
    "Neg",
    primitive="negative",
    api=("math.negative", "negative"),
    domain=(-2, 2),
    saves=(),
    dtypes="fci",
)
def negative(xp, x):
    """``-x``, element by element, for signed dtypes.

    >>> import tensortape as tf
    >>> tf.math.negative([1.0, -2.0]).numpy()
    array([-1.,  2.], dtype=float32)

    Source: ``tf.math.negative``.
    """
    return -x


negative.partial(0, constant=-1)


@elementwise("Sign", primitive="sign", domain=(0.5, 2), special=(0.0,), saves=(), dtypes="fi")
def sign_op(xp, x):
    """The sign of real numbers."""
    return xp.sign(x)


@sign_op.vjp
def _(xp, g, y, x):
    return xp.zeros_like(g)


@sign_op.jvp
def _(xp, tangents, y, x):
    return None


@elementwise(
    "Abs", primitive="absolute", domain=(0.5, 2), special=(0.0,), saves=("inputs",), dtypes="fi"
)
def abs_op(xp, x):
    """The magnitude of real numbers."""
    return xp.absolute(x)


@abs_op.partial(0)
def _(xp, y, x):
    return xp.sign(x)


@elementwise(
    "ComplexAbs", dtypes="c", samples=[((np.array([1.5 - 2j, -0.5 + 1j, 2.0 + 0.3j]),), {})]
)
def complex_abs(xp, x):
    """The magnitude of complex numbers."""
    return xp.absolute(x)


@complex_abs.vjp
def _(xp, g, y, x):
    return xp.divide_no_nan(xp.astype(g, x.dtype) * x, xp.astype(y, x.dtype))


@complex_abs.jvp
def _(xp, tangents, y, x):
    return xp.divide_no_nan(xp.real(xp.conj(x) * tangents[0]), y)


@export("math.abs", "abs")
def abs(x, name=None):
    """Magnitude of each element: ``|x|``, of complex numbers the modulus, a real number.

    The gradient at 0 is 0.

    >>> import tensortape as tf
    >>> tf.math.abs([-1.5, 2.0]).numpy()
    array([1.5, 2. ], dtype=float32)
    >>> tf.abs(tf.constant(3 + 4j)).numpy()
    np.float64(5.0)

    Source: ``tf.math.abs``.
    """
    x = tensor(x)
    return unary_call(complex_abs if x._a.dtype.kind == "c" else abs_op, x, NO_ATTRS)


@export("math.sign", "sign")
def sign(x, name=None):
    """-1, 0 or 1 with the sign of each element; of complex numbers, ``x / |x|`` (0 at 0).

    The gradient is zero everywhere.

    >>> import tensortape as tf
    >>> tf.math.sign([-2.0, 0.0, 5.0]).numpy()
    array([-1.,  0.,  1.], dtype=float32)

    Source: ``tf.math.sign``.
    """
    x = tensor(x)
    if x._a.dtype.kind != "c":
        return unary_call(sign_op, x, NO_ATTRS)
    from_real = execute(OPS["Cast"], (abs(x),), {"dtype": x.dtype})
    return execute(OPS["DivNoNan"], (x, from_real), NO_ATTRS)
