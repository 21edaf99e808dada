"""Tensors filled with one value."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import invalid, linear, shape_ints


def _string_array(shape: tuple[int, ...], value: bytes) -> Any:
    out = np.empty(shape, object)
    out.fill(value)
    return out


def _filled(dims: tuple[int, ...], make: Any, kind: Any) -> Any:
    """A tensor made by NumPy; where a dimension depends on unknown ones, a repeated scalar."""
    if all(type(n) is int for n in dims):
        return state.tensor(make(dims, kind._np)[()])
    return execute(fill_op, (state.tensor(make((), kind._np)[()]),), {"shape": dims})


@export("zeros")
def zeros(
    shape: Any, dtype: Any = dtypes.float32, name: str | None = None, layout: Any = None
) -> Any:
    """A tensor of zeros (of empty strings for ``tf.string``).

    >>> import tensortape as tf
    >>> tf.zeros([2], tf.int32).numpy()
    array([0, 0], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for a negative dimension. Source: ``tf.zeros``.
    """
    kind, dims = dtypes.as_dtype(dtype), shape_ints(shape)
    if kind is dtypes.string:
        return state.tensor(_string_array(dims, b""))
    return _filled(dims, np.zeros, kind)


@export("ones")
def ones(
    shape: Any, dtype: Any = dtypes.float32, name: str | None = None, layout: Any = None
) -> Any:
    """A tensor of ones.

    >>> import tensortape as tf
    >>> tf.ones([2]).numpy()
    array([1., 1.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for a negative dimension. Source: ``tf.ones``.
    """
    kind, dims = dtypes.as_dtype(dtype), shape_ints(shape)
    if kind is dtypes.string:
        raise TypeError(
            "tf.ones cannot make a tensor of dtype string: there is no string that means one"
        )
    return _filled(dims, np.ones, kind)


@op("ZerosLike", saves=(), nondifferentiable="constant result")
def zeros_like_op(xp, x):
    """Zeros of the shape and dtype of ``x``."""
    return xp.zeros_like(x)


@op("OnesLike", saves=(), nondifferentiable="constant result")
def ones_like_op(xp, x):
    """Ones of the shape and dtype of ``x``."""
    return xp.ones_like(x)


@export("zeros_like")
def zeros_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Zeros with the shape (and, without ``dtype``, the dtype) of ``input``.

    >>> import tensortape as tf
    >>> tf.zeros_like([1.0, 2.0]).numpy()
    array([0., 0.], dtype=float32)

    Source: ``tf.zeros_like``.
    """
    return _like(input, dtype, zeros, zeros_like_op)


@export("ones_like")
def ones_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Ones with the shape (and, without ``dtype``, the dtype) of ``input``.

    >>> import tensortape as tf
    >>> tf.ones_like([1, 2]).numpy()
    array([1, 1], dtype=int32)

    Source: ``tf.ones_like``.
    """
    return _like(input, dtype, ones, ones_like_op)


def _like(input: Any, dtype: Any, make: Any, op: Any) -> Any:
    if hasattr(input, "_map_tensors"):
        return input._map_tensors(lambda t: _like(t, dtype, make, op))
    x = tensor(input)
    kind = x.dtype if dtype is None else dtypes.as_dtype(dtype)
    if kind is x.dtype and kind is not dtypes.string:
        return execute(op, (x,))
    if dtypes.string not in (kind, x.dtype) and not x.shape.is_fully_defined():
        return PUBLIC["cast"](execute(op, (x,)), kind)  # of a size that Python does not know
    return make(x.shape, kind)


@op("Fill", saves=(), native_dtypes=True, samples=[(((),), {"shape": (2, 3)})])
def fill_op(xp, value, *, shape):
    """A scalar repeated to a shape."""
    return xp.broadcast_to(value, shape)


@fill_op.vjp
def _(xp, g, y, value, *, shape):
    return xp.sum(g)


linear(fill_op)


@export("fill")
def fill(dims: Any, value: Any, name: str | None = None) -> Any:
    """A tensor of shape ``dims`` filled with the scalar ``value``.

    >>> import tensortape as tf
    >>> tf.fill([2], 7).numpy()
    array([7, 7], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when ``value`` is no scalar. Source: ``tf.fill``.
    """
    x = tensor(value)
    if x._a.ndim and x._a.size == 1:
        x = execute(OPS["Reshape"], (x,), {"shape": ()})
    if x._a.ndim:
        raise invalid(f"value must be a scalar, but received a shape {list(x.shape)} [Op:Fill]")
    return execute(fill_op, (x,), {"shape": shape_ints(dims)})
