"""Primitives that move elements without computing, and those that make arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

LAYOUT = "reshape transpose broadcast_to expand_dims squeeze concatenate stack flip roll tile pad"
SUMMING = "sum_to"
TYPE = "astype"
CREATION = "zeros ones full arange eye zeros_like ones_like full_like"


def reshape(x: Any, shape: Any) -> Any:
    return np.reshape(x, shape)


def transpose(x: Any, axes: Any = None) -> Any:
    return np.transpose(x, axes)


def broadcast_to(x: Any, shape: Any) -> Any:
    """A read-only view of ``x`` repeated to ``shape``."""
    return np.broadcast_to(x, shape)


def expand_dims(x: Any, axis: Any) -> Any:
    return np.expand_dims(x, axis)


def squeeze(x: Any, axis: Any) -> Any:
    return np.squeeze(x, axis)


def concatenate(arrays: Any, axis: int = 0) -> Any:
    return np.concatenate(arrays, axis)


def stack(arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis)


def pad(x: Any, widths: Any, value: Any = 0) -> Any:
    return np.pad(x, widths, constant_values=value)


def sum_to(x: Any, shape: Any) -> Any:
    """Sum ``x`` over the axes along which ``shape`` was broadcast to ``x.shape``."""
    extra = x.ndim - len(shape)
    if extra == x.ndim:
        return x.sum()
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and x.shape[i + extra] != 1
    )
    summed = x.sum(axes, keepdims=True) if axes else x
    return summed.reshape(shape)


def astype(x: Any, dtype: Any) -> Any:
    return x.astype(getattr(dtype, "_np", dtype))


def zeros(shape: Any, dtype: Any) -> Any:
    return np.zeros(shape, getattr(dtype, "_np", dtype))[()]


def ones(shape: Any, dtype: Any) -> Any:
    return np.ones(shape, getattr(dtype, "_np", dtype))[()]


def full(shape: Any, value: Any, dtype: Any) -> Any:
    return np.full(shape, value, getattr(dtype, "_np", dtype))[()]


def arange(start: Any, stop: Any, step: Any = 1, dtype: Any = None) -> Any:
    return np.arange(start, stop, step, dtype=getattr(dtype, "_np", dtype))


def eye(rows: int, columns: int, dtype: Any) -> Any:
    return np.eye(rows, columns, dtype=getattr(dtype, "_np", dtype))


def zeros_like(x: Any) -> Any:
    return np.zeros_like(x)[()]


def ones_like(x: Any) -> Any:
    return np.ones_like(x)[()]


def full_like(x: Any, value: Any) -> Any:
    return np.full_like(x, value)[()]
