"""Fourier transforms of real signals, and back, over the last one, two or three axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import apply
from tensortape.core.op import Op, op
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import ints, invalid, linear
from tensortape.ops.signal.fourier import COUNT
from tensortape.ops.signal.lengths import fit, profile, signal_tensor

SHAPES = {1: ((6,), (5,), (4,)), 2: ((3, 4), (3, 4), (4, 5)), 3: ((2, 3, 4), (2, 3, 4), (2, 2, 5))}
"""By rank: shapes of signals, and lengths to transform them with."""


def lengths_of(given: Any, rank: int, default: tuple[int, ...], type: str) -> tuple[int, ...]:
    """The lengths asked for, checked, or the default."""
    if given is None:
        return default
    if len(given) != rank:
        raise invalid(f"fft_length must have shape [{rank}], received {list(given)} [Op:{type}]")
    if min(given) < 0:
        raise invalid(f"fft_length must be non-negative, received {list(given)} [Op:{type}]")
    return given


def edges(g: Any, length: int, middle: float) -> Any:
    """Factors along the last axis: 1 for components that stand for themselves, else ``middle``."""
    own = 1.0 if length % 2 == 0 else middle
    return profile(length // 2 + 1, 1.0, middle, own, g.dtype)


def pair(rank: int) -> tuple[Op, Op]:
    """The operations RFFT and IRFFT over the last ``rank`` axes.

    Each gives the other's transpose, once the components that stand for two, themselves and their
    conjugate, are halved or doubled.
    """
    kind = COUNT[rank]
    names = "rfft" + kind.lower(), "irfft" + kind.lower()
    shape, lengths, others = SHAPES[rank]
    spectrum = (*others[:-1], others[-1] // 2 + 1)
    point = np.sin(np.arange(float(math.prod(spectrum)))).reshape(spectrum) * (1 - 0.5j)

    def forward_lengths(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        default = tuple(tensors[0]._a.shape)[-rank:]
        return {"fft_length": lengths_of(attrs["fft_length"], rank, default, "RFFT" + kind)}

    def backward_lengths(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        *front, n = tuple(tensors[0]._a.shape)[-rank:]
        default = (*front, max(0, 2 * (n - 1)))
        return {"fft_length": lengths_of(attrs["fft_length"], rank, default, "IRFFT" + kind)}

    @op(
        "RFFT" + kind,
        primitive=names[0],
        name=names[0],
        saves=(),
        normalise=forward_lengths,
        samples=[((shape,), {"fft_length": n}) for n in (None, lengths, others)],
    )
    def there(xp: Any, input: Any, *, fft_length: Any) -> Any:
        """The discrete Fourier transform of real signals: non-negative frequencies only."""
        return getattr(xp, names[0])(input, fft_length)

    @op(
        "IRFFT" + kind,
        primitive=names[1],
        name=names[1],
        saves=(),
        normalise=backward_lengths,
        dtypes="c",
        samples=[((point,), {"fft_length": n}, (0,)) for n in (None, lengths, others)],
    )
    def back(xp: Any, input: Any, *, fft_length: Any) -> Any:
        """Real signals from their non-negative frequencies."""
        return getattr(xp, names[1])(input, fft_length)

    @there.vjp
    def _(xp: Any, g: Any, y: Any, x: Any, *, fft_length: Any) -> Any:
        if 0 in fft_length:
            return xp.zeros_like(x)
        whole = back.kernel(xp, g * edges(g, fft_length[-1], 0.5), fft_length=fft_length)
        return fit(xp, whole * math.prod(fft_length), tuple(x.shape)[x.ndim - rank :])

    @back.vjp
    def _(xp: Any, g: Any, y: Any, x: Any, *, fft_length: Any) -> Any:
        if 0 in fft_length:
            return xp.zeros_like(x)
        found = there.kernel(xp, g, fft_length=fft_length)
        found = found * (edges(found, fft_length[-1], 2.0) / math.prod(fft_length))
        return fit(xp, found, tuple(x.shape)[x.ndim - rank :])

    linear(there)
    linear(back)
    return there, back


RFFT, IRFFT = pair(1)
RFFT2D, IRFFT2D = pair(2)
RFFT3D, IRFFT3D = pair(3)
RANK = {RFFT: 1, IRFFT: 1, RFFT2D: 2, IRFFT2D: 2, RFFT3D: 3, IRFFT3D: 3}


def from_real(record: Op, value: Any, fft_length: Any) -> Any:
    """Run an RFFT operation on a value that must be real."""
    x = signal_tensor(value, RANK[record], "float32")
    if x.dtype not in (dtypes.float32, dtypes.float64):
        raise ValueError(f"RFFT requires tf.float32 or tf.float64 inputs, got: {x}")
    return apply(record, (x,), {"fft_length": None if fft_length is None else ints(fft_length)})


def to_real(record: Op, value: Any, fft_length: Any) -> Any:
    """Run an IRFFT operation on a value that must be complex."""
    x = signal_tensor(value, RANK[record], "complex64")
    if not x.dtype.is_complex:
        raise ValueError(f"IRFFT requires tf.complex64 or tf.complex128 inputs, got: {x}")
    return apply(record, (x,), {"fft_length": None if fft_length is None else ints(fft_length)})


@export("signal.rfft")
def rfft(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """The discrete Fourier transform of real signals along the last axis, of n // 2 + 1 components.

    ``fft_length`` (a list with one int) cuts the signals or fills them with zeros.

    >>> import tensortape as tf
    >>> tf.signal.rfft([1.0, 2.0, 3.0, 4.0]).numpy().tolist()
    [(10+0j), (-2+2j), (-2+0j)]

    Raises ``ValueError`` for another dtype than float32 or float64 and for rank 0,
    ``tf.errors.InvalidArgumentError`` for a wrong ``fft_length``. Source: ``tf.signal.rfft``.
    """
    return from_real(RFFT, input_tensor, fft_length)


@export("signal.irfft")
def irfft(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """Real signals from their spectra, the inverse of ``tf.signal.rfft``.

    They have ``fft_length`` samples (a list with one int), by default an even number.

    >>> import tensortape as tf
    >>> tf.signal.irfft([10 + 0j, -2 + 2j, -2 + 0j]).numpy().tolist()
    [1.0, 2.0, 3.0, 4.0]

    Raises ``ValueError`` for a tensor that is not complex and for rank 0.
    Source: ``tf.signal.irfft``.
    """
    return to_real(IRFFT, input_tensor, fft_length)


@export("signal.rfft2d")
def rfft2d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """``tf.signal.rfft`` over the last two axes; ``fft_length`` has two ints.

    >>> import tensortape as tf
    >>> tf.signal.rfft2d(tf.ones([4, 6])).shape
    TensorShape([4, 4])

    Source: ``tf.signal.rfft2d``.
    """
    return from_real(RFFT2D, input_tensor, fft_length)


@export("signal.irfft2d")
def irfft2d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """``tf.signal.irfft`` over the last two axes. Source: ``tf.signal.irfft2d``."""
    return to_real(IRFFT2D, input_tensor, fft_length)


@export("signal.rfft3d")
def rfft3d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """``tf.signal.rfft`` over the last three axes.

    It has a gradient, which TensorFlow lacks. Source: ``tf.signal.rfft3d``.
    """
    return from_real(RFFT3D, input_tensor, fft_length)


@export("signal.irfft3d")
def irfft3d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """``tf.signal.irfft`` over the last three axes.

    It has a gradient, which TensorFlow lacks. Source: ``tf.signal.irfft3d``.
    """
    return to_real(IRFFT3D, input_tensor, fft_length)
