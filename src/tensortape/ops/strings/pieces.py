"""Texts cut into pieces in functions that are traced: how many pieces there are, data decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled
from tensortape.core.dispatch import execute
from tensortape.core.op import Op
from tensortape.core.registry import PUBLIC
from tensortape.core.untraceable import Untraceable
from tensortape.ops.ragged.partition import starts_of
from tensortape.ops.ragged.tensor import RaggedTensor


def cut(texts: Any, function: Callable[[bytes], Sequence[Any]], dtype: Any) -> tuple[Any, Any]:
    """The pieces of a vector of texts, one after the other, and their row splits."""
    return laid([list(function(value)) for value in texts], dtype)


def laid(rows: list[list[Any]], dtype: Any) -> tuple[Any, Any]:
    """Rows one after the other, and their row splits."""
    flat = np.empty(sum(map(len, rows)), dtype)
    flat[:] = [piece for row in rows for piece in row]
    return flat, starts_of([len(row) for row in rows])


def cutting(op: Op, dtype: Any = object) -> Op:
    """The operation, whose kernel gives pieces of ``dtype`` and row splits, also in graphs."""

    def sizes(values: Any, attrs: Any, data: bool) -> Any:
        count = values[-1].shape[0]  # of texts, or of row splits
        whole = count if count is None or len(values) > 1 else count + 1
        return [(filled((None,), dtype, k), filled((whole,), np.int64, k)) for k in range(2)]

    UNKNOWN_SIZES[op.type] = sizes
    return op


def pieces(op: Op, tensor: Any, attrs: dict[str, Any]) -> Any:
    """The ragged tensor of the pieces of a tensor of texts; a vector for a scalar."""
    inner = tensor.shape.as_list()[1:]
    if None in inner:
        raise Untraceable(f"texts of the shape {tensor.shape} cannot be cut in a graph")
    flat = tensor if tensor.shape.rank == 1 else PUBLIC["reshape"](tensor, [-1])
    values, splits = execute(op, (flat,), attrs)
    if not tensor.shape.rank:
        return values
    result = RaggedTensor.from_row_splits(values, splits, validate=False)
    for size in reversed(inner):
        result = RaggedTensor.from_uniform_row_length(result, size)
    return result
