"""How rows are found: rules of row splits, for ``ops.sparse.finding``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.ops.ragged.partition import expanded, row_ids, starts_of, within
from tensortape.ops.sparse.finding import rule
from tensortape.ops.sparse.places import invalid


def _more(size: int | None) -> int | None:
    return None if size is None else size + 1


def _rows_kept(shapes: Any, *given: Any) -> list[Any]:
    """Splits of as many rows as there were, and one place for each of their values."""
    return [shapes[0], (None,)]


@rule("select", lambda shapes: [(_more(shapes[1][0]),), (None,)])
def _select(arrays: Any) -> Any:
    """The splits of chosen rows, and the places of their values."""
    splits, chosen = arrays
    lengths = np.diff(splits)[chosen]
    return starts_of(lengths), expanded(splits[chosen], lengths)


@rule("rows at", lambda shapes: [(_more(shapes[1][0]),), (None,)])
def _rows_at(arrays: Any) -> Any:
    """As ``select``; an error for rows that are not there."""
    splits, at = arrays
    check_places(at, len(splits) - 1)
    return _select([splits, np.asarray(at, np.int64)])


@rule("places", lambda shapes, limit: [shapes[0]])
def _places(arrays: Any, limit: int) -> Any:
    """The places themselves; an error for those that are not there."""
    check_places(arrays[0], limit)
    return (arrays[0],)


def check_places(at: Any, limit: Any) -> None:
    """``InvalidArgumentError`` unless places are within bounds."""
    bad = (at < 0) | (at >= limit)
    if bad.any():
        first = int(np.argmax(bad))
        bound = np.broadcast_to(limit, at.shape)[first]
        raise invalid(f"indices[{first}] = {at[first]} is not in [0, {bound}) [Op:RaggedGather]")


@rule("slice rows", _rows_kept)
def _slice_rows(arrays: Any, given: tuple[Any, Any, Any]) -> Any:
    """A part of each row, from start to stop by step, ``"data"`` for those among the arrays."""
    splits, *rest = arrays
    values = iter(rest)
    parts = [int(next(values)) if n == "data" else n for n in given]
    lengths = np.diff(splits)
    step = 1 if parts[2] is None else parts[2]
    if not step:
        raise invalid("slice step cannot be zero")
    bounds = [slice(*parts).indices(int(n)) for n in lengths]
    counts = np.array([len(range(*b)) for b in bounds], np.int64)
    starts = splits[:-1] + np.array([b[0] for b in bounds], np.int64)
    return starts_of(counts), expanded(starts, counts, step)


@rule("stacked", lambda shapes: [(_total([s[0] for s in shapes]),)])
def _stacked(arrays: Any) -> Any:
    """The splits of the rows of all, one after the other."""
    return (starts_of(np.concatenate([np.diff(a) for a in arrays])),)


def _total(sizes: Any) -> int | None:
    return None if None in sizes else sum(n - 1 for n in sizes) + 1


def _each_row_once(shapes: Any) -> list[Any]:
    total = _total([s[0] for s in shapes])
    return [(None if total is None else total - 1,)]


@rule("interleaved", _each_row_once)
def _interleaved(arrays: Any) -> Any:
    """Among rows one after the other: the first ones of all, the second ones of all, ..."""
    counts = sorted({len(a) - 1 for a in arrays})
    if len(counts) > 1:
        raise invalid(f"Inputs must have the same number of rows, received {counts}")
    return (np.arange(counts[0] * len(arrays)).reshape(len(arrays), -1).T.reshape(-1),)


@rule("same rows", lambda shapes, why: shapes[:1])
def _same_rows(arrays: Any, why: str) -> Any:
    """The first splits; an error unless all are equal."""
    if any(not np.array_equal(a, arrays[0]) for a in arrays[1:]):
        raise invalid(why)
    return arrays[:1]


def _node_sizes(shapes: Any, axes: tuple[int, ...]) -> list[Any]:
    first = [shapes[0][0]] if 0 not in axes else []
    kept = [n for n in range(1, len(shapes) + 1) if n not in axes]
    splits = first + [None] * (len(kept) - (0 in axes))
    return [(None,), (), *[(n,) for n in splits[: max(len(kept) + (0 not in axes) - 1, 0)]]]


@rule("nodes", _node_sizes)
def nodes_of(arrays: Any, axes: tuple[int, ...]) -> Any:
    """Where in a reduction's result each flat value goes, how many elements it has, its splits.

    Axes are walked from the outermost; the children of nodes that an axis in ``axes`` brings
    together are laid over each other.
    """
    count = len(arrays[0]) - 1
    nodes = np.zeros(count, np.int64) if 0 in axes else np.arange(count)
    total = 1 if 0 in axes else count
    levels: list[Any] = [] if 0 in axes else [None]
    for level, splits in enumerate(arrays, 1):
        lengths = np.diff(splits)
        parents = np.repeat(nodes, lengths)
        if level in axes:
            nodes = parents
            continue
        longest = np.zeros(total, np.int64)
        np.maximum.at(longest, nodes, lengths)
        begins = np.cumsum(longest) - longest
        nodes = begins[parents] + within(lengths)
        total = int(longest.sum())
        levels.append(starts_of(longest))
    return nodes, total, *levels[1:]


@rule("coordinates", lambda shapes: [(None, len(shapes) + 1)])
def _coordinates(arrays: Any) -> Any:
    """The place of each flat value: its row, its place in the row, ..., one column per axis."""
    columns: list[Any] = [np.arange(len(arrays[0]) - 1)]
    for splits in arrays:
        lengths = np.diff(splits)
        columns = [np.repeat(c, lengths) for c in columns] + [within(lengths)]
    return (np.stack(columns, -1),)


@rule("with inner places", lambda shapes: [(None, _columns(shapes))])
def _with_inner(arrays: Any) -> Any:
    """Places of values with axes of their own: each as often as a value has elements."""
    where, sizes = arrays
    axes = [np.arange(int(n)) for n in sizes]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(sizes))
    return (np.concatenate([np.repeat(where, len(grid), 0), np.tile(grid, (len(where), 1))], 1),)


def _columns(shapes: Any) -> int | None:
    outer, inner = shapes[0][1], shapes[1][0]
    return None if None in (outer, inner) else outer + inner


@rule("mask", _rows_kept)
def _mask(arrays: Any) -> Any:
    """The splits of what is true in each row, and where it is."""
    splits, chosen = arrays
    counts = np.bincount(row_ids(splits)[chosen], minlength=len(splits) - 1)
    return starts_of(counts), np.flatnonzero(chosen)


@rule("in rows", lambda shapes: [shapes[2]])
def _in_rows(arrays: Any) -> Any:
    """Places within rows as places among all values."""
    splits, wanted, at = arrays
    if len(splits) != len(wanted):
        raise invalid(
            f"batch shape from indices {[len(wanted) - 1]} does not match params shape "
            f"{[len(splits) - 1]}"
        )
    counts = np.diff(wanted)
    check_places(at, np.repeat(np.diff(splits), counts))
    return (at + np.repeat(splits[:-1], counts),)


@rule("reversed", lambda shapes: [(None,)])
def _reversed(arrays: Any) -> Any:
    """The places of all values, each row backwards."""
    (splits,) = arrays
    return (expanded(splits[1:] - 1, np.diff(splits), -1),)


@rule("tiled", _rows_kept)
def _tiled(arrays: Any) -> Any:
    """Each row several times, one after the other."""
    splits, times = arrays
    lengths = np.diff(splits)
    repeated = np.repeat(lengths, int(times))
    return starts_of(lengths * int(times)), expanded(np.repeat(splits[:-1], int(times)), repeated)


@rule("splits of ids", lambda shapes: [(None,)])
def _splits_of_ids(arrays: Any) -> Any:
    """Where rows begin and end, of the row of each value and perhaps how many rows there are."""
    ids, *count = arrays
    return (starts_of(np.bincount(ids, minlength=int(count[0]) if count else 0)),)


@rule("cut", lambda shapes: [(_more(shapes[0][0]),), (None,)])
def _cut(arrays: Any) -> Any:
    """The first elements of each row of a matrix: their splits, and their places among all."""
    lengths, rows, size = arrays
    counts = np.clip(lengths, 0, int(size))
    starts = np.arange(int(rows)) * int(size)
    return starts_of(counts), expanded(starts, counts)


@rule("filled lengths", lambda shapes: [shapes[0][:1]])
def _filled_lengths(arrays: Any) -> Any:
    """The length of each row of a matrix without what is false at its end."""
    (kept,) = arrays
    if not kept.shape[1]:
        return (np.zeros(len(kept), np.int64),)
    return (np.where(kept.any(1), kept.shape[1] - np.argmax(kept[:, ::-1], 1), 0),)


@rule("ordered", lambda shapes, count: [(None,), (_more(count),)])
def _ordered(arrays: Any, count: int | None) -> Any:
    """Items by the number of their partition, and the splits of the partitions."""
    ids, *rest = arrays
    number = int(rest[0]) if rest else int(count or 0)
    flat = ids.reshape(-1)
    if flat.size and (flat.min() < 0 or flat.max() >= number):
        raise invalid(f"partitions must be in [0, {number}), received {flat.tolist()}")
    counts = np.bincount(flat, minlength=number)
    return np.argsort(flat, kind="stable"), starts_of(counts)


def _range_sizes(shapes: Any, kind: str) -> list[Any]:
    count = next((s[0] for s in shapes if s), 1)
    return [(_more(count),), (None,)]


@rule("ranges", _range_sizes, lambda kinds, kind: [np.int64, np.dtype(kind)])
def _ranges(arrays: Any, kind: str) -> Any:
    """The numbers from starts to limits by steps, row by row, and the splits of the rows."""
    first, last, step = np.broadcast_arrays(*[np.atleast_1d(a).astype(kind) for a in arrays])
    if (step == 0).any():
        raise invalid("Requires delta != 0")
    counts = np.maximum(np.ceil((last - first) / step), 0).astype(np.int64)
    values = np.repeat(first, counts) + within(counts).astype(kind) * np.repeat(step, counts)
    return starts_of(counts), values


@rule("right-ragged", lambda shapes: [(None,)])
def _right_ragged(arrays: Any) -> Any:
    """The splits of a sparse matrix whose elements fill their rows from the left."""
    where, shape = arrays
    lengths = np.bincount(where[:, 0], minlength=int(shape[0]))
    places = where[:, 0] * max(int(shape[1]), 1) + where[:, 1]
    if (np.diff(places) <= 0).any() or not np.array_equal(where[:, 1], within(lengths)):
        raise invalid("SparseTensor is not right-ragged")
    return (starts_of(lengths),)


@rule("checked ones", lambda shapes, why: shapes)
def _checked_ones(arrays: Any, why: str) -> Any:
    """Row splits; an error unless each row has one value."""
    if (np.diff(arrays[0]) != 1).any():
        raise invalid(why)
    return arrays


@rule("checked row", lambda shapes, why: shapes)
def _checked_row(arrays: Any, why: str) -> Any:
    """Row splits; an error unless there is one row."""
    if len(arrays[0]) != 2:
        raise invalid(why)
    return arrays


def _broadcast_sizes(shapes: Any, levels: Any) -> list[Any]:
    outer = [operand[0] for operand in levels]
    known = {n for kind, n in outer if kind == "number" and n != 1}
    rows: int | None = None
    if known:
        rows = known.pop()
    elif all(kind == "number" for kind, _ in outer):
        rows = 1
    depth = len(levels[0])
    splits = [(_more(rows) if n == 0 else None,) for n in range(depth - 1)]
    return [(None,)] * len(levels) + splits


@rule("broadcast", _broadcast_sizes)
def _broadcast(arrays: Any, levels: Any) -> Any:
    """Which flat value of each operand belongs to each flat value of the result; its splits.

    ``levels`` says for each operand how many children its nodes have, axis by axis: ``("number",
    n)``, ``("size", at)`` for a size among the arrays, ``("rows", at)`` for splits among them, and
    ``("count", at)`` for the number of their rows.
    """
    places = [np.zeros(1, np.int64) for _ in levels]
    splits = []
    for level in range(len(levels[0])):
        sizes = [_children(arrays, *operand[level]) for operand in levels]
        lengths, places = _descend(sizes, places)
        splits.append(starts_of(lengths))
    return *places, *splits[1:]


def _children(arrays: Any, kind: str, at: int) -> Any:
    """A number, or row splits."""
    if kind == "number":
        return at
    if kind == "size":
        return int(arrays[at])
    return len(arrays[at]) - 1 if kind == "count" else arrays[at]


def _descend(sizes: list[Any], places: list[Any]) -> tuple[Any, list[Any]]:
    """One axis further: the lengths of the result's nodes, and each operand's children."""
    lengths = [
        np.full(len(at), size) if isinstance(size, int) else np.diff(size)[at]
        for size, at in zip(sizes, places, strict=True)
    ]
    repeated = [isinstance(size, int) and size == 1 for size in sizes]
    longer = [n for n, once in zip(lengths, repeated, strict=True) if not once]
    common = longer[0] if longer else lengths[0]
    for other in longer[1:]:
        if not np.array_equal(other, common):
            raise invalid(
                "Condition x == y did not hold: rows differ in length and cannot be broadcast.\n"
                f"First rows of x:\n{common[:3]}\nFirst rows of y:\n{other[:3]}"
            )
    children = []
    for size, at, once in zip(sizes, places, repeated, strict=True):
        starts = at * size if isinstance(size, int) else size[at]
        children.append(expanded(starts, common, 0 if once else 1))
    return common, children
