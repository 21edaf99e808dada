"""Spectra of short frames, and signals from them."""

from __future__ import annotations

import math
from typing import Any

from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.attributes import invalid
from tensortape.ops.layout.join import concat, split
from tensortape.ops.layout.order import reverse
from tensortape.ops.layout.padding import pad
from tensortape.ops.layout.shaping import reshape
from tensortape.ops.signal.cosine import dct
from tensortape.ops.signal.framing import frame, overlap_and_add
from tensortape.ops.signal.lengths import positive_int, scalar_int, signal_tensor
from tensortape.ops.signal.real_fourier import irfft, rfft
from tensortape.ops.signal.windows import hann_window, vorbis_window


def enclosing(fft_length: Any, frame_length: int) -> int:
    """The length of the transform: by default the smallest power of two that holds a frame."""
    if fft_length is None:
        return 1 << (frame_length - 1).bit_length()
    return scalar_int(fft_length, "fft_length")


@export("signal.stft")
def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Any:
    """The short-time Fourier transform: ``[..., samples]`` to ``[..., frames, components]``.

    Frames of ``frame_length``, one every ``frame_step``, are multiplied by
    ``window_fn(frame_length, dtype=...)`` (none: ``None``) and transformed with ``fft_length``
    (default: the next power of two), to ``fft_length // 2 + 1`` components.

    >>> import tensortape as tf
    >>> tf.signal.stft(tf.ones([2, 16]), 6, 5).shape
    TensorShape([2, 3, 5])

    Raises ``ValueError`` for a scalar and for what is not real,
    ``tf.errors.InvalidArgumentError`` for a length or step that is not positive.
    Source: ``tf.signal.stft``.
    """
    x = signal_tensor(signals, 1)
    length = positive_int(frame_length, "frame_length", "Frame")
    frames = frame(x, length, frame_step, pad_end)
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    return rfft(frames, [enclosing(fft_length, length)])


@export("signal.inverse_stft_window_fn")
def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Any = hann_window, name: str | None = None
) -> Any:
    """The ``window_fn`` with which ``inverse_stft`` undoes ``stft`` with ``forward_window_fn``.

    >>> import tensortape as tf
    >>> tf.signal.inverse_stft_window_fn(2)(4, dtype=tf.float32).numpy().round(3).tolist()
    [0.0, 1.0, 1.0, 1.0]

    Source: ``tf.signal.inverse_stft_window_fn``.
    """

    def inverse_window(frame_length: Any, dtype: Any) -> Any:
        step = positive_int(frame_step, "frame_step", "Frame")
        length = positive_int(frame_length, "frame_length", "Frame")
        window = forward_window_fn(length, dtype=dtype)
        times = -(-length // step)
        squares = pad(window * window, [[0, times * step - length]])
        energy = PUBLIC["reduce_sum"](reshape(squares, (times, step)), 0)
        energy = PUBLIC["tile"](energy, [times])[:length]
        return PUBLIC["math.divide_no_nan"](window, energy)

    return inverse_window


@export("signal.inverse_stft")
def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = hann_window,
    name: str | None = None,
) -> Any:
    """Signals from short-time Fourier transforms, the frames windowed again and added up.

    With ``window_fn=tf.signal.inverse_stft_window_fn(frame_step)`` it undoes ``tf.signal.stft``,
    except at both ends.

    >>> import tensortape as tf
    >>> spectra = tf.signal.stft(tf.range(8.0), 4, 2)
    >>> window = tf.signal.inverse_stft_window_fn(2)
    >>> tf.signal.inverse_stft(spectra, 4, 2, window_fn=window).numpy().round(4)[2:6].tolist()
    [2.0, 3.0, 4.0, 5.0]

    Raises ``ValueError`` below rank 2 and for what is not complex.
    Source: ``tf.signal.inverse_stft``.
    """
    x = signal_tensor(stfts, 2)
    length = positive_int(frame_length, "frame_length", "OverlapAndAdd")
    points = enclosing(fft_length, length)
    frames = irfft(x, [points])
    if points > length:
        frames = frames[..., :length]
    elif points < length:
        frames = pad(frames, [[0, 0]] * (frames.shape.rank - 1) + [[0, length - points]])
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    return overlap_and_add(frames, frame_step)


def windowed(frames: Any, window_fn: Any, length: int) -> Any:
    """Frames times a window whose squares, half a frame apart, add up to one."""
    if window_fn is None:
        return frames * (1 / math.sqrt(2))
    return frames * window_fn(length, dtype=frames.dtype)


@export("signal.mdct")
def mdct(
    signals: Any,
    frame_length: Any,
    window_fn: Any = vorbis_window,
    pad_end: bool = False,
    norm: str | None = None,
    name: str | None = None,
) -> Any:
    """The modified discrete cosine transform: ``[..., samples]`` to ``[..., frames, length / 2]``.

    Frames of ``frame_length``, each half a frame after the one before, are windowed, folded to half
    their length, and given to ``tf.signal.dct`` of type 4.

    >>> import tensortape as tf
    >>> tf.signal.mdct(tf.ones([16]), 8).shape
    TensorShape([3, 4])

    Raises ``ValueError`` unless ``frame_length`` is a multiple of 4. Source: ``tf.signal.mdct``.
    """
    x = signal_tensor(signals, 1)
    length = scalar_int(frame_length, "frame_length")
    if length % 4:
        raise ValueError(f"The frame length must be a multiple of 4. Received: {length}")
    frames = windowed(frame(x, length, length // 2, pad_end), window_fn, length)
    first, second, third, fourth = split(frames, 4, -1)
    folded = [-reverse(third, [-1]) - fourth, first - reverse(second, [-1])]
    return dct(concat(folded, -1), type=4, norm=norm)


@export("signal.inverse_mdct")
def inverse_mdct(
    mdcts: Any, window_fn: Any = vorbis_window, norm: str | None = None, name: str | None = None
) -> Any:
    """Signals from modified cosine transforms: what ``tf.signal.mdct`` took, except at both ends.

    >>> import tensortape as tf
    >>> spectra = tf.signal.mdct(tf.range(12.0), 4)
    >>> tf.signal.inverse_mdct(spectra).numpy().round(4)[2:6].tolist()
    [2.0, 3.0, 4.0, 5.0]

    Raises ``ValueError`` below rank 2 and for an unknown ``norm``,
    ``tf.errors.InvalidArgumentError`` for an odd number of coefficients.
    Source: ``tf.signal.inverse_mdct``.
    """
    x = signal_tensor(mdcts, 2)
    half = x.shape[-1]
    if half % 2:
        raise invalid(f"the number of coefficients must be even, received {half} [Op:Split]")
    folded = dct(x, type=4, norm=norm)
    if norm is None:
        folded = folded * (0.5 / half)
    first, second = split(folded, 2, -1)
    frames = concat([second, -reverse(second, [-1]), -reverse(first, [-1]), -first], -1)
    return overlap_and_add(windowed(frames, window_fn, 2 * half), half)
