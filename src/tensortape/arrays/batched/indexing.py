"""Rules of slicing, gathering and scattering.

Gathers and scatters leave axes behind those they work on alone, so the batch is moved to the end
and back; what is tied to an axis that is indexed is stored first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.batched.layout import tied_to
from tensortape.arrays.batched.structure import dense, released
from tensortape.arrays.batched.value import RULES, Batched, family, rule

EVERYTHING = slice(None)


def spelled(index: Any, ndim: int) -> list[Any]:
    """A basic index with ``...`` written out, one item per axis (and ``None`` for new ones)."""
    items = list(index) if isinstance(index, tuple) else [index]
    used = sum(1 for item in items if item is not None and item is not Ellipsis)
    fill = [EVERYTHING] * (ndim - used)
    if Ellipsis in items:
        at = items.index(Ellipsis)
        return items[:at] + fill + items[at + 1 :]
    return items + fill


def axis_map(index: list[Any]) -> dict[int, int]:
    """Axis of the array -> axis of ``array[index]``, for axes that are taken whole."""
    found, source, target = {}, 0, 0
    for item in index:
        if item is None:
            target += 1
            continue
        if item == EVERYTHING:
            found[source] = target
        source += 1
        target += isinstance(item, slice)
    return found


@rule
def getitem(ns: Any, x: Any, index: Any) -> Any:
    """A slice keeps the ties to axes that are taken whole."""
    if type(x) is not Batched:
        return ns.base.getitem(x, index)
    items = spelled(index, len(x.shape))
    whole = axis_map(items)
    ndim = len(x.shape)
    x = ns.stored("getitem", x, tied_to(x, set(range(ndim)) - set(whole)))
    data = ns.base.getitem(x.data, (EVERYTHING,) * ns.rank + tuple(items))
    left = data.ndim - ns.rank
    ties = tuple([whole[ndim + q] - left if q else 0 for q in x.ties])
    return Batched(ns, data, ties)


@rule
def setitem_zeros(ns: Any, g: Any, index: Any, shape: Any) -> Any:
    """The transpose of a slice keeps them likewise."""
    if type(g) is not Batched:
        return ns.base.setitem_zeros(g, index, shape)
    shape = tuple(shape)
    items = spelled(index, len(shape))
    back = {new: old for old, new in axis_map(items).items()}
    g = ns.stored("setitem_zeros", g, tied_to(g, set(range(len(g.shape))) - set(back)))
    ties = tuple([back[len(g.shape) + q] - len(shape) if q else 0 for q in g.ties])
    sizes = tuple(g.data.shape)[: ns.rank]
    key = (EVERYTHING,) * ns.rank + tuple(items)
    return Batched(ns, ns.base.setitem_zeros(g.data, key, sizes + shape), ties)


def behind(ns: Any, x: Batched) -> Any:
    """The data with the batch axes moved to the end."""
    rank = ns.rank
    return ns.base.transpose(x.data, (*range(rank, x.data.ndim), *range(rank)))


def before(ns: Any, data: Any, ties: tuple[int, ...]) -> Batched:
    """A batched value from data whose batch axes are the last."""
    ndim, rank = data.ndim, ns.rank
    order = (*range(ndim - rank, ndim), *range(ndim - rank))
    return Batched(ns, ns.base.transpose(data, order), ties)


def only_first_batched(values: Any) -> bool:
    """Whether the batch is in the first value alone."""
    return type(values[0]) is Batched and not any(type(v) is Batched for v in values[1:])


@rule
def take(ns: Any, x: Any, indices: Any, axis: int = 0, batch_dims: int = 0) -> Any:
    """A gather keeps the ties to other axes."""
    if not only_first_batched((x, indices)):
        return ns.looped("take", x, indices, axis, batch_dims)
    x = ns.stored("take", x, tied_to(x, (axis,)))
    added = indices.ndim - batch_dims - 1
    ndim = len(x.shape)
    ties = tuple([q - added if q and ndim + q < axis else q for q in x.ties])
    return before(ns, ns.base.take(behind(ns, x), indices, axis, batch_dims), ties)


@rule
def scatter_add(
    ns: Any, indices: Any, updates: Any, shape: Any, axis: int = 0, batch_dims: int = 0
) -> Any:
    """A scatter keeps the ties to other axes, and hands tied rows to the batch."""
    if not only_first_batched((updates, indices)):
        return ns.looped("scatter_add", indices, updates, shape, axis, batch_dims)
    count, shape = indices.ndim - batch_dims, tuple(shape)
    tied = tied_to(updates, range(axis, axis + count))
    if tied and not batch_dims:
        return scatter_rows(ns, indices, updates, shape, axis, tied)
    updates = ns.stored("scatter_add", updates, tied)
    data = behind(ns, updates)
    ndim = len(updates.shape)
    ties = widened(updates.ties, ndim, axis, count)
    full = shape + tuple(data.shape)[ndim:]
    return before(ns, ns.base.scatter_add(indices, data, full, axis, batch_dims), ties)


def widened(ties: tuple[int, ...], ndim: int, axis: int, count: int) -> tuple[int, ...]:
    """Ties where ``count`` axes of ``ndim`` from ``axis`` on have become one."""
    return tuple([q + count - 1 if q and ndim + q < axis else q for q in ties])


def scatter_rows(
    ns: Any, indices: Any, updates: Batched, shape: tuple[int, ...], axis: int, tied: list[int]
) -> Batched:
    """Scatter where entry ``b`` of the batch has updates at the ``b``-th index alone.

    Batch axis ``p`` takes the place of the axis of ``indices`` it is tied to, and each of its
    entries is scattered with its own index.
    """
    p, *others = tied
    updates = ns.stored("scatter_add", updates, others)
    ndim, count = len(updates.shape), indices.ndim
    at = ndim + updates.ties[p] - axis
    ties = widened(updates.ties, ndim, axis, count)
    data = released(ns, updates, p).data
    sizes = tuple(indices.shape)
    own = ns.base.transpose(indices, (at, *[i for i in range(count) if i != at]))
    own = ns.base.reshape(own, (sizes[at], *sizes[:at], 1, *sizes[at + 1 :]))
    rest = [i for i in range(ns.rank) if i != p]
    order = (p, *range(ns.rank, data.ndim), *rest)
    data = ns.base.transpose(data, order)
    full = (sizes[at], *shape, *tuple(data.shape)[1 + ndim :])
    out = ns.base.scatter_add(own, data, full, axis + 1, 1)
    width = len(shape)
    place = {p: 0} | {q: 1 + width + i for i, q in enumerate(rest)}
    back = (*[place[q] for q in range(ns.rank)], *range(1, 1 + width))
    return Batched(ns, ns.base.transpose(out, back), ties[:p] + (0,) + ties[p + 1 :])


@rule
def gather_nd(ns: Any, x: Any, indices: Any, batch_dims: int = 0) -> Any:
    """A gather keeps the ties to axes behind those it reads."""
    if not only_first_batched((x, indices)):
        return ns.looped("gather_nd", x, indices, batch_dims)
    read = range(batch_dims + indices.shape[-1])
    x = ns.stored("gather_nd", x, tied_to(x, read))
    return before(ns, ns.base.gather_nd(behind(ns, x), indices, batch_dims), x.ties)


@rule
def scatter_nd(ns: Any, indices: Any, updates: Any, shape: Any) -> Any:
    """A scatter keeps the ties to axes behind those it writes."""
    if not only_first_batched((updates, indices)):
        return ns.looped("scatter_nd", indices, updates, shape)
    updates = ns.stored("scatter_nd", updates, tied_to(updates, range(indices.ndim - 1)))
    data = behind(ns, updates)
    full = tuple(shape) + tuple(data.shape)[len(updates.shape) :]
    return before(ns, ns.base.scatter_nd(indices, data, full), updates.ties)


def scatter(name: str) -> Callable[..., Any]:
    """Writing at index tuples: values and updates are both stored whole."""

    def apply(ns: Any, x: Any, indices: Any, updates: Any) -> Any:
        if type(indices) is Batched or not (type(x) is Batched or type(updates) is Batched):
            return ns.looped(name, x, indices, updates)
        parts = [behind(ns, Batched(ns, dense(ns, v), ns.free)) for v in (x, updates)]
        if any(any(v.ties) for v in (x, updates) if type(v) is Batched):
            ns.fallbacks.setdefault(name, "dense")
        return before(ns, getattr(ns.base, name)(parts[0], indices, parts[1]), ns.free)

    return apply


for _name in ("scatter_update", "scatter_max", "scatter_min"):
    RULES[_name] = scatter(_name)


@family("segment")
def segment(name: str) -> Callable[..., Any]:
    """Segment reductions work on the axes of the ids alone."""

    def apply(ns: Any, x: Any, ids: Any, count: int) -> Any:
        if not only_first_batched((x, ids)):
            return ns.looped(name, x, ids, count)
        x = ns.stored(name, x)
        return before(ns, getattr(ns.base, name)(behind(ns, x), ids, count), ns.free)

    return apply
