"""Rules of reductions and of what runs along one axis."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from tensortape.arrays.batched.layout import lead, tied_to
from tensortape.arrays.batched.structure import untied
from tensortape.arrays.batched.value import Batched, family, rule


def axes_of(x: Batched, axis: Any) -> tuple[int, ...]:
    """Non-negative logical axes."""
    if axis is None:
        return tuple(range(len(x.shape)))
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple([a % len(x.shape) for a in axes])


def dropped(ns: Any, x: Batched, axes: tuple[int, ...]) -> Batched:
    """``x`` without its logical ``axes``, which have size 1 and no tie."""
    if not axes:
        return x
    ndim = len(x.shape)
    kept = [i for i in range(ndim) if i not in axes]
    ties = tuple([kept.index(ndim + q) - len(kept) if q else 0 for q in x.ties])
    shape = lead(ns, x) + tuple([x.shape[i] for i in kept])
    return Batched(ns, ns.base.reshape(x.data, shape), ties)


class SumPlan(NamedTuple):
    """A sum of stored data: move axes, add along some of them, drop some that have size 1."""

    order: tuple[int, ...] | None
    axes: tuple[int, ...]
    shape: tuple[Any, ...] | None
    ties: tuple[int, ...]


def sum_plan(stored: Any, ties: Any, axes: Any, drop: Any) -> SumPlan:
    """The sum over logical ``axes``, of which those in ``drop`` go; for data of shape ``stored``.

    A tied axis is handed to the batch: each entry has one nonzero element along it, so nothing
    is added.
    """
    rank, sizes = len(ties), list(stored)
    ndim = len(sizes) - rank
    order, left = list(range(len(sizes))), list(ties)
    for p, q in enumerate(ties):
        if q and ndim + q in axes:
            i, left[p] = rank + ndim + q, 0
            order[p], order[i] = order[i], order[p]
            sizes[p], sizes[i] = sizes[i], sizes[p]
            axes = [a for a in axes if a != ndim + q]
    for a in axes:
        sizes[rank + a] = 1
    kept = [i for i in range(ndim) if i not in drop]
    shape = (*sizes[:rank], *[sizes[rank + i] for i in kept]) if drop else None
    moved = tuple([kept.index(ndim + q) - len(kept) if q else 0 for q in left])
    turned = tuple(order) if order != sorted(order) else None
    return SumPlan(turned, tuple([rank + a for a in axes]), shape, moved)


def sum_to_plan(stored: Any, ties: Any, shape: Any) -> SumPlan:
    """The sum that the transpose of broadcasting to ``stored`` is."""
    own = stored[len(ties) :]
    extra = len(own) - len(shape)
    ones = [i + extra for i, n in enumerate(shape) if n == 1 and own[i + extra] != 1]
    return sum_plan(stored, ties, (*range(extra), *ones), range(extra))


quick_sum_plan = functools.lru_cache(4096)(sum_plan)
quick_sum_to_plan = functools.lru_cache(4096)(sum_to_plan)


def summed(ns: Any, x: Batched, plan: SumPlan) -> Batched:
    """The sum as planned."""
    data, base = x.data, ns.base
    if plan.order is not None:
        data = base.transpose(data, plan.order)
    if plan.axes:
        data = base.sum(data, plan.axes, True)
    if plan.shape is not None:
        data = base.reshape(data, plan.shape)
    return Batched(ns, data, plan.ties)


@rule
def sum(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """A sum along a tied axis hands the diagonal to the batch: nothing is added."""
    if type(x) is not Batched:
        return ns.base.sum(x, axis, keepdims)
    axes = axes_of(x, axis)
    make = quick_sum_plan if ns.raw else sum_plan
    return summed(ns, x, make(tuple(x.data.shape), x.ties, axes, () if keepdims else axes))


@rule
def sum_to(ns: Any, x: Any, shape: Any) -> Any:
    """The transpose of broadcasting, as ``sum``."""
    if type(x) is not Batched:
        return ns.base.sum_to(x, shape)
    make = quick_sum_to_plan if ns.raw else sum_to_plan
    return summed(ns, x, make(tuple(x.data.shape), x.ties, tuple(shape)))


@family("reduction")
def reduction(name: str) -> Callable[..., Any]:
    """Other reductions: of zeros they are zero, so ties to axes that stay are kept."""

    def apply(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        function = getattr(ns.base, name)
        if type(x) is not Batched:
            return function(x, axis, keepdims)
        axes = axes_of(x, axis)
        x = ns.stored(name, x, tied_to(x, axes))
        data = function(x.data, tuple([ns.rank + a for a in axes]), True)
        result = Batched(ns, data, x.ties)
        return result if keepdims else dropped(ns, result, axes)

    return apply


@family("index", "scan", "sorting", "softmax")
def along(name: str) -> Callable[..., Any]:
    """What runs along one axis: zeros are stored, the axis is counted behind the batch."""

    def apply(ns: Any, x: Any, axis: int = -1, *rest: Any, **attrs: Any) -> Any:
        function = getattr(ns.base, name)
        if type(x) is not Batched:
            return function(x, axis, *rest, **attrs)
        x = ns.stored(name, x)
        at = ns.rank + axis % len(x.shape)
        return Batched(ns, function(x.data, at, *rest, **attrs), x.ties)

    return apply


@rule
def top_k(ns: Any, x: Any, k: int) -> Any:
    """The largest elements of each entry, zeros stored."""
    if type(x) is not Batched:
        return ns.base.top_k(x, k)
    x = untied(ns, x)
    return tuple(Batched(ns, part, ns.free) for part in ns.base.top_k(x.data, k))
