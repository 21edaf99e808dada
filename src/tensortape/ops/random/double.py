"""Logarithms of the C library in double precision, the same to the last bit on every processor.

NumPy's own change with the vector instructions of the processor; the streams must not.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The natural logarithm of positive values, in their shape."""
    return _each(math.log, x)


def log1p(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log(1 + x)`` of values above -1, in their shape."""
    return _each(math.log1p, x)


def _each(function: Callable[[float], float], x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.fromiter(map(function, x.ravel()), np.float64, x.size).reshape(x.shape)
