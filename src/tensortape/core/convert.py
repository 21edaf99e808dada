"""From Python values to tensors, with TensorFlow's rules for dtypes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor

_CONVERTERS: list[tuple[type, Callable[..., Any]]] = []
_SCALARS: dict[Any, EagerTensor] = {}
_SCALARS_LIMIT = 1024
_PACK: list[Any] = []


def register_tensor_conversion_function(
    base_type: Any, conversion_func: Callable[..., Any], priority: int = 100
) -> None:
    """Register ``conversion_func(value, dtype, name, as_ref)`` for instances of ``base_type``.

    Source: ``tf.register_tensor_conversion_function``.
    """
    kinds = base_type if isinstance(base_type, tuple) else (base_type,)
    for kind in kinds:
        if not isinstance(kind, type):
            raise TypeError(f"Expected `base_type` to be a type or a tuple of types, got {base_type!r}")
        _CONVERTERS.append((kind, conversion_func))


def set_packer(pack: Callable[..., Any]) -> None:
    """Tell how a list that holds tensors becomes one (``tf.stack``, recorded by tapes)."""
    _PACK[:] = [pack]


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None
) -> Any:
    """Convert numbers, nested lists, NumPy arrays, variables and tensors to a tensor.

    Python floats become float32, ints int32 (int64 where needed), NumPy arrays keep their dtype.
    ``dtype`` demands a dtype, ``dtype_hint`` prefers one.

    >>> import tensortape as tf
    >>> tf.convert_to_tensor([[1, 2]])
    <tf.Tensor: shape=(1, 2), dtype=int32, numpy=array([[1, 2]], dtype=int32)>

    Raises ``ValueError`` when a tensor of another dtype is given or the value has no tensor
    form, ``TypeError`` when elements do not fit the dtype. Source: ``tf.convert_to_tensor``.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    kind = type(value)
    if isinstance(value, Tensor):
        return _checked(value, wanted)
    if hasattr(kind, "_to_tensor"):
        return _checked(value._to_tensor(), wanted)
    if hasattr(kind, "__tf_tensor__"):
        return _checked(value.__tf_tensor__(wanted, name), wanted)
    for base, function in _CONVERTERS:
        if isinstance(value, base):
            result = function(value, dtype=wanted, name=name, as_ref=False)
            if result is not NotImplemented:
                return result
    if wanted is None and dtype_hint is not None:
        try:
            return convert_to_tensor(value, dtype=dtype_hint)
        except (TypeError, ValueError):
            pass
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        return _pack_tensors(value, wanted)
    return state.tensor(to_array(value, wanted))


def _checked(tensor: Any, wanted: DType | None) -> Any:
    if wanted is not None and tensor.dtype is not wanted:
        raise ValueError(
            f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype "
            f"{tensor.dtype.name}: {tensor!r}"
        )
    return tensor


def _holds_tensors(value: Any) -> bool:
    for item in value:
        if isinstance(item, (list, tuple)):
            if _holds_tensors(item):
                return True
        elif isinstance(item, Tensor) or hasattr(type(item), "_to_tensor") or hasattr(
            type(item), "__tf_tensor__"
        ):
            return True
    return False


def _first_dtype(value: Any) -> DType | None:
    for item in value:
        found = _first_dtype(item) if isinstance(item, (list, tuple)) else None
        if isinstance(item, Tensor) or hasattr(type(item), "_to_tensor") or hasattr(
            type(item), "__tf_tensor__"
        ):
            found = as_dtype(item.dtype)
        if found is not None:
            return found
    return None


def _pack_tensors(value: Any, wanted: DType | None) -> Any:
    common = wanted or _first_dtype(value)
    return _PACK[0]([convert_to_tensor(item, dtype=common) for item in value])


_ACCEPTS = {"f": "biuf", "c": "biufc", "i": "biu", "u": "biu", "b": "b", "s": "SUO"}
"""Kinds of Python values that an operand of a kind of dtype may be given as."""


def operand(value: Any, wanted: DType) -> Any:
    """``value`` as a tensor of the dtype of the operand next to it.

    More lenient than ``convert_to_tensor``: NumPy values are cast, integers wrap, ``True`` is one.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return state.tensor(to_array(value, wanted))
    array = _from_python(value)
    if array.dtype.kind not in _ACCEPTS[wanted.kind] and array.size:
        raise TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {wanted.name}")
    if wanted is dtypes.string:
        return state.tensor(_as_strings(array)[()])
    return state.tensor(array.astype(wanted._np)[()])


def scalar(value: Any, np_dtype: np.dtype[Any]) -> Any:
    """A Python number as a tensor of a given NumPy dtype; small ones are kept and shared."""
    key = (type(value), value, np_dtype)
    found = _SCALARS.get(key)
    if found is not None:
        return found
    tensor = EagerTensor(operand(value, dtypes.from_numpy(np_dtype))._a)
    if value and len(_SCALARS) < _SCALARS_LIMIT:  # 0.0 and -0.0 are one key, so neither is kept
        _SCALARS[key] = tensor
    return tensor


def to_array(value: Any, wanted: DType | None = None, shape: Any = None) -> Any:
    """A fresh array (NumPy scalar for 0-d) of ``value``; TensorFlow's inference and errors."""
    array = _infer(value) if wanted is None else _coerce(value, wanted)
    if shape is not None:
        array = _fill_shape(array, TensorShape(shape))
    return array[()] if array.ndim == 0 and array.dtype != object else array


