"""How places of sparse tensors are found: rules of indices and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.ops.sparse.finding import rule
from tensortape.ops.sparse.places import invalid, numbers, sorting


def _rows(shapes: Any, *given: Any) -> list[Any]:
    """One number for each element."""
    return [shapes[0][:1]]


def _ints(shape: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in shape)


@rule("order", _rows)
def _order(arrays: Any) -> Any:
    """The order of the elements, row by row."""
    return (sorting(arrays[0]),)


@rule("checked", lambda shapes: shapes[:1])
def _checked(arrays: Any) -> Any:
    """Indices; an error for those that are out of bounds or given twice."""
    indices, shape = arrays
    bad = ((indices < 0) | (indices >= shape)).any(1)
    if bad.any():
        n = int(np.argmax(bad))
        raise invalid(
            f"indices[{n}] = {indices[n].tolist()} is out of bounds: need 0 <= index < "
            f"{shape.tolist()}"
        )
    if len(np.unique(indices, axis=0)) != len(indices):
        raise invalid("indices of a SparseTensor are repeated")
    if not np.array_equal(np.lexsort(indices.T[::-1]), np.arange(len(indices))):
        raise invalid("indices of a SparseTensor are out of order: use tf.sparse.reorder")
    return (indices,)


def _reduced_sizes(shapes: Any, removed: Any, keepdims: bool, sparse: bool) -> list[Any]:
    rank = shapes[1][0]
    final = None if rank is None else rank if keepdims else rank - len(removed)
    if sparse:
        return [shapes[0][:1], (), (final,), (None, final)]
    return [shapes[0][:1], (), (final,), (None,)]


def _reduced_kinds(kinds: Any, removed: Any, keepdims: bool, sparse: bool) -> list[Any]:
    return [np.int64, np.int64, np.int64, np.int64 if sparse else np.bool_]


@rule("reduced", _reduced_sizes, _reduced_kinds)
def _reduced(arrays: Any, removed: Any, keepdims: bool, sparse: bool) -> Any:
    """Where each element goes, how many sums there are, the shape of the result, and more.

    Of a sparse result it is where they are, of a dense one which of them have elements.
    """
    indices, shape = arrays[0], _ints(arrays[1])
    kept = [i for i in range(len(shape)) if i not in removed]
    kept_shape = [shape[i] for i in kept]
    ids = numbers(indices[:, kept], kept_shape)
    final = [1 if i in removed else n for i, n in enumerate(shape)] if keepdims else kept_shape
    if not sparse:
        count = int(np.prod(kept_shape))
        return ids, count, final, np.isin(np.arange(count), ids)
    groups, ids = np.unique(ids, return_inverse=True)
    where = np.zeros((len(groups), 0), np.int64)
    if final:
        where = np.stack(np.unravel_index(groups, final), -1)
    return ids.reshape(-1), len(groups), final, where


@rule("row groups", lambda shapes: [shapes[0][:1], ()])
def _row_groups(arrays: Any) -> Any:
    """Which of the rows that have elements each of them is in, and how many there are."""
    indices, shape = arrays
    _, rows = np.unique(numbers(indices[:, :-1], shape[:-1]), return_inverse=True)
    rows = rows.reshape(-1)
    return rows, int(rows.max(initial=-1)) + 1


@rule("reshaped", lambda shapes: [(shapes[0][0], shapes[2][0]), shapes[2]])
def _reshaped(arrays: Any) -> Any:
    """Indices in another shape, one of whose sizes may be -1, and that shape."""
    indices, old, new = arrays[0], _ints(arrays[1]), list(_ints(arrays[2]))
    count = int(np.prod(old))
    if new.count(-1) > 1:
        raise invalid(f"only one output dimension may be -1, not both in {new}")
    if -1 in new:
        rest = int(np.prod([n for n in new if n != -1]))
        new[new.index(-1)] = count // rest if rest and not count % rest else -1
    if -1 in new or int(np.prod(new)) != count:
        raise invalid(
            f"Input to reshape is a tensor with {count} dense values, but the requested shape "
            f"{new} has another number. input_shape={list(old)} output_shape={new}"
        )
    where = np.unravel_index(numbers(indices, old), new) if new else [np.zeros(0)]
    return np.stack(where, -1), new


@rule("part", lambda shapes: [(None,), (None, shapes[0][1]), shapes[1]])
def _part(arrays: Any) -> Any:
    """Which elements are in a part of the whole, where they are in it, and its shape."""
    indices, shape, start, size = arrays
    extent = np.maximum(np.minimum(size, shape - start), 0)
    inside = ((indices >= start) & (indices < start + extent)).all(1)
    return np.flatnonzero(inside), indices[inside] - start, extent


def _joined_sizes(shapes: Any, count: int, axis: int, expand: bool) -> list[Any]:
    sizes = [s[0] for s in shapes[:count]]
    total = None if None in sizes else sum(sizes)
    return [(total,), (total, shapes[0][1]), shapes[count]]


@rule("joined", _joined_sizes)
def _joined(arrays: Any, count: int, axis: int, expand: bool) -> Any:
    """The order of the elements of several tensors along an axis, their indices, and the shape."""
    shapes = np.array(arrays[count:])
    whole, others = shapes.max(0), np.delete(shapes, axis, 1)
    if not expand and (others != others[0]).any():
        raise invalid(f"Sizes other than along axis {axis} must be equal: {shapes.tolist()}")
    whole[axis] = shapes[:, axis].sum()
    begins = np.cumsum(shapes[:, axis]) - shapes[:, axis]
    moved = [np.array(a) for a in arrays[:count]]
    for indices, begin in zip(moved, begins, strict=True):
        indices[:, axis] += begin
    every = np.concatenate(moved)
    order = sorting(every)
    return order, every[order], whole


def _union_sizes(shapes: Any) -> list[Any]:
    return [(None, shapes[0][1]), (None,), (None,)]


@rule("union", _union_sizes)
def _union(arrays: Any) -> Any:
    """The places of either tensor, and which element of each is there; their number where none."""
    first, second, shape, other = arrays
    if shape.tolist() != other.tolist():
        raise invalid(
            f"Operands do not have the same shape: {tuple(shape.tolist())} and "
            f"{tuple(other.tolist())}"
        )
    keys = numbers(first, shape), numbers(second, shape)
    every, where = np.unique(np.concatenate(keys), return_index=True)
    positions = []
    for own in keys:
        position = np.full(len(every), len(own))
        position[np.searchsorted(every, own)] = np.arange(len(own))
        positions.append(position)
    return np.concatenate([first, second])[where], *positions


@rule("same places", lambda shapes: shapes[:1])
def _same_places(arrays: Any) -> Any:
    """Indices; an error unless those of another tensor, and its shape, are the same."""
    first, second, shape, other = arrays
    if not (np.array_equal(first, second) and np.array_equal(shape, other)):
        raise invalid("All sparse tensors must have the same indices and dense shape")
    return (first,)


@rule("inner sizes", lambda shapes, adjoint: [()])
def _inner_sizes(arrays: Any, adjoint: bool) -> Any:
    """The number of rows of a product of matrices; an error unless they fit."""
    shape, other = _ints(arrays[0]), _ints(arrays[1])
    if adjoint:
        shape = shape[::-1]
    if shape[1] != other[0]:
        raise invalid(
            f"Cannot multiply A and B because inner dimension does not match: {shape[1]} vs. "
            f"{other[0]}. Did you forget a transpose? Dimensions of A: {list(shape)}. "
            f"Dimensions of B: {list(other)}"
        )
    return (shape[0],)


def _with_empty_sizes(shapes: Any) -> list[Any]:
    return [(None,), (None, shapes[0][1]), (None,), ()]


@rule("with empty rows", _with_empty_sizes, lambda kinds: [np.int64, np.int64, np.bool_, np.int64])
def _with_empty_rows(arrays: Any) -> Any:
    """The order and indices of elements and those that fill empty rows; which rows these are."""
    indices, shape = arrays
    empty = ~np.isin(np.arange(int(shape[0])), indices[:, 0])
    added = np.zeros((int(empty.sum()), len(shape)), np.int64)
    added[:, 0] = np.flatnonzero(empty)
    every = np.concatenate([indices, added])
    order = sorting(every)
    return order, every[order], empty, len(added)
