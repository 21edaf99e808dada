"""Checks and lengths that the signal operations share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from tensortape.arrays.varying import varies
from tensortape.core.convert import convert_to_tensor
from tensortape.ops.layout.attributes import invalid, one_int


@lru_cache(maxsize=256)
def profile(n: int, first: float, middle: float, final: float, dtype: Any) -> Any:
    """``n`` factors: one for the first element, one for those between, one for the last."""
    out = np.full(n, middle, getattr(dtype, "_np", dtype))
    out[-1:] = final
    out[:1] = first
    out.setflags(write=False)
    return out


def fit(xp: Any, x: Any, sizes: tuple[int, ...]) -> Any:
    """``x`` with its last axes cut, or filled with zeros, to ``sizes``."""
    shape = tuple(x.shape)
    lead = len(shape) - len(sizes)
    now = shape[lead:]
    if varies((*now, *sizes)):  # cut, then filled: of one of the two there is nothing
        x = xp.getitem(x, (slice(None),) * lead + tuple(slice(0, m) for m in sizes))
        widths = tuple((0, m - n) for n, m in zip(tuple(x.shape)[lead:], sizes, strict=True))
        return xp.pad(x, ((0, 0),) * lead + widths, 0)
    if now == tuple(sizes):
        return x
    if any(n > m for n, m in zip(now, sizes, strict=True)):
        x = xp.getitem(x, (slice(None),) * lead + tuple(slice(0, m) for m in sizes))
    widths = tuple((0, max(m - n, 0)) for n, m in zip(now, sizes, strict=True))
    if any(after for _, after in widths):
        x = xp.pad(x, ((0, 0),) * lead + widths, 0)
    return x


def signal_tensor(value: Any, rank: int, dtype_hint: str | None = None) -> Any:
    """``value`` as a tensor; ``ValueError`` unless it has at least ``rank`` axes."""
    x = convert_to_tensor(value, dtype_hint=dtype_hint)
    x.shape.with_rank_at_least(rank)
    return x


def scalar_int(value: Any, what: str) -> int:
    """An int argument: ``ValueError`` for a list or tensor with axes, ``TypeError`` for floats."""
    if np.ndim(getattr(value, "_a", value)):
        raise ValueError(f"{what} must have rank 0, received {value!r}")
    if isinstance(value, float):
        raise TypeError(f"{what} must be an integer, received {value!r}")
    return one_int(value)


def positive_int(value: Any, what: str, op: str) -> int:
    """As :func:`scalar_int`; ``InvalidArgumentError`` unless it is positive."""
    n = scalar_int(value, what)
    if n <= 0:
        raise invalid(f"{what} must be positive, received {n} [Op:{op}]")
    return n
