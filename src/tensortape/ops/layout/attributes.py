"""Attributes made canonical: shapes and axes of any form become plain ints, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.varying import Varying, varies
from tensortape.core import errors
from tensortape.core.op import Op
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import Untraceable

STATIC_VALUE: list[Callable[[Any], Any]] = []
"""Functions from a tensor whose value is not known now to its value if it is known after all, or
``None``; graphs add theirs."""


def static_value(t: Any) -> Any:
    """The value of a tensor or variable as an array.

    Raises ``Untraceable`` for a tensor that has no value while a graph is built.
    """
    value = static_ints(t)
    if varies((value,)):
        raise Untraceable(
            f"the value of {t!r} is needed, which depends on sizes or data that are not known "
            "while a function is traced"
        )
    if isinstance(value, (int, list)):
        return np.asarray(value, t.dtype._np).reshape(t._a.shape)[()]
    return value


def static_ints(t: Any) -> Any:
    """As :func:`static_value`, for integers to compute shapes with: some may not be known yet."""
    if not isinstance(t, Tensor):
        if state.graph is None:
            return t._a
        t = t._to_tensor()  # a variable has another value when the graph runs
    if isinstance(t, EagerTensor):
        return t._a
    for known in STATIC_VALUE:
        value = known(t)
        if value is not None:
            return value
    raise Untraceable(
        f"{t!r} is used as a shape, axis, size or slice bound, and has no value while a function "
        "is traced. Give a Python number, or compute it from static shapes (x.shape)."
    )


def invalid(message: str) -> errors.InvalidArgumentError:
    """TensorFlow's error for values that an operation cannot take."""
    return errors.InvalidArgumentError(None, None, message)


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor or reads as one (variables)."""
    return isinstance(value, Tensor) or hasattr(type(value), "_to_tensor")


def one_int(value: Any) -> int:
    """An int from an int, NumPy integer or integer scalar tensor; ``TypeError`` for the rest."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Varying):
        return value  # type: ignore[return-value]
    if is_tensor(value):
        value = static_ints(value)
        if isinstance(value, (int, Varying)):
            return value  # type: ignore[return-value]
    elif hasattr(value, "__tf_tensor__"):
        value = static_ints(value.__tf_tensor__())
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind not in "iu":
            raise TypeError(f"Value {value!r} has type {value.dtype.name}, expected an integer.")
        return int(value if value.ndim == 0 else value.reshape(()))
    if hasattr(value, "__index__"):
        return value.__index__()
    if value is None:
        raise ValueError(
            "Can't convert None to an integer tensor: a dimension, axis or bound must be known."
        )
    raise TypeError(f"Cannot convert {value!r} to an integer.")


class _NoInteger(errors.InvalidArgumentError, TypeError):
    """What TensorFlow raises as one or the other, depending on the operation."""


def _listed_int(value: Any) -> int:
    """An int from an element of a list, which may be a scalar tensor of any real dtype."""
    if isinstance(value, Varying) or (isinstance(value, int) and not isinstance(value, bool)):
        return value  # type: ignore[return-value]
    if is_tensor(value) and value.dtype.is_floating and value.shape.rank == 0:
        return int(static_value(value))
    try:
        return one_int(value)
    except TypeError as refusal:
        raise _NoInteger(None, None, str(refusal)) from None


def ints(value: Any) -> tuple[int, ...]:
    """A tuple of ints from a list (of ints and scalar tensors), array, tensor or TensorShape."""
    if type(value) is tuple or type(value) is list:
        for v in value:
            if type(v) is not int:
                break
        else:
            return tuple(value)
    if isinstance(value, TensorShape):
        return tuple(value.as_list())  # type: ignore[arg-type]
    if is_tensor(value):
        value = static_ints(value)
    if isinstance(value, (list, tuple)) and any(isinstance(v, (list, tuple)) for v in value):
        value = np.asarray(value) if not varies(value) else sum(map(tuple, value), ())
    if isinstance(value, (list, tuple, range)):
        return tuple(_listed_int(v) for v in value)
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind not in "iu" and value.size:
            raise TypeError(f"Expected integers, got {value!r} of dtype {value.dtype.name}.")
        return tuple(int(v) for v in value.reshape(-1).tolist())
    return (one_int(value),)


def shape_ints(value: Any) -> tuple[int, ...]:
    """A shape (also a lone int), no dimension negative."""
    shape = ints(value)
    for n in shape:
        if n is None:
            raise ValueError(f"Cannot convert a partially known TensorShape {value} to a Tensor.")
        if n < 0:
            raise invalid(f"Dimension {n} must be >= 0: shape {list(shape)}")
    return shape


def one_axis(axis: Any, rank: int, what: str = "axis") -> int:
    """A non-negative axis of a tensor with ``rank`` axes."""
    axis = one_int(axis)
    if not -rank <= axis < rank:
        raise invalid(
            f"{what} = {axis} is out of range: expected [{-rank}, {rank}) for {rank} dimension(s)",
        )
    return axis + rank if axis < 0 else axis


def fits(shape: Any, other: Any) -> bool:
    """Whether two shapes are equal as far as they are known."""
    shape, other = tuple(shape), tuple(other)
    return len(shape) == len(other) and all(
        a == b or a is None or b is None for a, b in zip(shape, other, strict=True)
    )


def linear(op: Op) -> None:
    """Forward rule of an operation linear in its first array: itself, on the tangent."""

    def rule(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
        t = tangents[0]
        return None if t is None else op.kernel(xp, t, *inputs[1:], **attrs)

    op.jvp(rule)


def linear_in_all(op: Op) -> None:
    """Forward rule of an operation that is linear in all its arrays together (``concat``)."""

    def rule(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
        if all(t is None for t in tangents):
            return None
        whole = [
            xp.zeros_like(x) if t is None else t for t, x in zip(tangents, inputs, strict=True)
        ]
        return op.kernel(xp, *whole, **attrs)

    op.jvp(rule)
