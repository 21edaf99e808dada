"""Arguments of random functions: shapes, seeds and parameters of the distributions."""

from __future__ import annotations

import math
from typing import Any

from tensortape.core import errors, random_state
from tensortape.core.convert import convert_to_tensor, scalar
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.random_state import Stream
from tensortape.core.tensor import Tensor
from tensortape.ops.layout.attributes import ints
from tensortape.ops.random.philox import Philox

_INDEX_DTYPES = ("int32", "int64")


def shape_argument(shape: Any, op_type: str) -> tuple[tuple[int, ...], str]:
    """A shape as a tuple of lengths, and the integer type TensorFlow would pass it in.

    Raises InvalidArgumentError for anything but a vector of non-negative integers.
    """
    if type(shape) in (tuple, list) and all(type(n) is int for n in shape):
        lengths, kind = tuple(shape), "int32"
    else:
        lengths, kind = _shape_tensor(shape, op_type)
    for n in lengths:
        if n < 0:
            raise invalid(op_type, f"Dimension {n} must be >= 0")
    return lengths, kind


def _shape_tensor(shape: Any, op_type: str) -> tuple[tuple[int, ...], str]:
    if type(shape) in (tuple, list) and any(isinstance(n, (Tensor, int)) for n in shape):
        return ints(shape), "int32"
    tensor = convert_to_tensor(shape)
    kind = tensor.dtype.name
    if kind not in _INDEX_DTYPES:
        raise invalid(
            op_type,
            f"Value for attr 'T' of {kind} is not in the list of allowed values: int32, int64; "
            f"received the shape {shape!r:.100}",
        )
    if tensor.ndim != 1:
        got = str(list(tensor.shape)).replace(" ", "")
        raise invalid(op_type, f"shape must be a vector of {{int32,int64}}, got shape {got}")
    return ints(tensor), kind


def invalid(op_type: str, message: str) -> Exception:
    """The exception of an operation that cannot use an argument."""
    return errors.of_op(errors.InvalidArgumentError, op_type, message)


def operation_stream(op_type: str, seed: int | None, *type_attrs: Any) -> Stream:
    """The stream of a stateful operation; ``type_attrs`` tell its variants apart."""
    return random_state.operation_stream((op_type, *type_attrs), seed)


def size_of(shape: tuple[int, ...]) -> int:
    """The number of elements."""
    return math.prod(shape)


def reserve(source: Stream, blocks: int) -> Philox:
    """The next ``blocks`` blocks of a stateful operation's stream."""
    return Philox(*source.reserve(blocks))


def parameter(value: Any, dtype: Any, name: str = "") -> Any:
    """A parameter of a distribution as a tensor of ``dtype``."""
    if type(value) is float and dtype.is_floating:
        return scalar(value, dtype._np)
    try:
        return convert_to_tensor(value, dtype=dtype)
    except ValueError as exc:
        if not name or not isinstance(value, Tensor):
            raise
        raise ValueError(f"{name}: {exc}") from None


def allowed_dtype(dtype: Any, allowed: tuple[DType, ...]) -> DType:
    """``dtype`` as a DType; ValueError unless it is one of ``allowed``."""
    found = as_dtype(dtype)
    if found not in allowed:
        names = ", ".join(f"tf.{d.name}" for d in allowed)
        raise ValueError(
            f"Argument `dtype` got invalid value {found!r}. Accepted dtypes are ({names})."
        )
    return found
