"""Cosine transforms."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import linear, one_int
from tensortape.ops.signal.lengths import fit, profile

INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}
"""Which type undoes a type, up to a factor."""


@op(
    "DCT",
    primitive="dct",
    saves=(),
    samples=[
        (((2, 5),), {"type": 1}),
        (((2, 5),), {"type": 2}),
        (((2, 5),), {"type": 3, "n": 3}),
        (((2, 3),), {"type": 4, "n": 4}),
        (((4,),), {"type": 2, "norm": "ortho", "n": 6}),
        (((4,),), {"type": 3, "norm": "ortho"}),
        (((4,),), {"type": 4, "norm": "ortho"}),
    ],
)
def dct_op(xp, input, *, type, n=None, norm=None):
    """The cosine transform of a type along the last axis."""
    return xp.dct(input, type, n, norm)


def transposed(xp: Any, g: Any, type: int, norm: Any) -> Any:
    """The transpose of the cosine transform: the inverse type, but for factors at the ends."""
    n, dtype = g.shape[-1], g.dtype
    if type == 1:
        scaled = xp.dct(g * profile(n, 1.0, 0.5, 1.0, dtype), 1, None, None)
        return scaled * profile(n, 1.0, 2.0, 1.0, dtype)
    if norm is None and type == 2:
        return xp.dct(g * profile(n, 2.0, 1.0, 1.0, dtype), 3, None, None)
    if norm is None and type == 3:
        return xp.dct(g, 2, None, None) * profile(n, 0.5, 1.0, 1.0, dtype)
    return xp.dct(g, INVERSE[type], None, norm)


@dct_op.vjp
def _(xp, g, y, x, *, type, n, norm):
    if not y.shape[-1]:
        return xp.zeros_like(x)
    return fit(xp, transposed(xp, g, type, norm), (x.shape[-1],))


linear(dct_op)


def transform(value: Any, type: int, n: Any, axis: int, norm: Any) -> Any:
    """Check the arguments and run the operation."""
    x = convert_to_tensor(value)
    check(x, type, n, axis, norm)
    count = None if n is None else one_int(n)
    return execute(dct_op, (x,), {"type": type, "n": count, "norm": norm})


def check(x: Any, type: int, n: Any, axis: int, norm: Any) -> None:
    """Refuse what the transforms do not take."""
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis} (use tf.transpose)")
    if n is not None and one_int(n) < 1:
        raise ValueError(f"n should be a positive integer or None, received {n}")
    if type not in INVERSE:
        raise ValueError(f"Types I, II, III and IV (I)DCT are supported, received {type}")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")
    if type == 1 and norm:
        raise ValueError("Normalization is not supported for the Type-I DCT.")
    if x.dtype not in (dtypes.float32, dtypes.float64):
        raise TypeError(
            f"The cosine transform takes float32 or float64, received {x.dtype.name}: use tf.cast"
        )
    if x.shape.rank == 0:
        raise ValueError("The cosine transform needs at least one axis, received a scalar.")
    if type == 1 and x.shape[-1] is not None and x.shape[-1] < 2:
        raise ValueError("Type-I DCT requires the dimension to be greater than one.")


@export("signal.dct")
def dct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Any:
    """The discrete cosine transform of ``type`` 1 to 4 along the last axis, as SciPy defines it.

    ``n`` cuts the signals or fills them with zeros; ``norm="ortho"`` makes types 2 to 4 orthogonal.

    >>> import tensortape as tf
    >>> tf.signal.dct([1.0, 1.0, 1.0, 1.0], norm="ortho").numpy().round(6).tolist()
    [2.0, 0.0, 0.0, 0.0]

    Raises ``ValueError`` for an unknown type or norm, ``n`` below 1 and type 1 of less than two
    samples; ``TypeError`` unless ``input`` is float32 or float64; ``NotImplementedError``, as
    TensorFlow, for another ``axis`` than -1. Source: ``tf.signal.dct``.
    """
    return transform(input, type, n, axis, norm)


@export("signal.idct")
def idct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Any:
    """The inverse of ``tf.signal.dct`` of the same type, up to a factor without ``norm="ortho"``.

    >>> import tensortape as tf
    >>> x = tf.signal.dct([1.0, 2.0, 4.0], norm="ortho")
    >>> tf.signal.idct(x, norm="ortho").numpy().round(5).tolist()
    [1.0, 2.0, 4.0]

    Raises what ``tf.signal.dct`` raises. Source: ``tf.signal.idct``.
    """
    return transform(input, INVERSE.get(type, type), n, axis, norm)
