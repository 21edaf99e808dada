"""Choosing between two tensors element by element, and where something is true."""

from __future__ import annotations

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.families import elementwise, reduced
from tensortape.core.op import Op, op
from tensortape.core.operators import refuse, same_dtype
from tensortape.core.public import pair, tensor
from tensortape.core.registry import export


def explain_select(op, tensors, attrs, exc):
    """Shapes that do not broadcast, in TensorFlow's words."""
    if "broadcast" not in str(exc):
        return None
    c, t, e = ("[" + ",".join(map(str, x.shape)) + "]" for x in tensors)
    return errors.InvalidArgumentError(
        None,
        None,
        f"condition {c}, then {t}, and else {e} must be broadcastable [Op:SelectV2] name: ",
    )


@elementwise(
    "SelectV2",
    primitive="where",
    saves=(0,),
    check=explain_select,
    samples=[((np.array([[True], [False]]), (2, 3), (3,)), {})],
)
def select(xp, condition, t, e):
    """Elements of ``t`` where the condition holds, of ``e`` elsewhere."""
    return xp.where(condition, t, e)


@select.vjp(1)
def _(xp, g, z, condition, t, e):
    return reduced(xp, xp.where(condition, g, xp.zeros_like(g)), t)


@select.vjp(2)
def _(xp, g, z, condition, t, e):
    return reduced(xp, xp.where(condition, xp.zeros_like(g), g), e)


@select.jvp
def _(xp, tangents, z, condition, t, e):
    zero = xp.zeros_like(z)
    left, right = (zero if d is None else d for d in tangents[1:])
    return xp.where(condition, left, right)


_wants_bool = Op("SelectV2", select.kernel, dtypes="b")


@op("Where", primitive="argwhere", nondifferentiable="coordinates are integers")
def coordinates(xp, condition):
    """Coordinates of the elements that are true or not zero."""
    return xp.argwhere(condition)


@export("where")
def where(condition, x=None, y=None, name=None):
    """Elements of ``x`` where ``condition`` is true, of ``y`` elsewhere; all three broadcast.

    With the condition alone: the coordinates of what is true (or not 0), int64 of shape
    ``[number, rank]``.

    >>> import tensortape as tf
    >>> tf.where([True, False, False, True], [1, 2, 3, 4], 100).numpy()
    array([  1, 100, 100,   4], dtype=int32)
    >>> tf.where([True, False, False, True]).numpy()
    array([[0],
           [3]])

    The gradient of what was not chosen is 0, however infinite the cotangent.
    Raises ``ValueError`` if only one of ``x`` and ``y`` is given,
    ``tf.errors.InvalidArgumentError`` for a condition that is not bool, for different dtypes and
    for shapes that do not broadcast. Source: ``tf.where``.
    """
    if x is None and y is None:
        condition = convert_to_tensor(condition, dtype_hint=dtypes.bool)
        if condition._a.ndim == 0:
            raise errors.InvalidArgumentError(
                None, None, "WhereOp : Unhandled input dimensions: 0 [Op:Where] name: "
            )
        return execute(coordinates, (condition,), NO_ATTRS)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    condition = tensor(condition)
    if condition._a.dtype.kind != "b":
        refuse(_wants_bool, condition)
    if all(isinstance(getattr(v, "dtype", None), dtypes.DType) for v in (x, y)):
        same_dtype(select, x, y, 2)
    return execute(select, (condition, *pair(select, x, y)), NO_ATTRS)
