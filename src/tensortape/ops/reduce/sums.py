"""Sums, means and products along axes."""

from __future__ import annotations

import math
from typing import Any

from tensortape.core import dtypes
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import linear
from tensortape.ops.layout.order import inverse
from tensortape.ops.reduce.axes import aligned, count, normalise, reduce, spread

SAMPLES = [
    (((2, 3),), {"axis": None, "keepdims": False}),
    (((2, 3),), {"axis": (1,), "keepdims": False}),
    (((2, 3, 2),), {"axis": (0, 2), "keepdims": True}),
]


@op("Sum", primitive="sum", saves=(), normalise=normalise, samples=SAMPLES)
def sum_op(xp, input, *, axis=None, keepdims=False):
    """Sum along axes."""
    return xp.sum(input, axis, keepdims)


@sum_op.vjp
def _(xp, g, y, x, *, axis, keepdims):
    return spread(xp, g, x, axis, keepdims)


@op("Mean", saves=(), normalise=normalise, samples=SAMPLES)
def mean_op(xp, input, *, axis=None, keepdims=False):
    """Mean along axes; of integers the quotient without its fraction."""
    n = count(input.shape, axis)
    if input.dtype.kind in "iu":
        total = xp.sum(xp.astype(input, dtypes.int64), axis, keepdims)
        return xp.astype(xp.sign(total) * (xp.absolute(total) // max(n, 1)), input.dtype)
    return xp.sum(input, axis, keepdims) / n


@mean_op.vjp
def _(xp, g, y, x, *, axis, keepdims):
    return spread(xp, g / max(count(x.shape, axis), 1), x, axis, keepdims)


linear(sum_op)
linear(mean_op)


@op("Prod", primitive="prod", normalise=normalise, samples=SAMPLES)
def prod_op(xp, input, *, axis=None, keepdims=False):
    """Product along axes."""
    return xp.prod(input, axis, keepdims)


@prod_op.vjp
def _(xp, g, y, x, *, axis, keepdims):
    """Each element times the product of all others, which zeros among them do not disturb."""
    shape = tuple(x.shape)
    axes = tuple(range(len(shape))) if axis is None else axis
    front = axes + tuple(i for i in range(len(shape)) if i not in axes)
    moved = tuple(shape[i] for i in front)
    flat = xp.reshape(xp.transpose(x, front), (count(shape, axis), math.prod(moved[len(axes) :])))
    others = xp.cumprod(flat, 0, True) * xp.cumprod(flat, 0, True, True)
    if x.dtype.kind == "c":
        others = xp.conj(others)
    back = xp.transpose(xp.reshape(others, moved), inverse(front))
    return aligned(xp, g, x, axis, keepdims) * back


@export("math.reduce_sum", "reduce_sum")
def reduce_sum(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Sum of the elements along ``axis`` (an int, several, or ``None`` for all).

    >>> import tensortape as tf
    >>> tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]], axis=0).numpy()
    array([4., 6.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.reduce_sum``.
    """
    return reduce(sum_op, input_tensor, axis, keepdims)


@export("math.reduce_mean", "reduce_mean")
def reduce_mean(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Mean of the elements along ``axis``; integers stay integers.

    >>> import tensortape as tf
    >>> tf.reduce_mean([1.0, 2.0, 6.0]).numpy()
    np.float32(3.0)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.reduce_mean``.
    """
    return reduce(mean_op, input_tensor, axis, keepdims)


@export("math.reduce_prod", "reduce_prod")
def reduce_prod(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Product of the elements along ``axis``.

    >>> import tensortape as tf
    >>> tf.reduce_prod([2.0, 3.0, 4.0]).numpy()
    np.float32(24.0)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.reduce_prod``.
    """
    return reduce(prod_op, input_tensor, axis, keepdims)
