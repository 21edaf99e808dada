"""Tensors of given values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import convert
from tensortape.core.convert import to_array
from tensortape.core.dtypes import as_dtype, float32, float64
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.variable import Variable
from tensortape.ops.layout.attributes import shape_ints

_FLOATS = (float32, float64)


@export("constant")
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Any:
    """A tensor of ``value`` (numbers, nested lists, arrays); one number is repeated to ``shape``.

    Python floats become float32, ints int32, NumPy arrays keep their dtype; ``dtype`` sets another.

    >>> import tensortape as tf
    >>> tf.constant([1.0, 2.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    >>> tf.constant(3, shape=[2]).numpy()
    array([3, 3], dtype=int32)

    Raises ``ValueError`` for ragged lists or what is no tensor, ``TypeError`` when values do not
    fit the dtype or the shape. Source: ``tf.constant``.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    kind = type(value)
    if kind is list and shape is None and wanted in _FLOATS and set(map(type, value)) == {float}:
        return state.tensor(np.array(value, wanted._np))  # the usual case, without the checks
    if isinstance(value, Tensor) or hasattr(kind, "_to_tensor") or hasattr(kind, "__tf_tensor__"):
        return _of_tensor(convert.convert_to_tensor(value), wanted, shape)
    if type(value) in (list, tuple) and convert._holds_tensors(value):
        return _of_tensor(convert.convert_to_tensor(value, dtype=wanted), wanted, shape)
    target = None if shape is None else TensorShape(shape_ints(shape))
    return state.tensor(to_array(value, wanted, target))


def _of_tensor(t: Any, wanted: Any, shape: Any) -> Any:
    """A fresh tensor of another tensor's value."""
    if wanted is not None and wanted is not t.dtype:
        raise TypeError(
            f"Expected tensor {t} with dtype {wanted!r}, but got dtype {t.dtype!r}. Use tf.cast."
        )
    if not isinstance(t, EagerTensor):  # of a graph: a value to come
        t = PUBLIC["identity"](t)
        return t if shape is None else PUBLIC["broadcast_to"](t, shape)
    array = t._a
    if shape is not None:
        array = convert._fill_shape(array, TensorShape(shape_ints(shape)))
    return state.tensor(array)


@export("convert_to_tensor")
def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None
) -> Any:
    """Convert numbers, nested lists, arrays, variables and tensors to a tensor.

    Tensors are returned as they are; a variable gives a tensor of its value that belongs to the
    caller. ``dtype`` demands a dtype, ``dtype_hint`` prefers one.

    >>> import tensortape as tf
    >>> tf.convert_to_tensor([[1, 2]])
    <tf.Tensor: shape=(1, 2), dtype=int32, numpy=array([[1, 2]], dtype=int32)>

    Raises ``ValueError`` when a tensor of another dtype is given or the value has no tensor
    form, ``TypeError`` when elements do not fit the dtype. Source: ``tf.convert_to_tensor``.
    """
    if type(value) is Variable:
        return convert.convert_to_tensor(value.value(), dtype)
    return convert.convert_to_tensor(value, dtype, dtype_hint, name)
