"""Primitives of signal processing, on the last axes; the others are a stack of signals.

SciPy's transforms: they keep single precision and are several times as fast as NumPy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import

scipy_fft = lazy_import("scipy.fft")

MATRIX = (
    "fft fft2d fft3d ifft ifft2d ifft3d rfft rfft2d rfft3d irfft irfft2d irfft3d dct frame "
    "overlap_add"
)
"""The family of what works on the last axes of a stack."""


def last(rank: int) -> tuple[int, ...]:
    """The last ``rank`` axes."""
    return tuple(range(-rank, 0))


def forward(x: Any, rank: int) -> Any:
    """The discrete Fourier transform over the last ``rank`` axes."""
    return scipy_fft.fftn(x, axes=last(rank)) if x.size else x


def backward(x: Any, rank: int) -> Any:
    """The inverse of :func:`forward`."""
    return scipy_fft.ifftn(x, axes=last(rank)) if x.size else x


def full_precision(x: Any) -> Any:
    """``x``, if a transform can be computed in its precision; SciPy would widen half precision."""
    if x.dtype == np.float16:
        raise TypeError("float16 has no complex type: cast to float32")
    return x


def fft(x: Any) -> Any:
    """The discrete Fourier transform over the last axis."""
    return forward(x, 1)


def fft2d(x: Any) -> Any:
    """The discrete Fourier transform over the last two axes."""
    return forward(x, 2)


def fft3d(x: Any) -> Any:
    """The discrete Fourier transform over the last three axes."""
    return forward(x, 3)


def ifft(x: Any) -> Any:
    """The inverse of ``fft``."""
    return backward(x, 1)


def ifft2d(x: Any) -> Any:
    """The inverse of ``fft2d``."""
    return backward(x, 2)


def ifft3d(x: Any) -> Any:
    """The inverse of ``fft3d``."""
    return backward(x, 3)


def half(n: int) -> int:
    """How many components the transform of ``n`` real numbers has."""
    return n // 2 + 1 if n else 0


def rfft(x: Any, lengths: Any) -> Any:
    """The transform of real signals, cut or filled with zeros to ``lengths``, over the last axes.

    The last axis has only the components with non-negative frequency.
    """
    rank = len(lengths)
    if x.size and 0 not in lengths:
        return scipy_fft.rfftn(full_precision(x), lengths, last(rank))
    shape = (*x.shape[: x.ndim - rank], *lengths[:-1], half(lengths[-1]))
    return np.zeros(shape, np.result_type(x.dtype, np.complex64))


def irfft(x: Any, lengths: Any) -> Any:
    """The inverse of ``rfft``: real signals of ``lengths``.

    Imaginary parts of components that stand for themselves are lost.
    """
    rank = len(lengths)
    if x.size and 0 not in lengths:
        return scipy_fft.irfftn(x, lengths, last(rank))
    return np.zeros((*x.shape[: x.ndim - rank], *lengths), x.real.dtype)


rfft2d = rfft3d = rfft
irfft2d = irfft3d = irfft


def dct(x: Any, type: int, n: Any = None, norm: Any = None) -> Any:
    """The cosine transform of type 1 to 4 of ``n`` elements (cut or filled) of the last axis."""
    count = x.shape[-1] if n is None else n
    if not x.size or not count:
        return np.zeros((*x.shape[:-1], count), x.dtype)
    if type == 1 and count == 1:
        return x[..., :1]
    return scipy_fft.dct(full_precision(x), type, count, -1, norm)


def frame(x: Any, length: int, step: int, pad_end: bool = False, pad_value: Any = 0) -> Any:
    """Windows of ``length`` every ``step`` along the last axis, without a copy.

    ``pad_end`` fills those that reach beyond the end with ``pad_value``.
    """
    n = x.shape[-1]
    if pad_end:
        missing = length + step * (-(-n // step) - 1) - n
        if missing > 0:
            tail = np.full((*x.shape[:-1], missing), pad_value, x.dtype)
            x = np.concatenate([x, tail], -1)
    if x.shape[-1] < length:
        return np.zeros((*x.shape[:-1], 0, length), x.dtype)
    return np.lib.stride_tricks.sliding_window_view(x, length, -1)[..., ::step, :]


def overlap_add(x: Any, step: int) -> Any:
    """The sum of frames, each ``step`` after the one before: the transpose of ``frame``."""
    *outer, count, length = x.shape
    total = max(length + step * (count - 1), 0)
    if step == length:
        return x.reshape(*outer, total)
    pieces = -(-length // step)
    out = np.zeros((*outer, max(count + pieces - 1, 0), step), x.dtype)
    for i in range(pieces if count else 0):
        piece = x[..., i * step : (i + 1) * step]
        out[..., i : i + count, : piece.shape[-1]] += piece
    flat = out.reshape(*outer, -1) if out.size else np.zeros((*outer, total), x.dtype)
    return flat[..., :total]
