"""Changing how a batch is stored: the identity, untying, releasing, materialising."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np

from tensortape.arrays.batched.value import Banded, Batched
from tensortape.arrays.shared_product import THREADED

MANY = 256
"""From so many elements on, a view that repeats a value is quicker than computing with copies."""


def identity(ns: Any, shape: Any, dtype: Any, first: int = 0) -> Batched:
    """Cotangents of each component of a target of ``shape``: the identity over ``ns.batch``.

    Batch axis ``p`` is tied to the target's axis ``first + p``; ``first`` axes before are summed
    over (``batch_jacobian``). Axes of size 1 need no tie.
    """
    if ns.raw:
        return Batched(ns, *stored_identity(ns.batch, tuple(shape), dtype, first))
    ones = ns.base.ones((1,) * ns.rank + tuple(shape), dtype)
    return Batched(ns, ones, identity_ties(ns.batch, tuple(shape), first))


def identity_ties(batch: Any, shape: Any, first: int) -> tuple[int, ...]:
    """The ties of the identity."""
    return tuple([first + p - len(shape) if n > 1 else 0 for p, n in enumerate(batch)])


@functools.lru_cache(256)
def stored_identity(batch: Any, shape: Any, dtype: Any, first: int) -> tuple[Any, tuple[int, ...]]:
    """Data and ties of the identity; a view of a single one where there are many."""
    full = (1,) * len(batch) + shape
    many = math.prod(shape) >= MANY
    ones = np.broadcast_to(np.ones((), dtype), full) if many else np.ones(full, dtype)
    ones.flags.writeable = False
    return ones, identity_ties(batch, shape, first)


def times(ns: Any, a: Any, b: Any) -> Any:
    """``a * b``; little is computed where one is ones throughout, or the product has rank one."""
    if ns.raw and (a.size >= MANY or b.size >= MANY):
        for ones, other in ((a, b), (b, a)):
            if ones.size and not any(ones.strides) and ones.item(0) == 1:
                return repeated(other, np.broadcast(ones, other).shape)
        if a.dtype.char in "fd" and a.ndim == b.ndim:
            product = of_rank_one(a, b)
            return a * b if product is None else product
    return a * b


def repeated(x: Any, shape: tuple[int, ...]) -> Any:
    """A read-only view of ``x`` broadcast to ``shape``, made in a third of NumPy's time."""
    if x.shape == shape:
        return x
    if not x.flags.c_contiguous or x.dtype.char not in "fdFD":
        return np.broadcast_to(x, shape)
    own = [0 if n == 1 else step for n, step in zip(x.shape, x.strides, strict=True)]
    view: Any = np.ndarray(shape, x.dtype, x, 0, (*(0,) * (len(shape) - x.ndim), *own))
    view.setflags(write=False)
    return view


def of_rank_one(a: Any, b: Any) -> Any:
    """``a * b`` by the BLAS where one varies along the first axis only, the other along the rest.

    ``None`` where that is not so.
    """
    for first, last in ((a, b), (b, a)):
        rows = len(first)
        if first.size == rows > 1 and not (last.strides[0] and len(last) > 1):
            columns = last[:1].reshape(1, -1)
            if 1 < columns.size <= THREADED // rows:
                product = first.reshape(-1, 1).dot(columns)
                return product.reshape(rows, *last.shape[1:])
    return None


def part_of_identity(ns: Any, shape: Any, dtype: Any, first: int, axis: int, low: int) -> Batched:
    """As :func:`identity`, for the components from ``low`` on along batch axis ``axis``.

    ``ns.batch[axis]`` of them; that axis is free, the others are tied.
    """
    shape, count, at = tuple(shape), ns.batch[axis], first + axis
    unit = np.zeros((count, shape[at]), dtype)
    unit[np.arange(count), low + np.arange(count)] = 1
    sizes = [1] * (ns.rank + len(shape))
    sizes[axis], sizes[ns.rank + at] = unit.shape
    data = np.broadcast_to(unit.reshape(sizes), (*sizes[: ns.rank], *shape))
    ties = identity(ns, shape, dtype, first).ties
    return Batched(ns, data, ties[:axis] + (0,) + ties[axis + 1 :])


