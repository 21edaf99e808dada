"""The zero frequency moved to the middle, and back."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import apply
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import ints, linear, one_axis


@op(
    "FFTShift",
    saves=(),
    native_dtypes=True,
    normalise=lambda tensors, attrs: canonical(tensors[0], **attrs),
    samples=[(((3, 4),), {"axes": None}), (((3, 5),), {"axes": (-1,), "back": True})],
)
def shift_op(xp, x, *, axes, back=False):
    """Roll by half of each axis; ``back`` undoes that."""
    sizes = [x.shape[a] // 2 for a in axes]
    return xp.roll(x, tuple(-n if back else n for n in sizes), axes)


def canonical(x: Any, axes: Any, back: bool = False) -> dict[str, Any]:
    """The attributes with all axes named, none negative."""
    rank = x._a.ndim
    whole = range(rank) if axes is None else [one_axis(a, rank) for a in axes]
    return {"axes": tuple(whole), "back": back}


@shift_op.vjp
def _(xp, g, y, x, *, axes, back):
    return shift_op.kernel(xp, g, axes=axes, back=not back)


linear(shift_op)


@export("signal.fftshift")
def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """``x`` with the zero frequency moved to the middle of ``axes`` (an int or several; all).

    >>> import tensortape as tf
    >>> tf.signal.fftshift([0, 1, 2, -2, -1]).numpy()
    array([-2, -1,  0,  1,  2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for axes out of range.
    Source: ``tf.signal.fftshift``.
    """
    return apply(shift_op, (tensor(x),), {"axes": None if axes is None else ints(axes)})


@export("signal.ifftshift")
def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """What ``tf.signal.fftshift`` moved, moved back.

    >>> import tensortape as tf
    >>> tf.signal.ifftshift([-2, -1, 0, 1, 2]).numpy()
    array([ 0,  1,  2, -2, -1], dtype=int32)

    Source: ``tf.signal.ifftshift``.
    """
    attrs = {"axes": None if axes is None else ints(axes), "back": True}
    return apply(shift_op, (tensor(x),), attrs)
