"""Reductions of ragged tensors along ragged and other axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.dtypes import float64, int32
from tensortape.core.registry import PUBLIC
from tensortape.ops.ragged.join import expand_dims
from tensortape.ops.ragged.tensor import RaggedTensor, axis_of, divided, row_count
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import known


def _axes(axis: Any, rank: int) -> set[int]:
    return {axis_of(a, rank) for a in np.atleast_1d(known(axis))}


def reduce(
    segment: Callable[..., Any], dense: Callable[..., Any], value: Any, axis: Any, keepdims: bool
) -> Any:
    """Reduce by a segment function along ragged axes and by ``dense`` along the others."""
    if axis is None:
        return dense(value.flat_values, None)
    axes = _axes(axis, value.shape.rank)
    ragged_axes = {a for a in axes if a <= value.ragged_rank}
    inner = sorted(a - value.ragged_rank for a in axes - ragged_axes)
    flat = dense(value.flat_values, inner) if inner else value.flat_values
    result = value.with_flat_values(flat)
    if ragged_axes == {1} and value.ragged_rank == 1 and unplaced(value.row_splits):
        result = segment(flat, value.value_rowids(), row_count(value))
    elif ragged_axes:
        result = _laid_over(segment, flat, value, ragged_axes)
    if keepdims:
        for a in sorted(axes):
            result = _expanded(result, a)
    return result


def _laid_over(segment: Callable[..., Any], flat: Any, value: Any, axes: set[int]) -> Any:
    """The flat values reduced where axes bring them together, in the rows that are left."""
    splits = value.nested_row_splits
    nodes, total, *levels = find("nodes", splits, tuple(sorted(axes)))
    if not unplaced(total):
        total = int(total)
    elif not levels and 0 not in axes and value.shape[0] is not None:
        total = value.shape[0]
    result = segment(flat, nodes, total)
    if axes == set(range(value.ragged_rank + 1)):
        return PUBLIC["squeeze"](result, 0)
    for one in reversed(levels):
        result = divided(result, one, None, splits[0].dtype)
    return result


def _expanded(value: Any, axis: int) -> Any:
    if isinstance(value, RaggedTensor):
        return expand_dims(value, axis)
    return PUBLIC["expand_dims"](value, axis)


def plain(name: str) -> Callable[..., Any]:
    """The handler of a reduction that has a segment function of its own."""

    def handler(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name_: Any = None
    ) -> Any:
        segment = PUBLIC[f"math.unsorted_segment_{name}"]
        return reduce(segment, PUBLIC[f"math.reduce_{name}"], input_tensor, axis, bool(keepdims))

    return handler


def mean(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    """The sum by the number of elements; of integers in float64; NaN for empty rows."""
    if input_tensor.dtype.is_integer:
        input_tensor = PUBLIC["cast"](input_tensor, float64)
    if axis is None:
        return PUBLIC["math.reduce_mean"](input_tensor.flat_values, None, keepdims)
    total = plain("sum")(input_tensor, axis, keepdims)
    ones = input_tensor.with_flat_values(PUBLIC["ones_like"](input_tensor.flat_values))
    return total / plain("sum")(ones, axis, keepdims)


def variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    """The mean square less the square of the mean, along ragged axes."""
    if axis is None:
        return PUBLIC["math.reduce_variance"](input_tensor.flat_values, None, keepdims)
    square = PUBLIC["math.square"]
    return mean(square(input_tensor), axis, keepdims) - square(mean(input_tensor, axis, keepdims))


def deviation(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    """The root of the variance."""
    return PUBLIC["math.sqrt"](variance(input_tensor, axis, keepdims))


def truth(name: str, extreme: str) -> Callable[..., Any]:
    """The handler of ``reduce_any`` (a maximum) or ``reduce_all`` (a minimum)."""
    clip = PUBLIC["math.minimum"] if extreme == "min" else PUBLIC["math.maximum"]

    def handler(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name_: Any = None
    ) -> Any:
        if axis is None:
            return PUBLIC[f"math.reduce_{name}"](input_tensor.flat_values)
        numbers = PUBLIC["cast"](input_tensor, int32)
        result = plain(extreme)(numbers, axis, keepdims)
        result = clip(result, 1 if extreme == "min" else 0)
        return PUBLIC["cast"](result, "bool")

    return handler
