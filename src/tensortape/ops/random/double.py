"""Logarithms of the C library in double precision, the same to the last bit on every processor.

NumPy has its own where the processor has AVX-512, and calls the library elsewhere; the streams
must not depend on that.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tensortape.arrays.processor import WIDE


def log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The natural logarithm of positive values, in their shape."""
    return _each(math.log, x) if WIDE else np.log(x)


def log1p(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log(1 + x)`` of values above -1, in their shape."""
    return _each(math.log1p, x) if WIDE else np.log1p(x)


def _each(function: Callable[[float], float], x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.fromiter(map(function, x.ravel()), np.float64, x.size).reshape(x.shape)
