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


def summarize(array: Any, note: str = "", full: int = FULL) -> Summary:
    """The summary of an ndarray or NumPy scalar; all elements if there are up to ``full``.

    >>> summarize(np.float32(2.5)).values
    [2.5]
    """
    a = np.asarray(array)
    result = Summary(list(a.shape), a.dtype.name, note=note)
    if a.size <= full:
        result.values = plains(a.reshape(-1))
        return result
    result.first = plains(a.reshape(-1)[:FIRST])
    if a.dtype.kind in "OSUV" and not is_float(a.dtype):
        return result
    add_statistics(result, a)
    return result


def add_statistics(result: Summary, a: np.ndarray) -> None:
    """Fill in the statistics over the finite elements, and count the others."""
    result.zeros = int(a.size - np.count_nonzero(a))
    if a.dtype.kind == "b":
        return
    size = norm(a)
    if not math.isfinite(size):
        finite = np.isfinite(a)
        result.nans = int(np.isnan(a).sum())
        result.infs = int(a.size - np.count_nonzero(finite)) - result.nans
        a = a[finite]
        size = norm(a)
    if not a.size:
        return
    result.norm = rounded(size)
    if a.dtype.kind == "c":
        result.mean = plain(a.mean())
    else:
        result.mean = rounded(np.sum(a, dtype=np.float64) / a.size)
        result.min, result.max = plain(a.min()), plain(a.max())


def norm(array: Any) -> float:
    """The Euclidean norm; NaN or infinite where an element is; 0 for what is not numeric.

    >>> norm(np.float32([3e30, 4e30])), norm(np.array([1.0, np.nan]))
    (5e+30, nan)
    """
    a = np.asarray(array).reshape(-1)
    if not (a.dtype.kind in "ciu" or is_float(a.dtype)) or not a.size:
        return 0.0
    if a.dtype.name not in ("float32", "float64", "complex64", "complex128"):
        a = a.astype(np.float64)
    with np.errstate(all="ignore"):
        total = float(np.vdot(a, a).real)
        if total and math.isfinite(total):
            return math.sqrt(total)
        wide = np.abs(a).astype(np.float64)  # the squares under- or overflowed, if anything
        top = float(wide.max())
        if not top or not math.isfinite(top):
            return top
        return float(f"{top * math.sqrt(float(np.sum((wide / top) ** 2))):.7g}")


def is_float(dtype: np.dtype) -> bool:
    """Whether ``dtype`` is a floating type, ml_dtypes' (which NumPy calls void) included."""
    return dtype.kind == "f" or (dtype.kind == "V" and "float" in dtype.name)


def plains(a: np.ndarray) -> list[Any]:
    """JSON values for the elements of a row; as :func:`plain`, but all at once.

    >>> plains(np.float32([0.1, np.inf])), plains(np.array([True, False]))
    ([0.1, 'Infinity'], [True, False])
    """
    if a.dtype == np.float64:
        values = a.tolist()
    elif a.dtype.kind == "f":
        values = list(map(float, a.astype("U32").tolist()))  # the shortest digits of its own type
    elif a.dtype.kind == "b" or (a.dtype.kind in "iu" and a.dtype.itemsize < 8):
        return a.tolist()
    else:
        return [plain(v) for v in a]
    return [v if math.isfinite(v) else plain(v) for v in values]


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
