"""Batches of the rows of arrays, in order or in one that another dataset gives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tensortape.core.specs import TensorSpec
from tensortape.core.tensor import EagerTensor
from tensortape.data.dataset import UNKNOWN, DatasetV2
from tensortape.data.running import Run
from tensortape.data.structure import leaves, map_leaves, to_element


def array_batches(tensors: Any, size: int, order: DatasetV2 | None = None) -> DatasetV2 | None:
    """The rows of a structure of tensors, ``size`` at a time; the last batch may be smaller.

    ``order`` gives the numbers of the rows, as one int64 tensor; without it they come as they are.
    ``None`` unless all leaves are tensors with equally many rows, one or more.

    >>> import numpy as np
    >>> [batch.numpy().tolist() for batch in array_batches(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    structure = to_element(tensors)
    parts = leaves(structure)
    if not all(isinstance(part, EagerTensor) and part._a.ndim for part in parts):
        return None
    counts = {part._a.shape[0] for part in parts}
    if len(counts) != 1 or 0 in counts:
        return None
    (count,) = counts

    def start(run: Run) -> Iterator[Any]:
        for numbers in [None] if order is None else order._start(run):
            for first in range(0, count, size):
                rows = slice(first, first + size)
                chosen = rows if numbers is None else numbers._a[rows]
                yield map_leaves(partial(_rows, chosen), structure)

    rows = size if count % size == 0 else None
    spec = map_leaves(lambda t: TensorSpec((rows, *t._a.shape[1:]), t.dtype), structure)
    return DatasetV2(start, UNKNOWN, spec, () if order is None else (order,), "_PrefetchDataset")


def _rows(chosen: Any, tensor: Any) -> EagerTensor:
    """Some rows of a tensor: a range of them without a copy."""
    return EagerTensor(tensor._a[chosen])
