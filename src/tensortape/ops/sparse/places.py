"""Where the elements of a sparse tensor are, in NumPy: the values stay tensors, for the tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import Untraceable
from tensortape.ops.sparse.tensor import SparseTensor, need_sparse


def known(value: Any) -> Any:
    """The NumPy value of a tensor; ``Untraceable`` where it has none yet."""
    value = tensor(value)
    if not isinstance(value, EagerTensor):
        raise Untraceable(
            "places of a SparseTensor or rows of a RaggedTensor must have values; inside "
            f"tf.function they have none yet: {value!r}. Call the function eagerly."
        )
    return np.asarray(value._a)


def places(sp: Any) -> Any:
    """The indices, (n, rank), of a sparse tensor; ``TypeError`` for anything else."""
    need_sparse(sp)
    return known(sp.indices)


def dense_shape(sp: Any) -> tuple[int, ...]:
    """The shape of the whole."""
    return tuple(int(n) for n in known(sp.dense_shape))


def pick(values: Any, chosen: Any) -> Any:
    """The elements of ``values`` at positions (NumPy or a tensor); their gradient is dense."""
    # With two index columns the gradient of gathering is a tensor, not IndexedSlices.
    if isinstance(chosen, Tensor):
        columns = PUBLIC["stack"]([PUBLIC["zeros_like"](chosen), chosen], -1)
    else:
        chosen = np.asarray(chosen, np.int64)
        columns = np.stack([np.zeros_like(chosen), chosen], -1)
    return PUBLIC["gather_nd"](PUBLIC["expand_dims"](values, 0), columns)


def one_axis(axis: Any, rank: int) -> int:
    """A non-negative axis; ``InvalidArgumentError`` when it is out of range."""
    found = int(known(axis)) if not isinstance(axis, int) else axis
    if not -rank <= found < rank:
        raise invalid(f"axis {found} is out of range for a sparse tensor of rank {rank}")
    return found % rank


def numbers(indices: Any, shape: Any) -> Any:
    """One number per place, in row-major order; rank 0 counts everything as place 0."""
    total = np.zeros(len(indices), np.int64)
    for column, size in zip(indices.T, shape, strict=True):
        total = total * size + column
    return total


def sorting(indices: Any) -> Any:
    """The order of places, row by row."""
    return np.lexsort(indices.T[::-1]) if indices.size else np.arange(len(indices))


def in_order(indices: Any, values: Any, shape: Any) -> SparseTensor:
    """A sparse tensor with its elements in row-major order."""
    order = sorting(indices)
    if not np.array_equal(order, np.arange(len(order))):
        indices, values = indices[order], pick(values, order)
    return SparseTensor(indices, values, np.asarray(shape, np.int64))


def invalid(message: str) -> Exception:
    """The exception for bad arguments."""
    return errors.InvalidArgumentError(None, None, message)
