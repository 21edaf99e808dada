"""The mel scale: spectra as ears resolve them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import is_tensor, one_int, static_value
from tensortape.ops.signal.cosine import dct
from tensortape.ops.signal.lengths import signal_tensor

BREAK_HERTZ, HIGH_Q = 700.0, 1127.0
"""Up to about the break the scale is linear, above logarithmic."""


def mel(hertz: Any) -> Any:
    """Frequencies in mel."""
    return HIGH_Q * np.log1p(hertz / BREAK_HERTZ)


def number(value: Any) -> float:
    """A frequency as a Python number."""
    return float(static_value(value)) if is_tensor(value) else float(value)


def check(bins: int, rate: float, low: float, high: float, dtype: Any) -> None:
    """Refuse bands that are none."""
    if bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {bins}")
    if low < 0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {low}")
    if low >= high:
        raise ValueError(f"lower_edge_hertz {low:.1f} >= upper_edge_hertz {high:.1f}")
    if rate <= 0:
        raise ValueError(f"sample_rate must be positive. Got: {rate}")
    if high > rate / 2:
        raise ValueError(
            "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
            f"Got {high} for sample_rate: {rate}"
        )
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype!r}")


@export("signal.linear_to_mel_weight_matrix")
def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Any:
    """The matrix ``[num_spectrogram_bins, num_mel_bins]`` from frequencies to triangular mel bands.

    ``tf.matmul(spectrograms, matrix)`` makes mel spectrograms.

    >>> import tensortape as tf
    >>> tf.signal.linear_to_mel_weight_matrix(2, 5).numpy().round(3)[1]
    array([0.721, 0.279], dtype=float32)

    Raises ``ValueError`` for frequencies that are out of range or of order.
    Source: ``tf.signal.linear_to_mel_weight_matrix``.
    """
    kind = dtypes.as_dtype(dtype)
    rate, low, high = number(sample_rate), number(lower_edge_hertz), number(upper_edge_hertz)
    bins, components = one_int(num_mel_bins), one_int(num_spectrogram_bins)
    check(bins, rate, low, high, kind)
    at = mel(np.linspace(0.0, rate / 2, max(components, 1))[1:])[:, None]
    edges = np.linspace(mel(low), mel(high), bins + 2)
    left, center, right = edges[:-2], edges[1:-1], edges[2:]
    slopes = np.minimum((at - left) / (center - left), (right - at) / (right - center))
    weights = np.pad(np.maximum(slopes, 0), [(1, 0), (0, 0)])  # nothing of the constant part
    return state.tensor(weights.astype(kind._np))


@export("signal.mfccs_from_log_mel_spectrograms")
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Any:
    """Mel-frequency cepstral coefficients of ``[..., bands]``, as HTK scales them.

    >>> import tensortape as tf
    >>> tf.signal.mfccs_from_log_mel_spectrograms([[1.0, 1.0]]).numpy().round(4).tolist()
    [[2.0, 0.0]]

    Raises ``ValueError`` without bands. Source: ``tf.signal.mfccs_from_log_mel_spectrograms``.
    """
    x = signal_tensor(log_mel_spectrograms, 1)
    bands = x.shape[-1]
    if bands == 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {x}")
    return dct(x, type=2) * (2.0 * bands) ** -0.5
