"""Batches of elements that differ in shape: ragged and sparse ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.dtypes import as_dtype
from tensortape.core.dtypes import int64 as int64_dtype
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.data.batching import batch_count, groups, positive
from tensortape.data.dataset import DatasetV2, method
from tensortape.data.pieces import batch_spec, stack
from tensortape.data.running import Run
from tensortape.data.structure import RAGGED_ROW, leaves, map_leaves, refill
from tensortape.ops.ragged.spec import RaggedTensorSpec
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.spec import SparseTensorSpec
from tensortape.ops.sparse.tensor import SparseTensor


@method
def ragged_batch(
    dataset: DatasetV2,
    batch_size: Any,
    drop_remainder: bool = False,
    row_splits_dtype: Any = int64_dtype,
    name: str | None = None,
) -> DatasetV2:
    """Batches of tensors that differ in shape, as ragged tensors.

    Axes of known length stay uniform; scalars make plain tensors.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(3).map(lambda n: tf.range(n))
    >>> next(iter(ds.ragged_batch(3)))
    <tf.RaggedTensor [[], [0], [0, 1]]>

    Source: `tf.data.Dataset.ragged_batch`.
    """
    n, splits = positive(batch_size, "BatchDatasetV2"), as_dtype(row_splits_dtype)
    source = dataset._start
    lead = n if drop_remainder else None

    def start(run: Run) -> Iterator[Any]:
        specs = leaves(dataset.element_spec)
        return made_of(groups(source(run), n, drop_remainder), specs)

    def made_of(parts: Iterator[Any], specs: list[Any]) -> Iterator[Any]:
        for group in parts:
            columns = [leaves(element) for element in group]
            made = [
                _ragged(list(column), spec, splits)
                for column, spec in zip(zip(*columns, strict=True), specs, strict=True)
            ]
            yield refill(group[0], made)

    return DatasetV2(
        start,
        batch_count(dataset, n, drop_remainder),
        lambda: map_leaves(lambda spec: _ragged_spec(spec, lead, splits), dataset.element_spec),
        (dataset,),
        "_DenseToRaggedDataset",
    )


def _ragged_spec(spec: Any, lead: int | None, splits: Any) -> Any:
    if not isinstance(spec, TensorSpec) or spec.shape.is_fully_defined():
        return batch_spec(spec, lead)
    shape = TensorShape([lead]).concatenate(spec.shape)
    return RaggedTensorSpec(shape, spec.dtype, _ragged_rank(spec) + 1, splits)


def _ragged_rank(spec: Any) -> int:
    """How many axes of an element are ragged: up to the last one of unknown length."""
    unknown = [i for i, size in enumerate(spec.shape.as_list()) if size is None]
    return unknown[-1] if unknown else 0


def _ragged(column: list[Any], spec: Any, splits: Any) -> Any:
    if not isinstance(spec, TensorSpec) or spec.shape.is_fully_defined():
        return stack(column)
    rank = _ragged_rank(spec)
    rows = [_with_ragged_axes(t, rank, splits) for t in column]
    if rank == 0:
        for row in rows:
            row.__dict__[RAGGED_ROW] = splits
    result = stack(rows)
    return result.with_row_splits_dtype(splits)


def _with_ragged_axes(tensor: Any, rank: int, splits: Any) -> Any:
    if rank == 0:
        return state.tensor(tensor._a)
    whole: Any = RaggedTensor
    return whole.from_tensor(tensor, ragged_rank=rank, row_splits_dtype=splits)


@method
def sparse_batch(
    dataset: DatasetV2, batch_size: Any, row_shape: Any, name: str | None = None
) -> DatasetV2:
    """Batches of tensors of at most `row_shape`, as sparse tensors of every element.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(3).map(lambda n: tf.fill([n], n))
    >>> tf.sparse.to_dense(next(iter(ds.sparse_batch(3, [4])))).numpy().tolist()
    [[0, 0, 0, 0], [1, 0, 0, 0], [2, 2, 0, 0]]

    Source: `tf.data.Dataset.sparse_batch`.
    """
    n, source = positive(batch_size, "DenseToSparseBatchDataset"), dataset._start
    shape = [int(size) for size in TensorShape(row_shape).as_list()]  # type: ignore[arg-type]

    def start(run: Run) -> Iterator[Any]:
        return (_sparse(group, shape) for group in groups(source(run), n, False))

    return DatasetV2(
        start,
        batch_count(dataset, n, False),
        lambda: SparseTensorSpec([None, *shape], dataset.element_spec.dtype),
        (dataset,),
        "_DenseToSparseBatchDataset",
    )


def _sparse(group: list[Any], shape: list[int]) -> SparseTensor:
    arrays = [np.asarray(t._a) for t in group]
    places = []
    for i, array in enumerate(arrays):
        if array.ndim != len(shape):
            raise errors.of_op(
                errors.InvalidArgumentError,
                "IteratorGetNext",
                f"Input element of rank {array.ndim} cannot be put into rows of shape {shape}.",
            )
        if any(have > most for have, most in zip(array.shape, shape, strict=True)):
            raise errors.of_op(
                errors.DataLossError,
                "IteratorGetNext",
                f"Attempted to put an element of shape {list(array.shape)} into rows of {shape}.",
            )
        index = np.indices(array.shape).reshape(array.ndim, -1).T
        places.append(np.insert(index, 0, i, axis=1))
    return SparseTensor(
        state.tensor(np.concatenate(places).astype(np.int64)),
        state.tensor(np.concatenate([a.ravel() for a in arrays])),
        state.tensor(np.array([len(group), *shape], np.int64)),
    )
