"""Maximum and minimum along axes, and where they are."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import invalid, one_int
from tensortape.ops.reduce.axes import aligned, normalise, reduce
from tensortape.ops.reduce.sums import SAMPLES


@op("Max", primitive="max", normalise=normalise, samples=SAMPLES)
def max_op(xp, input, *, axis=None, keepdims=False):
    """Largest element along axes."""
    return xp.max(input, axis, keepdims)


@op("Min", primitive="min", normalise=normalise, samples=SAMPLES)
def min_op(xp, input, *, axis=None, keepdims=False):
    """Smallest element along axes."""
    return xp.min(input, axis, keepdims)


def shared(xp: Any, g: Any, y: Any, x: Any, *, axis: Any, keepdims: bool) -> Any:
    """Equal parts of the cotangent for all elements that tie."""
    hit = xp.astype(xp.equal(x, aligned(xp, y, x, axis, keepdims)), x.dtype)
    return hit / xp.sum(hit, axis, True) * aligned(xp, g, x, axis, keepdims)


max_op.vjp(shared)
min_op.vjp(shared)


@export("math.reduce_max", "reduce_max")
def reduce_max(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Largest of the elements along ``axis``; ties share the gradient equally.

    >>> import tensortape as tf
    >>> tf.reduce_max([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([2., 4.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.reduce_max``.
    """
    return reduce(max_op, input_tensor, axis, keepdims)


@export("math.reduce_min", "reduce_min")
def reduce_min(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Smallest of the elements along ``axis``; ties share the gradient equally.

    >>> import tensortape as tf
    >>> tf.reduce_min([3.0, 1.0, 2.0]).numpy()
    np.float32(1.0)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.reduce_min``.
    """
    return reduce(min_op, input_tensor, axis, keepdims)


@op("ArgMax", primitive="argmax", nondifferentiable="integer result")
def argmax_op(xp, input, *, axis, output_type=dtypes.int64):
    """Index of the largest element along an axis (of the first, when several tie)."""
    return xp.astype(xp.argmax(input, axis), output_type)


@op("ArgMin", primitive="argmin", nondifferentiable="integer result")
def argmin_op(xp, input, *, axis, output_type=dtypes.int64):
    """Index of the smallest element along an axis (of the first, when several tie)."""
    return xp.astype(xp.argmin(input, axis), output_type)


def locate(op: Any, x: Any, axis: Any, output_type: Any) -> Any:
    """Run ``ArgMax`` or ``ArgMin``."""
    x = tensor(x)
    rank, at = x._a.ndim, 0 if axis is None else one_int(axis)
    if not -rank <= at < rank:
        raise invalid(
            f"Expected dimension in the range [{-rank}, {rank}), but got {at} [Op:{op.type}]",
        )
    at = at + rank if at < 0 else at
    if x._a.shape[at] == 0:
        raise invalid(f"Reduction axis {at} is empty in shape {list(x.shape)} [Op:{op.type}]")
    return execute(op, (x,), {"axis": at, "output_type": dtypes.as_dtype(output_type)})


@export("math.argmax", "argmax")
def argmax(
    input: Any, axis: Any = None, output_type: Any = dtypes.int64, name: str | None = None
) -> Any:
    """Index of the largest element along ``axis`` (default 0); of the first when several tie.

    >>> import tensortape as tf
    >>> tf.argmax([1.0, 5.0, 2.0]).numpy()
    np.int64(1)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range or empty.
    Source: ``tf.argmax``.
    """
    return locate(argmax_op, input, axis, output_type)


@export("math.argmin", "argmin")
def argmin(
    input: Any, axis: Any = None, output_type: Any = dtypes.int64, name: str | None = None
) -> Any:
    """Index of the smallest element along ``axis`` (default 0); of the first when several tie.

    >>> import tensortape as tf
    >>> tf.argmin([4.0, 5.0, 2.0]).numpy()
    np.int64(2)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range or empty.
    Source: ``tf.argmin``.
    """
    return locate(argmin_op, input, axis, output_type)
