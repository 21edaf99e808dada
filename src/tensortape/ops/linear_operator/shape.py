"""Shapes of operators: ``[batch..., rows, columns]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dimension import Dimension
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator.arrays import number
from tensortape.ops.linear_operator.public import tf


class OperatorShape:
    """The shape, its parts, and each of them as a tensor."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def shape(self) -> TensorShape:
        """``[batch..., rows, columns]``."""
        return self._shape()

    def _shape_tensor(self) -> Any:
        raise NotImplementedError("_shape_tensor is not implemented.")

    def shape_tensor(self, name: str = "shape_tensor") -> Any:
        """The shape as an int32 vector, also where the static one has unknown dimensions."""
        if self.shape.is_fully_defined():
            return number(self.shape, "shape")
        return self._shape_tensor()

    @property
    def batch_shape(self) -> TensorShape:
        """The shape without the two axes of the matrices."""
        return self.shape[:-2]

    def _batch_shape_tensor(self, shape: Any = None) -> Any:
        if self.batch_shape.is_fully_defined():
            return number(self.batch_shape, "batch_shape")
        return (self.shape_tensor() if shape is None else shape)[:-2]

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Any:
        """The batch shape as an int32 vector."""
        return self._batch_shape_tensor()

    @property
    def tensor_rank(self) -> int | None:
        """The number of axes, those of the batch included."""
        return self.shape.rank

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Any:
        """The number of axes as a tensor."""
        rank = self.tensor_rank
        return tf.size(self.shape_tensor()) if rank is None else convert_to_tensor(rank)

    @property
    def domain_dimension(self) -> Dimension:
        """The number of columns: the length of the vectors the operator takes."""
        return self._dimension(-1)

    @property
    def range_dimension(self) -> Dimension:
        """The number of rows: the length of the vectors the operator gives."""
        return self._dimension(-2)

    def _dimension(self, axis: int) -> Dimension:
        sizes = self.shape.dims
        return sizes[axis] if sizes else Dimension(None)

    def _domain_dimension_tensor(self, shape: Any = None) -> Any:
        return self._dimension_tensor(-1, shape)

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Any:
        """The number of columns as a tensor."""
        return self._domain_dimension_tensor()

    def _range_dimension_tensor(self, shape: Any = None) -> Any:
        return self._dimension_tensor(-2, shape)

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Any:
        """The number of rows as a tensor."""
        return self._range_dimension_tensor()

    def _dimension_tensor(self, axis: int, shape: Any) -> Any:
        known = self._dimension(axis).value
        if known is not None:
            return convert_to_tensor(known)
        return (self.shape_tensor() if shape is None else shape)[axis]

    def _batch_list(self) -> Any:
        """The batch shape as functions such as ``tf.ones`` take it."""
        known = self.batch_shape
        return known.as_list() if known.is_fully_defined() else self.batch_shape_tensor()

    def _columns(self) -> Any:
        """The number of columns: a number where it is known."""
        known = self.domain_dimension.value
        return self.domain_dimension_tensor() if known is None else known

    def _filled(self, value: float, *tail: Any) -> Any:
        """The same number for every matrix (and along the axes ``tail``), in the own dtype."""
        lead = self._batch_list()
        shape = [*lead, *tail] if isinstance(lead, list) else tf.concat([lead, list(tail)], 0)
        return tf.fill(shape, tf.cast(value, self.dtype))
