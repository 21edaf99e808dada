"""``tf.SparseTensor`` and its conversion to and from dense tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.tracking import CompositeTensor


@export("SparseTensor", "sparse.SparseTensor")
class SparseTensor(CompositeTensor):
    """A tensor given by its non-zero elements: indices (n, rank), values (n,), dense shape.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 1]], [5.0], [2, 2])
    >>> tf.sparse.to_dense(s).numpy()
    array([[0., 5.],
           [0., 0.]], dtype=float32)

    Raises ``ValueError`` when the three parts do not fit. Source: ``tf.SparseTensor``.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._indices = convert_to_tensor(indices, dtype="int64")
        self._values = tensor(values)
        if isinstance(dense_shape, TensorShape):
            dense_shape = dense_shape.as_list()
        self._dense_shape = convert_to_tensor(dense_shape, dtype="int64")
        if self._indices.ndim != 2 or self._values.ndim != 1 or self._dense_shape.ndim != 1:
            raise ValueError(
                "A SparseTensor needs indices of shape (n, rank), values (n,) and dense_shape "
                "(rank,), "
                f"received {self._indices.shape}, {self._values.shape} and "
                f"{self._dense_shape.shape}."
            )
        self._indices.shape[:1].assert_is_compatible_with(self._values.shape)
        self._indices.shape[1:].assert_is_compatible_with(self._dense_shape.shape)

    @property
    def indices(self) -> Any:
        """Where the elements are, shape (n, rank)."""
        return self._indices

    @property
    def values(self) -> Any:
        """The elements, shape (n,)."""
        return self._values

    @property
    def dense_shape(self) -> Any:
        """The shape of the whole, as a tensor."""
        return self._dense_shape

    @property
    def dtype(self) -> Any:
        """The element type."""
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape(self._dense_shape.numpy().tolist())

    def get_shape(self) -> TensorShape:
        """The shape, as a method."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check that ``shape`` is compatible; ``ValueError`` when it is not."""
        self.shape.assert_is_compatible_with(shape)

    def with_values(self, new_values: Any) -> SparseTensor:
        """The same places with other values."""
        return SparseTensor(self._indices, new_values, self._dense_shape)

    def __repr__(self) -> str:
        return (
            f"SparseTensor(indices={self._indices}, values={self._values}, "
            f"dense_shape={self._dense_shape})"
        )


SparseTensor.__module__ = "tensorflow.python.framework.sparse_tensor"


@export("sparse.to_dense")
def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor with ``default_value`` (0) where ``sp_input`` has no element.

    Raises ``TypeError`` for what is no sparse tensor, ``InvalidArgumentError`` for places out of
    bounds or given twice. Source: ``tf.sparse.to_dense``.
    """
    need_sparse(sp_input)
    shape = [int(n) for n in sp_input.dense_shape.numpy()]
    if validate_indices:
        _validate(sp_input.indices.numpy(), shape)
    dense = PUBLIC["scatter_nd"](sp_input.indices, sp_input.values, shape)
    if default_value is None:
        return dense
    places = PUBLIC["scatter_nd"](sp_input.indices, PUBLIC["ones_like"](sp_input.values), shape)
    default = convert_to_tensor(default_value, dtype=sp_input.dtype)
    return PUBLIC["where"](
        PUBLIC["not_equal"](places, PUBLIC["zeros_like"](places)), dense, default
    )


@export("sparse.from_dense")
def from_dense(tensor, name=None):
    """The sparse tensor of the non-zero elements. Source: ``tf.sparse.from_dense``."""
    dense = convert_to_tensor(tensor)
    indices = np.argwhere(np.asarray(dense._a) != 0)
    values = PUBLIC["gather_nd"](dense, indices)
    return SparseTensor(indices, values, np.array(dense.shape.as_list(), dtype=np.int64))


def need_sparse(value: Any) -> None:
    """``TypeError`` for what is no sparse tensor."""
    if not isinstance(value, SparseTensor):
        raise TypeError(
            f"Input must be a SparseTensor, received {type(value).__name__}: {value!r:.100}"
        )


def _validate(indices: Any, shape: list[int]) -> None:
    for n, place in enumerate(indices.tolist()):
        if any(not 0 <= i < size for i, size in zip(place, shape, strict=True)):
            raise errors.InvalidArgumentError(
                None, None, f"indices[{n}] = {place} is out of bounds: need 0 <= index < {shape}"
            )
    if len(np.unique(indices, axis=0)) != len(indices):
        raise errors.InvalidArgumentError(None, None, "indices of a SparseTensor are repeated")
