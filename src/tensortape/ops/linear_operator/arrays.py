"""What the operators share: sizes, arguments, stacks of matrices that broadcast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.shapes import TensorShape
from tensortape.core.variable import Variable
from tensortape.ops.linear_operator.public import tf


def kept(value: Any, dtype: Any = None) -> Any:
    """A variable as it is, so that later assignments are seen; anything else as a tensor."""
    if value is None or isinstance(value, Variable):
        return value
    return convert_to_tensor(value, dtype=dtype)


def number(value: Any, name: str) -> Any:
    """A tensor with whole numbers, such as a size; ``TypeError`` for variables and floats."""
    if isinstance(value, Variable):
        raise TypeError(f"Argument {name} cannot be a variable, received {value!r}.")
    if isinstance(value, TensorShape):
        value = value.as_list()
    empty = isinstance(value, (list, tuple)) and not value
    result = convert_to_tensor(value, dtype=dtypes.int32 if empty else None)
    if not result.dtype.is_integer:
        raise TypeError(f"Argument {name} must be integer type. Found: {result}")
    return result


def size(value: Any, name: str) -> int:
    """A number of rows or columns; ``ValueError`` if it is not one number or negative."""
    n = number(value, name).numpy()
    if n.ndim != 0:
        raise ValueError(f"Argument {name} must be a 0-D Tensor. Found: {n}")
    if n < 0:
        raise ValueError(f"Argument {name} must be non-negative. Found: {n}")
    return int(n)


def batch(value: Any) -> list[int] | None:
    """A batch shape; ``ValueError`` if it is no vector or has negative entries."""
    if value is None:
        return None
    shape = number(value, "batch_shape").numpy()
    if shape.ndim != 1:
        raise ValueError(f"Argument batch_shape must be a 1-D Tensor. Found: {shape}")
    if (shape < 0).any():
        raise ValueError(f"Argument batch_shape must be non-negative. Found: {shape}")
    return [int(n) for n in shape]


def dims(x: Any) -> list[Any]:
    """The sizes of the axes: numbers where they are known, else scalar tensors."""
    known = x.shape.as_list()
    if None not in known:
        return known
    found = tf.shape(x)
    return [found[i] if n is None else n for i, n in enumerate(known)]


def adjoint(x: Any, flip: bool = True) -> Any:
    """The adjoint matrices (the matrices themselves unless ``flip``)."""
    return tf.linalg.adjoint(x) if flip else x


def conjugate(x: Any, flip: bool = True) -> Any:
    """The complex conjugate (the value itself unless ``flip``)."""
    x = convert_to_tensor(x)
    return tf.math.conj(x) if flip and x.dtype.is_complex else x


def complex_of(x: Any) -> Any:
    """The same numbers in the complex dtype of their precision."""
    x = convert_to_tensor(x)
    if x.dtype.is_complex:
        return x
    return tf.cast(x, "complex128" if x.dtype == dtypes.float64 else "complex64")


def common_batch(shapes: Sequence[TensorShape]) -> TensorShape:
    """The shape that several batch shapes broadcast to."""
    result = shapes[0]
    for shape in shapes[1:]:
        result = tf.broadcast_static_shape(result, shape)
    return result


def broadcast(matrices: Sequence[Any]) -> list[Any]:
    """Stacks of matrices, all with the batch shape they broadcast to."""
    found = [convert_to_tensor(m) for m in matrices]
    shared = common_batch([m.shape[:-2] for m in found])
    if shared.is_fully_defined():
        lead: Any = shared.as_list()
    else:
        lead = tf.shape(found[0])[:-2]
        for m in found[1:]:
            lead = tf.broadcast_dynamic_shape(lead, tf.shape(m)[:-2])
        return [tf.broadcast_to(m, tf.concat([lead, tf.shape(m)[-2:]], 0)) for m in found]
    return [
        m if m.shape[:-2] == shared else tf.broadcast_to(m, [*lead, *dims(m)[-2:]]) for m in found
    ]


def joined(parts: Sequence[Any]) -> Any:
    """Blocks of rows below each other."""
    return tf.concat(broadcast(parts), axis=-2)


def joined_vectors(parts: Sequence[Any]) -> Any:
    """Stacks of vectors after each other."""
    return tf.squeeze(joined([tf.expand_dims(p, -1) for p in parts]), -1)
