"""The arithmetic operations and Python's operators for them."""

from __future__ import annotations

from tensortape.core.families import elementwise
from tensortape.core.operators import attach, binary


@elementwise("AddV2", primitive="add", api=("math.add", "add"), domain=(-2, 2), saves=())
def add(xp, x, y):
    """Returns x + y element-wise."""
    return x + y


add.partial(0, constant=1)
add.partial(1, constant=1)


@elementwise("Sub", primitive="subtract", api=("math.subtract", "subtract"), domain=(-2, 2), saves=())
def subtract(xp, x, y):
    """Returns x - y element-wise."""
    return x - y


subtract.partial(0, constant=1)
subtract.partial(1, constant=-1)


@elementwise("Mul", primitive="multiply", domain=(-2, 2), saves=("inputs",))
def multiply(xp, x, y):
    """Returns x * y element-wise."""
    return x * y


@multiply.partial(0)
def _(xp, z, x, y):
    return y


@multiply.partial(1)
def _(xp, z, x, y):
    return x


@elementwise("RealDiv", primitive="divide", api="realdiv", domain=(0.5, 2))
def divide(xp, x, y):
    """Returns x / y element-wise for real types."""
    return x / y


@divide.partial(0)
def _(xp, z, x, y):
    return 1 / y


@divide.partial(1)
def _(xp, z, x, y):
    return -(z / y)


@elementwise("Neg", primitive="negative", api=("math.negative", "negative"), domain=(-2, 2), saves=())
def negative(xp, x):
    """Computes numerical negative value element-wise."""
    return -x


negative.partial(0, constant=-1)


@elementwise("Square", primitive="square", api=("math.square", "square"), domain=(-2, 2))
def square(xp, x):
    """Computes the square of x element-wise."""
    return x * x


@square.partial(0)
def _(xp, y, x):
    return 2 * x


@elementwise("Pow", primitive="power", domain=(0.5, 2))
def power(xp, x, y):
    """Computes the power of one value to another."""
    return x**y


@power.vjp(0)
def _(xp, g, z, x, y):
    d = g * xp.conj(y * x ** (y - 1))
    return d if d.shape == x.shape else xp.sum_to(d, shape=tuple(x.shape))


@power.vjp(1)
def _(xp, g, z, x, y):
    safe = xp.where(x > 0, x, xp.ones_like(x))
    d = g * xp.conj(xp.where(x > 0, z * xp.log(safe), xp.zeros_like(z)))
    return d if d.shape == y.shape else xp.sum_to(d, shape=tuple(y.shape))


for _name, _op in (("add", add), ("sub", subtract), ("mul", multiply), ("truediv", divide), ("pow", power)):
    _forward, _reflected = binary(_op)
    attach(f"__{_name}__", _forward)
    attach(f"__r{_name}__", _reflected)
