"""Functions of many numbers in single precision, block by block.

A block and its temporaries stay in the cache of a core, and cores share the blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.arrays.blocks import cores, run_blocks

MANY = 4096
"""Fewer numbers are computed at once: there is nothing to gain."""

BLOCK = 1 << 15
"""Numbers of a block."""

SHARED = 1 << 18
"""Numbers from which helpers are asked."""


def worth(x: Any) -> bool:
    """Whether the functions that work in blocks are for this array."""
    return x.dtype == np.float32 and x.size >= MANY


def in_blocks(body: Callable[..., None], x: Any, count: int, fixed: Sequence[float] = ()) -> Any:
    """``body(out, x, temporaries, constants)`` of each block of ``x``, a float32 array.

    ``count`` is the number of temporaries. The numbers ``fixed`` come as arrays, since NumPy's
    minimum and maximum of two arrays are four times as fast as those of an array and a number.
    """
    flat = x.reshape(-1)
    out = np.empty_like(flat)
    size = min(BLOCK, max(flat.size, 1))
    constants = np.repeat(np.array(fixed, np.float32)[:, None], size, axis=1)
    threads = cores() if flat.size >= SHARED else 1
    scratches = [np.empty((count, size), np.float32) for _ in range(threads)]
    run_blocks(one_block, flat.size, size, scratches, (body, flat, out, constants))
    return out.reshape(x.shape)


def one_block(low: int, high: int, scratch: Any, body: Any, x: Any, out: Any, fixed: Any) -> None:
    """One block; the temporaries of the last one are cut to its length."""
    n = high - low
    body(out[low:high], x[low:high], scratch[:, :n], fixed[:, :n])


def polynomial(out: Any, coefficients: Sequence[Any], t: Any) -> None:
    """A polynomial of ``t``, its coefficients in ascending order."""
    np.multiply(t, coefficients[-1], out=out)
    for c in coefficients[-2:0:-1]:
        out += c
        out *= t
    out += coefficients[0]


def single(*numbers: float) -> tuple[Any, ...]:
    """Numbers in single precision, as arrays: what a ufunc takes them as costs it the least."""
    return tuple([np.array(n, np.float32) for n in numbers])
