"""From Python and NumPy values to arrays, with TensorFlow's rules for dtypes and its errors.

The first leaf of a nested list says what kind of values it holds. Python floats become float32;
integers, NumPy's in lists too, become int32, or int64 where they need it; NumPy arrays keep their
dtype.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dtypes import DType
from tensortape.core.shapes import TensorShape
from tensortape.core.state import quiet

_ACCEPTS = {"f": "biuf", "c": "biufc", "i": "biu", "u": "biu", "b": "b", "s": "SUO"}
"""Kinds of Python values that a kind of dtype may be given as."""

_WORDS = {"float32": "float", "float64": "double", "float16": "half"}
_FLOAT32_MAX = float(np.finfo(np.float32).max)


def to_array(value: Any, wanted: DType | None = None, shape: Any = None) -> Any:
    """A fresh array (NumPy scalar for 0-d) of ``value``; TensorFlow's inference and errors."""
    array = infer(value) if wanted is None else coerce(value, wanted)
    if shape is not None:
        array = fill_shape(array, TensorShape(shape))
    return array[()] if array.ndim == 0 and array.dtype != object else array


def fill_shape(array: Any, shape: TensorShape) -> Any:
    """``array`` in a given shape: one value is repeated, several are rearranged."""
    target: Any = tuple(shape.as_list())
    if array.shape == target:
        return array
    if array.size == 1:
        return np.broadcast_to(array.reshape(()), target).copy()
    if array.size != math.prod(target):
        raise TypeError(
            f"Eager execution of tf.constant with unsupported shape. Tensor {array!r} has "
            f"{array.size} elements, but got `shape` {shape} with {math.prod(target)} elements)."
        )
    return array.reshape(target)


def infer(value: Any) -> Any:
    """An array of the dtype that ``value`` has by itself."""
    if isinstance(value, (np.ndarray, np.generic)):
        return _own(np.asarray(value))
    array = from_python(value)
    kind = array.dtype.kind
    if kind == "u" and array.dtype.itemsize == 8 and isinstance(value, (int, list, tuple)):
        raise ValueError(
            f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r:.200}"
        )
    if isinstance(value, (int, float, list, tuple, range)):
        if kind in "iu":
            return _narrow_integers(array)
        if kind == "f":
            return _narrow_floats(array, value)
    return _own(array)


def _narrow_integers(array: Any) -> Any:
    small = array.astype(np.int32)
    return small if (small == array).all() else array.astype(np.int64)


def _narrow_floats(array: Any, value: Any) -> Any:
    leaf = _first_leaf(value)
    if isinstance(leaf, (np.ndarray, np.generic)):
        return array.astype(leaf.dtype) if leaf.dtype.kind == "f" else array.astype(np.float32)
    if array.size and (np.abs(array[np.isfinite(array)]) > _FLOAT32_MAX).any():
        raise ValueError(
            "Can't convert Python sequence with a value out of range for a double-precision float: "
            f"{value!r:.200} becomes float32; give a dtype"
        )
    return array.astype(np.float32)


def _first_leaf(value: Any) -> Any:
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value


def from_python(value: Any) -> Any:
    """A NumPy array of a Python value, before its dtype is settled."""
    if isinstance(value, TensorShape):
        return np.asarray(value.as_list(), dtype=np.int32)
    if isinstance(value, (float, int)):
        array = np.asarray(value)
        if array.dtype.kind == "O":
            raise ValueError(
                f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r:.200}"
            )
        return array
    if value is None or isinstance(value, (DType, dict, set)):
        raise ValueError(unsupported(value))
    sequence = isinstance(value, (list, tuple, range))
    try:
        array = np.asarray(list(value) if isinstance(value, range) else value)
    except (ValueError, TypeError) as exc:
        if sequence:
            _refuse_nones(value)
            raise ValueError(
                f"Can't convert non-rectangular Python sequence to Tensor. Received: {value!r:.200}"
            ) from None
        raise ValueError(unsupported(value)) from exc
    if array.dtype.kind in "SUO":
        return _text(value, array)
    if sequence:
        _refuse_mixture(_first_leaf(value), array, value)
    return array


