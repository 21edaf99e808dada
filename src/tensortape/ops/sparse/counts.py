"""Counting into a sparse tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.sparse.places import invalid, known
from tensortape.ops.sparse.tensor import SparseTensor


def _rows_and_values(values: Any, axis: Any) -> tuple[Any, Any, list[int]]:
    """Row number and integer of each element, and the leading shape."""
    if isinstance(values, SparseTensor):
        numbers, rows = known(values.values), known(values.indices)[:, 0]
        shape = known(values.dense_shape)
        lead = [int(shape[0])] if len(shape) > 1 else []
    elif hasattr(values, "value_rowids"):
        while hasattr(values.values, "value_rowids"):
            values = values.values
        return known(values.value_rowids()), known(values.values), [int(known(values.nrows()))]
    else:
        array = known(tensor(values))
        lead = list(array.shape[:1]) if array.ndim == 2 and axis == -1 else []
        rows = np.repeat(np.arange(lead[0]), array.shape[1]) if lead else 0
        numbers = array.reshape(-1)
    if axis == 0 or not lead:
        rows, lead = np.zeros(len(numbers), np.int64), []
    return rows, numbers, lead


def _flat_weights(weights: Any) -> Any:
    if isinstance(weights, SparseTensor):
        return weights.values
    if hasattr(weights, "flat_values"):
        return weights.flat_values
    return PUBLIC["reshape"](tensor(weights), [-1])


@export("sparse.bincount")
def bincount(
    values: Any,
    weights: Any = None,
    axis: int = 0,
    minlength: Any = None,
    maxlength: Any = None,
    binary_output: bool = False,
    name: str | None = None,
) -> SparseTensor:
    """How often each integer occurs, or the sum of its weights, as a sparse tensor.

    ``axis=0`` counts over everything, ``axis=-1`` row by row. ``values`` may be dense, sparse or
    ragged. Integers from ``maxlength`` on are left out.

    >>> import tensortape as tf
    >>> s = tf.sparse.bincount([[1, 1, 3], [0, 2, 2]], axis=-1)
    >>> s.values.numpy(), s.dense_shape.numpy()
    (array([2, 1, 1, 2], dtype=int32), array([2, 4]))

    Raises ``ValueError`` for another axis, ``tf.errors.InvalidArgumentError`` for negative
    integers. Source: ``tf.sparse.bincount``.
    """
    if axis not in (0, -1):
        raise ValueError(f"Unsupported value for argument axis={axis}. Only 0 and -1 are supported")
    rows, numbers, lead = _rows_and_values(values, axis)
    if (numbers < 0).any():
        raise invalid(f"Input values must all be non-negative, received {numbers.min()}")
    width = max(int(numbers.max(initial=-1)) + 1, int(minlength or 0))
    kept = np.arange(len(numbers))
    if maxlength is not None:
        kept = np.flatnonzero(numbers < int(maxlength))
        width = min(width, int(maxlength))
    kind = numbers.dtype if numbers.dtype.kind == "i" else np.int32
    keys = rows[kept].astype(np.int64) * max(width, 1) + numbers[kept]
    found, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    if weights is not None:
        chosen = PUBLIC["gather"](_flat_weights(weights), kept)
        result = PUBLIC["math.unsorted_segment_sum"](chosen, group.reshape(-1), len(found))
    else:
        result = state.tensor((np.minimum(counts, 1) if binary_output else counts).astype(kind))
    columns = np.unravel_index(found, (*lead, max(width, 1)))
    return SparseTensor(np.stack(columns, -1).astype(np.int64), result, [*lead, width])
