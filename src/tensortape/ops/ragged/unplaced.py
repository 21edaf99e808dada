"""Rows whose splits have no values yet, in functions that are traced: operations that find them.

Where splits are known, rows are worked out in NumPy once and for all (``partition``); here they are
worked out when the function runs, and the sizes of the results are unknown.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled, is_data
from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, PUBLIC
from tensortape.ops.gather.counting_ops import counts
from tensortape.ops.layout.attributes import one_int
from tensortape.ops.ragged.partition import check_splits, check_total, row_ids, within

_INTEGERS = "row splits are integers"
_SPLITS = [0, 2, 2, 3]


@op(
    "RaggedPlaces",
    variadic=True,
    nondifferentiable=_INTEGERS,
    samples=[((_SPLITS,), {"sizes": (3, 2)})],
)
def places_op(xp, *splits, sizes):
    """For each place of a dense tensor, which flat value is there; their number where none is."""
    arrays = [np.asarray(s) for s in splits]
    columns: list[Any] = [np.arange(len(arrays[0]) - 1)]
    bounds = [len(columns[0])]
    for one in arrays:
        lengths = np.diff(one)
        columns = [np.repeat(c, lengths) for c in columns] + [within(lengths)]
        bounds.append(int(lengths.max(initial=0)))
    bounds = [b if n is None else n for b, n in zip(bounds, sizes, strict=True)]
    where = np.stack(columns, -1)
    fits = (where < np.array(bounds)).all(1)
    index = np.full(bounds, int(arrays[-1][-1]), np.int64)
    index[tuple(where[fits].T)] = np.flatnonzero(fits)
    return index


def _place_sizes(values: Any, attrs: Any, data: bool) -> Any:
    if not any(is_data(v) for v in values):
        return None
    sizes, rows = list(attrs["sizes"]), values[0].shape[0]
    if sizes[0] is None and rows is not None:
        sizes[0] = rows - 1
    return [filled(sizes, np.int64, k) for k in range(2)]


@op("RaggedRowIds", nondifferentiable=_INTEGERS, samples=[((_SPLITS,), {"total": 3})])
def row_ids_op(xp, splits, *, total):
    """The row of each value; of ``total`` values, if it is known how many there are."""
    return row_ids(np.asarray(splits)).astype(splits.dtype)


def _row_id_sizes(values: Any, attrs: Any, data: bool) -> Any:
    splits, shape = values[0], (attrs["total"],)
    return [filled(shape, splits.dtype, k) for k in range(2)] if is_data(splits) else None


@op("CheckedRowSplits", nondifferentiable=_INTEGERS, samples=[((_SPLITS, 3), {})])
def checked_op(xp, splits, count):
    """Row splits as they are; an error unless they divide so many values into rows."""
    array = np.asarray(splits)
    check_splits(array)
    check_total(array[-1], int(count))
    return array


def _same_sizes(values: Any, attrs: Any, data: bool) -> Any:
    splits = values[0]
    return [filled(splits.shape, splits.dtype, k) for k in range(2)]


@op(
    "RaggedBincount",
    variadic=True,
    nondifferentiable="the numbers that are counted are integers",
    samples=[
        (
            (_SPLITS, [1, 1, 0]),
            {"minlength": 2, "maxlength": 2, "dtype": dtypes.int32, "binary": False},
        )
    ],
)
def bincount_op(xp, splits, values, *weights, minlength, maxlength, dtype, binary):
    """How often each number occurs in each row, or the sum of its weights."""
    array = np.asarray(values)
    given = np.asarray(weights[0]) if weights else None
    width = len(counts(array, None, minlength, maxlength, dtype, False, False))
    rows = [
        counts(
            array[a:b], None if given is None else given[a:b], width, width, dtype, binary, False
        )
        for a, b in itertools.pairwise(np.asarray(splits))
    ]
    kind = dtype._np if given is None else given.dtype
    return np.stack(rows) if rows else np.zeros((0, width), kind)


def _bincount_sizes(values: Any, attrs: Any, data: bool) -> Any:
    rows, least, most = values[0].shape[0], attrs["minlength"], attrs["maxlength"]
    shape = (
        None if rows is None else rows - 1,
        least if isinstance(least, int) and least == most else None,
    )
    kind = values[2].dtype if len(values) > 2 else attrs["dtype"]._np
    return [filled(shape, kind, k) for k in range(2)] if any(map(is_data, values)) else None


UNKNOWN_SIZES.update(
    {
        "CheckedRowSplits": _same_sizes,
        "RaggedBincount": _bincount_sizes,
        "RaggedPlaces": _place_sizes,
        "RaggedRowIds": _row_id_sizes,
    }
)


def value_rowids(splits: Any, total: int | None) -> Any:
    """The row of each of so many values."""
    return execute(row_ids_op, (splits,), {"total": total})


def row_counts(ids: Any, nrows: Any) -> Any:
    """The length of each row, of the row of each value; an error unless they are in order."""
    count = execute(OPS["SegmentCount"], (ids, ids), {"asked": "RaggedTensor"})
    count = PUBLIC["maximum"](count, PUBLIC["cast"](0 if nrows is None else nrows, count.dtype))
    return PUBLIC["math.bincount"](ids, minlength=count, maxlength=nrows, dtype=ids.dtype)


def lengths_of(splits: Any) -> Any:
    """The length of each row."""
    return splits[1:] - splits[:-1]


def total_of(values: Any) -> Any:
    """How many values there are along the first axis, of the rows of a ragged tensor too."""
    nested = getattr(values, "row_splits", None)
    size = PUBLIC["shape"](values if nested is None else nested, out_type=dtypes.int64)[0]
    return size if nested is None else size - 1


def checked(splits: Any, values: Any) -> Any:
    """The splits, which are checked when the function runs."""
    return execute(checked_op, (splits, total_of(values)))


def splits_of(lengths: Any) -> Any:
    """Row splits of row lengths."""
    return PUBLIC["concat"]([lengths[:0], [0], PUBLIC["cumsum"](lengths)], 0)


def uniform_splits(values: Any, length: int, nrows: Any = None) -> Any:
    """The splits of rows of one length; ``nrows`` says how many they are."""
    if nrows is None:
        nrows = total_of(values) // length if length else 0
    return PUBLIC["range"](PUBLIC["cast"](nrows, dtypes.int64) + 1) * length


def longest(splits: Any) -> Any:
    """The length of the longest row, 0 without rows."""
    return PUBLIC["reduce_max"](PUBLIC["concat"]([splits[:1], lengths_of(splits)], 0))


def dense_places(splits: Any, sizes: Any) -> Any:
    """For each place of the dense tensor, which flat value is there, the one after them if none."""
    return execute(places_op, tuple(splits), {"sizes": tuple(sizes)})


def counted_rows(
    value: Any, weights: Any, minlength: Any, maxlength: Any, dtype: Any, binary: bool = False
) -> Any:
    """How often each number occurs in each row of a matrix, or the sum of its weights."""
    given = [] if weights is None else [tensor(getattr(weights, "flat_values", weights))]
    attrs = {
        "minlength": None if minlength is None else one_int(minlength),
        "maxlength": None if maxlength is None else one_int(maxlength),
        "dtype": dtypes.as_dtype(dtype),
        "binary": bool(binary),
    }
    return execute(bincount_op, (value.row_splits, value.flat_values, *given), attrs)
