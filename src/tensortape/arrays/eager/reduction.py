"""Primitives that reduce or accumulate along axes.

Axes are non-negative ints or tuples of them, normalised by the operation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

REDUCTION = "sum prod max min any all"
INDEX = "argmax argmin"
SCAN = "cumsum cumprod"


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return x.sum(axis, dtype=x.dtype, keepdims=keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return x.prod(axis, dtype=x.dtype, keepdims=keepdims)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return x.max(axis, keepdims=keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return x.min(axis, keepdims=keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.any(x, axis, keepdims=keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.all(x, axis, keepdims=keepdims)


def argmax(x: Any, axis: int) -> Any:
    return np.argmax(x, axis)


def argmin(x: Any, axis: int) -> Any:
    return np.argmin(x, axis)


def cumsum(x: Any, axis: int) -> Any:
    return np.cumsum(x, axis, dtype=x.dtype)


def cumprod(x: Any, axis: int) -> Any:
    return np.cumprod(x, axis, dtype=x.dtype)
