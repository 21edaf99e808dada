"""Fourier transforms of complex signals over the last one, two or three axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply
from tensortape.core.op import Op, op
from tensortape.core.operators import refuse
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import invalid, linear

COUNT = {1: "", 2: "2D", 3: "3D"}
POINT = np.cos(np.arange(24.0)).reshape(2, 3, 4) + 1j * np.sin(np.arange(24.0) ** 2).reshape(
    2, 3, 4
)


def pair(rank: int) -> tuple[Op, Op]:
    """FFT and IFFT over the last ``rank`` axes: adjoint up to the number of points."""
    kind = COUNT[rank]
    names = "fft" + kind.lower(), "ifft" + kind.lower()

    def check(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        if tensors[0]._a.ndim < rank:
            shape = list(tensors[0].shape)
            raise invalid(
                f"Input must have rank of at least {rank} but got: {shape} [Op:FFT{kind}]"
            )
        return attrs

    def there(xp: Any, input: Any) -> Any:
        """The discrete Fourier transform."""
        return getattr(xp, names[0])(input)

    def back(xp: Any, input: Any) -> Any:
        """The inverse of the discrete Fourier transform."""
        return getattr(xp, names[1])(input)

    shared: dict[str, Any] = {
        "saves": (),
        "normalise": check,
        "dtypes": "c",
        "samples": [((POINT,), {}, (0,))],
    }
    fft_op = op("FFT" + kind, primitive=names[0], name=names[0], **shared)(there)
    ifft_op = op("IFFT" + kind, primitive=names[1], name=names[1], **shared)(back)

    @fft_op.vjp
    def _(xp: Any, g: Any, y: Any, x: Any) -> Any:
        return back(xp, g) * math.prod(x.shape[x.ndim - rank :])

    @ifft_op.vjp
    def _(xp: Any, g: Any, y: Any, x: Any) -> Any:
        return there(xp, g) * (1 / max(math.prod(x.shape[x.ndim - rank :]), 1))

    linear(fft_op)
    linear(ifft_op)
    return fft_op, ifft_op


FFT, IFFT = pair(1)
FFT2D, IFFT2D = pair(2)
FFT3D, IFFT3D = pair(3)


def holds_complex(value: Any) -> bool:
    """Whether a number or list has Python's complex numbers, which are of double precision."""
    if isinstance(value, (list, tuple)):
        return any(holds_complex(v) for v in value)
    return type(value) is complex


def transform(record: Op, value: Any) -> Any:
    """Run an operation on a value, which is made complex if it is not a tensor yet."""
    hint = None if holds_complex(value) else "complex64"
    x = convert_to_tensor(value, dtype_hint=hint)
    if x._a.dtype.kind != "c":
        refuse(record, x)
    return apply(record, (x,), {})


@export("signal.fft")
def fft(input: Any, name: str | None = None) -> Any:
    """The discrete Fourier transform over the last axis of complex ``input``.

    Real numbers and arrays become complex64.

    >>> import tensortape as tf
    >>> tf.signal.fft([1.0, 0.0, -1.0, 0.0]).numpy().tolist()
    [0j, (2+0j), 0j, (2+0j)]

    Raises ``tf.errors.InvalidArgumentError`` for a tensor that is not complex, and for one of rank
    0. Source: ``tf.signal.fft``.
    """
    return transform(FFT, input)


@export("signal.ifft")
def ifft(input: Any, name: str | None = None) -> Any:
    """The inverse of ``tf.signal.fft``: divided by the number of points.

    >>> import tensortape as tf
    >>> tf.signal.ifft([4.0, 0.0, 0.0, 0.0]).numpy().tolist()
    [(1+0j), (1+0j), (1+0j), (1+0j)]

    Raises what ``tf.signal.fft`` raises. Source: ``tf.signal.ifft``.
    """
    return transform(IFFT, input)


@export("signal.fft2d")
def fft2d(input: Any, name: str | None = None) -> Any:
    """The discrete Fourier transform over the last two axes.

    >>> import tensortape as tf
    >>> tf.signal.fft2d([[1.0, 2.0], [3.0, 4.0]]).numpy().real.tolist()
    [[10.0, -2.0], [-4.0, 0.0]]

    Raises what ``tf.signal.fft`` raises. Source: ``tf.signal.fft2d``.
    """
    return transform(FFT2D, input)


@export("signal.ifft2d")
def ifft2d(input: Any, name: str | None = None) -> Any:
    """The inverse of ``tf.signal.fft2d``. Source: ``tf.signal.ifft2d``."""
    return transform(IFFT2D, input)


@export("signal.fft3d")
def fft3d(input: Any, name: str | None = None) -> Any:
    """The discrete Fourier transform over the last three axes. Source: ``tf.signal.fft3d``."""
    return transform(FFT3D, input)


@export("signal.ifft3d")
def ifft3d(input: Any, name: str | None = None) -> Any:
    """The inverse of ``tf.signal.fft3d``. Source: ``tf.signal.ifft3d``."""
    return transform(IFFT3D, input)
