"""Ragged tensors chosen from, joined, and given more axes or fewer."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int32, int64
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC
from tensortape.ops.ragged.partition import starts_of
from tensortape.ops.ragged.tensor import (
    RaggedTensor,
    as_values,
    axis_of,
    count_of,
    divided,
    method,
    row_count,
    rows,
)
from tensortape.ops.ragged.unplaced import splits_of
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import invalid, known


def select(value: Any, chosen: Any) -> Any:
    """The rows (or elements) at positions given in NumPy or as a tensor."""
    if not isinstance(value, RaggedTensor):
        return PUBLIC["gather"](value, chosen)
    splits, children = find("select", (value.row_splits, chosen))
    return divided(select(value.values, children), splits, value._uniform, value.row_splits.dtype)


def rows_at(value: RaggedTensor, at: Any) -> Any:
    """As ``select``; an error for positions where there is no row. Lengths are not known then."""
    splits, children = find("rows at", (value.row_splits, at))
    inner = value.values
    inner = select(_of_any_length(inner), children)
    return divided(inner, splits, None, value.row_splits.dtype)


def from_dense(value: Any, ragged_rank: int = 1) -> RaggedTensor:
    """A tensor whose first axes are divided into rows of one length."""
    value = tensor(value)
    shape = value.shape.as_list()
    if None in shape[: ragged_rank + 1]:
        return _from_unknown(value, shape, ragged_rank)
    flat = PUBLIC["reshape"](value, [shape[0] * shape[1], *shape[2:]])
    inner: Any = from_dense(flat, ragged_rank - 1) if ragged_rank > 1 else flat
    return rows(inner, np.full(shape[0], shape[1]), shape[1])


def _from_unknown(value: Any, shape: Any, ragged_rank: int) -> RaggedTensor:
    """The same where some of the sizes are found when a function runs."""
    sizes = PUBLIC["shape"](value, out_type=int64)
    flat = joined_axes(value)
    inner: Any = from_dense(flat, ragged_rank - 1) if ragged_rank > 1 else flat
    splits = PUBLIC["range"](sizes[0] + 1) * sizes[1]
    if shape[0] is not None:
        splits.set_shape([shape[0] + 1])
    return divided(inner, splits, shape[1])


def joined_axes(value: Any) -> Any:
    """A tensor with its first two axes as one."""
    shape = value.shape.as_list()
    if None not in shape:
        return PUBLIC["reshape"](value, [shape[0] * shape[1], *shape[2:]])
    sizes = PUBLIC["shape"](value)
    flat = PUBLIC["reshape"](value, PUBLIC["concat"]([sizes[:1] * sizes[1:2], sizes[2:]], 0))
    flat.set_shape([None if None in shape[:2] else shape[0] * shape[1], *shape[2:]])
    return flat


def _ranked(value: Any, ragged_rank: int) -> RaggedTensor:
    """The value with at least ``ragged_rank`` ragged axes."""
    if not isinstance(value, RaggedTensor):
        return from_dense(value, ragged_rank)
    if value.ragged_rank >= ragged_rank:
        return value
    return value.with_values(_ranked(value.values, ragged_rank - 1))


def concat(values: Any, axis: Any, name: str = "concat") -> Any:
    """Ragged (and other) tensors one after the other along ``axis``."""
    parts = [as_values(v) for v in values]
    rank: Any = parts[0].shape.rank
    axis = axis_of(axis, rank)
    if any(p.shape.rank != rank for p in parts):
        raise ValueError(f"Ranks differ: {[p.shape.rank for p in parts]}")
    if len(parts) == 1:
        return parts[0]
    if not any(isinstance(p, RaggedTensor) for p in parts):
        return PUBLIC["concat"](parts, axis)
    most = max(p.ragged_rank for p in parts if isinstance(p, RaggedTensor))
    parts = [_ranked(p, max(most if axis == 0 else 1, 1)) for p in parts]
    if axis == 0:
        return _stacked_rows(parts)
    if axis == 1:
        return _joined_rows(parts)
    joined = concat([p.values for p in parts], axis - 1)
    return divided(joined, same_splits(parts), parts[0]._uniform, parts[0].row_splits.dtype)


def same_splits(
    parts: list[RaggedTensor], why: str = "Inputs must have identical ragged splits"
) -> Any:
    """The row splits of the first; an error unless all are equal."""
    splits = [p.row_splits for p in parts]
    if all(s is splits[0] for s in splits):
        return splits[0]
    return find("same rows", splits, why)[0]


def _stacked_rows(parts: list[RaggedTensor]) -> RaggedTensor:
    sizes = {p._uniform for p in parts}
    uniform = sizes.pop() if len(sizes) == 1 else None
    (splits,) = find("stacked", [p.row_splits for p in parts])
    return divided(concat([p.values for p in parts], 0), splits, uniform, parts[0].row_splits.dtype)


def _interleaved(parts: list[RaggedTensor]) -> RaggedTensor:
    """First rows of all, second rows of all, ..."""
    (order,) = find("interleaved", [p.row_splits for p in parts])
    return select(_stacked_rows([_without_length(p) for p in parts]), order)


def _without_length(value: RaggedTensor) -> RaggedTensor:
    return divided(value.values, value.row_splits, None, value.row_splits.dtype)


def _joined_rows(parts: list[RaggedTensor]) -> RaggedTensor:
    mixed = _interleaved(parts)
    splits = mixed.row_splits[:: len(parts)]
    count = next((p.shape[0] for p in parts if p.shape[0] is not None), None)
    if unplaced(splits) and count is not None:
        splits.set_shape([count + 1])
    return divided(mixed.values, splits, None, mixed.row_splits.dtype)


def stack(values: Any, axis: Any = 0, name: str = "stack") -> Any:
    """Ragged (and other) tensors side by side along a new axis, which becomes ragged."""
    parts = [as_values(v) for v in values]
    rank: Any = parts[0].shape.rank
    axis = axis_of(axis, rank, 1)
    if not rank:
        return PUBLIC["stack"](parts, axis)
    if axis == 0:
        kinds = [p.row_splits.dtype for p in parts if isinstance(p, RaggedTensor)]
        lengths = [row_count(p) for p in parts]
        return of_lengths(concat(parts, 0), lengths, None, kinds[0] if kinds else int32)
    most = max([p.ragged_rank for p in parts if isinstance(p, RaggedTensor)] or [0])
    if axis > most and rank == 1:
        return PUBLIC["stack"](parts, axis)
    parts = [_ranked(p, 1) for p in parts]
    if axis == 1:
        return of_one_length(_interleaved(parts), parts[0], len(parts))
    stacked = stack([p.values for p in parts], axis - 1)
    return divided(stacked, same_splits(parts), parts[0]._uniform, parts[0].row_splits.dtype)


def of_lengths(values: Any, lengths: list[Any], uniform: Any, dtype: Any) -> RaggedTensor:
    """Rows of lengths that are ints or tensors."""
    if not unplaced(*lengths):
        return rows(values, [int(n) for n in lengths], uniform, dtype)
    cast = PUBLIC["cast"]
    return divided(values, splits_of(PUBLIC["stack"]([cast(n, int64) for n in lengths])), uniform,
                   dtype)  # fmt: skip


def of_one_length(values: Any, like: Any, length: int, known_length: Any = None) -> RaggedTensor:
    """As many rows as ``like`` has, each of ``length`` values."""
    count = row_count(like)
    if isinstance(count, int):
        return rows(values, np.full(count, length, np.int64), known_length)
    return divided(values, PUBLIC["range"](count + 1) * length, known_length)


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """One more axis of size one."""
    if not isinstance(input, RaggedTensor):
        return PUBLIC["expand_dims"](input, axis)
    axis = axis_of(axis, input.shape.rank, 1)
    if axis == 0:
        return of_lengths(input, [row_count(input)], input.shape[0], int64)
    if axis == 1:
        return of_one_length(input, input, 1, 1)
    return input.with_values(expand_dims(input.values, axis - 1))


def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """Without axes of size one, which must be named."""
    if axis is None:
        raise ValueError("Ragged.squeeze must have an axis argument.")
    for one in sorted((axis_of(a, input.shape.rank) for a in np.atleast_1d(axis)), reverse=True):
        input = _squeezed(input, one)
    return input


def _squeezed(value: Any, axis: int) -> Any:
    if not isinstance(value, RaggedTensor):
        return PUBLIC["squeeze"](value, axis)
    if axis > 1:
        return value.with_values(_squeezed(value.values, axis - 1))
    if axis == 1 and value._uniform == 1:
        return value.values
    if unplaced(value.row_splits):
        return _squeezed_later(value, axis)
    lengths = np.diff(value._splits)
    if (len(lengths) == 1) if axis == 0 else (lengths == 1).all():
        return value.values
    raise invalid(_NOT_ONE.format(axis))


_NOT_ONE = "cannot squeeze axis {}: its size is not 1 everywhere"


def _squeezed_later(value: RaggedTensor, axis: int) -> Any:
    """Without an axis whose size is looked at when the function runs."""
    why = _NOT_ONE.format(axis)
    if axis:
        splits = find("checked ones", (value.row_splits,), why)[0]
    else:
        splits = find("checked row", (value.row_splits,), why)[0]
    return (
        value.values[splits[0] :]
        if not isinstance(value.values, RaggedTensor)
        else select(value.values, PUBLIC["range"](splits[0], splits[-1]))
    )


@method
def merge_dims(self: Any, outer_axis: int, inner_axis: int) -> Any:
    """The axes from ``outer_axis`` to ``inner_axis`` as one."""
    rank = self.shape.rank
    outer, inner = axis_of(outer_axis, rank), axis_of(inner_axis, rank)
    if outer > inner:
        raise ValueError(f"Expected outer_axis ({outer_axis}) <= inner_axis ({inner_axis})")
    return _merge(self, outer, inner)


def _merge(value: Any, outer: int, inner: int) -> Any:
    if outer == inner:
        return value
    if not isinstance(value, RaggedTensor):
        return merged_axes(value, outer, inner)
    if outer == 0:
        return _merge(value.values, 0, inner - 1)
    if outer > 1:
        return value.with_values(_merge(value.values, outer - 1, inner - 1))
    values = value.values
    if isinstance(values, RaggedTensor):
        splits = PUBLIC["gather"](values.row_splits, value.row_splits)
        return _merge(divided(values.values, splits, None, splits.dtype), 1, inner - 1)
    size = values.shape[1]
    if size is None:
        size = PUBLIC["shape"](values, out_type=value.row_splits.dtype)[1]
    splits = value.row_splits * size
    return _merge(divided(joined_axes(values), splits, None, splits.dtype), 1, inner - 1)


def merged_axes(value: Any, outer: int, inner: int) -> Any:
    """A tensor with some of its axes as one."""
    shape = value.shape.as_list()
    sizes: Any = [*shape[:outer], -1, *shape[inner + 1 :]]
    if None in sizes:
        found = PUBLIC["shape"](value)
        sizes = [found[i] if n is None else n for i, n in enumerate(sizes[:outer])]
        sizes += [-1, *[found[inner + 1 + i] if n is None else n
                        for i, n in enumerate(shape[inner + 1 :])]]  # fmt: skip
    return PUBLIC["reshape"](value, sizes)


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """Rows of ragged ``params``, or places given as ragged ``indices``."""
    if isinstance(indices, RaggedTensor) and not batch_dims:
        place = 0 if axis is None else axis
        if place and not isinstance(params, RaggedTensor):
            return _gather_inside(params, indices, place)
        found = gather(params, indices.flat_values, axis=axis)
        return indices.with_flat_values(found)
    if not isinstance(params, RaggedTensor) and not isinstance(indices, RaggedTensor):
        return PUBLIC["gather"](params, indices, axis=axis, batch_dims=batch_dims)
    if batch_dims == 1 and axis in (None, 1):
        return _gather_in_rows(params, indices)
    wanted = _places(indices)
    if not batch_dims and axis == 1 and wanted.shape.rank == 1:
        count = row_count(params)
        times = [count, 1] if isinstance(count, int) else PUBLIC["stack"]([count, 1])
        return _gather_in_rows(params, PUBLIC["tile"](PUBLIC["expand_dims"](wanted, 0), times))
    if batch_dims or axis not in (None, 0):
        raise NotImplementedError(
            f"tf.gather of a ragged tensor takes axis 0, 1 or batch_dims=1, received axis={axis}, "
            f"batch_dims={batch_dims}: convert it with to_tensor() first."
        )
    return _gather_rows(params, wanted)


def _places(indices: Any) -> Any:
    """Places as a tensor, of int64 if they say nothing else."""
    return tensor(indices) if hasattr(indices, "dtype") else convert_to_tensor(indices, "int64")


def _gather_rows(params: RaggedTensor, at: Any) -> Any:
    """Rows at the places of a tensor, in its shape."""
    found = rows_at(params, PUBLIC["reshape"](at, [-1]))
    shape = at.shape.as_list()
    if not shape:
        return found[0]
    sizes = PUBLIC["shape"](at, out_type=int64) if None in shape else shape
    for axis in range(len(shape) - 1, 0, -1):
        length, count = sizes[axis], sizes[0]
        for n in range(1, axis):
            count = count * sizes[n]
        if unplaced(length, count):
            found = divided(found, PUBLIC["range"](count + 1) * length, None)
        else:
            found = rows(found, np.full(int(count), int(length)), None)
    return found


def _of_any_length(value: Any) -> Any:
    """The value without the knowledge that rows are of one length, as gathered rows are."""
    if not isinstance(value, RaggedTensor):
        return value
    inner = _of_any_length(value.values)
    return divided(inner, value.row_splits, None, value.row_splits.dtype)


def _gather_inside(params: Any, indices: RaggedTensor, axis: Any) -> RaggedTensor:
    """Ragged places along an inner axis of a dense tensor, once for each leading place."""
    params = tensor(params)
    lead = params.shape.as_list()[: axis_of(axis, params.shape.rank)]
    found = PUBLIC["gather"](params, indices.flat_values, axis=len(lead))
    times = int(np.prod(lead))
    flat = PUBLIC["reshape"](found, [-1, *found.shape[len(lead) + 1 :]])
    lengths = [np.tile(known(n), times) for n in indices.nested_row_lengths()]
    result = RaggedTensor.from_nested_row_lengths(flat, lengths)
    for size in reversed([*lead[1:], len_of(indices)]):
        result = RaggedTensor.from_uniform_row_length(result, size, len_of(result) // size)
    return result


def len_of(value: Any) -> int:
    """The number of rows or elements."""
    return value.shape[0]


def _gather_in_rows(params: Any, indices: Any) -> Any:
    if not isinstance(indices, RaggedTensor) and tensor(indices).shape.rank < 2:
        raise ValueError(
            f"batch shape from indices {tensor(indices).shape} does not match params shape "
            f"{params.shape}"
        )
    params, wanted = _ranked(params, 1), _ranked(indices, 1)
    at, outer = wanted.values, []
    while isinstance(at, RaggedTensor):
        outer.append(at.row_splits)
        at = at.values
    if len(outer) or at.shape.rank > 1:
        raise NotImplementedError("tf.gather with batch_dims=1 of ragged tensors takes a matrix")
    if None not in (params.shape[0], wanted.shape[0]) and params.shape[0] != wanted.shape[0]:
        raise ValueError(
            f"batch shape from indices {indices.shape} does not match params shape {params.shape}"
        )
    (places,) = find("in rows", (params.row_splits, wanted.row_splits, at))
    found = select(params.values, places)
    if isinstance(indices, RaggedTensor) or isinstance(found, RaggedTensor):
        return divided(found, wanted.row_splits, wanted._uniform, wanted.row_splits.dtype)
    shape = PUBLIC["concat"]([PUBLIC["shape"](indices), PUBLIC["shape"](found)[1:]], 0)
    return PUBLIC["reshape"](found, shape)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """The order turned round along axes."""
    axes = {axis_of(a, tensor.shape.rank) for a in np.atleast_1d(axis)}
    return _reversed(tensor, axes)


def _reversed(value: Any, axes: set[int]) -> Any:
    if not axes:
        return value
    if not isinstance(value, RaggedTensor):
        return PUBLIC["reverse"](value, sorted(axes))
    values = _reversed(value.values, {a - 1 for a in axes if a > 1})
    value = value.with_values(values)
    if 1 in axes:
        (backwards,) = find("reversed", (value.row_splits,))
        value = divided(
            select(values, backwards), value.row_splits, value._uniform, value.row_splits.dtype
        )
    return select(value, positions(value, slice(None, None, -1))) if 0 in axes else value


def positions(value: Any, part: slice) -> Any:
    """The positions of a part of the rows: a NumPy array, or a tensor where they are not known."""
    count = row_count(value)
    bounds = [n for n in (part.start, part.stop, part.step) if n is not None]
    if unplaced(count, *bounds):
        return PUBLIC["range"](count)[part]
    return np.arange(count)[part]


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """The whole repeated along each axis."""
    if unplaced(multiples):
        return _tiled(input, multiples)
    for axis, times in enumerate(known(multiples)):
        input = concat([input] * int(times), axis) if times != 1 else input
    return input


def _tiled(value: Any, multiples: Any) -> Any:
    """Repeated as often as a tensor says."""
    inner = _tiled_rows(value, multiples[1:])
    where = PUBLIC["tile"](PUBLIC["range"](row_count(inner)), multiples[:1])
    return select(inner, where)


def _tiled_rows(value: RaggedTensor, multiples: Any) -> RaggedTensor:
    """What is in the rows repeated; the rows stay."""
    values = value.values
    if isinstance(values, RaggedTensor):
        values = _tiled_rows(values, multiples[1:])
    elif values.shape.rank > 1:
        once = PUBLIC["constant"]([1], multiples.dtype)
        values = PUBLIC["tile"](values, PUBLIC["concat"]([once, multiples[1:]], 0))
    splits, places = find("tiled", (value.row_splits, multiples[0]))
    return divided(select(values, places), splits, None, value.row_splits.dtype)


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split"
) -> list[Any]:
    """Parts along the first axis."""
    if axis_of(axis, value.shape.rank):
        raise NotImplementedError("tf.split of a ragged tensor takes axis=0 only.")
    sizes = known(num_or_size_splits)
    count = row_count(value)
    if sizes.ndim == 0 and not isinstance(count, int):
        each = count // int(sizes)
        bounds = [each * i for i in range(int(sizes) + 1)]
        return [select(value, PUBLIC["range"](a, b)) for a, b in itertools.pairwise(bounds)]
    count = count_of(value)
    if sizes.ndim == 0:
        if count % sizes:
            raise invalid(f"{count} rows cannot be split evenly into {sizes} parts")
        sizes = np.full(int(sizes), count // sizes)
    begins = starts_of(sizes)
    if begins[-1] != count:
        raise invalid(f"sizes {sizes.tolist()} do not add up to {count} rows")
    return [select(value, np.arange(a, b)) for a, b in itertools.pairwise(begins)]
