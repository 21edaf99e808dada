"""Powers and roots."""

from __future__ import annotations

from tensortape.core.families import elementwise, reduced


@elementwise(
    "Square", primitive="square", api=("math.square", "square"), domain=(-2, 2), dtypes="fciu"
)
def square(xp, x):
    """``x * x``, element by element.

    >>> import tensortape as tf
    >>> tf.math.square([-2.0, 3.0]).numpy()
    array([4., 9.], dtype=float32)

    Source: ``tf.math.square``.
    """
    return x * x


@square.partial(0)
def _(xp, y, x):
    return 2 * x


@elementwise("Pow", primitive="power", api=("math.pow", "pow"), domain=(0.5, 2), dtypes="fci")
def power(xp, x, y):
    """``x`` to the power of ``y``, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.pow([[2, 2], [3, 3]], [[8, 16], [2, 3]]).numpy()
    array([[  256, 65536],
           [    9,    27]], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for integers to negative powers. The gradient by
    ``y`` is 0 where ``x`` is not positive. Source: ``tf.math.pow``.
    """
    return xp.power(x, y)


@power.partial(0)
def _(xp, z, x, y):
    return xp.power_derivative(x, y)


@power.partial(1)
def _(xp, z, x, y):
    return z * log_where_defined(xp, x)


def log_where_defined(xp, x):
    """``log(x)``, and 0 where there is no sensible logarithm (``x <= 0``; complex: at 0)."""
    defined = x != 0 if x.dtype.kind == "c" else x > 0
    safe = xp.where(defined, x, xp.ones_like(x))
    return xp.where(defined, xp.log(safe), xp.zeros_like(x))


@elementwise("PowDerivative", primitive="power_derivative", domain=(0.5, 2))
def power_derivative(xp, x, y):
    """``y * x**(y - 1)``, the derivative of a power by its base."""
    return xp.power_derivative(x, y)


@power_derivative.partial(0)
def _(xp, z, x, y):
    return y * xp.power_derivative(x, y - 1)


@power_derivative.partial(1)
def _(xp, z, x, y):
    return xp.power(x, y - 1) * (1 + y * log_where_defined(xp, x))


@elementwise(
    "Sqrt",
    primitive="sqrt",
    api=("math.sqrt", "sqrt"),
    domain=(0.5, 2),
    saves=("outputs",),
    dtypes="fc",
)
def sqrt(xp, x):
    """Square root of each element; NaN for negative real numbers.

    >>> import tensortape as tf
    >>> tf.math.sqrt([1.0, 4.0, 9.0]).numpy()
    array([1., 2., 3.], dtype=float32)

    The gradient at 0 is infinite. Source: ``tf.math.sqrt``.
    """
    return xp.sqrt(x)


@sqrt.vjp
def _(xp, g, y, x):
    return xp.sqrt_grad(g, y)


@sqrt.jvp
def _(xp, tangents, y, x):
    return tangents[0] * 0.5 / y


@elementwise(
    "Rsqrt", primitive="rsqrt", api="math.rsqrt", domain=(0.5, 2), saves=("outputs",), dtypes="fc"
)
def rsqrt(xp, x):
    """``1 / sqrt(x)``, element by element.

    >>> import tensortape as tf
    >>> tf.math.rsqrt([1.0, 4.0, 0.0]).numpy()
    array([1. , 0.5, inf], dtype=float32)

    Source: ``tf.math.rsqrt``.
    """
    return xp.rsqrt(x)


@rsqrt.vjp
def _(xp, g, y, x):
    return xp.rsqrt_grad(g, y)


@rsqrt.jvp
def _(xp, tangents, y, x):
    return tangents[0] * (-0.5 * y * y * y)


@elementwise("SqrtGrad", primitive="sqrt_grad", domain=(0.5, 2))
def sqrt_grad(xp, dy, y):
    """``dy / (2 * y)``, the cotangent of a square root ``y``; 0 where ``dy`` is 0."""
    return xp.sqrt_grad(dy, y)


@sqrt_grad.vjp(0)
def _(xp, g, z, dy, y):
    return reduced(xp, 0.5 * g / y, dy)


@sqrt_grad.vjp(1)
def _(xp, g, z, dy, y):
    d = g / y
    return reduced(xp, -(xp.conj(d) if y.dtype.kind == "c" else d) * z, y)


@elementwise("RsqrtGrad", primitive="rsqrt_grad", domain=(0.5, 2), saves=("inputs",))
def rsqrt_grad(xp, dy, y):
    """``-dy * y**3 / 2``, the cotangent of an inverse root ``y``; 0 where ``dy`` is 0."""
    return xp.rsqrt_grad(dy, y)


@rsqrt_grad.vjp(0)
def _(xp, g, z, dy, y):
    return reduced(xp, xp.rsqrt_grad(g, xp.conj(y)), dy)


@rsqrt_grad.vjp(1)
def _(xp, g, z, dy, y):
    return reduced(xp, -1.5 * xp.conj(g) * dy * xp.square(xp.conj(y)), y)
