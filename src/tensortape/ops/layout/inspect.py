"""Shapes and sizes as tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import ints


@op("Shape", primitive="shape", nondifferentiable="integer result", native_dtypes=True)
def shape_op(xp, input, *, out_type=dtypes.int32):
    """The shape as a vector."""
    return xp.full((input.ndim,), tuple(input.shape), out_type)


@op("Size", nondifferentiable="integer result", native_dtypes=True)
def size_op(xp, input, *, out_type=dtypes.int32):
    """The number of elements."""
    total = 1
    for n in input.shape:
        total *= n
    return xp.full((), total, out_type)


@op("Rank", nondifferentiable="integer result", native_dtypes=True)
def rank_op(xp, input):
    """The number of axes."""
    return xp.full((), input.ndim, dtypes.int32)


@export("shape")
def shape(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The shape of ``input`` as an int32 vector (``out_type``: int64).

    >>> import tensortape as tf
    >>> tf.shape([[1, 2, 3]]).numpy()
    array([1, 3], dtype=int32)

    Source: ``tf.shape``.
    """
    known = getattr(input, "dense_shape", None)
    if known is not None:
        return state.tensor(
            np.asarray(tensor(known)._a).astype(dtypes.as_dtype(out_type or dtypes.int32)._np)
        )
    return execute(
        shape_op, (tensor(input),), {"out_type": dtypes.as_dtype(out_type or dtypes.int32)}
    )


@export("shape_n")
def shape_n(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> list[Any]:
    """The shapes of several tensors. Source: ``tf.shape_n``."""
    return [shape(x, out_type) for x in input]


@export("size")
def size(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The number of elements of ``input`` as an int32 scalar.

    >>> import tensortape as tf
    >>> tf.size([[1, 2, 3]]).numpy()
    np.int32(3)

    Source: ``tf.size``.
    """
    return execute(
        size_op, (tensor(input),), {"out_type": dtypes.as_dtype(out_type or dtypes.int32)}
    )


@export("rank")
def rank(input: Any, name: str | None = None) -> Any:
    """The number of axes of ``input`` as an int32 scalar.

    >>> import tensortape as tf
    >>> tf.rank([[1, 2, 3]]).numpy()
    np.int32(2)

    Source: ``tf.rank``.
    """
    return execute(rank_op, (tensor(input),))


@export("broadcast_dynamic_shape")
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Any:
    """The shape that two shape vectors broadcast to, as a vector.

    >>> import tensortape as tf
    >>> tf.broadcast_dynamic_shape([1, 2], [3, 1]).numpy()
    array([3, 2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when they are incompatible.
    Source: ``tf.broadcast_dynamic_shape``.
    """
    x = tensor(shape_x)
    merged = np.broadcast_shapes(ints(x), ints(shape_y))
    return state.tensor(np.asarray(merged, x._a.dtype if x._a.dtype.kind == "i" else np.int32))
