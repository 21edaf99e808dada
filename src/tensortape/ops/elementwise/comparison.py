"""Comparisons and tests of single elements; none of them has a gradient."""

from __future__ import annotations

from tensortape.arrays.recorded import recorded
from tensortape.core.families import elementwise
from tensortape.core.public import tensor
from tensortape.core.registry import export

REASON = "a truth value has no derivative"


@elementwise("Equal", primitive="equal", api=("math.equal", "equal"), nondifferentiable=REASON)
def equal(xp, x, y):
    """Whether elements are equal, with broadcasting, for all dtypes.

    >>> import tensortape as tf
    >>> tf.math.equal([2.0, 4.0], 2.0).numpy()
    array([ True, False])

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not broadcast.
    Source: ``tf.math.equal``.
    """
    return xp.equal(x, y)


@elementwise(
    "NotEqual", primitive="not_equal", api=("math.not_equal", "not_equal"), nondifferentiable=REASON
)
def not_equal(xp, x, y):
    """Whether elements differ, with broadcasting, for all dtypes.

    >>> import tensortape as tf
    >>> tf.math.not_equal([2.0, 4.0], 2.0).numpy()
    array([False,  True])

    Source: ``tf.math.not_equal``.
    """
    return xp.not_equal(x, y)


@elementwise(
    "Less", primitive="less", api=("math.less", "less"), nondifferentiable=REASON, dtypes="fiu"
)
def less(xp, x, y):
    """Whether ``x < y``, element by element, with broadcasting, for real dtypes.

    >>> import tensortape as tf
    >>> tf.math.less([5, 4, 6], 5).numpy()
    array([False,  True, False])

    Source: ``tf.math.less``.
    """
    return x < y


@elementwise(
    "LessEqual",
    primitive="less_equal",
    api=("math.less_equal", "less_equal"),
    nondifferentiable=REASON,
    dtypes="fiu",
)
def less_equal(xp, x, y):
    """Whether ``x <= y``, element by element, with broadcasting, for real dtypes.

    >>> import tensortape as tf
    >>> tf.math.less_equal([5, 4, 6], 5).numpy()
    array([ True,  True, False])

    Source: ``tf.math.less_equal``.
    """
    return x <= y


@elementwise(
    "Greater",
    primitive="greater",
    api=("math.greater", "greater"),
    nondifferentiable=REASON,
    dtypes="fiu",
)
def greater(xp, x, y):
    """Whether ``x > y``, element by element, with broadcasting, for real dtypes.

    >>> import tensortape as tf
    >>> tf.math.greater([5, 4, 6], 5).numpy()
    array([False, False,  True])

    Source: ``tf.math.greater``.
    """
    return x > y


@elementwise(
    "GreaterEqual",
    primitive="greater_equal",
    api=("math.greater_equal", "greater_equal"),
    nondifferentiable=REASON,
    dtypes="fiu",
)
def greater_equal(xp, x, y):
    """Whether ``x >= y``, element by element, with broadcasting, for real dtypes.

    >>> import tensortape as tf
    >>> tf.math.greater_equal([5, 4, 6], 5).numpy()
    array([ True, False,  True])

    Source: ``tf.math.greater_equal``.
    """
    return x >= y


@elementwise("IsNan", primitive="isnan", api=("math.is_nan",), nondifferentiable=REASON, dtypes="f")
def is_nan(xp, x):
    """Whether each element is NaN.

    >>> import tensortape as tf
    >>> tf.math.is_nan([5.0, float("nan")]).numpy()
    array([False,  True])

    Source: ``tf.math.is_nan``.
    """
    return xp.isnan(x)


@elementwise("IsInf", primitive="isinf", api=("math.is_inf",), nondifferentiable=REASON, dtypes="f")
def is_inf(xp, x):
    """Whether each element is infinite, of either sign.

    >>> import tensortape as tf
    >>> tf.math.is_inf([5.0, float("-inf")]).numpy()
    array([False,  True])

    Source: ``tf.math.is_inf``.
    """
    return xp.isinf(x)


@elementwise(
    "IsFinite", primitive="isfinite", api=("math.is_finite",), nondifferentiable=REASON, dtypes="f"
)
def is_finite(xp, x):
    """Whether each element is a number: neither infinite nor NaN.

    >>> import tensortape as tf
    >>> tf.math.is_finite([5.0, float("inf"), float("nan")]).numpy()
    array([ True, False, False])

    Source: ``tf.math.is_finite``.
    """
    return xp.isfinite(x)


def _neighbours(x):
    """All elements but the last, and all but the first, of the flattened tensor."""
    flat = recorded.reshape(tensor(x), shape=(-1,))
    return flat[1:], flat[:-1]


@export("math.is_non_decreasing")
def is_non_decreasing(x, name=None):
    """Whether no element is smaller than the one before it, in row-major order (a bool scalar).

    >>> import tensortape as tf
    >>> tf.math.is_non_decreasing([1.0, 1.0, 3.0]).numpy()
    np.True_

    Source: ``tf.math.is_non_decreasing``.
    """
    later, earlier = _neighbours(x)
    return recorded.all(later >= earlier)


@export("math.is_strictly_increasing")
def is_strictly_increasing(x, name=None):
    """Whether every element is larger than the one before it, in row-major order (a bool scalar).

    >>> import tensortape as tf
    >>> tf.math.is_strictly_increasing([1.0, 1.0, 3.0]).numpy()
    np.False_

    Source: ``tf.math.is_strictly_increasing``.
    """
    later, earlier = _neighbours(x)
    return recorded.all(later > earlier)
