"""Primitives of images under XLA, as in ``arrays/eager/image.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.xla.runtime import jnp, known

_FEW = 8


def resample(x: Any, rows: Any, columns: Any) -> Any:
    return _along(_along(jnp.asarray(x), rows, 1), columns, 2)


def _along(x: Any, weights: Any, axis: int) -> Any:
    """Weighted sums along one axis: pixel by pixel where there are few of them, or as a product."""
    if not known(weights):
        return _product(x, weights.astype(x.dtype), axis)
    weights = np.asarray(weights).astype(x.dtype)
    used = weights != 0
    count = max(int(used.sum(1).max(initial=0)), 1)
    if count > _FEW:
        return _product(x, weights, axis)
    order = np.argsort(~used, axis=1, kind="stable")[:, :count]
    total: Any = 0
    for at, weight in zip(order.T, np.take_along_axis(weights, order, 1).T, strict=True):
        wide = weight.reshape(-1, *(1,) * (3 - axis))
        part = jnp.take(x, at, axis, mode="clip")
        total = total + jnp.where(wide == 0, jnp.zeros((), x.dtype), part * wide)
    return total


def _product(x: Any, weights: Any, axis: int) -> Any:
    equation = "ah,nhwc->nawc" if axis == 1 else "bw,nhwc->nhbc"
    return jnp.einsum(equation, weights, x)


def image_sum(x: Any) -> Any:
    return jnp.sum(x, (-3, -2, -1), dtype=np.float64, keepdims=True).astype(x.dtype)


def image_spread(x: Any, size: tuple[int, ...]) -> Any:
    return jnp.broadcast_to(x, (*x.shape[:-3], *size))
