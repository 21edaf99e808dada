"""Complex numbers and their parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.families import elementwise, reduced
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, export

POINTS: list[Any] = [((np.array([1.5 - 2j, -0.5 + 1j, 2.0 + 0.3j]),), {})]


@elementwise("Complex", primitive="complex", domain=(-2, 2), saves=(), dtypes="f")
def complex_op(xp, real, imag):
    """Complex numbers of two parts."""
    return xp.complex(real, imag)


@complex_op.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, xp.real(g), x)


@complex_op.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, xp.imag(g), y)


@complex_op.jvp
def _(xp, tangents, z, x, y):
    zero = xp.zeros_like(xp.real(z))
    return xp.complex(
        *[zero if t is None else xp.broadcast_to(t, shape=tuple(z.shape)) for t in tangents]
    )


@export("complex", "dtypes.complex")
def complex(real, imag, name=None):
    """Complex numbers of two parts: complex64 of float32, complex128 of float64.

    >>> import tensortape as tf
    >>> tf.complex([2.25, 3.25], [4.75, 5.75]).numpy()
    array([2.25+4.75j, 3.25+5.75j], dtype=complex64)

    Raises ``TypeError`` for other or different dtypes. Source: ``tf.complex``.
    """
    real, imag = tensor(real), tensor(imag)
    names = (real.dtype.name, imag.dtype.name)
    if names not in (("float32", "float32"), ("float64", "float64")):
        raise TypeError(
            f"The `real` and `imag` components have incorrect types: {names[0]} {names[1]}. They "
            "must be consistent, and one of [tf.float32, tf.float64]"
        )
    return execute(complex_op, (real, imag), NO_ATTRS)


@elementwise("Real", primitive="real", saves=(), dtypes="c", samples=POINTS)
def real_op(xp, input):
    """The real parts of complex numbers."""
    return xp.real(input)


@real_op.vjp
def _(xp, g, y, x):
    return xp.complex(g, xp.zeros_like(g))


@real_op.jvp
def _(xp, tangents, y, x):
    return xp.real(tangents[0])


@elementwise("Imag", primitive="imag", saves=(), dtypes="c", samples=POINTS)
def imag_op(xp, input):
    """The imaginary parts of complex numbers."""
    return xp.imag(input)


@imag_op.vjp
def _(xp, g, y, x):
    return xp.complex(xp.zeros_like(g), g)


@imag_op.jvp
def _(xp, tangents, y, x):
    return xp.imag(tangents[0])


@elementwise("Conj", primitive="conj", saves=(), dtypes="c", samples=POINTS)
def conj_op(xp, input):
    """Complex conjugates."""
    return xp.conj(input)


@conj_op.vjp
def _(xp, g, y, x):
    return xp.conj(g)


@conj_op.jvp
def _(xp, tangents, y, x):
    return xp.conj(tangents[0])


@elementwise("Angle", primitive="angle", saves=("inputs",), dtypes="c", samples=POINTS)
def angle_op(xp, input):
    """The arguments of complex numbers."""
    return xp.angle(input)


@angle_op.vjp
def _(xp, g, y, x):
    # d(angle) is Im(dx / x): the cotangent is -g / (Im x + i Re x).
    return -xp.complex(g, xp.zeros_like(g)) * xp.reciprocal(xp.complex(xp.imag(x), xp.real(x)))


@angle_op.jvp
def _(xp, tangents, y, x):
    return xp.imag(tangents[0] / x)


@export("math.real")
def real(input, name=None):
    """Real part of each element; real numbers are returned as they are.

    >>> import tensortape as tf
    >>> tf.math.real(tf.constant([-2.25 + 4.75j])).numpy()
    array([-2.25])

    Raises ``TypeError`` for dtypes that are not numbers. Source: ``tf.math.real``.
    """
    input = tensor(input)
    if input.dtype.is_complex:
        return execute(real_op, (input,), NO_ATTRS)
    if not input.dtype.is_numeric:
        raise TypeError(f"input must be a numeric tensor, but got tensor with dtype {input.dtype}")
    return input


@export("math.imag")
def imag(input, name=None):
    """Imaginary part of each element; zeros for real numbers.

    >>> import tensortape as tf
    >>> tf.math.imag(tf.constant([-2.25 + 4.75j])).numpy()
    array([4.75])

    Source: ``tf.math.imag``.
    """
    input = tensor(input)
    if input.dtype.is_complex:
        return execute(imag_op, (input,), NO_ATTRS)
    return execute(OPS["ZerosLike"], (input,), NO_ATTRS)


@export("math.conj")
def conj(x, name=None):
    """Complex conjugate of each element; real numbers are returned as they are.

    >>> import tensortape as tf
    >>> tf.math.conj(tf.constant([-2.25 + 4.75j])).numpy()
    array([-2.25-4.75j])

    Raises ``TypeError`` for dtypes that are not numbers. Source: ``tf.math.conj``.
    """
    x = tensor(x)
    if x.dtype.is_complex:
        return execute(conj_op, (x,), NO_ATTRS)
    if not x.dtype.is_numeric:
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}.")
    return x


@export("math.angle")
def angle(input, name=None):
    """Argument of each element, in radians; of real numbers 0 or pi.

    >>> import tensortape as tf
    >>> tf.math.angle(tf.constant([1j, -1.0])).numpy().round(4)
    array([1.5708, 3.1416])

    Raises ``TypeError`` for integers. Source: ``tf.math.angle``.
    """
    input = tensor(input)
    if input.dtype.is_complex:
        return execute(angle_op, (input,), NO_ATTRS)
    zeros = execute(OPS["ZerosLike"], (input,), NO_ATTRS)
    pi = convert_to_tensor(math.pi, dtype=input.dtype)
    return execute(OPS["SelectV2"], (input < 0, pi, zeros), NO_ATTRS)
