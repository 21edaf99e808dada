"""Batches: made, padded, taken apart and made anew."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.specs import NoneTensorSpec
from tensortape.data.dataset import UNKNOWN, DatasetV2, method
from tensortape.data.pieces import batch_spec, piece_spec, pieces, stack
from tensortape.data.rows import blocks
from tensortape.data.running import Run
from tensortape.data.structure import leaves, map_leaves, number
from tensortape.ops.layout.join import concat
from tensortape.ops.sparse.spec import SparseTensorSpec


def batch_count(dataset: DatasetV2, n: int, drop_remainder: bool) -> int:
    """How many batches of `n` elements a dataset gives, as a cardinality."""
    if dataset._size < 0:
        return dataset._size
    return dataset._size // n if drop_remainder else -(-dataset._size // n)


def positive(batch_size: Any, op: str) -> int:
    """The size of a batch; `InvalidArgumentError` unless it is positive."""
    n = number(batch_size)
    if n <= 0:
        raise errors.of_op(errors.InvalidArgumentError, op, "Batch size must be greater than zero.")
    return n


def groups(elements: Iterator[Any], n: int, drop_remainder: bool) -> Iterator[list[Any]]:
    """`n` consecutive elements at a time."""
    while group := list(islice(elements, n)):
        if len(group) < n and drop_remainder:
            return
        yield group


@method
def batch(
    dataset: DatasetV2,
    batch_size: Any,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
    deterministic: Any = None,
    name: str | None = None,
) -> DatasetV2:
    """Stack `batch_size` consecutive elements along a new first axis.

    The last batch may be smaller; `drop_remainder` leaves it out.

    >>> import tensortape as tf
    >>> [b.numpy().tolist() for b in tf.data.Dataset.range(5).batch(2)]
    [[0, 1], [2, 3], [4]]

    Raises `InvalidArgumentError` for a size that is not positive and for elements of different
    shapes. Source: `tf.data.Dataset.batch`.
    """
    n, drop = positive(batch_size, "BatchDatasetV2"), bool(drop_remainder)
    rows, order, source = dataset._rows, dataset._order, dataset._start
    if rows is not None and order is not None:
        start: Any = lambda run: blocks(rows, order(run), n, drop)  # noqa: E731
    else:
        start = lambda run: map(stack, groups(source(run), n, drop))  # noqa: E731
    return DatasetV2(
        start,
        batch_count(dataset, n, drop),
        lambda: batch_spec(dataset.element_spec, n if drop else None),
        (dataset,),
        "_BatchDataset" if num_parallel_calls is None else "_ParallelBatchDataset",
    )


@method
def unbatch(dataset: DatasetV2, name: str | None = None) -> DatasetV2:
    """The elements of batches one by one.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.from_tensors([3, 4]).unbatch()]
    [3, 4]

    Raises `ValueError` when a tensor has no axis. Source: `tf.data.Dataset.unbatch`.
    """
    source, spec = dataset._start, dataset._known_spec()
    size = UNKNOWN
    if spec is not None:
        size = _piece_count(spec, dataset._size)

    def start(run: Run) -> Iterator[Any]:
        return itertools.chain.from_iterable(map(pieces, source(run)))

    return DatasetV2(
        start, size, lambda: piece_spec(dataset.element_spec), (dataset,), "_UnbatchDataset"
    )


def _piece_count(spec: Any, batches: int) -> int:
    """How many elements batches of a specification hold; `ValueError` where sizes differ."""
    piece_spec(spec)
    shapes = [leaf.shape for leaf in leaves(spec) if not isinstance(leaf, NoneTensorSpec)]
    known = {shape[0] for shape in shapes if shape.rank} - {None}
    if len(known) > 1:
        first, second, *_ = sorted(known)
        raise ValueError(
            "`unbatch()` is only supported for datasets of elements whose components have a "
            f"matching leading dimension. Encountered both {first} and {second}."
        )
    if any(isinstance(leaf, SparseTensorSpec) for leaf in leaves(spec)):
        return batches if batches < 0 else UNKNOWN
    if batches < 0 or not known:
        return batches if batches < 0 else UNKNOWN
    return batches * known.pop()


@method
def rebatch(
    dataset: DatasetV2, batch_size: Any, drop_remainder: bool = False, name: str | None = None
) -> DatasetV2:
    """Batches of other sizes: `batch_size`, or the sizes of a list in turn.

    >>> import tensortape as tf
    >>> [b.numpy().tolist() for b in tf.data.Dataset.range(6).batch(4).rebatch([1, 2])]
    [[0], [1, 2], [3], [4, 5]]

    Source: `tf.data.Dataset.rebatch`.
    """
    given = np.atleast_1d(convert_to_tensor(batch_size).numpy())
    sizes, source = [positive(int(n), "RebatchDatasetV2") for n in given], dataset._start

    def start(run: Run) -> Iterator[Any]:
        return _rebatched(source(run), itertools.cycle(sizes), drop_remainder)

    known = dataset._known_spec()
    if known is not None:
        _batch_size(known)

    def find() -> Any:
        spec = dataset.element_spec
        before, size = _batch_size(spec), sizes[0]
        whole = drop_remainder or (before is not None and before % size == 0)
        lead = size if whole and len(set(sizes)) == 1 else None
        return batch_spec(piece_spec(spec), lead)

    return DatasetV2(
        start,
        UNKNOWN,
        find,
        (dataset,),
        "_RebatchDataset",
    )


def _batch_size(spec: Any) -> int | None:
    """The length of every batch, where it is known; ``ValueError`` for what is no batch."""
    found = None
    for leaf in leaves(spec):
        shape = getattr(leaf, "shape", None)
        if shape is None or shape.rank is None:
            continue
        if shape.rank == 0:
            raise ValueError(
                "Invalid `batch_sizes`. Expected dataset with rank of >= 1 but found a dataset "
                f"with scalar elements: {leaf}. Fix the issue by adding the `batch` "
                "transformation to the dataset."
            )
        found = shape[0] if found is None else found
    return found


def _rebatched(batches: Iterator[Any], sizes: Iterator[int], drop_remainder: bool) -> Any:
    waiting: list[Any] = []
    have, wanted = 0, next(sizes)
    for batch in batches:
        waiting.append(batch)
        have += _length(batch)
        while have >= wanted:
            whole = _joined(waiting)
            yield map_leaves(lambda part: part[:wanted], whole)  # noqa: B023
            have -= wanted
            waiting = [map_leaves(lambda part: part[wanted:], whole)] if have else []  # noqa: B023
            wanted = next(sizes)
    if have and not drop_remainder:
        yield _joined(waiting)


def _length(batch: Any) -> int:
    return leaves(batch)[0].shape[0]


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    return map_leaves(lambda *column: concat(list(column), 0), *parts)
