"""Logic on truth values and on the bits of integers; none of it has a gradient."""

from __future__ import annotations

from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.families import elementwise
from tensortape.core.operators import INSTEAD
from tensortape.core.public import binary_call, unary_call
from tensortape.core.registry import export

REASON = "a truth value has no derivative"
BITS = "integers have no derivative"


@elementwise(
    "LogicalAnd",
    primitive="logical_and",
    api=("math.logical_and", "logical_and"),
    nondifferentiable=REASON,
    dtypes="b",
)
def logical_and(xp, x, y):
    """Whether both are true, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.logical_and([True, False], True).numpy()
    array([ True, False])

    Raises ``tf.errors.InvalidArgumentError`` for other dtypes than bool.
    Source: ``tf.math.logical_and``.
    """
    return x & y


INSTEAD["Mul", "b"] = logical_and


@elementwise(
    "LogicalOr",
    primitive="logical_or",
    api=("math.logical_or", "logical_or"),
    nondifferentiable=REASON,
    dtypes="b",
)
def logical_or(xp, x, y):
    """Whether at least one is true, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.logical_or([True, False], False).numpy()
    array([ True, False])

    Source: ``tf.math.logical_or``.
    """
    return x | y


@elementwise(
    "LogicalNot",
    primitive="logical_not",
    api=("math.logical_not", "logical_not"),
    nondifferentiable=REASON,
    dtypes="b",
)
def logical_not(xp, x):
    """The opposite of each truth value.

    >>> import tensortape as tf
    >>> tf.math.logical_not([True, False]).numpy()
    array([False,  True])

    Source: ``tf.math.logical_not``.
    """
    return ~x


@export("math.logical_xor")
def logical_xor(x, y, name="LogicalXor"):
    """Whether exactly one is true, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.math.logical_xor([True, False], True).numpy()
    array([False,  True])

    Source: ``tf.math.logical_xor``.
    """
    both = binary_call(logical_and, x, y, NO_ATTRS)
    either = binary_call(logical_or, x, y, NO_ATTRS)
    return binary_call(logical_and, either, unary_call(logical_not, both, NO_ATTRS), NO_ATTRS)


@elementwise(
    "BitwiseAnd",
    primitive="bitwise_and",
    api="bitwise.bitwise_and",
    nondifferentiable=BITS,
    dtypes="iu",
)
def bitwise_and(xp, x, y):
    """The bits set in both integers.

    >>> import tensortape as tf
    >>> tf.bitwise.bitwise_and([0, 5, 3], [5, 0, 7]).numpy()
    array([0, 0, 3], dtype=int32)

    Source: ``tf.bitwise.bitwise_and``.
    """
    return x & y


@elementwise(
    "BitwiseOr",
    primitive="bitwise_or",
    api="bitwise.bitwise_or",
    nondifferentiable=BITS,
    dtypes="iu",
)
def bitwise_or(xp, x, y):
    """The bits set in at least one of two integers.

    >>> import tensortape as tf
    >>> tf.bitwise.bitwise_or([0, 5, 3], [5, 0, 7]).numpy()
    array([5, 5, 7], dtype=int32)

    Source: ``tf.bitwise.bitwise_or``.
    """
    return x | y


@elementwise(
    "BitwiseXor",
    primitive="bitwise_xor",
    api="bitwise.bitwise_xor",
    nondifferentiable=BITS,
    dtypes="iu",
)
def bitwise_xor(xp, x, y):
    """The bits in which two integers differ.

    >>> import tensortape as tf
    >>> tf.bitwise.bitwise_xor([0, 5, 3], [5, 0, 7]).numpy()
    array([5, 5, 4], dtype=int32)

    Source: ``tf.bitwise.bitwise_xor``.
    """
    return x ^ y


@elementwise(
    "Invert", primitive="invert", api="bitwise.invert", nondifferentiable=BITS, dtypes="iu"
)
def invert(xp, x):
    """Every bit of each integer turned over.

    >>> import tensortape as tf
    >>> tf.bitwise.invert([0, 5]).numpy()
    array([-1, -6], dtype=int32)

    Source: ``tf.bitwise.invert``.
    """
    return ~x


@elementwise(
    "LeftShift",
    primitive="left_shift",
    api="bitwise.left_shift",
    nondifferentiable=BITS,
    dtypes="iu",
)
def left_shift(xp, x, y):
    """Bits of ``x`` moved up by ``y`` places; ``y`` is cut to between 0 and the number of bits - 1.

    >>> import tensortape as tf
    >>> tf.bitwise.left_shift([1, 5], 2).numpy()
    array([ 4, 20], dtype=int32)

    Source: ``tf.bitwise.left_shift``.
    """
    return xp.left_shift(x, y)


@elementwise(
    "RightShift",
    primitive="right_shift",
    api="bitwise.right_shift",
    nondifferentiable=BITS,
    dtypes="iu",
)
def right_shift(xp, x, y):
    """Bits of ``x`` moved down by ``y`` places, keeping the sign; ``y`` is cut to the width.

    >>> import tensortape as tf
    >>> tf.bitwise.right_shift([-8, 5], 1).numpy()
    array([-4,  2], dtype=int32)

    Source: ``tf.bitwise.right_shift``.
    """
    return xp.right_shift(x, y)


@elementwise(
    "PopulationCount",
    primitive="population_count",
    api="raw_ops.PopulationCount",
    nondifferentiable=BITS,
    dtypes="iu",
)
def population_count(xp, x):
    """How many bits of each integer are set (uint8).

    >>> import tensortape as tf
    >>> tf.raw_ops.PopulationCount(x=[7, 8]).numpy()
    array([3, 1], dtype=uint8)

    Source: ``tf.raw_ops.PopulationCount``.
    """
    return xp.population_count(x)
