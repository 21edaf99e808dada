"""Rules of reductions and of what runs along one axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.batched.layout import lead, tied_to
from tensortape.arrays.batched.structure import released, untied
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


def summed(ns: Any, x: Batched, axes: tuple[int, ...]) -> Batched:
    """The sum over ``axes``, kept with size 1; a tied axis is handed to the batch."""
    rest = axes
    for p in tied_to(x, axes) if any(x.ties) else ():
        axis = len(x.shape) + x.ties[p]
        x = released(ns, x, p)
        rest = tuple([a for a in rest if a != axis])
    if not rest:
        return x
    data = ns.base.sum(x.data, tuple([ns.rank + a for a in rest]), True)
    return Batched(ns, data, x.ties)


@rule
def sum(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """A sum along a tied axis hands the diagonal to the batch: nothing is added."""
    if type(x) is not Batched:
        return ns.base.sum(x, axis, keepdims)
    axes = axes_of(x, axis)
    total = summed(ns, x, axes)
    return total if keepdims else dropped(ns, total, axes)


@rule
def sum_to(ns: Any, x: Any, shape: Any) -> Any:
    """The transpose of broadcasting, as ``sum``."""
    if type(x) is not Batched:
        return ns.base.sum_to(x, shape)
    shape = tuple(shape)
    extra = len(x.shape) - len(shape)
    axes = tuple(range(extra)) + tuple(
        [i + extra for i, n in enumerate(shape) if n == 1 and x.shape[i + extra] != 1]
    )
    total = summed(ns, x, axes)
    if not extra:
        return total
    return Batched(ns, ns.base.reshape(total.data, lead(ns, total) + shape), total.ties)


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
