"""Primitives that multiply and sum: matrix products and Einstein sums."""

from __future__ import annotations

from typing import Any

import numpy as np

PRODUCT = "matmul einsum"


def matmul(x: Any, y: Any) -> Any:
    return np.matmul(x, y)


def einsum(equation: str, *arrays: Any) -> Any:
    return np.einsum(equation, *arrays, optimize=len(arrays) > 2)
