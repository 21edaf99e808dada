"""Softmax and its logarithm along the last axis of large arrays, a few rows at a time.

What is computed of a few rows stays in the cache of a core, and cores share the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.blocks import cores, run_blocks

_BLOCK = 1 << 15
"""Elements of the rows that are taken at a time."""

_MANY = 1 << 17
"""Arrays of fewer elements are computed at once."""

_SHARED = 1 << 19
"""Elements from which helpers are asked."""

_largest: Any = np.maximum.reduce
_sum: Any = np.add.reduce


def worth(x: Any, axis: int) -> bool:
    """Whether this way is quicker."""
    last = axis in (-1, x.ndim - 1)
    return last and x.size >= _MANY and x.dtype.kind == "f" and x.flags.c_contiguous


def _in_rows(body: Callable[..., None], x: Any, temporary: bool) -> Any:
    rows = x.reshape(-1, x.shape[-1])
    step = max(1, _BLOCK // rows.shape[1])
    out = np.empty_like(rows)
    threads = cores() if x.size >= _SHARED else 1
    shape = (step, rows.shape[1]) if temporary else (0,)
    scratches = [np.empty(shape, x.dtype) for _ in range(threads)]
    run_blocks(body, len(rows), step, scratches, (rows, out))
    return out.reshape(x.shape)


def softmax(x: Any) -> Any:
    """Exponentials, divided by their sum."""
    return _in_rows(_softmax, x, False)


def _softmax(low: int, high: int, scratch: Any, x: Any, out: Any) -> None:
    part, e = x[low:high], out[low:high]
    np.subtract(part, _largest(part, 1, None, None, True), out=e)
    np.exp(e, out=e)
    e /= _sum(e, 1, None, None, True)


def log_softmax(x: Any) -> Any:
    """The logarithm of :func:`softmax`, where that may be too small for a float."""
    return _in_rows(_log_softmax, x, True)


def _log_softmax(low: int, high: int, scratch: Any, x: Any, out: Any) -> None:
    part, shifted = x[low:high], out[low:high]
    np.subtract(part, _largest(part, 1, None, None, True), out=shifted)
    e = scratch[: high - low]
    np.exp(shifted, out=e)
    shifted -= np.log(_sum(e, 1, None, None, True))
