"""The larger, the smaller, and clipping between two bounds."""

from __future__ import annotations

import numpy as np

from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.families import elementwise, reduced
from tensortape.core.public import binary_call, tensor
from tensortape.core.registry import export


@elementwise(
    "Maximum",
    primitive="maximum",
    api=("math.maximum", "maximum"),
    domain=(-2, 2),
    dtypes="fiu",
    saves=("inputs",),
)
def maximum(xp, x, y):
    """The larger of ``x`` and ``y``, element by element, with broadcasting; NaN where either is.

    Where both are equal the gradient goes to ``x``.

    >>> import tensortape as tf
    >>> tf.math.maximum([0.0, -2.0, 4.0], 1.0).numpy()
    array([1., 1., 4.], dtype=float32)

    Source: ``tf.math.maximum``.
    """
    return xp.maximum(x, y)


@maximum.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, xp.where(x >= y, g, xp.zeros_like(g)), x)


@maximum.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, xp.where(x >= y, xp.zeros_like(g), g), y)


@maximum.jvp
def _(xp, tangents, z, x, y):
    return chosen(xp, x >= y, tangents, z)


@elementwise(
    "Minimum",
    primitive="minimum",
    api=("math.minimum", "minimum"),
    domain=(-2, 2),
    dtypes="fiu",
    saves=("inputs",),
)
def minimum(xp, x, y):
    """The smaller of ``x`` and ``y``, element by element, with broadcasting; NaN where either is.

    Where both are equal the gradient goes to ``x``.

    >>> import tensortape as tf
    >>> tf.math.minimum([0.0, -2.0, 4.0], 1.0).numpy()
    array([ 0., -2.,  1.], dtype=float32)

    Source: ``tf.math.minimum``.
    """
    return xp.minimum(x, y)


@minimum.vjp(0)
def _(xp, g, z, x, y):
    return reduced(xp, xp.where(x <= y, g, xp.zeros_like(g)), x)


@minimum.vjp(1)
def _(xp, g, z, x, y):
    return reduced(xp, xp.where(x <= y, xp.zeros_like(g), g), y)


@minimum.jvp
def _(xp, tangents, z, x, y):
    return chosen(xp, x <= y, tangents, z)


def chosen(xp, first, tangents, z):
    """The tangent of whichever input was taken; an absent one is zero."""
    zero = xp.zeros_like(z)
    left, right = (zero if t is None else t for t in tangents)
    return xp.where(first, left, right)


@elementwise(
    "ClipByValue",
    dtypes="fciu",
    samples=[(((2, 3), np.float64(-1.0), np.float64(1.0)), {})],
)
def clip_op(xp, t, clip_value_min, clip_value_max):
    """``t`` cut to between two bounds."""
    return xp.maximum(xp.minimum(t, clip_value_max), clip_value_min)


@clip_op.vjp(0)
def _(xp, g, y, t, low, high):
    return reduced(xp, xp.where(xp.logical_or(t < low, t > high), xp.zeros_like(g), g), t)


@clip_op.vjp(1)
def _(xp, g, y, t, low, high):
    return reduced(xp, xp.where(t < low, g, xp.zeros_like(g)), low)


@clip_op.vjp(2)
def _(xp, g, y, t, low, high):
    return reduced(xp, xp.where(t > high, g, xp.zeros_like(g)), high)


@export("clip_by_value")
def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """Cut each element of ``t`` to between two bounds, which may be tensors that broadcast to it.

    The gradient passes where nothing was cut.

    >>> import tensortape as tf
    >>> tf.clip_by_value([-5.0, 0.5, 3.0], 0.0, 1.0).numpy()
    array([0. , 0.5, 1. ], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for bounds of other dtypes or shapes, ``ValueError``
    for bounds that would make the result larger than ``t``. Source: ``tf.clip_by_value``.
    """
    if hasattr(t, "dense_shape") and hasattr(t, "values"):
        values = clip_by_value(t.values, clip_value_min, clip_value_max)
        return type(t)(values, t.indices, t.dense_shape)
    t = tensor(t)
    below = binary_call(minimum, t, clip_value_max, NO_ATTRS)
    t.shape.assert_is_compatible_with(below.shape)
    both = binary_call(maximum, below, clip_value_min, NO_ATTRS)
    t.shape.assert_is_compatible_with(both.shape)
    return both


def clip(t, low, high):
    """``t`` cut by one operation, as ``saturate_cast`` does."""
    return execute(clip_op, (t, low, high), NO_ATTRS)
