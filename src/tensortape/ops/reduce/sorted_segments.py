"""Reductions of slices that share an id; the ids are sorted, so the last one tells their number."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled as filled_shape
from tensortape.arrays.unknown_sizes import is_data
from tensortape.core.dispatch import execute
from tensortape.core.op import Op, op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.layout.attributes import invalid, one_int
from tensortape.ops.reduce.segment import prod_rule, shared


def number(xp: Any, ids: Any, like: Any, count: int) -> Any:
    """How many slices each segment has, shaped to divide a result."""
    ones = xp.ones_like(xp.astype(ids, like.dtype))
    return xp.reshape(xp.segment_sum(ones, ids, count), (count,) + (1,) * (like.ndim - 1))


def filled(xp: Any, result: Any, ids: Any, count: int) -> Any:
    """0 for segments without slices, where there would be the lowest value there is."""
    present = xp.greater(number(xp, ids, result, count), xp.zeros((), result.dtype))
    return xp.where(present, result, xp.zeros_like(result))


SAMPLES = [(((4, 2), [0, 0, 1, 3]), {"count": 4}), (((3,), [0, 1, 1]), {"count": 2})]
FULL = SAMPLES[
    1:
]  # without empty segments, where the derivative of the mean is 0/0 as in TensorFlow


@op("SegmentSum", saves=(1,), samples=SAMPLES)
def sum_op(xp, data, segment_ids, *, count):
    """Sum of the slices with each id."""
    return xp.segment_sum(data, segment_ids, count)


@sum_op.vjp(0)
def _(xp, g, y, data, ids, *, count):
    return xp.take(g, ids, 0)


@op("SegmentMean", saves=(1,), samples=FULL)
def mean_op(xp, data, segment_ids, *, count):
    """Mean of the slices with each id."""
    slices = number(xp, segment_ids, data, count)
    return xp.segment_sum(data, segment_ids, count) / xp.maximum(slices, xp.ones_like(slices))


@mean_op.vjp(0)
def _(xp, g, y, data, ids, *, count):
    return xp.take(g / number(xp, ids, data, count), ids, 0)


@op("SegmentProd", samples=SAMPLES)
def prod_op(xp, data, segment_ids, *, count):
    """Product of the slices with each id."""
    return xp.segment_prod(data, segment_ids, count)


@op("SegmentMax", samples=FULL)
def max_op(xp, data, segment_ids, *, count):
    """Largest of the slices with each id."""
    return filled(xp, xp.segment_max(data, segment_ids, count), segment_ids, count)


@op("SegmentMin", samples=FULL)
def min_op(xp, data, segment_ids, *, count):
    """Smallest of the slices with each id."""
    return filled(xp, xp.segment_min(data, segment_ids, count), segment_ids, count)


prod_op.vjp(0)(prod_rule)
max_op.vjp(0)(shared)
min_op.vjp(0)(shared)


def segments_of(slices: int, ids: Any, name: str) -> int:
    """The number of segments of sorted ids (NumPy) of so many slices.

    Raises ``tf.errors.InvalidArgumentError`` when they are not sorted or not one per slice.
    """
    if ids.ndim != 1 or ids.shape[0] != slices:
        raise invalid(
            "segment_ids should be the same size as dimension 0 of input. Got "
            f"{list(ids.shape)} for {slices} slices [Op:{name}]"
        )
    if ids.size and (np.diff(ids) < 0).any():
        raise invalid(f"segment ids are not increasing [Op:{name}]")
    if ids.size and ids[0] < 0:
        raise invalid(f"segment ids must be >= 0 [Op:{name}]")
    return int(ids[-1]) + 1 if ids.size else 0


@op(
    "SegmentCount",
    nondifferentiable="a number of segments is an integer",
    samples=[(((4, 2), [0, 0, 1, 3]), {"asked": "SegmentSum"})],
)
def count_op(xp, data, segment_ids, *, asked):
    """How many segments sorted ids make of the slices of ``data``, in graphs."""
    return np.int64(segments_of(data.shape[0], np.asarray(segment_ids), asked))


def _one_number(values: Any, attrs: Any, data: bool) -> Any:
    return [filled_shape((), np.int64, k) for k in range(2)] if is_data(values[1]) else None


UNKNOWN_SIZES["SegmentCount"] = _one_number


def count_of(x: Any, ids: Any, name: str) -> Any:
    """The number of segments of sorted ids: in a function that is traced, one found when it runs.

    Raises ``tf.errors.InvalidArgumentError`` when they are not sorted or not one per slice.
    """
    if type(ids) is EagerTensor and x._a.shape and x._a.shape[0] is not None:
        return segments_of(x._a.shape[0], np.asarray(ids._a), name)
    return one_int(execute(count_op, (x, ids), {"asked": name}))


def _reduce(op: Op, data: Any, segment_ids: Any) -> Any:
    x, ids = tensor(data), tensor(segment_ids)
    return execute(op, (x, ids), {"count": count_of(x, ids, op.type)})


@export("math.segment_sum")
def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Sum of the slices of ``data`` with each id; the ids are sorted.

    >>> import tensortape as tf
    >>> tf.math.segment_sum([1, 2, 3], [0, 0, 1]).numpy()
    array([3, 3], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when the ids do not fit or are not sorted.
    Source: ``tf.math.segment_sum``.
    """
    return _reduce(sum_op, data, segment_ids)


@export("math.segment_prod")
def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Product of the slices of ``data`` with each id; 1 for ids without slices.

    Source: ``tf.math.segment_prod``.
    """
    return _reduce(prod_op, data, segment_ids)


@export("math.segment_max")
def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Largest of the slices of ``data`` with each id; 0 for ids without slices.

    Ties share the gradient equally. Source: ``tf.math.segment_max``.
    """
    return _reduce(max_op, data, segment_ids)


@export("math.segment_min")
def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Smallest of the slices of ``data`` with each id; 0 for ids without slices.

    Ties share the gradient equally. Source: ``tf.math.segment_min``.
    """
    return _reduce(min_op, data, segment_ids)


@export("math.segment_mean")
def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Mean of the slices of ``data`` with each id; 0 for ids without slices.

    Source: ``tf.math.segment_mean``.
    """
    return _reduce(mean_op, data, segment_ids)
