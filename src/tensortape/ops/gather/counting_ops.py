"""Counting and distinct values as operations of graphs: data decides the sizes of their results."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled, is_data
from tensortape.core.dtypes import int32
from tensortape.core.op import op
from tensortape.ops.layout.attributes import invalid

_COUNTS = "the numbers that are counted are integers"


def distinct(array: Any, kind: Any) -> tuple[Any, Any, Any]:
    """The distinct values of a vector in order of appearance, which each is, how often it occurs.

    Raises ``tf.errors.InvalidArgumentError`` unless ``array`` is a vector.
    """
    if array.ndim != 1:
        raise invalid(f"unique expects a 1D vector, got shape {list(array.shape)}. [Op:Unique]")
    _, first, inverse, counts = np.unique(
        array, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return array[first[order]], place[inverse.reshape(-1)].astype(kind), counts[order].astype(kind)


@op("Unique", outputs=2, missing_gradient=True)
def unique_op(xp, x, *, dtype):
    """The distinct values of a vector, and which of them each element is."""
    return distinct(np.asarray(x), dtype._np)[:2]


@op("UniqueWithCounts", outputs=3, missing_gradient=True)
def unique_with_counts_op(xp, x, *, dtype):
    """The distinct values of a vector, which of them each element is, how often each occurs."""
    return distinct(np.asarray(x), dtype._np)


def _distinct_sizes(values: Any, attrs: Any, data: bool) -> Any:
    x, dtype = values[0], attrs["dtype"]._np
    if not is_data(x):
        return None
    return [
        (filled((None,), x.dtype, k), filled(x.shape, dtype, k), filled((None,), dtype, k))
        for k in range(2)
    ]


def bins(array: Any, minlength: int | None, maxlength: int | None) -> int:
    """How many numbers are counted: up to the largest one, within bounds."""
    size = max(int(array.max(initial=-1)) + 1, minlength or 0)
    return size if maxlength is None else min(size, maxlength)


def _of_row(array: Any, weights: Any, size: int, kind: Any, binary: bool) -> Any:
    keep = array < size
    if weights is not None:
        out = np.zeros(size, weights.dtype)
        np.add.at(out, array[keep], weights[keep])
        return out
    out = np.bincount(array[keep].reshape(-1), minlength=size).astype(kind)
    return np.minimum(out, 1) if binary else out


def counts(
    array: Any, weights: Any, minlength: Any, maxlength: Any, dtype: Any, binary: bool, rows: bool
) -> Any:
    """How often each number occurs, or the sum of its weights; of each row with ``rows``.

    Raises ``tf.errors.InvalidArgumentError`` for negative numbers.
    """
    if array.dtype.kind != "i":
        array = array.astype(np.int32)
    if array.size and array.min() < 0:
        raise invalid("Input arr must be non-negative! [Op:DenseBincount]")
    size, kind = bins(array, minlength, maxlength), dtype._np
    if not rows or array.ndim < 2:
        return _of_row(array, weights, size, kind, binary)
    given = [None] * len(array) if weights is None else weights
    found = [_of_row(row, w, size, kind, binary) for row, w in zip(array, given, strict=True)]
    none = np.zeros((0, size), kind if weights is None else weights.dtype)
    return np.stack(found) if found else none


_SAMPLE = {"minlength": 4, "maxlength": 4, "dtype": int32, "binary": False, "rows": True}


@op(
    "DenseBincount",
    variadic=True,
    nondifferentiable=_COUNTS,
    samples=[(([[0, 1, 1], [7, 3, 3]],), _SAMPLE)],
)
def bincount_op(xp, arr, *weights, minlength, maxlength, dtype, binary, rows):
    """How often each number occurs, or the sum of its weights."""
    given = np.asarray(weights[0]) if weights else None
    return counts(np.asarray(arr), given, minlength, maxlength, dtype, binary, rows)


def _bincount_sizes(values: Any, attrs: Any, data: bool) -> Any:
    arr, minlength, maxlength = values[0], attrs["minlength"], attrs["maxlength"]
    if not any(is_data(v) for v in values):
        return None
    known = isinstance(minlength, int) and minlength == maxlength
    lead = arr.shape[:1] if attrs["rows"] and arr.ndim > 1 else ()
    kind = values[1].dtype if len(values) > 1 else attrs["dtype"]._np
    return [filled((*lead, minlength if known else None), kind, k) for k in range(2)]


UNKNOWN_SIZES["Unique"] = lambda *given: _first(2, _distinct_sizes(*given))
UNKNOWN_SIZES["UniqueWithCounts"] = _distinct_sizes
UNKNOWN_SIZES["DenseBincount"] = _bincount_sizes


def _first(count: int, groups: Any) -> Any:
    return None if groups is None else [group[:count] for group in groups]
