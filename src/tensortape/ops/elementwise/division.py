"""The divisions: true, floored, truncated, and those that forgive a zero."""

from __future__ import annotations

from tensortape.core import dtypes
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.families import elementwise, reduced
from tensortape.core.operators import hinted, like
from tensortape.core.public import binary_call, tensor
from tensortape.core.registry import OPS, export

_WIDENED = {
    "int8": dtypes.float32,
    "int16": dtypes.float32,
    "uint8": dtypes.float32,
    "uint16": dtypes.float32,
    "int32": dtypes.float64,
    "int64": dtypes.float64,
    "uint32": dtypes.float64,
    "uint64": dtypes.float64,
}


@elementwise("RealDiv", primitive="divide", api="realdiv", domain=(0.5, 2), dtypes="fc")
def divide_op(xp, x, y):
    """Quotient of real or complex ``x`` and ``y``, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.realdiv([1.0, 3.0], 2.0).numpy()
    array([0.5, 1.5], dtype=float32)

    Source: ``tf.realdiv``.
    """
    return x / y


@divide_op.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, g / (xp.conj(y) if y.dtype.kind == "c" else y), x)


@divide_op.vjp(1)
def _(xp, g, z, x, y):
    slope = -x / y / y
    return reduced(xp, g * (xp.conj(slope) if y.dtype.kind == "c" else slope), y)


@divide_op.jvp
def _(xp, tangents, z, x, y):
    dx, dy = tangents
    if dy is None:
        return xp.broadcast_to(dx / y, shape=tuple(z.shape))
    if dx is None:
        return xp.broadcast_to(-z / y * dy, shape=tuple(z.shape))
    return (dx - z * dy) / y


def true_quotient(x, y):
    """``x / y`` of two tensors of one dtype; integers become floats first."""
    if x._a.dtype is not y._a.dtype and x.dtype is not y.dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    kind = x._a.dtype.kind
    if kind not in "fcV":
        wide = _WIDENED.get(x.dtype.name)
        if wide is None:
            raise TypeError(
                f"Invalid dtype {x.dtype!r} in __truediv__. Expected an integer, floating-point or "
                "complex dtype. Use tf.cast."
            )
        x = execute(OPS["Cast"], (x,), {"dtype": wide})
        y = execute(OPS["Cast"], (y,), {"dtype": wide})
    return execute(divide_op, (x, y), NO_ATTRS)


@export("math.truediv", "truediv")
def truediv(x, y, name=None):
    """Quotient as Python's ``/``: integers of up to 16 bits give float32, larger ones float64.

    >>> import tensortape as tf
    >>> tf.math.truediv([1, 2], 4).numpy()
    array([0.25, 0.5 ])

    Raises ``TypeError`` for different dtypes. Source: ``tf.math.truediv``.
    """
    x = tensor(x)
    return true_quotient(x, hinted(y, x))


@export("math.divide", "divide")
def divide(x, y, name=None):
    """Quotient as Python's ``x / y``, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.divide([16.0, 12.0, 11.0], 4.0).numpy()
    array([4.  , 3.  , 2.75], dtype=float32)

    Raises ``TypeError`` for different dtypes. Source: ``tf.math.divide``.
    """
    return truediv(x, y)


@elementwise(
    "Reciprocal",
    primitive="reciprocal",
    api="math.reciprocal",
    domain=(0.5, 2),
    saves=("outputs",),
    dtypes="fc",
)
def reciprocal(xp, x):
    """``1 / x``, element by element, of real or complex numbers.

    >>> import tensortape as tf
    >>> tf.math.reciprocal([2.0, 4.0]).numpy()
    array([0.5 , 0.25], dtype=float32)

    Source: ``tf.math.reciprocal``.
    """
    return xp.reciprocal(x)


@reciprocal.vjp
def _(xp, g, y, x):
    return xp.reciprocal_grad(g, y)


@reciprocal.jvp
def _(xp, tangents, y, x):
    return tangents[0] * -(y * y)


@elementwise("ReciprocalGrad", primitive="reciprocal_grad", domain=(0.5, 2), saves=("inputs",))
def reciprocal_grad(xp, dy, y):
    """``-dy * y**2``, the cotangent of an inverse ``y``; 0 where ``dy`` is 0."""
    return xp.reciprocal_grad(dy, y)


@reciprocal_grad.vjp(0)
def _(xp, g, z, dy, y):
    return reduced(xp, xp.reciprocal_grad(g, xp.conj(y)), dy)


@reciprocal_grad.vjp(1)
def _(xp, g, z, dy, y):
    return reduced(xp, xp.conj(g) * -2 * dy * xp.conj(y), y)


