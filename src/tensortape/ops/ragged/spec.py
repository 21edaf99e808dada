"""What is known of a ragged tensor before it exists."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape, as_shape
from tensortape.core.specs import TensorSpec, TypeSpec, register_value_type
from tensortape.ops.ragged.tensor import RaggedTensor, divided


@export("RaggedTensorSpec")
class RaggedTensorSpec(TypeSpec):
    """Describes ``tf.RaggedTensor``: shape, dtype, number of ragged axes, dtype of the splits.

    >>> import tensortape as tf
    >>> tf.RaggedTensorSpec([None, None], tf.float32)
    RaggedTensorSpec(TensorShape([None, None]), tf.float32, 1, tf.int64)

    Raises ``ValueError`` when the number of ragged axes is not known.
    Source: ``tf.RaggedTensorSpec``.
    """

    __slots__ = ("_dtype", "_ragged_rank", "_row_splits_dtype", "_shape")

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = dtypes.int64,
    ) -> None:
        self._shape = as_shape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._row_splits_dtype = dtypes.as_dtype(row_splits_dtype)
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape with a known rank.")
            ragged_rank = rank - 1
        if rank is not None and ragged_rank >= rank:
            raise ValueError(f"ragged_rank ({ragged_rank}) must be less than rank ({rank}).")
        self._ragged_rank = ragged_rank

    @classmethod
    def from_value(cls, value: Any) -> RaggedTensorSpec:
        """The specification of a ragged tensor."""
        return cls(value.shape, value.dtype, value.ragged_rank, value.row_splits.dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape, as far as it is known."""
        return self._shape

    @property
    def dtype(self) -> dtypes.DType:
        """The dtype of the elements."""
        return self._dtype

    @property
    def ragged_rank(self) -> int:
        """The number of ragged axes."""
        return self._ragged_rank

    @property
    def row_splits_dtype(self) -> dtypes.DType:
        """The dtype of the row splits."""
        return self._row_splits_dtype

    @property
    def _component_specs(self) -> list[TensorSpec]:
        if not self._ragged_rank:
            return [TensorSpec(self._shape, self._dtype)]
        inner = self._shape[self._ragged_rank + 1 :]
        flat = TensorSpec(TensorShape([None]).concatenate(inner), self._dtype)
        outer = self._shape[0] if self._shape.rank else None
        sizes = [None if outer is None else outer + 1] + [None] * (self._ragged_rank - 1)
        splits = [TensorSpec([n], self._row_splits_dtype) for n in sizes[: self._ragged_rank]]
        return [flat, *splits]

    def _to_components(self, value: Any) -> list[Any]:
        return [value.flat_values, *value.nested_row_splits] if self._ragged_rank else [value]

    def _from_components(self, components: Any) -> Any:
        values, *splits = components
        for axis in range(len(splits), 0, -1):
            size = None if self._shape.rank is None else self._shape[axis]
            values = divided(values, splits[axis - 1], size, splits[axis - 1].dtype)
        return values

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype


register_value_type(RaggedTensor, RaggedTensorSpec, RaggedTensorSpec.from_value)
