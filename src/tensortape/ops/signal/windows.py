"""Window functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.layout.attributes import invalid, is_tensor, static_value
from tensortape.ops.layout.join import concat
from tensortape.ops.layout.order import reverse
from tensortape.ops.signal.lengths import scalar_int


def window_size(window_length: Any, dtype: Any) -> tuple[int, Any]:
    """The length as an int and the dtype, both checked."""
    kind = dtypes.as_dtype(dtype)
    if not kind.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {kind!r}")
    n = scalar_int(window_length, "window_length")
    if n < 0:
        raise invalid(f"window_length must be non-negative, received {n}")
    return n, kind


def finished(values: Any, dtype: Any) -> Any:
    """Values as a tensor of a dtype."""
    return state.tensor(np.asarray(values).astype(dtype._np))


def raised_cosine(n: int, periodic: Any, mean: float) -> Any:
    """``mean - (1 - mean) cos``; periodic windows of even length are one of odd length, cut."""
    if n == 1:
        return np.ones(1)
    flag = static_value(periodic) if is_tensor(periodic) else periodic
    period = n - 1 + (bool(flag) and n % 2 == 0)
    return mean - (1 - mean) * np.cos(2 * math.pi * np.arange(n) / max(period, 1))


@export("signal.hann_window")
def hann_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Any:
    """The Hann window of ``window_length`` points; ``periodic`` for spectra, else symmetric.

    >>> import tensortape as tf
    >>> tf.signal.hann_window(4).numpy().round(3).tolist()
    [0.0, 0.5, 1.0, 0.5]

    Raises ``ValueError`` for a dtype that is not floating. Source: ``tf.signal.hann_window``.
    """
    n, kind = window_size(window_length, dtype)
    return finished(raised_cosine(n, periodic, 0.5), kind)


@export("signal.hamming_window")
def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Any:
    """The Hamming window of ``window_length`` points; ``periodic`` for spectra, else symmetric.

    >>> import tensortape as tf
    >>> tf.signal.hamming_window(3).numpy().round(2)
    array([0.08, 1.  , 0.08], dtype=float32)

    Raises ``ValueError`` for a dtype that is not floating. Source: ``tf.signal.hamming_window``.
    """
    n, kind = window_size(window_length, dtype)
    return finished(raised_cosine(n, periodic, 0.54), kind)


@export("signal.vorbis_window")
def vorbis_window(window_length: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Any:
    """The window of the Vorbis codec, made for ``tf.signal.mdct``.

    >>> import tensortape as tf
    >>> tf.signal.vorbis_window(4).numpy().round(3)
    array([0.228, 0.974, 0.974, 0.228], dtype=float32)

    Raises ``ValueError`` for a dtype that is not floating. Source: ``tf.signal.vorbis_window``.
    """
    n, kind = window_size(window_length, dtype)
    inner = np.sin(math.pi / max(n, 1) * (np.arange(n) + 0.5))
    return finished(np.sin(math.pi / 2 * inner**2), kind)


@export("signal.kaiser_window")
def kaiser_window(
    window_length: Any, beta: Any = 12.0, dtype: Any = dtypes.float32, name: str | None = None
) -> Any:
    """The Kaiser window of ``window_length`` points; a larger ``beta`` makes it narrower.

    The window has a gradient with respect to ``beta``.

    >>> import tensortape as tf
    >>> tf.signal.kaiser_window(3, beta=1.0).numpy().round(4)
    array([0.7898, 1.    , 0.7898], dtype=float32)

    Raises ``ValueError`` for a dtype that is not floating, ``tf.errors.InvalidArgumentError`` for
    a length below 1. Source: ``tf.signal.kaiser_window``.
    """
    n, kind = window_size(window_length, dtype)
    if n < 1:
        raise invalid(f"window_length must be positive, received {n}")
    if n == 1:
        return finished(np.ones(1), kind)
    i0e = PUBLIC["math.bessel_i0e"]
    at = np.linspace(-1, 1, n)
    root = finished(np.sqrt(1 - at * at), kind)
    slope = cast(convert_to_tensor(beta, dtype_hint=kind), kind)
    argument = slope * root
    return PUBLIC["exp"](argument - slope) * (i0e(argument) / i0e(slope))


@export("signal.kaiser_bessel_derived_window")
def kaiser_bessel_derived_window(
    window_length: Any, beta: Any = 12.0, dtype: Any = dtypes.float32, name: str | None = None
) -> Any:
    """The window from running sums of a Kaiser window, made for ``tf.signal.mdct``.

    >>> import tensortape as tf
    >>> tf.signal.kaiser_bessel_derived_window(4, beta=1.0).numpy().round(4)
    array([0.5533, 0.833 , 0.833 , 0.5533], dtype=float32)

    Raises what ``tf.signal.kaiser_window`` raises.
    Source: ``tf.signal.kaiser_bessel_derived_window``.
    """
    n, kind = window_size(window_length, dtype)
    sums = PUBLIC["cumsum"](kaiser_window(n // 2 + 1, beta, kind))
    half = PUBLIC["sqrt"](sums[:-1] / sums[-1])
    return concat([half, reverse(half, [0])], 0)
