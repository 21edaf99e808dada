"""Arrays as TensorBoard shows them: histograms, PNG pictures, WAV sounds."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from typing import Any

import numpy as np

_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels -> PNG's colour type: grey, grey and alpha, red green blue, and those and alpha."""


def histogram_rows(values: Any, count: int) -> Any:
    """Left edge, right edge and number of values of each interval: float64 ``[count, 3]``."""
    flat = np.asarray(values, np.float64).reshape(-1)
    if not flat.size or not count:
        return np.zeros((count, 3))
    low, high = flat.min(), flat.max()
    if low == high:
        numbers = np.zeros(count)
        numbers[-1] = flat.size
        return np.stack([np.full(count, low), np.full(count, high), numbers], 1)
    width = (high - low) / count
    at = np.minimum(np.floor((flat - low) / width).astype(np.int64), count - 1)
    edges = np.linspace(low, high, count + 1)
    return np.stack([edges[:-1], edges[1:], np.bincount(at, minlength=count)], 1)


def png(pixels: Any) -> bytes:
    """A picture, uint8 ``[height, width, channels]``, as PNG.

    Raises ``ValueError`` for more than four channels.
    """
    height, width, channels = pixels.shape
    if channels not in _COLOURS:
        raise ValueError(f"A picture has 1, 2, 3 or 4 channels, received {channels}")
    rows = np.zeros((height, width * channels + 1), np.uint8)  # each row: filter 0, then pixels
    rows[:, 1:] = pixels.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOURS[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def wav(samples: Any, rate: int) -> bytes:
    """A sound ``[samples, channels]`` in [-1, 1] as WAV with 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(samples.shape[1])
        sound.setsampwidth(2)
        sound.setframerate(rate)
        scaled = np.clip(np.round(samples * 32767), -32768, 32767)
        sound.writeframes(scaled.astype("<i2").tobytes())
    return file.getvalue()
