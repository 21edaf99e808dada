"""The functions of ``tf.ragged``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import fits
from tensortape.ops.ragged.join import from_dense, merged_axes, same_splits, select
from tensortape.ops.ragged.join import stack as stack_values
from tensortape.ops.ragged.partition import row_ids
from tensortape.ops.ragged.tensor import RaggedTensor, as_values, divided, rows
from tensortape.ops.ragged.unplaced import value_rowids
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import known


def _depth(value: Any) -> int:
    """The number of lists around the scalars; ``ValueError`` where it differs."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.ndim
    if not isinstance(value, (list, tuple, np.ndarray)):
        return 0
    depths = {_depth(v) for v in value if not _empty(v)}
    if len(depths) > 1:
        raise ValueError("all scalar values must have the same nesting depth")
    empty = max((_empty_depth(v) for v in value if _empty(v)), default=0)
    found = depths.pop() if depths else empty
    if empty > found:
        raise ValueError("all scalar values must have the same nesting depth")
    return found + 1


def _empty(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.size == 0
    return isinstance(value, (list, tuple)) and all(_empty(v) for v in value)


def _empty_depth(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.ndim
    return 1 + max((_empty_depth(v) for v in value), default=0)


@export("ragged.constant")
def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = "int64",
) -> Any:
    """A ragged tensor of nested lists of any lengths; of a flat list or a number, a tensor.

    ``ragged_rank`` or ``inner_shape`` say which inner axes are uniform.

    >>> import tensortape as tf
    >>> tf.ragged.constant([[1, 2], [], [3]])
    <tf.RaggedTensor [[1, 2], [], [3]]>

    Raises ``ValueError`` when numbers lie at different depths. Source: ``tf.ragged.constant``.
    """
    depth = _depth(pylist)
    inner = tuple(inner_shape) if inner_shape is not None else None
    if ragged_rank is None:
        ragged_rank = max(depth - 1 - len(inner or ()), 0)
    elif depth <= ragged_rank and not _empty(pylist):
        raise ValueError(f"Invalid pylist={pylist!r}, max depth smaller than {ragged_rank=}")
    values: Any = pylist
    lengths: list[Any] = []
    while len(lengths) < ragged_rank:
        lengths.append([len(row) for row in values])
        values = [item for row in values for item in row]
    size = (len(values), *inner) if inner is not None and ragged_rank else inner
    flat = _flat(values, dtype, size, depth - ragged_rank)
    for counts in reversed(lengths):
        flat = rows(flat, np.array(counts, np.int64), None, as_dtype(row_splits_dtype))
    return flat


def _flat(values: Any, dtype: Any, size: Any, depth: int) -> Any:
    if isinstance(values, list) and not values and size is None:
        size = (0,) * max(depth, 1)
    if size is not None and _empty(values):
        return PUBLIC["zeros"](size, "float32" if dtype is None else dtype)
    return convert_to_tensor(values, dtype=dtype)


@export("ragged.range")
def range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = "int64",
) -> RaggedTensor:
    """One ``tf.range`` per row; with one argument the limits, as ``range``.

    >>> import tensortape as tf
    >>> tf.ragged.range([3, 0, 2])
    <tf.RaggedTensor [[0, 1, 2], [], [0, 1]]>

    Raises ``tf.errors.InvalidArgumentError`` for a step of zero. Source: ``tf.ragged.range``.
    """
    if limits is None:
        starts, limits = 0, starts
    parts = [tensor(x) for x in (starts, limits, deltas)]
    kind = _common([p.dtype._np for p in parts]) if dtype is None else as_dtype(dtype)._np
    splits, values = find("ranges", parts, np.dtype(kind).name)
    values = values if unplaced(values) else state.tensor(values)
    return divided(values, splits, None, as_dtype(row_splits_dtype))


def _common(kinds: list[Any]) -> Any:
    """The last of int32, int64, float32, float64 among the kinds."""
    order = [np.dtype(k) for k in ("int32", "int64", "float32", "float64")]
    return max(kinds, key=order.index)


@export("ragged.stack")
def stack(values: Any, axis: int = 0, name: str | None = None) -> Any:
    """Tensors, ragged or of different lengths, side by side along a new ragged axis.

    >>> import tensortape as tf
    >>> tf.ragged.stack([tf.constant([1, 2]), tf.constant([3])])
    <tf.RaggedTensor [[1, 2], [3]]>

    Raises ``ValueError`` for an empty list. Source: ``tf.ragged.stack``.
    """
    values = values if isinstance(values, (list, tuple)) else [values]
    if not values:
        raise ValueError("values may not be empty")
    return stack_values(values, axis)


