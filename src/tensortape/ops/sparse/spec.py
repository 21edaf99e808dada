"""What is known of a sparse tensor before it exists."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape, as_shape
from tensortape.core.specs import TensorSpec, TypeSpec, register_value_type
from tensortape.core.tensor import EagerTensor
from tensortape.ops.sparse.tensor import SparseTensor


@export("SparseTensorSpec")
class SparseTensorSpec(TypeSpec):
    """Describes ``tf.SparseTensor``: the shape and dtype of the whole.

    >>> import tensortape as tf
    >>> tf.SparseTensorSpec([None, 3], tf.float32)
    SparseTensorSpec(TensorShape([None, 3]), tf.float32)

    Source: ``tf.SparseTensorSpec``.
    """

    __slots__ = ("_dtype", "_shape")

    def __init__(self, shape: Any = None, dtype: Any = dtypes.float32) -> None:
        self._shape = as_shape(shape)
        self._dtype = dtypes.as_dtype(dtype)

    @classmethod
    def from_value(cls, value: Any) -> SparseTensorSpec:
        """The specification of a sparse tensor."""
        return cls(value.shape, value.dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape, as far as it is known."""
        return self._shape

    @property
    def rank(self) -> int | None:
        """The number of axes, or ``None``."""
        return self._shape.rank

    @property
    def dtype(self) -> dtypes.DType:
        """The dtype of the elements."""
        return self._dtype

    @property
    def _component_specs(self) -> list[TensorSpec]:
        rank = self._shape.rank
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def _to_components(self, value: Any) -> list[Any]:
        return [value.indices, value.values, value.dense_shape]

    def _from_components(self, components: Any) -> SparseTensor:
        made = SparseTensor(*components)
        if self._shape.rank is not None and type(made.dense_shape) is not EagerTensor:
            made._said = self._shape
        return made

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype


register_value_type(SparseTensor, SparseTensorSpec, SparseTensorSpec.from_value)
