"""Reductions of slices that share an id."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.dispatch import execute
from tensortape.core.op import Op, op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import fits, invalid, one_int


def rows(xp: Any, values: Any, ids: Any, like: Any) -> Any:
    """``values[ids]``, zero where an id is negative; of the shape of ``like``."""
    taken = xp.take(values, xp.maximum(ids, xp.zeros_like(ids)), 0)
    valid = mask(xp, ids, like)
    return xp.where(valid, taken, xp.zeros_like(taken))


def mask(xp: Any, ids: Any, like: Any) -> Any:
    """Where ids are not negative, shaped to broadcast against ``like``."""
    valid = xp.greater_equal(ids, xp.zeros_like(ids))
    return xp.reshape(valid, tuple(ids.shape) + (1,) * (like.ndim - ids.ndim))


SAMPLES = [
    (((4, 2), [2, 0, -1, 2]), {"count": 3}),
    (((2, 2, 2), [[1, 1], [0, 3]]), {"count": 4}),
]
FULL = [(((5, 2), [2, 0, -1, 2, 1]), {"count": 3}), (((2, 2, 2), [[1, 1], [0, 2]]), {"count": 3})]


@op("UnsortedSegmentSum", primitive="segment_sum", saves=(1,), samples=SAMPLES)
def segment_sum_op(xp, data, segment_ids, *, count):
    """Sum of the slices with each id."""
    return xp.segment_sum(data, segment_ids, count)


@segment_sum_op.vjp(0)
def _(xp, g, y, data, ids, *, count):
    return rows(xp, g, ids, data)


@segment_sum_op.jvp
def _(xp, tangents, y, data, ids, *, count):
    return None if tangents[0] is None else xp.segment_sum(tangents[0], ids, count)


@op("UnsortedSegmentProd", primitive="segment_prod", samples=SAMPLES)
def segment_prod_op(xp, data, segment_ids, *, count):
    """Product of the slices with each id."""
    return xp.segment_prod(data, segment_ids, count)


def prod_rule(xp: Any, g: Any, y: Any, data: Any, ids: Any, *, count: int) -> Any:
    """The product of the others: by division, or without the one zero where there is one."""
    zero = xp.equal(data, xp.zeros_like(data))
    zeros = xp.segment_sum(xp.astype(zero, g.dtype), ids, count)
    g = xp.where(xp.greater(zeros, xp.ones_like(zeros)), xp.zeros_like(g), g)
    filled = xp.where(zero, xp.ones_like(data), data)
    without = rows(xp, xp.segment_prod(filled, ids, count), ids, data)
    others = xp.where(zero, without, rows(xp, y, ids, data) / filled)
    if data.dtype.kind == "c":
        others = xp.conj(others)
    return rows(xp, g, ids, data) * others


@op("UnsortedSegmentMax", primitive="segment_max", samples=FULL)
def segment_max_op(xp, data, segment_ids, *, count):
    """Largest of the slices with each id."""
    return xp.segment_max(data, segment_ids, count)


@op("UnsortedSegmentMin", primitive="segment_min", samples=FULL)
def segment_min_op(xp, data, segment_ids, *, count):
    """Smallest of the slices with each id."""
    return xp.segment_min(data, segment_ids, count)


def shared(xp: Any, g: Any, y: Any, data: Any, ids: Any, *, count: int) -> Any:
    """Equal parts of the cotangent for all elements of a segment that tie."""
    hit = xp.logical_and(xp.equal(data, rows(xp, y, ids, data)), mask(xp, ids, data))
    number = xp.segment_sum(xp.astype(hit, g.dtype), ids, count)
    part = rows(xp, g / number, ids, data)
    return xp.where(hit, part, xp.zeros_like(part))


segment_prod_op.vjp(0)(prod_rule)
segment_max_op.vjp(0)(shared)
segment_min_op.vjp(0)(shared)


def _unsorted(op: Op, data: Any, segment_ids: Any, num_segments: Any) -> Any:
    x, ids, count = tensor(data), tensor(segment_ids), one_int(num_segments)
    shape, lead = tuple(x._a.shape), tuple(ids._a.shape)
    if not fits(shape[: len(lead)], lead):
        raise invalid(
            f"data.shape = {list(shape)} does not start with segment_ids.shape = {list(lead)} "
            f"[Op:{op.type}]"
        )
    if count < 0:
        raise invalid(f"Input num_segments == {count} must not be negative. [Op:{op.type}]")
    return execute(op, (x, ids), {"count": count})


def counts(ids: Any, count: int, like: Any) -> Any:
    """How many slices each segment has, at least one, shaped to divide a result."""
    ones = xp.ones_like(xp.astype(ids, like.dtype))
    number = execute(segment_sum_op, (ones, ids), {"count": count})
    number = xp.maximum(number, xp.ones_like(number))
    return xp.reshape(number, (count,) + (1,) * (like._a.ndim - ids._a.ndim))


def mean_of(total: Any, ids: Any, count: int, root: bool, data: Any) -> Any:
    """Sums over the number of slices of each segment, or over its root."""
    number = counts(ids, count, data)
    return total / (xp.sqrt(number) if root else number)


@export("math.unsorted_segment_sum")
def unsorted_segment_sum(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Any:
    """Sum of the slices of ``data`` with each id, in any order; negative ids are left out.

    >>> import tensortape as tf
    >>> tf.math.unsorted_segment_sum([1, 2, 3], [1, -1, 1], 3).numpy()
    array([0, 4, 0], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when the ids do not fit. Source:
    ``tf.math.unsorted_segment_sum``.
    """
    return _unsorted(segment_sum_op, data, segment_ids, num_segments)


@export("math.unsorted_segment_prod")
def unsorted_segment_prod(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Any:
    """Product of the slices of ``data`` with each id in any order; 1 for ids without slices.

    Source: ``tf.math.unsorted_segment_prod``.
    """
    return _unsorted(segment_prod_op, data, segment_ids, num_segments)


@export("math.unsorted_segment_max")
def unsorted_segment_max(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Any:
    """Largest of the slices of ``data`` with each id; the lowest value there is for ids without.

    Source: ``tf.math.unsorted_segment_max``.
    """
    return _unsorted(segment_max_op, data, segment_ids, num_segments)


@export("math.unsorted_segment_min")
def unsorted_segment_min(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Any:
    """Smallest of the slices of ``data`` with each id; the highest value there is for ids without.

    Source: ``tf.math.unsorted_segment_min``.
    """
    return _unsorted(segment_min_op, data, segment_ids, num_segments)


@export("math.unsorted_segment_mean")
def unsorted_segment_mean(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Any:
    """Mean of the slices of ``data`` with each id; 0 for ids without slices.

    Source: ``tf.math.unsorted_segment_mean``.
    """
    x, ids = tensor(data), tensor(segment_ids)
    return mean_of(
        _unsorted(segment_sum_op, x, ids, num_segments), ids, one_int(num_segments), False, x
    )


@export("math.unsorted_segment_sqrt_n")
def unsorted_segment_sqrt_n(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Any:
    """Sum of the slices of ``data`` with each id over the square root of their number.

    Source: ``tf.math.unsorted_segment_sqrt_n``.
    """
    x, ids = tensor(data), tensor(segment_ids)
    return mean_of(
        _unsorted(segment_sum_op, x, ids, num_segments), ids, one_int(num_segments), True, x
    )