def in_batch(ns: Any, data: Any) -> Batched:
    """A dense batch: ``data`` of shape ``(*ns.batch, ...)``."""
    return Batched(ns, data, ns.free)


def swapped(ns: Any, data: Any, i: int, j: int) -> Any:
    """``data`` with two axes exchanged."""
    if ns.raw:
        return data.swapaxes(i, j)
    order = list(range(data.ndim))
    order[i], order[j] = order[j], order[i]
    return ns.base.transpose(data, tuple(order))


def lifted(ns: Any, x: Batched, ndim: int) -> Any:
    """The data of ``x`` as if its logical shape had leading ones up to ``ndim`` axes."""
    missing = ndim - len(x.shape)
    if missing <= 0:
        return x.data
    lead = tuple(x.data.shape)[: ns.rank]
    return ns.base.reshape(x.data, lead + (1,) * missing + x.shape)


def released(ns: Any, x: Batched, p: int) -> Batched:
    """The sum over the logical axis that batch axis ``p`` is tied to, that axis kept with size 1.

    Each entry has one nonzero element along it, so nothing is added: the diagonal becomes
    the batch.
    """
    axis = ns.rank + len(x.shape) + x.ties[p]
    return Batched(ns, swapped(ns, x.data, p, axis), x.ties[:p] + (0,) + x.ties[p + 1 :])


def untied(ns: Any, x: Batched, axes: Any = None) -> Batched:
    """``x`` with the given batch axes (all by default) free: zeros are stored from here on."""
    tied = [p for p, q in enumerate(x.ties) if q and (axes is None or p in axes)]
    if not tied:
        return x
    if ns.limit is not None:
        total = math.prod(x.data.shape) * math.prod([ns.batch[p] for p in tied])
        total *= x.dtype.itemsize
        if total > ns.limit:
            raise MemoryError(f"a batch {ns.batch} of values of shape {x.shape}", total)
    ties = tuple(0 if p in tied else q for p, q in enumerate(x.ties))
    spread = spread_raw if ns.raw else spread_recorded
    return Batched(ns, spread(ns, x, tied), ties)


def spread_raw(ns: Any, x: Batched, tied: list[int]) -> Any:
    """Write the diagonal into zeros, through a view whose strides run along it."""
    data, rank = x.data, ns.rank
    shape = list(data.shape)
    for p in tied:
        shape[p] = ns.batch[p]
    out = np.zeros(shape, data.dtype)
    strides = list(out.strides)
    for p in tied:
        strides[rank + len(x.shape) + x.ties[p]] += out.strides[p]
    diagonal = np.lib.stride_tricks.as_strided(out, data.shape, strides)
    diagonal[...] = data
    return out


def spread_recorded(ns: Any, x: Batched, tied: list[int]) -> Any:
    """Choose the diagonal where batch and logical index agree, zero elsewhere."""
    data, rank = x.data, ns.rank
    for p in tied:
        shape = [1] * data.ndim
        shape[p] = shape[rank + len(x.shape) + x.ties[p]] = ns.batch[p]
        mask = np.eye(ns.batch[p], dtype=bool).reshape(shape)
        data = ns.base.where(mask, data, ns.base.zeros((), data.dtype))
    return data


def unbanded(ns: Any, x: Banded) -> Batched:
    """``x`` with all zeros between its diagonals stored."""
    sizes = [1 if b is None else n for n, b in zip(ns.batch, x.bands, strict=True)]
    if ns.limit is not None:
        total = math.prod(sizes) * math.prod(x.data.shape) * x.dtype.itemsize
        total //= math.prod([len(b) for b in x.bands if b is not None])
        if total > ns.limit:
            raise MemoryError(f"a batch {ns.batch} of values of shape {x.shape}", total)
    choices = [range(1) if b is None else range(len(b)) for b in x.bands]
    write = diagonals_raw if ns.raw else diagonals_recorded
    return Batched(ns, write(ns, x, list(itertools.product(*choices))), ns.free)


