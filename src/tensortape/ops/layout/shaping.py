"""Operations that change the shape and keep the order of the elements."""

from __future__ import annotations

import math
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.layout.attributes import ints, invalid, linear, one_axis, shape_ints


def explain_broadcast(op: Any, tensors: Any, attrs: Any, exc: Exception) -> Exception:
    """Shapes that do not broadcast, in TensorFlow's words."""
    shape = list(tensors[0].shape)
    return invalid(f"Incompatible shapes: {shape} vs. {list(attrs['shape'])} [Op:BroadcastTo]")


@op(
    "BroadcastTo",
    primitive="broadcast_to",
    saves=(),
    native_dtypes=True,
    check=explain_broadcast,
    samples=[(((3,),), {"shape": (2, 3)}), (((2, 1),), {"shape": (2, 3)})],
)
def broadcast_op(xp, input, *, shape):
    """Repeat an array to a compatible shape."""
    return xp.broadcast_to(input, shape)


@broadcast_op.vjp
def _(xp, g, y, x, *, shape):
    return xp.sum_to(g, shape=tuple(x.shape))


@op("SumTo", primitive="sum_to", saves=(), samples=[(((2, 3),), {"shape": (3,)})])
def sum_to(xp, x, *, shape):
    """Sum over the axes along which ``shape`` was broadcast: the transpose of broadcasting."""
    return xp.sum_to(x, shape)


@sum_to.vjp
def _(xp, g, y, x, *, shape):
    aligned = xp.reshape(g, (1,) * (x.ndim - len(shape)) + tuple(shape))
    return xp.broadcast_to(aligned, tuple(x.shape))


@op(
    "Reshape",
    primitive="reshape",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {"shape": (3, 2)}), (((4,),), {"shape": (2, 1, 2)})],
)
def reshape_op(xp, tensor, *, shape):
    """Arrange the elements in another shape of the same size."""
    return xp.reshape(tensor, shape)


@reshape_op.vjp
def _(xp, g, y, x, *, shape):
    return xp.reshape(g, tuple(x.shape))


@op(
    "ExpandDims",
    primitive="expand_dims",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {"axis": 1})],
)
def expand_dims_op(xp, input, *, axis):
    """Insert an axis of length 1."""
    return xp.expand_dims(input, axis)


@expand_dims_op.vjp
def _(xp, g, y, x, *, axis):
    return xp.reshape(g, tuple(x.shape))


@op(
    "Squeeze",
    primitive="squeeze",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 1, 3),), {"axis": (1,)})],
)
def squeeze_op(xp, input, *, axis):
    """Remove axes of length 1."""
    return xp.squeeze(input, axis)


@squeeze_op.vjp
def _(xp, g, y, x, *, axis):
    return xp.reshape(g, tuple(x.shape))


for _op in (broadcast_op, sum_to, reshape_op, expand_dims_op, squeeze_op):
    linear(_op)


@export("broadcast_to")
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """Repeat ``input`` to ``shape``, by the rules of broadcasting.

    >>> import tensortape as tf
    >>> tf.broadcast_to(tf.constant([1, 2]), [2, 2]).numpy().tolist()
    [[1, 2], [1, 2]]

    Raises ``tf.errors.InvalidArgumentError`` for an incompatible shape.
    Source: ``tf.broadcast_to``.
    """
    return execute(broadcast_op, (tensor(input),), {"shape": shape_ints(shape)})


