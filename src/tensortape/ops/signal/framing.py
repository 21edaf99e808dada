"""Signals cut into overlapping frames, and frames added up to signals: each other's transposes."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.operators import refuse
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import linear, static_value
from tensortape.ops.layout.order import transpose
from tensortape.ops.signal.lengths import fit, positive_int, scalar_int, signal_tensor


@op(
    "Frame",
    primitive="frame",
    saves=(),
    native_dtypes=True,
    samples=[
        (((2, 7),), {"length": 3, "step": 2}),
        (((7,),), {"length": 2, "step": 4}),
        (((7,),), {"length": 4, "step": 3, "pad_end": True}),
        (((2,),), {"length": 3, "step": 1}),
    ],
)
def frame_op(xp, signal, *, length, step, pad_end=False, pad_value=0):
    """Windows of ``length`` every ``step`` along the last axis.

    ``pad_end`` fills those that reach beyond the end.
    """
    return xp.frame(signal, length, step, pad_end, pad_value)


@frame_op.vjp
def _(xp, g, y, x, *, length, step, pad_end, pad_value):
    return fit(xp, xp.overlap_add(g, step), (x.shape[-1],))


@frame_op.jvp
def _(xp, tangents, y, x, *, length, step, pad_end, pad_value):
    return xp.frame(tangents[0], length, step, pad_end, 0)


@op(
    "OverlapAndAdd",
    primitive="overlap_add",
    saves=(),
    dtypes="fciu",
    samples=[
        (((3, 4),), {"step": 2}),
        (((2, 3, 3),), {"step": 3}),
        (((3, 2),), {"step": 3}),
        (((3, 5),), {"step": 2}),
    ],
)
def overlap_op(xp, signal, *, step):
    """The sum of frames, each ``step`` after the one before."""
    return xp.overlap_add(signal, step)


@overlap_op.vjp
def _(xp, g, y, x, *, step):
    if not x.shape[-2]:
        return xp.zeros_like(x)
    return xp.frame(g, x.shape[-1], step, False, 0)


linear(overlap_op)


@export("signal.frame")
def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Any:
    """Frames of ``frame_length``, one every ``frame_step``: ``axis`` becomes (frames, length).

    What is left over at the end is dropped, or filled with ``pad_value`` by ``pad_end``.

    >>> import tensortape as tf
    >>> tf.signal.frame([1, 2, 3, 4, 5], 3, 2).numpy().tolist()
    [[1, 2, 3], [3, 4, 5]]

    Raises ``ValueError`` for a scalar, ``IndexError`` for an axis out of range,
    ``tf.errors.InvalidArgumentError`` for a length or step that is not positive.
    Source: ``tf.signal.frame``.
    """
    x = signal_tensor(signal, 1)
    at, rank = scalar_int(axis, "axis"), x._a.ndim
    if not -rank <= at < rank:
        raise IndexError(f"axis {at} is out of range for a signal with {rank} dimension(s)")
    attrs = {
        "length": positive_int(frame_length, "frame_length", "Frame"),
        "step": positive_int(frame_step, "frame_step", "Frame"),
        "pad_end": bool(pad_end),
        "pad_value": pad_constant(pad_value, x) if pad_end else 0,
    }
    at %= rank
    if at == rank - 1:
        return execute(frame_op, (x,), attrs)
    rest = [i for i in range(rank) if i != at]
    frames = execute(frame_op, (transpose(x, [*rest, at]),), attrs)
    return transpose(frames, [*range(at), rank - 1, rank, *range(at, rank - 1)])


def pad_constant(value: Any, x: Any) -> Any:
    """A scalar of the dtype of ``x``, as a Python value."""
    found = tensor(value) if hasattr(value, "dtype") else None
    array = static_value(found) if found is not None else value
    if getattr(array, "ndim", 0):
        raise ValueError(f"pad_value must have rank 0, received {value!r}")
    return array.item() if hasattr(array, "item") else array


@export("signal.overlap_and_add")
def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Any:
    """The sum of the frames ``[..., frames, length]``, each ``frame_step`` after the one before.

    >>> import tensortape as tf
    >>> tf.signal.overlap_and_add([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], 2).numpy().tolist()
    [1.0, 1.0, 2.0, 1.0, 1.0]

    Raises ``ValueError`` below rank 2 and for a step that is no integer,
    ``tf.errors.InvalidArgumentError`` unless it is positive. Source: ``tf.signal.overlap_and_add``.
    """
    x = signal_tensor(signal, 2)
    if isinstance(frame_step, float):
        raise ValueError(f"frame_step must be an integer. Got {frame_step!r}")
    if x._a.dtype.kind not in overlap_op.dtypes:
        refuse(overlap_op, x)
    step = positive_int(frame_step, "frame_step", "OverlapAndAdd")
    return execute(overlap_op, (x,), {"step": step})
