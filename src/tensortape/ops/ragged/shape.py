"""The shape of a ragged tensor as a value: what ``tf.shape`` gives for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.finding import unplaced


@export("experimental.DynamicRaggedShape")
class DynamicRaggedShape:
    """The lengths along each axis: a number where it is uniform, all row lengths elsewhere.

    >>> import tensortape as tf
    >>> tf.shape(tf.ragged.constant([[1, 2], [], [3]]))
    <DynamicRaggedShape lengths=[3, (2, 0, 1)] num_row_partitions=1>

    Source: ``tf.experimental.DynamicRaggedShape``.
    """

    def __init__(self, lengths: list[Any], num_row_partitions: int, dtype: Any) -> None:
        self._lengths = lengths
        self._partitions = num_row_partitions
        self._dtype = as_dtype(dtype)

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self._lengths)

    @property
    def num_row_partitions(self) -> int:
        """The number of axes that are divided into rows."""
        return self._partitions

    @property
    def dtype(self) -> Any:
        """The dtype of the lengths."""
        return self._dtype

    def static_lengths(self, ragged_lengths: bool = True) -> list[Any]:
        """The lengths; ``None`` for ragged axes unless ``ragged_lengths``."""
        if ragged_lengths:
            return list(self._lengths)
        return [n if isinstance(n, int) else None for n in self._lengths]

    def __getitem__(self, index: int) -> Any:
        """The size along a uniform axis; ``ValueError`` for a ragged one."""
        size = self._lengths[index]
        if isinstance(size, Tensor) and not size.shape.rank:
            return PUBLIC["cast"](size, self._dtype)
        if not isinstance(size, int):
            raise ValueError(f"Index {index} is not uniform")
        return state.tensor(self._dtype._np.type(size))

    def __repr__(self) -> str:
        return f"<DynamicRaggedShape lengths={self._lengths} num_row_partitions={self._partitions}>"


def _traced_lengths(value: Any) -> list[Any]:
    """Numbers, or tensors where they are found when a function runs; vectors for ragged axes."""
    count = value.shape[0]
    lengths: list[Any] = [value.nrows() if count is None else count]
    while isinstance(value, RaggedTensor):
        lengths.append(value.row_lengths() if value._uniform is None else value._uniform)
        value = value.values
    whole = PUBLIC["shape"](value)
    inner = value.shape.as_list()
    return lengths + [whole[i] if n is None else n for i, n in enumerate(inner) if i]


def shape_of(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The shape of a ragged tensor."""
    if not isinstance(input, RaggedTensor):
        return NotImplemented
    if unplaced(*input.nested_row_splits):
        return DynamicRaggedShape(_traced_lengths(input), input.ragged_rank, out_type or "int32")
    lengths: list[Any] = [len(input._splits) - 1]
    value: Any = input
    while isinstance(value, RaggedTensor):
        found = tuple(np.diff(value._splits).tolist())
        lengths.append(found if value._uniform is None else value._uniform)
        value = value.values
    lengths.extend(value.shape.as_list()[1:])
    return DynamicRaggedShape(lengths, input.ragged_rank, out_type or "int32")