def _text(value: Any, array: Any) -> Any:
    """The array of a value that NumPy took for text or for objects; trailing zero bytes stay."""
    if isinstance(value, (np.ndarray, np.generic)):
        return array
    _refuse_nones(value)
    array = np.array(value, dtype=object)
    leaves = array.reshape(-1)
    for leaf in leaves:
        if isinstance(leaf, (str, bytes)):
            continue
        if isinstance(leaf, int) and not isinstance(leaves[0], (str, bytes)):
            raise ValueError(
                f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r:.200}"
            )
        if isinstance(leaf, (bool, int, float, complex, np.generic)):
            _mixed(value)
        raise ValueError(unsupported(leaf))
    return array


def _refuse_nones(value: Any) -> None:
    for item in value if isinstance(value, (list, tuple)) else ():
        if item is None:
            raise ValueError(unsupported(None))
        _refuse_nones(item)


def _refuse_mixture(leaf: Any, array: Any, value: Any) -> None:
    """Truth values mix with no numbers, and real numbers come before complex ones in vain."""
    kind = array.dtype.kind
    if (isinstance(leaf, (bool, np.bool_)) and kind != "b") or (
        kind == "c" and isinstance(leaf, (int, float)) and not isinstance(leaf, bool)
    ):
        _mixed(value)


def _mixed(value: Any) -> None:
    raise ValueError(
        f"Can't convert Python sequence with mixed types to Tensor. Received: {value!r:.200}"
    )


def unsupported(value: Any) -> str:
    """What to say of a value that no tensor can be made of."""
    return (
        f"Attempt to convert a value ({value!r:.200}) with an unsupported type ({type(value)}) "
        "to a Tensor."
    )


def _own(array: Any) -> Any:
    """A private, contiguous copy in native byte order; text becomes bytes objects."""
    if array.dtype.kind in "SUOT":
        return as_strings(array)
    try:
        dtypes.from_numpy(array.dtype)
    except TypeError:
        raise ValueError(
            f"Failed to convert a NumPy array to a Tensor (Unsupported numpy type: {array.dtype})."
        ) from None
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.array(array, order="C")


def as_strings(array: Any) -> Any:
    """An array of bytes objects of one of text."""
    out = np.empty(array.shape, dtype=object)
    flat = out.reshape(-1)
    for i, item in enumerate(array.reshape(-1)):
        if not isinstance(item, (str, bytes)):
            raise ValueError(
                "Failed to convert a NumPy array to a Tensor (Unsupported object type "
                f"{type(item).__name__})."
            )
        flat[i] = item.encode() if isinstance(item, str) else bytes(item)
    return out


def coerce(value: Any, wanted: DType) -> Any:
    """An array of a wanted dtype: NumPy values are cast, integers wrap, ``True`` is one.

    Python values must not lose their kind: 1.5 is no integer, 2 is no truth value.
    """
    target = wanted._np
    if target is None:
        raise TypeError(f"Cannot make a tensor of dtype {wanted.name} from {value!r:.80}.")
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "SUO":
        if wanted is dtypes.string:
            raise _misfit(value, wanted)
        with quiet():
            return np.array(value, dtype=target, order="C")
    array = np.asarray(value) if isinstance(value, np.ndarray) else from_python(value)
    if array.size and array.dtype.kind not in _ACCEPTS[wanted.kind]:
        raise _misfit(value, wanted)
    if wanted is dtypes.string:
        return as_strings(array)
    with quiet():
        return array.astype(target)


def _misfit(value: Any, wanted: DType) -> TypeError:
    name = _WORDS.get(wanted.name, wanted.name)
    return TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {name}")
