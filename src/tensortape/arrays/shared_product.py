"""Matrix products, shared between threads where they are large and there are cores for it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.blas import one_thread
from tensortape.arrays.blocks import cores, helpers, run_blocks

THREADED = 1 << 18
"""Multiplications above which BLAS libraries start threads."""

SHARED = 1 << 25
"""Multiplications from which a product is shared between threads."""

FEWEST = 64
"""Fewest rows, or columns, of a part."""

PARTS = 2
"""Parts for each thread, so that one which gets less of its core can do less."""


def of_two(x: Any, y: Any) -> Any:
    """The product of two matrices: ``dot`` asks the BLAS after half the preparations of ``matmul``.

    It has no good answer where a factor is a single number: 0 times NaN is 0 there.
    """
    rows, inner = x.shape
    columns = y.shape[1]
    if inner == 1 == y.shape[0] and (rows == 1 or columns == 1 or rows * columns > THREADED):
        return x * y  # one product each
    if x.size * columns > THREADED:
        return multiply(x, y)
    return x.dot(y) if x.dtype.char in "fd" else np.matmul(x, y)


def multiply(x: Any, y: Any) -> Any:
    """``np.matmul(x, y)`` that does not wait for threads of the BLAS."""
    if x.size * y.shape[-1] <= THREADED or one_thread.set is None:
        return np.matmul(x, y)
    one_thread.enter()
    try:
        if x.size * y.shape[-1] >= SHARED and cores() > 1:
            return shared(x, y)
        return np.matmul(x, y)
    finally:
        one_thread.leave()


def shared(x: Any, y: Any) -> Any:
    """A large product in parts: of the rows, the columns, or the matrices of a stack."""
    if x.ndim == 2 == y.ndim and x.shape[1] == y.shape[0]:
        out = np.empty((x.shape[0], y.shape[1]), np.result_type(x, y))
        shared_product(x, y, out)
        return out
    if x.ndim > 2 and x.shape[:-2] == y.shape[:-2] and len(x) > 1 and x.shape[-1] == y.shape[-2]:
        out = np.empty((*x.shape[:-1], y.shape[-1]), np.result_type(x, y))
        shared_stack(x, y, out)
        return out
    return np.matmul(x, y)


def shared_product(a: Any, b: Any, out: Any) -> None:
    """``out = a @ b`` of two matrices, in parts of the longer side, on all cores."""
    rows, columns = out.shape
    if one_thread.set is None:  # the library has threads of its own
        np.matmul(a, b, out)
    elif rows >= columns:
        _in_parts(_rows, rows, FEWEST, a, b, out)
    else:
        _in_parts(_columns, columns, FEWEST, a, b, out)


def shared_stack(a: Any, b: Any, out: Any) -> None:
    """``out = a @ b`` of stacks of as many matrices, in parts of the first axis, on all cores."""
    if one_thread.set is None:
        np.matmul(a, b, out)
    else:
        _in_parts(_matrices, len(a), 1, a, b, out)


def _in_parts(body: Any, count: int, fewest: int, *arrays: Any) -> None:
    threads = cores()
    if threads == 1 or not helpers.idle():  # each part costs packing the other factor again
        body(0, count, None, *arrays)
        return
    step = max(fewest, math.ceil(count / (PARTS * threads)))
    run_blocks(body, count, step, (None,) * threads, arrays)


def _rows(low: int, high: int, scratch: None, a: Any, b: Any, out: Any) -> None:
    np.matmul(a[low:high], b, out[low:high])


def _columns(low: int, high: int, scratch: None, a: Any, b: Any, out: Any) -> None:
    np.matmul(a, b[:, low:high], out[:, low:high])


def _matrices(low: int, high: int, scratch: None, a: Any, b: Any, out: Any) -> None:
    np.matmul(a[low:high], b[low:high], out[low:high])
