"""The rule of matrix products.

A tie to a row or column axis stays. A tie to the axis that is summed over means that the sum has
one term per entry of the batch: the product becomes elementwise, with that axis in the batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.batched.structure import lifted, swapped, times, untied
from tensortape.arrays.batched.value import Batched, rule
from tensortape.arrays.shared_product import multiply


@rule
def matmul(ns: Any, x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """Matrix product; a tied axis that is summed over goes to the batch."""
    left, right = type(x) is Batched, type(y) is Batched
    if not (left or right):
        return ns.base.matmul(x, y, transpose_a, transpose_b)
    if left and right:
        return both(ns, x, y, transpose_a, transpose_b)
    value, other = (x, y) if left else (y, x)
    flip, flip_other = (transpose_a, transpose_b) if left else (transpose_b, transpose_a)
    inner = -2 if flip == left else -1
    for p, q in enumerate(value.ties):
        if q == inner:
            return absorbed(ns, value, other, p, left, flip, flip_other)
    data = lifted(ns, value, other.ndim)
    pair = (data, other) if left else (other, data)
    ties = result_ties(value.ties, inner, left)
    if ns.raw and data.shape[inner] == 1:
        a, b = (
            x.swapaxes(-1, -2) if flipped else x
            for x, flipped in zip(pair, (transpose_a, transpose_b), strict=True)
        )
        return Batched(ns, times(ns, a, b), ties)
    if ns.raw and left and other.ndim == 2 and not transpose_a:
        return Batched(ns, rows_times_matrix(data, other, transpose_b), ties)
    return Batched(ns, ns.base.matmul(*pair, transpose_a, transpose_b), ties)


def rows_times_matrix(x: Any, y: Any, transpose_b: bool) -> Any:
    """A stack of matrices times one matrix, as a single product of all their rows."""
    y = y.T if transpose_b else y
    rows = x.reshape(-1, x.shape[-1])
    return multiply(rows, y).reshape(*x.shape[:-1], y.shape[-1])


def result_ties(ties: tuple[int, ...], inner: int, left: bool) -> tuple[int, ...]:
    """Ties of a product: the row (column) axis of a factor is that of the result."""
    outer, place = -3 - inner, (-2 if left else -1)
    return ties if outer == place else tuple([place if q == outer else q for q in ties])


def absorbed(
    ns: Any, value: Batched, other: Any, p: int, left: bool, flip: bool, flip_other: bool
) -> Any:
    """The product where batch axis ``p`` is tied to the axis summed over."""
    rank, inner = ns.rank, -2 if flip == left else -1
    ndim = max(len(value.shape), other.ndim)
    data = lifted(ns, value, ndim)
    data = swapped(ns, data, p, rank + ndim + inner)
    if flip:
        data = swapped(ns, data, -2 % data.ndim, -1 % data.ndim)
    ties = result_ties(value.ties[:p] + (0,) + value.ties[p + 1 :], inner, left)
    factor = inner_first(ns, other, p, ndim, left, flip_other)
    return Batched(ns, times(ns, data, factor) if left else times(ns, factor, data), ties)


def inner_first(ns: Any, other: Any, p: int, ndim: int, left: bool, flip: bool) -> Any:
    """The unbatched factor with the axis summed over at batch axis ``p``."""
    shape = tuple(other.shape)
    inner = len(shape) - (1 if flip == left else 2)
    if inner:
        order = (inner, *[i for i in range(len(shape)) if i != inner])
        other = ns.base.transpose(other, order)
        if ns.raw:
            other = np.ascontiguousarray(other)  # it is read over and over
    outer = shape[-1 if inner == len(shape) - 2 else -2]
    last = (1, outer) if left else (outer, 1)
    lead = [1] * ns.rank
    lead[p] = shape[inner]
    full = (*lead, *(1,) * (ndim - len(shape)), *shape[:-2], *last)
    return ns.base.reshape(other, full)


def both(ns: Any, x: Batched, y: Batched, flip_a: bool, flip_b: bool) -> Any:
    """The product of two batched factors: ties to stack axes that both share are kept."""
    keep = [p for p, (q, r) in enumerate(zip(x.ties, y.ties, strict=True)) if q == r and q < -2]
    lost = [p for p in range(ns.rank) if p not in keep]
    x, y = untied(ns, x, lost), untied(ns, y, lost)
    ndim = max(len(x.shape), len(y.shape))
    data = ns.base.matmul(lifted(ns, x, ndim), lifted(ns, y, ndim), flip_a, flip_b)
    return Batched(ns, data, x.ties)
