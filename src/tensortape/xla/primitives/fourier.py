"""Signal processing under XLA, as in ``arrays/eager/fourier.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.fourier import full_precision, half, last
from tensortape.xla.runtime import jnp, lax


def _forward(x: Any, rank: int) -> Any:
    return jnp.fft.fftn(x, axes=last(rank)) if x.size else x


def _backward(x: Any, rank: int) -> Any:
    return jnp.fft.ifftn(x, axes=last(rank)) if x.size else x


def fft(x: Any) -> Any:
    return _forward(x, 1)


def fft2d(x: Any) -> Any:
    return _forward(x, 2)


def fft3d(x: Any) -> Any:
    return _forward(x, 3)


def ifft(x: Any) -> Any:
    return _backward(x, 1)


def ifft2d(x: Any) -> Any:
    return _backward(x, 2)


def ifft3d(x: Any) -> Any:
    return _backward(x, 3)


def rfft(x: Any, lengths: Any) -> Any:
    rank = len(lengths)
    if x.size and 0 not in lengths:
        return jnp.fft.rfftn(full_precision(x), tuple(lengths), last(rank))
    shape = (*x.shape[: x.ndim - rank], *lengths[:-1], half(lengths[-1]))
    return jnp.zeros(shape, np.result_type(x.dtype, np.complex64))


def irfft(x: Any, lengths: Any) -> Any:
    rank = len(lengths)
    if x.size and 0 not in lengths:
        return jnp.fft.irfftn(x, tuple(lengths), last(rank))
    kind = np.float64 if x.dtype.itemsize == 16 else np.float32
    return jnp.zeros((*x.shape[: x.ndim - rank], *lengths), kind)


rfft2d = rfft3d = rfft
irfft2d = irfft3d = irfft


def frame(x: Any, length: int, step: int, pad_end: bool = False, pad_value: Any = 0) -> Any:
    n = x.shape[-1]
    if pad_end:
        missing = length + step * (-(-n // step) - 1) - n
        if missing > 0:
            tail = jnp.full((*x.shape[:-1], missing), pad_value, x.dtype)
            x = jnp.concatenate([x, tail], -1)
    if x.shape[-1] < length:
        return jnp.zeros((*x.shape[:-1], 0, length), x.dtype)
    starts = np.arange(0, x.shape[-1] - length + 1, step)
    return jnp.take(x, starts[:, None] + np.arange(length), -1, mode="clip")


def overlap_add(x: Any, step: int) -> Any:
    *outer, count, length = x.shape
    total = max(length + step * (count - 1), 0)
    if step == length or not x.size:
        return jnp.reshape(x, (*outer, total)) if x.size else jnp.zeros((*outer, total), x.dtype)
    pieces = -(-length // step)
    x = jnp.asarray(x)
    x = lax.pad(
        x, jnp.zeros((), x.dtype), [(0, 0, 0)] * (x.ndim - 1) + [(0, pieces * step - length, 0)]
    )
    out: Any = 0
    for i in range(pieces):
        widths = [(0, 0, 0)] * len(outer) + [(i, pieces - 1 - i, 0), (0, 0, 0)]
        piece = x[..., i * step : (i + 1) * step]
        out = out + lax.pad(piece, jnp.zeros((), x.dtype), widths)
    return jnp.reshape(out, (*outer, -1))[..., :total]
