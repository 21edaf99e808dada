"""What is a tensor, and whether operations run now."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract
from tensortape.core.registry import add_public, export
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor, TensorLike

add_public("Tensor", Tensor)
add_public("__internal__.EagerTensor", EagerTensor)
add_public("newaxis", None)


@export("is_tensor")
def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor, variable or composite tensor.

    >>> import tensortape as tf
    >>> tf.is_tensor(tf.constant(1.0)), tf.is_tensor(tf.Variable(1.0)), tf.is_tensor(1.0)
    (True, True, False)

    Source: ``tf.is_tensor``.
    """
    return isinstance(x, (TensorLike, CompositeTensor))


@export("executing_eagerly")
def executing_eagerly() -> bool:
    """Whether operations are computed now rather than added to a graph."""
    return not hasattr(state.xp, "evaluate")


@export("get_static_value")
def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of a tensor if it is known without running anything, else ``None``.

    Integers computed from static shapes are known while a graph is built; with ``partial``,
    a vector some of whose elements are known has ``None`` for the others.
    Source: ``tf.get_static_value``.
    """
    if isinstance(tensor, EagerTensor):
        return tensor.numpy()
    if not isinstance(tensor, Tensor):
        return None
    value = tensor._a
    if not isinstance(value, Abstract) or value.dtype.kind not in "iu" or value.ndim > 1:
        return None
    ints = [None if hasattr(n, "values") else n for n in value.ints()]
    if None in ints:
        return np.array(ints, dtype=object) if partial and value.ndim else None
    return np.array(ints, dtype=value.dtype).reshape(tuple(value.witnesses[0].shape))[()]
