"""Elementwise primitives."""

from __future__ import annotations

from typing import Any

import numpy as np

UNARY = (
    "absolute negative square sqrt exp expm1 log log1p sin cos tan sinh cosh tanh arcsin arccos "
    "arctan arcsinh arccosh arctanh sign floor ceil rint conj real imag angle isfinite isinf "
    "isnan logical_not invert reciprocal"
)
BINARY = (
    "add subtract multiply divide power maximum minimum arctan2 equal not_equal less less_equal "
    "greater greater_equal logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor "
    "left_shift right_shift floor_divide remainder fmod nextafter"
)
TERNARY = "where"


def add(x: Any, y: Any) -> Any:
    return x + y


def subtract(x: Any, y: Any) -> Any:
    return x - y


def multiply(x: Any, y: Any) -> Any:
    return x * y


def divide(x: Any, y: Any) -> Any:
    return x / y


def power(x: Any, y: Any) -> Any:
    return x**y


def negative(x: Any) -> Any:
    return -x


def square(x: Any) -> Any:
    return x * x


def real(x: Any) -> Any:
    return np.real(x)[()]


def imag(x: Any) -> Any:
    return np.imag(x)[()]
