"""``tf.io.serialize_tensor`` and ``tf.io.parse_tensor``: one tensor as a ``TensorProto``."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.train.io.messages import unpacked_varints
from tensortape.train.summary.events import tensor_bytes
from tensortape.train.wire import BYTES, fields, signed

_NUMBERS = {5: "<f4", 6: "<f8"}
_INTEGERS = (7, 10, 11, 16, 17)


@op("SerializeTensor", nondifferentiable="bytes have no derivative")
def serialize(xp, tensor):
    """A tensor as bytes."""

    def write(array):
        out = np.empty((), object)
        out[()] = tensor_bytes(np.asarray(array))
        return out

    return xp.sample((tensor,), write, (), object)


@op("ParseTensor", nondifferentiable="read from bytes")
def parse(xp, serialized, *, out_type):
    """The tensor of some bytes."""

    def read(data):
        return array_of(data.item() if hasattr(data, "item") else data, out_type)

    return xp.sample((serialized,), read, None, out_type._np)


def array_of(data: bytes, wanted: Any) -> Any:
    """The array of a ``TensorProto``.

    Raises ``InvalidArgumentError`` for other bytes and dtypes.
    """
    try:
        kind, shape, content, values = _parts(data, wanted)
    except (errors.DataLossError, struct.error):
        raise errors.InvalidArgumentError(
            None, None, f"Could not parse tensor input, value: {data!r:.100}"
        ) from None
    if kind is not wanted:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Type mismatch between parsed tensor ({kind.name}) and dtype ({wanted.name})",
        )
    if content is not None:
        return np.frombuffer(content, wanted._np).reshape(shape).copy()
    out = np.empty(math.prod(shape), wanted._np)
    if len(values):
        out[:] = values[-1]
        out[: len(values)] = values
    else:
        out[:] = b"" if wanted is dtypes.string else 0
    return out.reshape(shape)


def _parts(data: bytes, wanted: Any) -> Any:
    kind, shape, content, values = dtypes.float32, [], None, []  # type: Any, Any, Any, Any
    for field in fields(data):
        if field.number == 1:
            kind = as_dtype(field.value)
        elif field.number == 2:
            shape = [_size(f.value) for f in fields(field.value) if f.number == 2]
        elif field.number == 4:
            content = field.value
        elif field.number == 8:
            values.append(field.value)
        elif field.number in _NUMBERS and field.kind == BYTES:
            values += np.frombuffer(field.value, _NUMBERS[field.number]).tolist()
        elif field.number in _INTEGERS:
            packed = field.kind == BYTES
            values += unpacked_varints(field.value) if packed else [signed(field.value)]
    return kind, shape, content, values


def _size(dimension: bytes) -> int:
    return next((f.value for f in fields(dimension) if f.number == 1), 0)


@export("io.serialize_tensor")
def serialize_tensor(tensor: Any, name: str | None = None) -> Any:
    """A tensor as a string scalar, which ``tf.io.parse_tensor`` reads.

    >>> import tensortape as tf
    >>> tf.io.parse_tensor(tf.io.serialize_tensor([[1, 2]]), tf.int32).numpy()
    array([[1, 2]], dtype=int32)

    Source: ``tf.io.serialize_tensor``.
    """
    return execute(serialize, (convert_to_tensor(tensor),), {})


@export("io.parse_tensor")
def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Any:
    """The tensor that ``tf.io.serialize_tensor`` wrote.

    Raises ``tf.errors.InvalidArgumentError`` for other bytes, or if its dtype is not ``out_type``.
    Source: ``tf.io.parse_tensor``.
    """
    text = convert_to_tensor(serialized, dtype=dtypes.string)
    return execute(parse, (text,), {"out_type": as_dtype(out_type)})