def full_shape(shape: tuple[int, ...], old: tuple[int, ...]) -> tuple[int, ...]:
    """``shape`` with its -1 replaced by what the size of ``old`` leaves for it."""
    if shape.count(-1) > 1:
        first, second = [i for i, n in enumerate(shape) if n == -1][:2]
        raise invalid(f"Only one input size may be -1, not both {first} and {second} [Op:Reshape]")
    if any(n < -1 for n in shape):
        at = next(i for i, n in enumerate(shape) if n < -1)
        raise invalid(f"Size {at} must be non-negative, not {shape[at]} [Op:Reshape]")
    if -1 in shape and 0 in shape and 0 in old:  # as in TensorFlow, what is not zero must fit
        kept = full_shape(tuple(n or 1 for n in shape), tuple(n or 1 for n in old))
        return tuple(0 if n == 0 else k for n, k in zip(shape, kept, strict=True))
    size = math.prod(old)
    if -1 in shape:
        known = math.prod(n for n in shape if n != -1)
        if (known == 0 and size) or (known and size % known):
            raise invalid(
                f"Input to reshape is a tensor with {size} values, but the requested shape "
                f"requires a multiple of {known} [Op:Reshape]"
            )
        return tuple(n if n != -1 else (size // known if known else 0) for n in shape)
    if math.prod(shape) != size:
        raise invalid(
            f"Input to reshape is a tensor with {size} values, but the requested shape has "
            f"{math.prod(shape)} [Op:Reshape]"
        )
    return shape


@export("reshape", "manip.reshape")
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """Arrange the elements of ``tensor`` in ``shape``; one dimension may be -1 (what is left).

    >>> import tensortape as tf
    >>> tf.reshape(tf.range(4), [2, -1]).numpy().tolist()
    [[0, 1], [2, 3]]

    Raises ``tf.errors.InvalidArgumentError`` when the number of elements differs.
    Source: ``tf.reshape``.
    """
    x = tensor if type(tensor) is EagerTensor else convert_to_tensor(tensor)
    try:
        target = ints(shape)
    except TypeError as exc:
        raise invalid(f"shape must be int32 or int64: {exc} [Op:Reshape]") from None
    if type(x) is EagerTensor:
        target = full_shape(target, x._a.shape)
    elif -1 in target and 0 in target and None not in x._a.shape:
        target = full_shape(target, tuple(x._a.shape))
    return execute(reshape_op, (x,), {"shape": target})


def unsparse(x: Any) -> Any:
    """``x``; gradients that arrive by rows are made whole here, as by TensorFlow's reshapes."""
    if type(x) is EagerTensor:
        return execute(reshape_op, (x,), {"shape": x._a.shape})
    if getattr(x._a, "unranked", False):
        return x
    sizes = tuple(x._a.shape)
    if sizes.count(None) > 1:
        return reshape(x, PUBLIC["shape"](x))
    return reshape(x, [-1 if n is None else n for n in sizes])


@export("expand_dims")
def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """Insert an axis of length 1 at ``axis`` (negative: counted from the end of the result).

    >>> import tensortape as tf
    >>> tf.expand_dims([1, 2], 0).shape
    TensorShape([1, 2])

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.expand_dims``.
    """
    x = tensor(input)
    position, rank = ints(axis), x._a.ndim
    if len(position) != 1:
        raise invalid(
            f"The `dim` input must have one element, got {len(position)} [Op:ExpandDims]",
        )
    at = position[0]
    if not -rank - 1 <= at <= rank:
        raise invalid(
            f"Tried to expand dim index {at} for tensor with {rank} dimensions. [Op:ExpandDims]",
        )
    return execute(expand_dims_op, (x,), {"axis": at + rank + 1 if at < 0 else at})


@export("squeeze")
def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """Remove the axes of length 1, all of them or those in ``axis``.

    >>> import tensortape as tf
    >>> tf.squeeze(tf.zeros([1, 2, 1])).shape
    TensorShape([2])

    Raises ``tf.errors.InvalidArgumentError`` when an axis is longer than 1. Source: ``tf.squeeze``.
    """
    x = tensor(input)
    shape = x._a.shape
    wanted = () if axis is None else ints(axis)
    if not wanted:
        axes = tuple(i for i, n in enumerate(shape) if n == 1)
    else:
        axes = tuple(
            sorted({one_axis(a, len(shape), "Tried to squeeze dim index") for a in wanted})
        )
    for a in axes:
        if shape[a] not in (1, None):
            raise invalid(
                f"Can not squeeze dim[{a}], expected a dimension of 1, got {shape[a]} [Op:Squeeze]",
            )
    return execute(squeeze_op, (x,), {"axis": axes})
