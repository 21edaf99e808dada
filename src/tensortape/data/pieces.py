"""Elements put together into batches, and batches taken apart into elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import NoneTensorSpec, TensorSpec
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.data.specs import DatasetSpec
from tensortape.data.structure import RAGGED_ROW, leaves, map_leaves
from tensortape.ops.ragged.join import stack as stack_ragged
from tensortape.ops.ragged.spec import RaggedTensorSpec
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.spec import SparseTensorSpec
from tensortape.ops.sparse.tensor import SparseTensor


def stack(group: list[Any]) -> Any:
    """Elements of one structure, each leaf stacked along a new first axis.

    Raises `InvalidArgumentError` when tensors differ in shape.
    """
    first = group[0]
    kind = type(first)
    if kind is EagerTensor:
        return stack_tensors(group)
    if kind is tuple:
        return tuple([stack(column) for column in zip(*group, strict=True)])  # type: ignore[arg-type]
    if isinstance(first, (tuple, dict)) or hasattr(kind, "__attrs_attrs__"):
        return map_leaves(lambda *column: stack(list(column)), *group)
    if isinstance(first, RaggedTensor):
        return stack_ragged(list(group))
    if isinstance(first, SparseTensor):
        return _stack_sparse(group)
    if first is None:
        return None
    raise TypeError(
        f"Cannot batch elements of type {kind.__name__}: datasets are batched by flat_map or zip."
    )


def stack_tensors(group: Any) -> Any:
    """Tensors stacked; rows of ragged tensors make a ragged one."""
    first = group[0]
    array = first._a
    if RAGGED_ROW in first.__dict__:
        return _ragged_of_rows(group)
    arrays = [t._a for t in group]
    if array.ndim == 0:
        if array.dtype.kind == "O":
            out = np.empty(len(arrays), object)
            out[:] = [a[()] if isinstance(a, np.ndarray) else a for a in arrays]
            return state.tensor(out)
        try:
            return state.tensor(np.array(arrays, array.dtype))
        except (ValueError, TypeError):
            raise _mismatch(arrays) from None
    shape = array.shape
    for other in arrays:
        if other.shape != shape:
            raise _mismatch(arrays)
    if array.size > _SMALL:
        out = np.empty((len(arrays), *shape), array.dtype)
        for i, a in enumerate(arrays):
            out[i] = a
        return state.tensor(out)
    return state.tensor(np.array(arrays, array.dtype))


_SMALL = 256


def _mismatch(arrays: list[Any]) -> Exception:
    first = arrays[0].shape
    at = next(i for i, a in enumerate(arrays) if a.shape != first)
    return errors.of_op(
        errors.InvalidArgumentError,
        "IteratorGetNext",
        "Cannot batch tensors with different shapes in component 0. First element had shape "
        f"{list(first)} and element {at} had shape {list(arrays[at].shape)}.",
    )


def _ragged_of_rows(rows: Any) -> RaggedTensor:
    splits_dtype = rows[0].__dict__[RAGGED_ROW]
    arrays = [t._a for t in rows]
    lengths = [len(a) for a in arrays]
    splits = np.zeros(len(arrays) + 1, splits_dtype._np)
    np.cumsum(lengths, out=splits[1:])
    flat = state.tensor(np.concatenate(arrays))
    return RaggedTensor.from_row_splits(flat, state.tensor(splits), validate=False)


def _stack_sparse(group: Any) -> SparseTensor:
    shapes = [s.dense_shape._a for s in group]
    if any(len(shape) != len(shapes[0]) for shape in shapes):
        raise errors.of_op(
            errors.InvalidArgumentError,
            "IteratorGetNext",
            f"Cannot batch sparse tensors of different ranks: {[len(shape) for shape in shapes]}.",
        )
    largest = np.max(shapes, axis=0)
    places = [np.insert(s.indices._a, 0, i, axis=1) for i, s in enumerate(group)]
    return SparseTensor(
        state.tensor(np.concatenate(places).astype(np.int64)),
        state.tensor(np.concatenate([s.values._a for s in group])),
        state.tensor(np.array([len(group), *largest], np.int64)),
    )


def batch_spec(spec: Any, size: int | None) -> Any:
    """The specification of batches of elements of a specification."""
    return map_leaves(lambda leaf: _batched(leaf, size), spec)


def _batched(spec: Any, size: int | None) -> Any:
    if isinstance(spec, NoneTensorSpec):
        return spec
    if isinstance(spec, DatasetSpec):
        return DatasetSpec(spec.element_spec, TensorShape([size]).concatenate(spec.shape))
    shape = TensorShape([size]).concatenate(spec.shape)
    if isinstance(spec, RaggedTensorSpec):
        return RaggedTensorSpec(shape, spec.dtype, spec.ragged_rank + 1, spec.row_splits_dtype)
    return type(spec)(shape, spec.dtype)


def piece_spec(spec: Any) -> Any:
    """The specification of the elements of batches: without the first axis."""
    return map_leaves(_unbatched, spec)


def _unbatched(spec: Any) -> Any:
    if isinstance(spec, NoneTensorSpec):
        return spec
    if spec.shape.rank == 0:
        raise ValueError("Cannot unbatch an input with scalar components.")
    shape = spec.shape[1:]
    if isinstance(spec, RaggedTensorSpec):
        return RaggedTensorSpec(shape, spec.dtype, spec.ragged_rank - 1, spec.row_splits_dtype)
    return type(spec)(shape, spec.dtype)


def pieces(batch: Any) -> Iterator[Any]:
    """The elements of one batch; `InvalidArgumentError` when first axes differ in length."""
    parts = [part for part in leaves(batch) if part is not None]
    sizes = {part.shape[0] for part in parts}
    if len(sizes) > 1:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "IteratorGetNext",
            f"Input element must have the same batch size in each component, found {sorted(sizes)}",
        )
    taken = map_leaves(_pieces_of, batch)
    for _ in range(sizes.pop() if sizes else 0):
        yield map_leaves(next, taken)


def _pieces_of(part: Any) -> Iterator[Any]:
    if part is None:
        while True:
            yield None
    elif isinstance(part, RaggedTensor):
        yield from _ragged_rows(part)
    elif isinstance(part, SparseTensor):
        yield from _sparse_rows(part)
    else:
        array = part._a
        for i in range(len(array)):
            yield state.tensor(array[i, ...])


def _ragged_rows(part: RaggedTensor) -> Iterator[Any]:
    splits_dtype = part.row_splits.dtype
    for row in part:
        if isinstance(row, Tensor):
            setattr(row, RAGGED_ROW, splits_dtype)
        yield row


def _sparse_rows(part: SparseTensor) -> Iterator[SparseTensor]:
    indices, values = part.indices._a, part.values._a
    shape = part.dense_shape._a[1:]
    for i in range(int(part.dense_shape._a[0])):
        chosen = indices[:, 0] == i
        yield SparseTensor(
            state.tensor(indices[chosen, 1:]),
            state.tensor(values[chosen]),
            state.tensor(shape.copy()),
        )


def is_dense(spec: Any) -> bool:
    """Whether all leaves are plain tensors."""
    return all(isinstance(leaf, (TensorSpec, NoneTensorSpec)) for leaf in leaves(spec))


__all__ = [
    "SparseTensorSpec",
    "batch_spec",
    "is_dense",
    "piece_spec",
    "pieces",
    "stack",
    "stack_tensors",
]
