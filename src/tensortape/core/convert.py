"""From Python values to tensors, with TensorFlow's rules for dtypes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.inference import fill_shape as _fill_shape
from tensortape.core.inference import to_array
from tensortape.core.registry import PUBLIC
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
            raise TypeError(
                f"Expected `base_type` to be a type or a tuple of types, got {base_type!r}"
            )
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
        if wanted is not None and hasattr(kind, "_of_dtype"):
            return value._of_dtype(wanted)
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
        elif (
            isinstance(item, Tensor)
            or hasattr(type(item), "_to_tensor")
            or hasattr(type(item), "__tf_tensor__")
        ):
            return True
    return False


def _first_dtype(value: Any) -> DType | None:
    for item in value:
        found = _first_dtype(item) if isinstance(item, (list, tuple)) else None
        if (
            isinstance(item, Tensor)
            or hasattr(type(item), "_to_tensor")
            or hasattr(type(item), "__tf_tensor__")
        ):
            found = as_dtype(item.dtype)
        if found is not None:
            return found
    return None


def _pack_tensors(value: Any, wanted: DType | None) -> Any:
    """A list that holds tensors, which have one dtype unless another one is wanted of all."""
    common = _first_dtype(value)
    if wanted is not None and wanted is not common:
        value, common = _cast(value, wanted), wanted
    return _packed(value, common)


def _packed(value: Any, common: Any) -> Any:
    return _PACK[0]([_packed_part(item, common) for item in value])


def _packed_part(item: Any, common: Any) -> Any:
    if not _holds_tensors((item,)):
        return convert_to_tensor(item, common)
    if isinstance(item, (list, tuple)):
        return _packed(item, common)
    part = convert_to_tensor(item)
    if part.dtype is not common:
        raise errors.InvalidArgumentError(
            None,
            None,
            "cannot compute Pack as an input was expected to be a "
            f"{common.name} tensor but is a {part.dtype.name} tensor [Op:Pack] (in {item!r:.80}; "
            "use tf.cast)",
        )
    return part


def _cast(item: Any, wanted: Any) -> Any:
    if isinstance(item, (list, tuple)):
        return [_cast(one, wanted) for one in item]
    if _holds_tensors((item,)):
        return PUBLIC["cast"](item, wanted)
    return item


def scalar(value: Any, np_dtype: np.dtype[Any]) -> Any:
    """A Python number as a tensor of a given NumPy dtype; small ones are kept and shared."""
    kind = type(value)
    key: Any = (kind, value, np_dtype)
    if value == 0 and kind is float:  # 0.0 and -0.0 are equal, not the same
        key = (kind, math.copysign(1.0, value), np_dtype, "zero")
    found = _SCALARS.get(key)
    if found is not None:
        return found
    tensor = EagerTensor(to_array(value, dtypes.from_numpy(np_dtype)))
    if len(_SCALARS) < _SCALARS_LIMIT:
        _SCALARS[key] = tensor
        SHARED.add(tensor._id)
    return tensor


SHARED: set[int] = set()
"""Ids of the tensors that stand for Python numbers: nobody asks derivatives for them."""


__all__ = [
    "_fill_shape",
    "convert_to_tensor",
    "register_tensor_conversion_function",
    "scalar",
    "set_packer",
    "to_array",
]
