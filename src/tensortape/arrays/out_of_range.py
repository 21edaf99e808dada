"""Results of operations that read and write at positions, where stand-ins are out of range.

While a graph is built, positions are stand-ins: that they lie outside of a tensor (any position
does, of one without rows) says nothing. The operation may never run, and checks them when it does.
Shapes alone decide these results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract, pick
from tensortape.core import errors


def _taken(attrs: Any, x: Any, indices: Any) -> Any:
    axis = attrs["axis"]
    return x[:axis] + indices[attrs["batch_dims"] :] + x[axis + 1 :]


def _taken_nd(attrs: Any, x: Any, indices: Any) -> Any:
    return indices[:-1] + x[attrs["batch_dims"] + indices[-1] :]


def _segments(attrs: Any, data: Any, ids: Any) -> Any:
    return (attrs["count"], *data[len(ids) :])


def _given(attrs: Any, *shapes: Any) -> Any:
    return tuple(attrs["shape"])


def _first(attrs: Any, first: Any, *shapes: Any) -> Any:
    return first


SHAPES: dict[str, Callable[..., Any]] = {
    "GatherV2": _taken,
    "GatherNd": _taken_nd,
    "ScatterAdd": _given,
    "ScatterNd": _given,
    "InTopKV2": _first,
    **{f"TensorScatter{verb}": _first for verb in ("Update", "Add", "Sub", "Max", "Min")},
    **{f"UnsortedSegment{verb}": _segments for verb in ("Sum", "Prod", "Max", "Min")},
    **{f"Segment{verb}": _segments for verb in ("Sum", "Mean", "Prod", "Max", "Min")},
}
"""Operation -> ``shape(attrs, *shapes of the operands)``."""


def by_shapes(op: Any, values: Any, attrs: Any, needed: int, refusal: Exception) -> Any:
    """The results for each witness, if positions were refused that are not known; else ``None``.

    Positions in what is known, such as ``tf.shape(x)[7]``, are refused for good.
    """
    rule = SHAPES.get(op.type)
    if rule is None or not isinstance(refusal, errors.InvalidArgumentError):
        return None
    if all(v.derived for v in values if isinstance(v, Abstract)):
        return None
    dtype = bool if op.type == "InTopKV2" else values[op.type.startswith("Scatter")].dtype
    found = []
    for k in range(needed):
        plain = {n: pick(a, k) for n, a in attrs.items()}
        shape = rule(plain, *[np.shape(pick(v, k)) for v in values])
        found.append(np.broadcast_to(np.zeros((), dtype), shape))
    return found