@elementwise("DivNoNan", primitive="divide_no_nan", domain=(0.5, 2), dtypes="fc")
def divide_no_nan_op(xp, x, y):
    """Quotient that is 0 where the divisor is 0."""
    return xp.divide_no_nan(x, y)


@divide_no_nan_op.partial(0)
def _(xp, z, x, y):
    return xp.divide_no_nan(xp.ones_like(y), y)


@divide_no_nan_op.partial(1)
def _(xp, z, x, y):
    return xp.divide_no_nan(xp.divide_no_nan(-x, y), y)


@export("math.divide_no_nan")
def divide_no_nan(x, y, name=None):
    """``x / y``, but 0 where ``y`` is 0, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.divide_no_nan([3.0, 1.0], [2.0, 0.0]).numpy()
    array([1.5, 0. ], dtype=float32)

    Raises ``TypeError`` for different dtypes. Source: ``tf.math.divide_no_nan``.
    """
    x = tensor(x)
    y = hinted(y, x)
    if x.dtype is not y.dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    wide = _WIDENED.get(x.dtype.name)
    if wide is not None:
        x = execute(OPS["Cast"], (x,), {"dtype": wide})
        y = execute(OPS["Cast"], (y,), {"dtype": wide})
    return binary_call(divide_no_nan_op, x, y, NO_ATTRS)


@export("math.reciprocal_no_nan")
def reciprocal_no_nan(x, name=None):
    """``1 / x``, but 0 where ``x`` is 0.

    >>> import tensortape as tf
    >>> tf.math.reciprocal_no_nan([2.0, 0.0]).numpy()
    array([0.5, 0. ], dtype=float32)

    Source: ``tf.math.reciprocal_no_nan``.
    """
    x = tensor(x)
    return binary_call(divide_no_nan_op, like(1, x), x, NO_ATTRS)


@elementwise(
    "FloorDiv",
    primitive="floor_divide",
    api=("math.floordiv",),
    dtypes="fiu",
    nondifferentiable="a floored quotient is piecewise constant",
)
def floordiv(xp, x, y):
    """Quotient rounded towards minus infinity, as Python's ``//``.

    >>> import tensortape as tf
    >>> tf.math.floordiv([7, -7], 2).numpy()
    array([ 3, -4], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for integers divided by zero. Its gradient is
    ``None``. Source: ``tf.math.floordiv``.
    """
    return xp.floor_divide(x, y)


@elementwise(
    "FloorMod",
    primitive="remainder",
    api=("math.floormod", "math.mod"),
    domain=(0.5, 2),
    dtypes="fiu",
)
def floormod(xp, x, y):
    """Remainder with the sign of the divisor, as Python's ``%``.

    >>> import tensortape as tf
    >>> tf.math.floormod([7, -7], 3).numpy()
    array([1, 2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for integers divided by zero.
    Source: ``tf.math.floormod``.
    """
    return xp.remainder(x, y)


floormod.partial(0, constant=1)


@floormod.partial(1)
def _(xp, z, x, y):
    return -xp.floor_divide(x, y)


@elementwise(
    "TruncateDiv",
    primitive="truncate_divide",
    api="truncatediv",
    dtypes="fiu",
    nondifferentiable="a truncated quotient is piecewise constant",
)
def truncatediv(xp, x, y):
    """Quotient rounded towards zero, as in C.

    >>> import tensortape as tf
    >>> tf.truncatediv([7, -7], 2).numpy()
    array([ 3, -3], dtype=int32)

    Source: ``tf.truncatediv``.
    """
    return xp.truncate_divide(x, y)


@elementwise("TruncateMod", primitive="fmod", api="truncatemod", dtypes="fi", missing_gradient=True)
def truncatemod(xp, x, y):
    """Remainder with the sign of the dividend, as C's ``fmod``.

    >>> import tensortape as tf
    >>> tf.truncatemod([7, -7], 3).numpy()
    array([ 1, -1], dtype=int32)

    Source: ``tf.truncatemod``.
    """
    return xp.fmod(x, y)


@elementwise("Xdivy", primitive="xdivy", api="math.xdivy", domain=(0.5, 2), dtypes="fc")
def xdivy(xp, x, y):
    """``x / y``, but 0 where ``x`` is 0, whatever ``y`` is.

    >>> import tensortape as tf
    >>> tf.math.xdivy([0.0, 3.0], [0.0, 2.0]).numpy()
    array([0. , 1.5], dtype=float32)

    Source: ``tf.math.xdivy``.
    """
    return xp.xdivy(x, y)


@xdivy.vjp(0)
def _(xp, g, z, x, y):
    # Not conjugated for complex numbers: TensorFlow does not either.
    return reduced(xp, g * xp.xdivy(xp.astype(x != 0, x.dtype), y), x)


@xdivy.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, g * xp.xdivy(-x, y * y), y)
