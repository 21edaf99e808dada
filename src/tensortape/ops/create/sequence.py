"""Sequences of numbers: ``tf.range``, ``tf.linspace``, and ``tf.eye``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.layout import arange
from tensortape.arrays.varying import Varying
from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.operators import like
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, PRIMITIVES, PUBLIC, export
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.ops.layout.attributes import (
    invalid,
    is_tensor,
    one_axis,
    one_int,
    shape_ints,
    static_value,
)

_ORDER = (
    dtypes.int32,
    dtypes.int64,
    dtypes.float16,
    dtypes.bfloat16,
    dtypes.float32,
    dtypes.float64,
)


def _range_dtype(values: Any, dtype: Any) -> Any:
    """The widest dtype among start, limit and delta."""
    if dtype is not None:
        return dtypes.as_dtype(dtype)
    kinds = [tensor(v).dtype for v in values]
    return max(kinds, key=lambda k: _ORDER.index(k) if k in _ORDER else -1)


@op("Range", nondifferentiable="integer steps, as in TensorFlow")
def range_op(xp, start, limit, delta):
    """Numbers from start up to, without, limit (while a graph is built)."""
    return xp.arange(start, limit, delta, start.dtype)


def _as(value: Any, kind: Any) -> Any:
    t = tensor(value)
    return t if t.dtype is kind else execute(PRIMITIVES["astype"], (t,), {"dtype": kind})


@export("range")
def range_(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range"
) -> Any:
    """The numbers from ``start`` (default 0) up to, without, ``limit`` in steps of ``delta``.

    >>> import tensortape as tf
    >>> tf.range(3).numpy()
    array([0, 1, 2], dtype=int32)
    >>> tf.range(1.0, 2.0, 0.5).numpy()
    array([1. , 1.5], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for a step of zero or of the wrong sign.
    Source: ``tf.range``.
    """
    if limit is None:
        start, limit = 0, start
    if (
        dtype is None
        and type(start) is type(limit) is type(delta) is int
        and (delta > 0 and -(2**31) <= start <= limit < 2**31)
    ):
        return state.tensor(np.arange(start, limit, delta, dtype=np.int32))
    kind = _range_dtype((start, limit, delta), dtype)
    if state.graph is not None:
        start, limit, delta = [
            v._to_tensor() if hasattr(type(v), "_to_tensor") else v for v in (start, limit, delta)
        ]
    if any(isinstance(v, Tensor) and type(v) is not EagerTensor for v in (start, limit, delta)):
        ends = tuple(_as(v, kind) for v in (start, limit, delta))
        return execute(range_op, ends)
    first, last, step = (
        kind._np.type(static_value(v) if is_tensor(v) else v) for v in (start, limit, delta)
    )
    if step == 0:
        raise invalid(f"Requires delta != 0: {step} [Op:Range]")
    if (step > 0 and first > last) or (step < 0 and first < last):
        sign, word = (">", "<=") if step > 0 else ("<", ">=")
        raise invalid(
            f"Requires start {word} limit when delta {sign} 0: {first}/{last} [Op:Range]",
        )
    if kind.is_integer:
        return state.tensor(np.arange(int(first), int(last), int(step), dtype=kind._np))
    return state.tensor(arange(first, last, step, kind))


@op(
    "LinSpace",
    saves=(),
    samples=[(((), ()), {"num": 4, "axis": 0}), (((2,), (2,)), {"num": 3, "axis": 1})],
)
def linspace_op(xp, start, stop, *, num, axis):
    """Evenly spaced values from ``start`` to ``stop``."""
    weights = fractions(num, axis, start.ndim + 1, start.dtype)
    first, last = xp.expand_dims(start, axis), xp.expand_dims(stop, axis)
    return first + (last - first) * weights


@linspace_op.vjp
def _(xp, g, y, start, stop, *, num, axis):
    weights = fractions(num, axis, start.ndim + 1, start.dtype)
    return xp.sum(g * (1 - weights), (axis,)), xp.sum(g * weights, (axis,))


@linspace_op.jvp
def _(xp, tangents, y, start, stop, **attrs):
    first, last = (
        xp.zeros_like(x) if t is None else t for t, x in zip(tangents, (start, stop), strict=True)
    )
    return linspace_op.kernel(xp, first, last, **attrs)


def fractions(num: int, axis: int, rank: int, dtype: Any) -> Any:
    """0, 1/(num-1), ..., 1 along one of ``rank`` axes."""
    steps = np.arange(num) / max(num - 1, 1)
    shape = tuple(num if i == axis else 1 for i in range(rank))
    return steps.astype(getattr(dtype, "_np", dtype)).reshape(shape)


@export("linspace", "lin_space")
def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: Any = 0) -> Any:
    """``num`` evenly spaced values from ``start`` to ``stop`` (both included) along a new ``axis``.

    >>> import tensortape as tf
    >>> tf.linspace(0.0, 1.0, 3).numpy()
    array([0. , 0.5, 1. ], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` when ``num`` is negative. Source: ``tf.linspace``.
    """
    first = tensor(start)
    last = like(stop, first)
    count = one_int(num)
    if count < 0:
        raise invalid(f"Requires num >= 0: {count} [Op:LinSpace]")
    if not first.dtype.is_floating:
        first, last = (state.tensor(t._a.astype(np.float64)) for t in (first, last))
    if tuple(first._a.shape) != tuple(last._a.shape):
        common = np.broadcast_shapes(first._a.shape, last._a.shape)
        from_shape = OPS["BroadcastTo"]
        first, last = (execute(from_shape, (t,), {"shape": common}) for t in (first, last))
    at = one_axis(axis, first._a.ndim + 1)
    return execute(linspace_op, (first, last), {"num": count, "axis": at})


def _eye_of_unknown_size(rows: Any, columns: Any, batch_shape: Any, dtype: Any) -> Any:
    """``tf.eye`` of sizes that are known when the graph runs."""
    sizes, cast = [rows, rows if columns is None else columns], PUBLIC["cast"]
    equal = PUBLIC["equal"](PUBLIC["range"](sizes[0])[:, None], PUBLIC["range"](sizes[1]))
    if batch_shape is not None:
        if isinstance(batch_shape, (list, tuple)):
            whole = [*batch_shape, *sizes]
        else:
            whole = PUBLIC["concat"]([batch_shape, PUBLIC["stack"](sizes)], 0)
        equal = PUBLIC["broadcast_to"](equal, whole)
    return cast(equal, dtype)


@export("eye", "linalg.eye")
def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Any:
    """Identity matrices: ones on the diagonal, shape ``[*batch_shape, num_rows, num_columns]``.

    >>> import tensortape as tf
    >>> tf.eye(2).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for a negative size. Source: ``tf.eye``.
    """
    sizes = shape_ints([num_rows, num_rows if num_columns is None else num_columns])
    lead = () if batch_shape is None else shape_ints(batch_shape)
    if any(isinstance(n, Varying) for n in (*sizes, *lead)):
        return _eye_of_unknown_size(num_rows, num_columns, batch_shape, dtype)
    rows, columns = sizes
    matrix = np.eye(rows, columns, dtype=dtypes.as_dtype(dtype)._np)
    if batch_shape is not None:
        matrix = np.broadcast_to(matrix, (*lead, rows, columns)).copy()
    return state.tensor(matrix)
