"""Rounding, and stepping to neighbouring numbers."""

from __future__ import annotations

from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.families import elementwise
from tensortape.core.public import tensor, unary_call
from tensortape.core.registry import export


@elementwise(
    "Floor",
    primitive="floor",
    api=("math.floor", "floor"),
    dtypes="f",
    nondifferentiable="rounding is piecewise constant",
)
def floor(xp, x):
    """Largest whole number not above each element.

    >>> import tensortape as tf
    >>> tf.math.floor([1.7, -1.2]).numpy()
    array([ 1., -2.], dtype=float32)

    The gradient is ``None``. Source: ``tf.math.floor``.
    """
    return xp.floor(x)


@elementwise(
    "Ceil",
    primitive="ceil",
    api="math.ceil",
    dtypes="f",
    nondifferentiable="rounding is piecewise constant",
)
def ceil(xp, x):
    """Smallest whole number not below each element.

    >>> import tensortape as tf
    >>> tf.math.ceil([1.2, -1.7]).numpy()
    array([ 2., -1.], dtype=float32)

    The gradient is ``None``. Source: ``tf.math.ceil``.
    """
    return xp.ceil(x)


@elementwise(
    "Rint",
    primitive="rint",
    api="math.rint",
    dtypes="f",
    nondifferentiable="rounding is piecewise constant",
)
def rint(xp, x):
    """Nearest whole number; halves go to the even one.

    >>> import tensortape as tf
    >>> tf.math.rint([0.5, 1.5, -1.7]).numpy()
    array([ 0.,  2., -2.], dtype=float32)

    The gradient is ``None``. Source: ``tf.math.rint``.
    """
    return xp.rint(x)


@elementwise("Round", dtypes="fic", nondifferentiable="rounding is piecewise constant")
def round_op(xp, x):
    """Nearest whole number of real or complex numbers."""
    return xp.rint(x)


@export("math.round", "round")
def round(x, name=None):
    """Nearest whole number; halves go to the even one; integers stay as they are.

    >>> import tensortape as tf
    >>> tf.round([0.9, 2.5, -4.5]).numpy()
    array([ 1.,  2., -4.], dtype=float32)

    The gradient is ``None``. Source: ``tf.math.round``.
    """
    x = tensor(x)
    return x if x.dtype.is_integer else unary_call(round_op, x, NO_ATTRS)


@elementwise(
    "NextAfter", primitive="nextafter", api="math.nextafter", domain=(0.5, 2), saves=(), dtypes="f"
)
def nextafter(xp, x1, x2):
    """The number next to ``x1`` in the direction of ``x2``, for float32 and float64.

    >>> import tensortape as tf
    >>> tf.math.nextafter(1.0, 2.0).numpy()
    np.float32(1.0000001)

    The gradient is 1 by ``x1`` and 0 by ``x2``. Source: ``tf.math.nextafter``.
    """
    return xp.nextafter(x1, x2)


nextafter.partial(0, constant=1)


@nextafter.partial(1)
def _(xp, z, x1, x2):
    return xp.zeros_like(z)
