"""Arrays in few numbers, for a page that stays small whatever the arrays are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.examine.model import Summary

FULL = 64
"""Arrays up to this many elements are kept whole."""

FIRST = 8
"""How many leading elements of a larger array are kept."""


def summarize(array: Any, note: str = "") -> Summary:
    """The summary of an ndarray or NumPy scalar.

    >>> summarize(np.float32(2.5)).values
    [2.5]
    """
    a = np.asarray(array)
    result = Summary(list(a.shape), a.dtype.name, note=note)
    if a.size <= FULL:
        result.values = [plain(v) for v in a.reshape(-1)]
        return result
    result.first = [plain(v) for v in a.reshape(-1)[:FIRST]]
    if a.dtype.kind in "OSUV" and not is_float(a.dtype):
        return result
    add_statistics(result, a)
    return result


def add_statistics(result: Summary, a: np.ndarray) -> None:
    """Fill in the statistics over the finite elements, and count the others."""
    result.zeros = int(a.size - np.count_nonzero(a))
    if a.dtype.kind == "b":
        return
    wide = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    finite = np.isfinite(wide)
    if not finite.all():
        result.nans = int(np.isnan(wide).sum())
        result.infs = int(a.size - np.count_nonzero(finite)) - result.nans
        wide = wide[finite]
    if wide.size:
        result.norm = rounded(np.linalg.norm(wide))
        result.mean = plain(wide.mean()) if a.dtype.kind == "c" else rounded(wide.mean())
        if a.dtype.kind != "c":
            result.min, result.max = (
                plain(a.dtype.type(wide.min())),
                plain(a.dtype.type(wide.max())),
            )


def is_float(dtype: np.dtype) -> bool:
    """Whether ``dtype`` is a floating type, ml_dtypes' (which NumPy calls void) included."""
    return dtype.kind == "f" or (dtype.kind == "V" and "float" in dtype.name)


def plain(value: Any) -> Any:
    """A JSON value for one element; the shortest digits that give back its own type.

    >>> plain(np.float32(0.1)), plain(np.float64("nan")), plain(np.complex64(1j))
    (0.1, 'NaN', '1j')
    """
    if isinstance(value, np.bool_ | bool):
        return bool(value)
    if isinstance(value, np.integer | int):
        return int(value) if abs(int(value)) < 2**53 else str(value)
    if isinstance(value, np.complexfloating | complex):
        return str(value)
    if isinstance(value, bytes | str):
        return shorten(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return shorten(str(value))
    if math.isfinite(number):
        return (
            float(np.format_float_scientific(value)) if isinstance(value, np.floating) else number
        )
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def shorten(text: str, limit: int = 40) -> str:
    """``text``, cut to ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def rounded(value: Any) -> Any:
    """A statistic to seven digits."""
    number = float(value)
    return float(f"{number:.7g}") if math.isfinite(number) else plain(number)