@export("ragged.boolean_mask")
def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """What of each row is true in ``mask``, with the rows kept.

    >>> import tensortape as tf
    >>> tf.ragged.boolean_mask([[1, 2], [3, 4]], [[True, False], [True, True]])
    <tf.RaggedTensor [[1], [3, 4]]>

    Raises ``ValueError`` for a scalar mask or one of other rows.
    Source: ``tf.ragged.boolean_mask``.
    """
    data, mask = as_values(data), as_values(mask)
    if not mask.shape.rank:
        raise ValueError("mask cannot be scalar.")
    if mask.shape.rank == 1 and not isinstance(mask, RaggedTensor):
        return select(data, PUBLIC["reshape"](PUBLIC["where"](mask), [-1]))
    mask = mask if isinstance(mask, RaggedTensor) else from_dense(mask)
    data = data if isinstance(data, RaggedTensor) else from_dense(data)
    splits = mask.row_splits
    if unplaced(mask.row_splits, data.row_splits):
        splits = same_splits([mask, data], "mask and data must have the same rows")
    elif not np.array_equal(mask._splits, data._splits):
        raise ValueError("mask and data must have the same rows")
    if mask.values.shape.rank > 1:
        return data.with_values(boolean_mask(data.values, mask.values))
    kept, chosen = find("mask", (splits, mask.values))
    return divided(select(data.values, chosen), kept, None, data.row_splits.dtype)


@export("ragged.map_flat_values")
def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """``op`` of the innermost values of ragged tensors among the arguments, in the same rows.

    >>> import tensortape as tf
    >>> tf.ragged.map_flat_values(tf.square, tf.ragged.constant([[1, 2], [3]]))
    <tf.RaggedTensor [[1, 4], [9]]>

    Raises ``ValueError`` when rows differ or the result has another number of values.
    Source: ``tf.ragged.map_flat_values``.
    """
    found = [a for a in nest.flatten([args, kwargs]) if isinstance(a, RaggedTensor)]
    if not found:
        return op(*args, **kwargs)
    first = found[0]
    for other in found[1:]:
        if other.ragged_rank != first.ragged_rank:
            raise ValueError(_DIFFERENT)
        first = _with_same_rows(first, other)
    flat_args, flat_kwargs = nest.map_structure(
        lambda a: a.flat_values if isinstance(a, RaggedTensor) else a, (list(args), kwargs)
    )
    result = op(*flat_args, **flat_kwargs)
    if not fits(result.shape[:1], first.flat_values.shape[:1]):
        raise ValueError(
            "tf.ragged.map_flat_values requires that the output of `op` have the same "
            "outer-dimension size as flat_values of any ragged inputs. (output shape: "
            f"{result.shape}; expected outer dimension size: {first.flat_values.shape[0]})"
        )
    return first.with_flat_values(result)


_DIFFERENT = "All ragged inputs must have the same nested row splits"


def _with_same_rows(first: RaggedTensor, other: RaggedTensor) -> RaggedTensor:
    """The first; an error unless the other one has its rows, when the function runs if need be."""
    splits = []
    for a, b in zip(first.nested_row_splits, other.nested_row_splits, strict=True):
        if a is not b and unplaced(a, b):
            a = find("same rows", (a, b), _DIFFERENT)[0]
        elif a is not b and not np.array_equal(known(a), known(b)):
            raise ValueError(_DIFFERENT)
        splits.append(a)
    values = first.flat_values
    for one in reversed(splits):
        values = divided(values, one, None, one.dtype)
    return values


@export("ragged.row_splits_to_segment_ids")
def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Any:
    """The row number of each value.

    >>> import tensortape as tf
    >>> tf.ragged.row_splits_to_segment_ids([0, 2, 2, 3]).numpy()
    array([0, 0, 2])

    Raises ``ValueError`` for an empty vector. Source: ``tf.ragged.row_splits_to_segment_ids``.
    """
    splits = splits if hasattr(splits, "dtype") else convert_to_tensor(splits, dtype="int64")
    kind = splits.dtype if out_type is None else as_dtype(out_type)
    if unplaced(splits):
        return PUBLIC["cast"](value_rowids(splits, None), kind)
    array = known(splits)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"Invalid row_splits: {array!r}")
    return state.tensor(row_ids(array).astype(kind._np))


@export("ragged.segment_ids_to_row_splits")
def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Any:
    """Where rows begin and end, given the row number of each value.

    >>> import tensortape as tf
    >>> tf.ragged.segment_ids_to_row_splits([0, 0, 2]).numpy()
    array([0, 2, 2, 3])

    Source: ``tf.ragged.segment_ids_to_row_splits``.
    """
    if not hasattr(segment_ids, "dtype"):
        segment_ids = convert_to_tensor(segment_ids, dtype="int64")
    kind = segment_ids.dtype if out_type is None else as_dtype(out_type)
    given = [] if num_segments is None else [num_segments]
    (splits,) = find("splits of ids", (segment_ids, *given))
    return (
        PUBLIC["cast"](splits, kind) if unplaced(splits) else state.tensor(splits.astype(kind._np))
    )


@export("ragged.stack_dynamic_partitions")
def stack_dynamic_partitions(
    data: Any, partitions: Any, num_partitions: Any, name: str | None = None
) -> RaggedTensor:
    """The items of ``data`` with partition number 0, 1, ..., as rows.

    >>> import tensortape as tf
    >>> tf.ragged.stack_dynamic_partitions([1, 2, 3], [1, 0, 1], 2)
    <tf.RaggedTensor [[2], [1, 3]]>

    Source: ``tf.ragged.stack_dynamic_partitions``.
    """
    data, ids = as_values(data), tensor(partitions)
    if ids.shape.rank > 1:
        data = merged_axes(data, 0, ids.shape.rank - 1)
    given = (num_partitions,) if unplaced(num_partitions) else ()
    count = None if given else int(num_partitions)
    order, splits = find("ordered", (ids, *given), count)
    return divided(select(data, order), splits, None, ids.dtype)
