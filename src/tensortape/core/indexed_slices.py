"""``tf.IndexedSlices``: a tensor given by some of its rows."""

from __future__ import annotations

from typing import Any

from tensortape.core.formatting import sparse_str
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.tracking import CompositeTensor


@export("IndexedSlices")
class IndexedSlices(CompositeTensor):
    """Rows ``values[i]`` of a tensor at ``indices[i]``; rows given twice add up, others are zero.

    The gradient of ``tf.gather`` has this form. ``dense_shape`` is the shape of the whole.

    >>> import tensortape as tf
    >>> s = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([0, 2]), tf.constant([3, 1]))
    >>> tf.convert_to_tensor(s).numpy().ravel()
    array([1., 0., 2.], dtype=float32)

    Source: ``tf.IndexedSlices``.
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self) -> Any:
        """The rows."""
        return self._values

    @property
    def indices(self) -> Any:
        """Where the rows belong (1-D, integer)."""
        return self._indices

    @property
    def dense_shape(self) -> Any:
        """The shape of the whole as a 1-D tensor, or ``None``."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The static shape of the whole."""
        if self._dense_shape is None:
            return TensorShape(None)
        whole = self._dense_shape._a
        if hasattr(whole, "ints"):  # while a graph is built
            return TensorShape([None if hasattr(n, "values") else n for n in whole.ints()])
        return TensorShape([int(n) for n in whole])

    @property
    def dtype(self) -> Any:
        """The dtype of the values."""
        return self._values.dtype

    @property
    def name(self) -> str:
        """The name of the values."""
        return self._values.name

    @property
    def device(self) -> str:
        """Where the values are."""
        return self._values.device

    def _to_tensor(self) -> Any:
        """The dense tensor; ``ValueError`` without ``dense_shape``."""
        if self._dense_shape is None:
            raise ValueError(
                "Tensor conversion requested for IndexedSlices without dense_shape: give one."
            )
        rows = PUBLIC["expand_dims"](self._indices, -1)
        return PUBLIC["scatter_nd"](rows, self._values, self._dense_shape)

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self._values, self._indices, self._dense_shape)

    def __str__(self) -> str:
        shape = None if self._dense_shape is None else str(self._dense_shape)
        return sparse_str("IndexedSlices", str(self._indices), str(self._values), shape)


IndexedSlices.__module__ = "tensorflow.python.framework.indexed_slices"
