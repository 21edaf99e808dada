"""Reductions of chosen slices that share an id."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, export
from tensortape.ops.layout.attributes import one_int
from tensortape.ops.layout.shaping import unsparse
from tensortape.ops.reduce.segment import mean_of, segment_sum_op
from tensortape.ops.reduce.sorted_segments import count_of


def _gathered(data: Any, indices: Any, segment_ids: Any, num_segments: Any) -> tuple[Any, Any, int]:
    """The chosen slices, their ids and the number of segments of a ``tf.sparse.segment_*``."""
    whole = unsparse(tensor(data))
    x = execute(OPS["GatherV2"], (whole, tensor(indices)), {"axis": 0, "batch_dims": 0})
    ids = tensor(segment_ids)
    found = count_of(x, ids, "SparseSegmentSum")
    return x, ids, found if num_segments is None else one_int(num_segments)


@export("sparse.segment_sum")
def sparse_segment_sum(
    data: Any,
    indices: Any,
    segment_ids: Any,
    num_segments: Any = None,
    sparse_gradient: bool = False,
    name: str | None = None,
) -> Any:
    """Sum of ``data[indices]`` with each id. Source: ``tf.sparse.segment_sum``."""
    x, ids, count = _gathered(data, indices, segment_ids, num_segments)
    return execute(segment_sum_op, (x, ids), {"count": count})


@export("sparse.segment_mean")
def sparse_segment_mean(
    data: Any,
    indices: Any,
    segment_ids: Any,
    num_segments: Any = None,
    sparse_gradient: bool = False,
    name: str | None = None,
) -> Any:
    """Mean of ``data[indices]`` with each id. Source: ``tf.sparse.segment_mean``."""
    x, ids, count = _gathered(data, indices, segment_ids, num_segments)
    return mean_of(execute(segment_sum_op, (x, ids), {"count": count}), ids, count, False, x)


@export("sparse.segment_sqrt_n")
def sparse_segment_sqrt_n(
    data: Any,
    indices: Any,
    segment_ids: Any,
    num_segments: Any = None,
    sparse_gradient: bool = False,
    name: str | None = None,
) -> Any:
    """Sum of ``data[indices]`` with each id over the square root of their number.

    Source: ``tf.sparse.segment_sqrt_n``.
    """
    x, ids, count = _gathered(data, indices, segment_ids, num_segments)
    return mean_of(execute(segment_sum_op, (x, ids), {"count": count}), ids, count, True, x)