def diagonals_raw(ns: Any, x: Banded, places: list[tuple[int, ...]]) -> Any:
    """Write each diagonal into zeros, as far as it is within the batch."""
    data = x.data
    bands = {p: band for p, band in enumerate(x.bands) if band is not None}
    shape = [ns.batch[p] if p in bands else n for p, n in enumerate(data.shape)]
    out = np.zeros(shape, data.dtype)
    for place in places:
        low, high, start = [0] * data.ndim, list(data.shape), [0] * data.ndim
        strides = list(out.strides)
        for p, band in bands.items():
            axis, shift = data.ndim + x.ties[p], band[place[p]]
            low[p], high[p] = place[p], place[p] + 1
            low[axis] = max(0, -shift)
            high[axis] = min(data.shape[axis], ns.batch[p] - shift)
            start[p], start[axis] = low[axis] + shift, low[axis]
            strides[axis] += out.strides[p]
        sizes = [max(0, b - a) for a, b in zip(low, high, strict=True)]
        if 0 in sizes:
            continue
        corner = out[tuple([slice(i, None) for i in start])]
        diagonal = np.lib.stride_tricks.as_strided(corner, sizes, strides)
        diagonal[...] = data[tuple([slice(a, b) for a, b in zip(low, high, strict=True)])]
    return out


def diagonals_recorded(ns: Any, x: Banded, places: list[tuple[int, ...]]) -> Any:
    """Choose each diagonal where batch and logical index differ by its offset, and add them."""
    rank, data, total = ns.rank, x.data, None
    zero = ns.base.zeros((), data.dtype)
    for place in places:
        mask = np.ones((1,) * data.ndim, bool)
        index: list[Any] = [slice(None)] * data.ndim
        for p in range(rank):
            band = x.bands[p]
            if band is not None:
                shape, size = [1] * data.ndim, x.shape[x.ties[p]]
                shape[p], shape[x.ties[p]] = ns.batch[p], size
                mask = mask & np.eye(ns.batch[p], size, -band[place[p]], bool).reshape(shape)
                index[p] = slice(place[p], place[p] + 1)
        one = ns.base.where(mask, ns.base.getitem(data, tuple(index)), zero)
        total = one if total is None else total + one
    return total


def dense(ns: Any, x: Any) -> Any:
    """The whole batch, shape ``(*ns.batch, *shape)``, of a batched value or a constant."""
    if type(x) is Banded:
        x = unbanded(ns, x)
    if type(x) is not Batched:
        return ns.base.broadcast_to(x, ns.batch + tuple(x.shape))
    full = ns.batch + x.shape
    data = untied(ns, x).data if any(x.ties) else x.data
    return data if tuple(data.shape) == full else ns.base.broadcast_to(data, full)


def flat(ns: Any, x: Any) -> Any:
    """The whole batch with its axes joined into one."""
    full = dense(ns, x)
    return ns.base.reshape(full, (math.prod(ns.batch), *tuple(full.shape)[ns.rank :]))


def entered(ns: Any, x: Any, dtype: Any) -> Batched:
    """``x`` as a batched value: what has no batch is the same in each entry."""
    if type(x) is Batched:
        return x
    if not hasattr(x, "shape"):
        x = ns.base.full((), x, dtype)
    return Batched(ns, ns.base.reshape(x, (1,) * ns.rank + tuple(x.shape)), ns.free)


def aligned(ns: Any, *values: Any) -> tuple[list[Batched], tuple[int, ...]]:
    """Batched values with the same ties: those that all share are kept."""
    dtype = next(v.dtype for v in values if type(v) is Batched)
    entries = [entered(ns, v, dtype) for v in values]
    ties = [e.ties for e in entries]
    if all(t == ties[0] for t in ties):
        return entries, ties[0]
    common = tuple(column[0] if len(set(column)) == 1 else 0 for column in zip(*ties, strict=True))
    lost = [p for p, q in enumerate(common) if not q]
    return [untied(ns, e, lost) for e in entries], common
