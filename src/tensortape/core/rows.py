"""Cotangents of which only some rows are given, as they travel through the backward walk.

Gathering rows of a table sends back those rows alone. They stay apart until something needs the
whole: two of them add by concatenation, and what reaches the caller is a ``tf.IndexedSlices``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.state import state


class Rows:
    """``values[i]`` in row ``indices[i]`` of a cotangent of ``shape``, in the namespace ``xp``."""

    __slots__ = ("indices", "shape", "values", "xp")
    __array_ufunc__ = None  # arrays and tensors leave ``+`` to this class

    def __init__(self, xp: Any, values: Any, indices: Any, shape: tuple[int, ...]) -> None:
        self.xp = xp
        self.values = values
        self.indices = indices
        self.shape = shape

    @classmethod
    def gathered(cls, xp: Any, g: Any, indices: Any, shape: tuple[int, ...]) -> Rows:
        """What gathering along the first axis, at indices of any rank, sends back."""
        if indices.ndim != 1:
            count = 1
            for n in indices.shape:
                count *= n
            g = xp.reshape(g, (count, *shape[1:]))
            indices = xp.reshape(indices, (count,))
        return cls(xp, g, indices, shape)

    @classmethod
    def of(cls, xp: Any, slices: IndexedSlices, recorded: bool) -> Any:
        """The rows of an ``IndexedSlices`` that a user's rule returned (whole, without a shape)."""
        if slices.dense_shape is None:
            raise ValueError("a gradient that is a tf.IndexedSlices needs its dense_shape")
        shape = tuple(int(n) for n in slices.dense_shape)
        if recorded:
            return cls(xp, slices.values, slices.indices, shape)
        return cls(xp, slices.values._a, slices.indices._a, shape)

    @property
    def dtype(self) -> Any:
        """The dtype of the values."""
        return self.values.dtype

    @property
    def ndim(self) -> int:
        """The number of axes of the whole."""
        return len(self.shape)

    def astype(self, dtype: Any) -> Rows:
        """The rows in another dtype."""
        return Rows(self.xp, self.values.astype(dtype), self.indices, self.shape)

    def __add__(self, other: Any) -> Any:
        if type(other) is not Rows:
            return self.dense() + other
        xp, left, right = self.xp, self.indices, other.indices
        if left.dtype != right.dtype:
            left, right = xp.astype(left, np.int64), xp.astype(right, np.int64)
        values = xp.concatenate([self.values, other.values], 0)
        return Rows(xp, values, xp.concatenate([left, right], 0), self.shape)

    def __radd__(self, other: Any) -> Any:
        return other + self.dense()

    def dense(self) -> Any:
        """The whole cotangent."""
        return self.xp.scatter_add(self.indices, self.values, self.shape)

    def slices(self) -> IndexedSlices:
        """For the caller: tensors, with the shape as one."""
        shape = state.tensor(np.array(self.shape, np.int32))
        if hasattr(self.values, "_a"):
            return IndexedSlices(self.values, self.indices, shape)
        return IndexedSlices(state.tensor(self.values), state.tensor(self.indices), shape)


def whole(g: Any) -> Any:
    """A cotangent with all its rows."""
    return g.dense() if type(g) is Rows else g
