"""The rule of matrix products.

A tie to a row or column axis stays. A tie to the axis that is summed over means that the sum has
one term per entry of the batch: the product becomes elementwise, with that axis in the batch.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.batched.structure import lifted, times, untied
from tensortape.arrays.batched.value import Batched, rule
from tensortape.arrays.shared_product import of_two


@rule
def matmul(ns: Any, x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """Matrix product; a tied axis that is summed over goes to the batch."""
    left = type(x) is Batched
    if left is (type(y) is Batched):
        if left:
            return both(ns, x, y, transpose_a, transpose_b)
        return ns.base.matmul(x, y, transpose_a, transpose_b)
    value, other = (x, y) if left else (y, x)
    make = quick_plan if ns.raw else product_plan
    flips = (transpose_a, transpose_b)
    plan = make(tuple(value.data.shape), value.ties, tuple(other.shape), left, flips, ns.raw)
    data = value.data
    if plan.lifted is not None:
        data = ns.base.reshape(data, plan.lifted)
    if not plan.elementwise:
        return Batched(ns, stacked_product(ns, data, other, left, flips), plan.ties)
    if plan.order is not None:
        data = ns.base.transpose(data, plan.order)
    if plan.other_order is not None:
        other = ns.base.transpose(other, plan.other_order)
        if ns.raw:
            other = np.ascontiguousarray(other)  # it is read over and over
    if plan.other_shape is not None:
        other = ns.base.reshape(other, plan.other_shape)
    return Batched(ns, times(ns, data, other) if left else times(ns, other, data), plan.ties)


class ProductPlan(NamedTuple):
    """How to multiply the data of a batched factor with one that has no batch."""

    lifted: tuple[Any, ...] | None
    elementwise: bool
    order: tuple[int, ...] | None
    other_order: tuple[int, ...] | None
    other_shape: tuple[Any, ...] | None
    ties: tuple[int, ...]


def product_plan(
    stored: Any, ties: Any, shape: Any, left: bool, flips: tuple[bool, bool], raw: bool
) -> ProductPlan:
    """The plan for data of shape ``stored`` and a factor of ``shape``; ``left``: the data first."""
    flip, flip_other = flips if left else flips[::-1]
    inner = -2 if flip == left else -1
    rank, own = len(ties), stored[len(ties) :]
    missing = max(len(shape) - len(own), 0)
    lifted = (*stored[:rank], *(1,) * missing, *own) if missing else None
    ndim = missing + len(own)
    order = list(range(rank + ndim))
    if inner in ties:
        p = ties.index(inner)
        i = rank + ndim + inner
        order[p], order[i] = order[i], order[p]
        moved = tuple(swapped_last(order) if flip else order)
        rest = result_ties((*ties[:p], 0, *ties[p + 1 :]), inner, left)
        factor = inner_first(shape, p, rank, ndim, left, flip_other)
        return ProductPlan(lifted, True, moved, *factor, rest)
    after = result_ties(ties, inner, left)
    if raw and own[inner] == 1:
        turned = tuple(swapped_last(order)) if flip else None
        back = tuple(swapped_last(list(range(len(shape))))) if flip_other else None
        return ProductPlan(lifted, True, turned, back, None, after)
    return ProductPlan(lifted, False, None, None, None, after)


quick_plan = functools.lru_cache(4096)(product_plan)


def swapped_last(order: list[int]) -> list[int]:
    """An order of axes with the last two exchanged."""
    return [*order[:-2], order[-1], order[-2]]


def inner_first(
    shape: Any, p: int, rank: int, ndim: int, left: bool, flip: bool
) -> tuple[tuple[int, ...] | None, tuple[Any, ...]]:
    """The order, and the shape, that puts the axis summed over of a factor at batch axis ``p``."""
    inner = len(shape) - (1 if flip == left else 2)
    order = (inner, *[i for i in range(len(shape)) if i != inner]) if inner else None
    outer = shape[-1 if inner == len(shape) - 2 else -2]
    last = (1, outer) if left else (outer, 1)
    lead = [1] * rank
    lead[p] = shape[inner]
    return order, (*lead, *(1,) * (ndim - len(shape)), *shape[:-2], *last)


def result_ties(ties: tuple[int, ...], inner: int, left: bool) -> tuple[int, ...]:
    """Ties of a product: the row (column) axis of a factor is that of the result."""
    outer, place = -3 - inner, (-2 if left else -1)
    return ties if outer == place else tuple([place if q == outer else q for q in ties])


def stacked_product(ns: Any, data: Any, other: Any, left: bool, flips: tuple[bool, bool]) -> Any:
    """The product of stacks of matrices; of a stack and one matrix, a single one of all rows."""
    if not (ns.raw and left and other.ndim == 2 and not flips[0]):
        return ns.base.matmul(*((data, other) if left else (other, data)), *flips)
    other = other.T if flips[1] else other
    rows = data.reshape(-1, data.shape[-1])
    return of_two(rows, other).reshape(*data.shape[:-1], other.shape[-1])


def both(ns: Any, x: Batched, y: Batched, flip_a: bool, flip_b: bool) -> Any:
    """The product of two batched factors: ties to stack axes that both share are kept."""
    keep = [p for p, (q, r) in enumerate(zip(x.ties, y.ties, strict=True)) if q == r and q < -2]
    lost = [p for p in range(ns.rank) if p not in keep]
    x, y = untied(ns, x, lost), untied(ns, y, lost)
    ndim = max(len(x.shape), len(y.shape))
    data = ns.base.matmul(lifted(ns, x, ndim), lifted(ns, y, ndim), flip_a, flip_b)
    return Batched(ns, data, x.ties)
