"""Cumulative sums and products."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import invalid, linear, one_int

SAMPLES = [
    (((2, 3),), {"axis": 1, "exclusive": False, "reverse": False}),
    (((2, 3),), {"axis": 0, "exclusive": True, "reverse": True}),
]


@op("Cumsum", primitive="cumsum", saves=(), samples=SAMPLES)
def cumsum_op(xp, x, *, axis, exclusive=False, reverse=False):
    """Sum of all elements up to each along an axis."""
    return xp.cumsum(x, axis, exclusive, reverse)


@cumsum_op.vjp
def _(xp, g, y, x, *, axis, exclusive, reverse):
    return xp.cumsum(g, axis, exclusive, not reverse)


linear(cumsum_op)


@op("Cumprod", primitive="cumprod", samples=SAMPLES)
def cumprod_op(xp, x, *, axis, exclusive=False, reverse=False):
    """Product of all elements up to each along an axis."""
    return xp.cumprod(x, axis, exclusive, reverse)


@cumprod_op.vjp
def _(xp, g, y, x, *, axis, exclusive, reverse):
    """TensorFlow's formula: the weighted tail over the element, 0 where that is 0, unconjugated."""
    tail = xp.cumsum(y * g, axis, exclusive, not reverse)
    zero = xp.equal(x, xp.zeros_like(x))
    return xp.where(zero, xp.zeros_like(x), tail / xp.where(zero, xp.ones_like(x), x))


@op("CumulativeLogsumexp", primitive="cumulative_logsumexp", samples=SAMPLES[:1])
def cumulative_logsumexp_op(xp, x, *, axis, exclusive=False, reverse=False):
    """Logarithm of the sum of exponentials of all elements up to each along an axis."""
    return xp.cumulative_logsumexp(x, axis, exclusive, reverse)


def signed_parts(xp: Any, weight: Any, combine: Any) -> Any:
    """``combine(log(weight))`` of the positive elements less that of the negative ones.

    In logarithms, with the lowest number where a sign is absent, so that nothing overflows.
    """

    def part(w: Any) -> Any:
        positive = xp.greater(w, xp.zeros_like(w))
        log = xp.log(xp.where(positive, w, xp.ones_like(w)))
        return combine(xp.where(positive, log, xp.full_like(w, LOWEST[w.dtype.name])))

    return part(weight) - part(-weight)


@cumulative_logsumexp_op.vjp
def _(xp, g, y, x, *, axis, exclusive, reverse):
    def back(log: Any) -> Any:
        return xp.exp(xp.cumulative_logsumexp(log - y, axis, exclusive, not reverse) + x)

    return signed_parts(xp, g, back)


@cumulative_logsumexp_op.jvp
def _(xp, tangents, y, x, *, axis, exclusive, reverse):
    def forward(log: Any) -> Any:
        return xp.exp(xp.cumulative_logsumexp(log + x, axis, exclusive, reverse) - y)

    return signed_parts(xp, tangents[0], forward)


LOWEST = {
    "float16": -65504.0,
    "bfloat16": -3.3895314e38,
    "float32": -3.4028235e38,
    "float64": -1.7976931348623157e308,
}


def _scan(op: Any, x: Any, axis: Any, exclusive: bool, reverse: bool) -> Any:
    x = tensor(x)
    at, rank = one_int(axis), x._a.ndim
    if not -rank <= at < rank:
        raise invalid(
            f"ScanOp: Expected scan axis in the range [{-rank}, {rank}), but got {at} "
            f"[Op:{op.type}]",
        )
    attrs = {
        "axis": at + rank if at < 0 else at,
        "exclusive": bool(exclusive),
        "reverse": bool(reverse),
    }
    return execute(op, (x,), attrs)


@export("math.cumsum", "cumsum")
def cumsum(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Any:
    """Cumulative sum along ``axis``.

    ``exclusive`` leaves the element itself out, ``reverse`` starts at the end.

    >>> import tensortape as tf
    >>> tf.cumsum([1, 2, 3]).numpy()
    array([1, 3, 6], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.cumsum``.
    """
    return _scan(cumsum_op, x, axis, exclusive, reverse)


@export("math.cumprod")
def cumprod(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Any:
    """Cumulative product along ``axis`` (see ``tf.cumsum``).

    >>> import tensortape as tf
    >>> tf.math.cumprod([1, 2, 3]).numpy()
    array([1, 2, 6], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.math.cumprod``.
    """
    return _scan(cumprod_op, x, axis, exclusive, reverse)


@export("math.cumulative_logsumexp")
def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Any:
    """``log(cumsum(exp(x)))`` without overflow (see ``tf.cumsum``).

    >>> import tensortape as tf
    >>> tf.math.cumulative_logsumexp([0.0, 0.0]).numpy()
    array([0.       , 0.6931472], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range.
    Source: ``tf.math.cumulative_logsumexp``.
    """
    return _scan(cumulative_logsumexp_op, x, axis, exclusive, reverse)