def _fill_shape(array: Any, shape: TensorShape) -> Any:
    target = tuple(shape.as_list())
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


def _infer(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return _own(np.asarray(value))
    array = _from_python(value)
    kind = array.dtype.kind
    if isinstance(value, (bool, int, float, complex)) or _pure_python(value):
        if kind == "f":
            return array.astype(np.float32)
        if kind == "i":
            return _narrow_integers(array, value)
        if kind == "u":
            raise ValueError(f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r}")
    return _own(array)


def _narrow_integers(array: Any, value: Any) -> Any:
    small = array.astype(np.int32)
    return small if (small == array).all() else array


def _pure_python(value: Any) -> bool:
    while isinstance(value, (list, tuple)):
        if not value:
            return True
        value = value[0]
    return isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic)


def _from_python(value: Any) -> Any:
    if value is None or (isinstance(value, (list, tuple)) and _contains_none(value)):
        raise ValueError(
            f"Attempt to convert a value ({value}) with an unsupported type ({type(value)}) to a Tensor."
        )
    if isinstance(value, (DType, TensorShape)):
        if isinstance(value, TensorShape):
            return np.asarray(value.as_list(), dtype=np.int32)
        return np.asarray(value.as_datatype_enum, dtype=np.int32)
    try:
        if isinstance(value, range):
            value = list(value)
        array = np.asarray(value)
    except (ValueError, TypeError) as exc:
        if isinstance(value, (list, tuple)):
            raise ValueError(
                f"Can't convert non-rectangular Python sequence to Tensor. Received: {value!r:.200}"
            ) from None
        raise ValueError(_unsupported(value)) from exc
    if array.dtype.kind == "O" and array.size and not isinstance(array.reshape(-1)[0], (str, bytes)):
        if isinstance(array.reshape(-1)[0], int):
            raise ValueError(f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r:.200}")
        raise ValueError(_unsupported(value))
    return array


def _unsupported(value: Any) -> str:
    return f"Attempt to convert a value ({value!r:.200}) with an unsupported type ({type(value)}) to a Tensor."


def _contains_none(value: Any) -> bool:
    return any(
        item is None or (isinstance(item, (list, tuple)) and _contains_none(item)) for item in value
    )


def _own(array: Any) -> Any:
    """A private, contiguous copy in native byte order; text becomes bytes objects."""
    kind = array.dtype.kind
    if kind in "SUO" or kind == "T":
        return _as_strings(array)
    dtypes.from_numpy(array.dtype)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.array(array, order="C")


def _as_strings(array: Any) -> Any:
    out = np.empty(array.shape, dtype=object)
    flat = out.reshape(-1)
    for i, item in enumerate(array.reshape(-1)):
        if not isinstance(item, (str, bytes)):
            raise ValueError(_unsupported(item))
        flat[i] = item.encode() if isinstance(item, str) else bytes(item)
    return out


def _coerce(value: Any, wanted: DType) -> Any:
    target = wanted._np
    if target is None:
        raise TypeError(f"Cannot make a tensor of dtype {wanted.name} from {value!r:.80}.")
    if isinstance(value, (np.ndarray, np.generic)) and wanted is not dtypes.string:
        if value.dtype.kind in "SUO" and value.dtype != target:
            raise TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {wanted.name}")
        return np.array(value, dtype=target, order="C")
    array = _from_python(value)
    if wanted is dtypes.string or array.dtype.kind in "SUO":
        if wanted is not dtypes.string or array.dtype.kind not in "SUO":
            raise TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {wanted.name}")
        return _as_strings(array)
    _check_fits(value, array, wanted)
    return array.astype(target)


def _check_fits(value: Any, array: Any, wanted: DType) -> None:
    """Python values must not lose their kind: 1.5 is no integer, 2 is no bool."""
    kind = array.dtype.kind
    if array.size == 0:
        return
    bad = (
        (wanted.is_integer and kind not in "iu")
        or (wanted.is_bool and kind != "b")
        or (wanted.is_floating and kind in "cb")
        or (wanted.is_complex and kind == "b")
    )
    if bad:
        raise TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {wanted.name}")
    if wanted.is_integer:
        low, high = wanted.limits[0] if wanted.is_unsigned else wanted.min, wanted.max
        if int(array.min()) < int(low) or int(array.max()) > int(high):
            raise TypeError(
                f"Cannot convert {value!r:.80} to EagerTensor of dtype {wanted.name}: out of range"
            )
