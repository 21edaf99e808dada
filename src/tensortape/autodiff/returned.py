"""What a user's rule returned for an argument, held against that argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import float32
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state


class Expected:
    """The dtype and shape that the gradient of an argument must have."""

    __slots__ = ("dtype", "shape")

    def __init__(self, tensor: Any) -> None:
        self.dtype = tensor.dtype
        self.shape = TensorShape(tensor.shape)


def checked(g: Any, expected: Expected, position: int, name: str) -> Any:
    """The gradient of argument ``position`` as a tensor or ``IndexedSlices``, ``None`` for none.

    A Python number stands for a gradient filled with it, and float32 may be given for an argument
    of fewer bits. Raises ``ValueError`` for another shape
    or dtype than the argument's.
    """
    if g is None or not (expected.dtype.is_floating or expected.dtype.is_complex):
        return None
    if isinstance(g, IndexedSlices):
        return complete(g, expected)
    if isinstance(g, (bool, int, float, complex)) and expected.shape.is_fully_defined():
        shape: Any = expected.shape.as_list()
        whole = np.full(shape, g, expected.dtype.as_numpy_dtype)
        return state.tensor(whole if whole.ndim else whole[()])
    g = convert_to_tensor(g, dtype_hint=expected.dtype)
    if g.dtype == float32 and expected.dtype.is_floating and expected.dtype.size < 4:
        g = PUBLIC["cast"](g, expected.dtype)  # as rules of layers of mixed precision return it
    if g.dtype != expected.dtype or not expected.shape.is_compatible_with(g.shape):
        raise ValueError(
            f"The gradient rule of {name!r} returned {_described(g)} for argument {position}, "
            f"which is {_described(expected)}: a gradient has the dtype and shape of its argument. "
            "Sum over axes that were broadcast (tf.reduce_sum), or tf.cast it."
        )
    return g


def complete(g: IndexedSlices, expected: Expected) -> IndexedSlices:
    """Sparse rows with the shape of the whole."""
    if g.dense_shape is not None or not expected.shape.is_fully_defined():
        return g
    shape = state.tensor(np.array(expected.shape.as_list(), np.int32))
    return IndexedSlices(g.values, g.indices, shape)


def _described(tensor: Any) -> str:
    return f"{tensor.dtype.name}{TensorShape(tensor.shape).as_list()}"
