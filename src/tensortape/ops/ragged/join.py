"""Ragged tensors chosen from, joined, and given more axes or fewer."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tensortape.core.dtypes import int32
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.untraceable import Untraceable
from tensortape.ops.ragged.partition import expanded, starts_of
from tensortape.ops.ragged.tensor import RaggedTensor, as_values, axis_of, count_of, method, rows
from tensortape.ops.sparse.places import invalid, known


def select(value: Any, chosen: Any) -> Any:
    """The rows (or elements) at positions given in NumPy."""
    if not isinstance(value, RaggedTensor):
        return PUBLIC["gather"](value, chosen)
    lengths = np.diff(value._splits)[chosen]
    children = expanded(value._splits[chosen], lengths)
    return rows(select(value.values, children), lengths, value._uniform, value.row_splits.dtype)


def from_dense(value: Any, ragged_rank: int = 1) -> RaggedTensor:
    """A tensor whose first axes are divided into rows of one length."""
    value = tensor(value)
    shape = value.shape.as_list()
    if None in shape[: ragged_rank + 1]:
        raise Untraceable(f"the rows of a tensor of shape {value.shape}")
    if ragged_rank > 1:
        flat = PUBLIC["reshape"](value, [shape[0] * shape[1], *shape[2:]])
        inner: Any = from_dense(flat, ragged_rank - 1)
    else:
        inner = PUBLIC["reshape"](value, [shape[0] * shape[1], *shape[2:]])
    return rows(inner, np.full(shape[0], shape[1]), shape[1])


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
    if any(not np.array_equal(p._splits, parts[0]._splits) for p in parts):
        raise invalid("Inputs must have identical ragged splits")
    return parts[0].with_values(concat([p.values for p in parts], axis - 1))


def _stacked_rows(parts: list[RaggedTensor]) -> RaggedTensor:
    lengths = np.concatenate([np.diff(p._splits) for p in parts])
    sizes = {p._uniform for p in parts}
    uniform = sizes.pop() if len(sizes) == 1 else None
    values = concat([p.values for p in parts], 0)
    return rows(values, lengths, uniform, parts[0].row_splits.dtype)


def _interleaved(parts: list[RaggedTensor]) -> RaggedTensor:
    """First rows of all, second rows of all, ..."""
    counts = {len(p._splits) - 1 for p in parts}
    if len(counts) > 1:
        raise invalid(f"Inputs must have the same number of rows, received {sorted(counts)}")
    order = np.arange(counts.pop() * len(parts)).reshape(len(parts), -1).T.reshape(-1)
    return select(_stacked_rows([_without_length(p) for p in parts]), order)


def _without_length(value: RaggedTensor) -> RaggedTensor:
    return rows(value.values, np.diff(value._splits), None, value.row_splits.dtype)


def _joined_rows(parts: list[RaggedTensor]) -> RaggedTensor:
    mixed = _interleaved(parts)
    return rows(mixed.values, np.diff(mixed._splits[:: len(parts)]), None, mixed.row_splits.dtype)


def stack(values: Any, axis: Any = 0, name: str = "stack") -> Any:
    """Ragged (and other) tensors side by side along a new axis, which becomes ragged."""
    parts = [as_values(v) for v in values]
    rank: Any = parts[0].shape.rank
    axis = axis_of(axis, rank, 1)
    if not rank:
        return PUBLIC["stack"](parts, axis)
    if axis == 0:
        lengths = [count_of(p) for p in parts]
        kinds = [p.row_splits.dtype for p in parts if isinstance(p, RaggedTensor)]
        return rows(concat(parts, 0), lengths, None, kinds[0] if kinds else int32)
    most = max([p.ragged_rank for p in parts if isinstance(p, RaggedTensor)] or [0])
    if axis > most and rank == 1:
        return PUBLIC["stack"](parts, axis)
    parts = [_ranked(p, 1) for p in parts]
    if axis == 1:
        mixed = _interleaved(parts)
        return rows(mixed, np.full(len(parts[0]._splits) - 1, len(parts)), None)
    return parts[0].with_values(stack([p.values for p in parts], axis - 1))


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """One more axis of size one."""
    if not isinstance(input, RaggedTensor):
        return PUBLIC["expand_dims"](input, axis)
    axis = axis_of(axis, input.shape.rank, 1)
    if axis == 0:
        count = len(input._splits) - 1
        return rows(input, [count], count)
    if axis == 1:
        return rows(input, np.ones(len(input._splits) - 1, np.int64), 1)
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
    lengths = np.diff(value._splits)
    if axis == 0 and len(lengths) == 1:
        return value.values
    if axis == 1 and (lengths == 1).all():
        return value.values
    if axis < 2:
        raise invalid(f"cannot squeeze axis {axis}: its size is not 1 everywhere")
    return value.with_values(_squeezed(value.values, axis - 1))


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
        shape = value.shape.as_list()
        return PUBLIC["reshape"](value, [*shape[:outer], -1, *shape[inner + 1 :]])
    if outer == 0:
        return _merge(value.values, 0, inner - 1)
    if outer > 1:
        return value.with_values(_merge(value.values, outer - 1, inner - 1))
    values = value.values
    if isinstance(values, RaggedTensor):
        merged = rows(values.values, np.diff(values._splits[value._splits]))
        return _merge(merged, 1, inner - 1)
    size = values.shape[1]
    flat = PUBLIC["reshape"](values, [-1, *values.shape[2:]])
    return _merge(rows(flat, np.diff(value._splits) * size), 1, inner - 1)


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
    if not batch_dims and axis == 1 and known(indices).ndim == 1:
        count = len(params._splits) - 1
        return _gather_in_rows(params, np.tile(known(indices), (count, 1)))
    if batch_dims or axis not in (None, 0):
        raise NotImplementedError(
            f"tf.gather of a ragged tensor takes axis 0, 1 or batch_dims=1, received axis={axis}, "
            f"batch_dims={batch_dims}: convert it with to_tensor() first."
        )
    at = known(indices)
    count = len(params._splits) - 1
    _check_places(at.reshape(-1), count)
    found = _of_any_length(select(params, at.reshape(-1)))
    for size in reversed(at.shape[1:]):
        found = rows(found, np.full(len_of(found) // size if size else 0, size), size)
    return found if at.ndim else found[0]


def _of_any_length(value: Any) -> Any:
    """The value without the knowledge that rows are of one length, as gathered rows are."""
    if not isinstance(value, RaggedTensor):
        return value
    lengths = np.diff(value._splits)
    return rows(_of_any_length(value.values), lengths, None, value.row_splits.dtype)


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


def _check_places(at: Any, limit: Any) -> None:
    bad = (at < 0) | (at >= limit)
    if bad.any():
        first = int(np.argmax(bad))
        bound = np.broadcast_to(limit, at.shape)[first]
        raise invalid(f"indices[{first}] = {at[first]} is not in [0, {bound}) [Op:RaggedGather]")


def _gather_in_rows(params: Any, indices: Any) -> Any:
    if not isinstance(indices, RaggedTensor) and tensor(indices).shape.rank < 2:
        raise ValueError(
            f"batch shape from indices {tensor(indices).shape} does not match params shape "
            f"{params.shape}"
        )
    params, wanted = _ranked(params, 1), _ranked(indices, 1)
    if len(params._splits) != len(wanted._splits):
        raise ValueError(
            f"batch shape from indices {indices.shape} does not match params shape {params.shape}"
        )
    at = known(wanted.values)
    counts = np.diff(wanted._splits)
    _check_places(at, np.repeat(np.diff(params._splits), counts))
    found = select(params.values, at + np.repeat(params._splits[:-1], counts))
    result = wanted.with_values(found)
    if isinstance(indices, RaggedTensor) or isinstance(found, RaggedTensor):
        return result
    return PUBLIC["reshape"](found, [*tensor(indices).shape, *found.shape[1:]])


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
        lengths = np.diff(value._splits)
        value = value.with_values(select(values, expanded(value._splits[1:] - 1, lengths, -1)))
    return select(value, np.arange(len(value._splits) - 1)[::-1]) if 0 in axes else value


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """The whole repeated along each axis."""
    for axis, times in enumerate(known(multiples)):
        input = concat([input] * int(times), axis) if times != 1 else input
    return input


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split"
) -> list[Any]:
    """Parts along the first axis."""
    if axis_of(axis, value.shape.rank):
        raise NotImplementedError("tf.split of a ragged tensor takes axis=0 only.")
    count = len(value._splits) - 1
    sizes = known(num_or_size_splits)
    if sizes.ndim == 0:
        if count % sizes:
            raise invalid(f"{count} rows cannot be split evenly into {sizes} parts")
        sizes = np.full(int(sizes), count // sizes)
    begins = starts_of(sizes)
    if begins[-1] != count:
        raise invalid(f"sizes {sizes.tolist()} do not add up to {count} rows")
    return [select(value, np.arange(a, b)) for a, b in itertools.pairwise(begins)]
