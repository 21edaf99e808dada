"""Products of unfolded inputs with filters: convolution as matrix products.

The unfolded input, several times as large as the input, is made for a few rows of places at a time,
multiplied while it is in the cache, and forgotten. Cores share the parts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.blas import one_thread
from tensortape.arrays.blocks import cores, run_blocks
from tensortape.arrays.shared_product import SHARED, THREADED

_PART = 1 << 17
"""Elements of a part of the unfolded input."""

_FEWEST = 256
"""Places of a part, so that arranging the filters for a product does not count."""


def parts_of(windows: Any, rank: int) -> list[Any]:
    """Indices of the parts: some examples each, or some rows of places of an example."""
    n, rows = windows.shape[:2]
    window = math.prod(windows.shape[rank + 1 :])
    places = max(_FEWEST, _PART // max(window, 1))
    example = math.prod(windows.shape[1 : rank + 1])
    if example <= places:
        step = max(1, places // max(example, 1))
        return [slice(i, i + step) for i in range(0, n, step)]
    step = max(1, places * rows // example)
    return [
        (slice(i, i + 1), slice(low, low + step)) for i in range(n) for low in range(0, rows, step)
    ]


def product(out: Any, windows: Any, filters: Any) -> None:
    """Write the products of windows ``(n, *places, *kernel, channels)`` with a matrix."""
    work = windows.size * filters.shape[-1]
    if work <= THREADED:
        np.matmul(windows.reshape(-1, len(filters)), filters, out=out.reshape(-1, out.shape[-1]))
        return
    parts = parts_of(windows, out.ndim - 2)
    threads = min(cores(), len(parts)) if work >= SHARED and one_thread.set else 1
    one_thread.enter()
    try:
        args = (parts, windows, filters, out)
        run_blocks(_write_parts, len(parts), 1, (None,) * threads, args)
    finally:
        one_thread.leave()


def _write_parts(
    low: int, high: int, scratch: None, parts: Any, windows: Any, filters: Any, out: Any
) -> None:
    for part in parts[low:high]:
        target = out[part].reshape(-1, out.shape[-1])
        np.matmul(windows[part].reshape(-1, len(filters)), filters, out=target)


def transposed_product(windows: Any, g: Any) -> Any:
    """The sum over all places of the products of windows with ``g``, ``(window, outputs)``."""
    outputs, window = g.shape[-1], math.prod(windows.shape[g.ndim - 1 :])
    if windows.size * outputs <= THREADED:
        return windows.reshape(-1, window).T @ g.reshape(-1, outputs)
    parts = parts_of(windows, g.ndim - 2)
    work = windows.size * outputs
    threads = min(cores(), len(parts)) if work >= SHARED and one_thread.set else 1
    sums = [np.zeros((window, outputs), windows.dtype) for _ in range(threads)]
    one_thread.enter()
    try:
        run_blocks(_add_parts, len(parts), 1, sums, (parts, windows, g))
    finally:
        one_thread.leave()
    return sum(sums[1:], start=sums[0])


def _add_parts(low: int, high: int, total: Any, parts: Any, windows: Any, g: Any) -> None:
    for part in parts[low:high]:
        total += windows[part].reshape(-1, len(total)).T @ g[part].reshape(-1, g.shape[-1])
