"""Rules of primitives that move elements: ties follow the axes they are tied to."""

from __future__ import annotations

import math
from typing import Any

from tensortape.arrays.batched.structure import aligned, lifted, untied
from tensortape.arrays.batched.value import Batched, family, rule


def tied_to(x: Batched, axes: Any) -> list[int]:
    """The batch axes that are tied to one of the logical ``axes`` (non-negative)."""
    ndim = len(x.shape)
    return [p for p, q in enumerate(x.ties) if q and ndim + q in axes]


def lead(ns: Any, x: Batched) -> tuple[int, ...]:
    """The sizes of the stored batch axes."""
    return tuple(x.data.shape)[: ns.rank]


def same_axis(old: tuple[int, ...], new: tuple[int, ...], axis: int) -> int | None:
    """The axis of ``new`` that a reshape makes of ``axis`` of ``old``, if it stays whole."""
    before, n = math.prod(old[:axis]), old[axis]
    at = 1
    for i, size in enumerate(new):
        if at == before and size == n:
            return i
        at *= size
    return None


@rule
def reshape(ns: Any, x: Any, shape: Any) -> Any:
    """A tie goes with its axis where that stays whole."""
    if type(x) is not Batched:
        return ns.base.reshape(x, shape)
    shape = tuple(shape)
    if -1 in shape:
        rest = -math.prod(shape)
        shape = tuple(x.size // rest if n == -1 else n for n in shape)
    x, ties = reshaped_ties(ns, x, shape)
    return Batched(ns, ns.base.reshape(x.data, lead(ns, x) + shape), ties)


def reshaped_ties(ns: Any, x: Batched, shape: tuple[int, ...]) -> tuple[Batched, tuple[int, ...]]:
    """The ties after a reshape to ``shape``; axes that are split or merged are untied first."""
    if not any(x.ties):
        return x, x.ties
    ties, lost = [], []
    for p, q in enumerate(x.ties):
        new = same_axis(x.shape, shape, len(x.shape) + q) if q else None
        if q and new is None:
            lost.append(p)
        ties.append(0 if new is None else new - len(shape))
    return (ns.stored("reshape", x, lost) if lost else x), tuple(ties)


@rule
def transpose(ns: Any, x: Any, axes: Any = None) -> Any:
    """A tie goes with its axis."""
    if type(x) is not Batched:
        return ns.base.transpose(x, axes)
    ndim, rank = len(x.shape), ns.rank
    axes = tuple(range(ndim))[::-1] if axes is None else tuple(axes)
    ties = tuple([axes.index(ndim + q) - ndim if q else 0 for q in x.ties])
    order = (*range(rank), *[rank + a for a in axes])
    return Batched(ns, ns.base.transpose(x.data, order), ties)


@rule
def broadcast_to(ns: Any, x: Any, shape: Any) -> Any:
    """Ties are counted from the end: new axes in front change nothing."""
    if type(x) is not Batched:
        return ns.base.broadcast_to(x, shape)
    shape = tuple(shape)
    data = lifted(ns, x, len(shape))
    return Batched(ns, ns.base.broadcast_to(data, lead(ns, x) + shape), x.ties)


@rule
def expand_dims(ns: Any, x: Any, axis: Any) -> Any:
    """A reshape."""
    if type(x) is not Batched:
        return ns.base.expand_dims(x, axis)
    shape = list(x.shape)
    for i in sorted((axis,) if isinstance(axis, int) else axis):
        shape.insert(i if i >= 0 else len(shape) + 1 + i, 1)
    return reshape(ns, x, tuple(shape))


@rule
def squeeze(ns: Any, x: Any, axis: Any = None) -> Any:
    """A reshape."""
    if type(x) is not Batched:
        return ns.base.squeeze(x, axis)
    drop = (axis,) if isinstance(axis, int) else axis
    drop = None if drop is None else {a % len(x.shape) for a in drop}
    kept = [n for i, n in enumerate(x.shape) if (n != 1 if drop is None else i not in drop)]
    return reshape(ns, x, tuple(kept))


def joined(name: str, ns: Any, arrays: Any, axis: int) -> Any:
    """Join along ``axis`` what shares its ties on the other axes."""
    if not any(type(a) is Batched for a in arrays):
        return getattr(ns.base, name)(arrays, axis)
    entries, ties = aligned(ns, *arrays)
    ndim = len(entries[0].shape) + (name == "stack")
    axis = axis % ndim
    if name == "concatenate" and any(q and ndim + q == axis for q in ties):
        entries = [untied(ns, e, tied_to(e, (axis,))) for e in entries]
        ties = entries[0].ties
    if name == "stack":
        ties = tuple([q - (len(entries[0].shape) + q < axis) if q else 0 for q in ties])
    sizes = [max(column) for column in zip(*[lead(ns, e) for e in entries], strict=True)]
    data = [
        e.data if lead(ns, e) == tuple(sizes) else ns.base.broadcast_to(e.data, (*sizes, *e.shape))
        for e in entries
    ]
    return Batched(ns, getattr(ns.base, name)(data, ns.rank + axis), ties)


@rule
def concatenate(ns: Any, arrays: Any, axis: int = 0) -> Any:
    """Ties to other axes that all parts share stay."""
    return joined("concatenate", ns, arrays, axis)


@rule
def stack(ns: Any, arrays: Any, axis: int = 0) -> Any:
    """Ties that all parts share stay."""
    return joined("stack", ns, arrays, axis)


@rule
def flip(ns: Any, x: Any, axis: Any) -> Any:
    """Ties to other axes stay."""
    if type(x) is not Batched:
        return ns.base.flip(x, axis)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    x = untied(ns, x, tied_to(x, axes))
    return Batched(ns, ns.base.flip(x.data, tuple(ns.rank + a for a in axes)), x.ties)


@rule
def roll(ns: Any, x: Any, shift: Any, axis: Any) -> Any:
    """Ties to other axes stay."""
    if type(x) is not Batched:
        return ns.base.roll(x, shift, axis)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    x = untied(ns, x, tied_to(x, axes))
    moved = ns.rank + axis if isinstance(axis, int) else tuple(ns.rank + a for a in axes)
    return Batched(ns, ns.base.roll(x.data, shift, moved), x.ties)


@rule
def tile(ns: Any, x: Any, reps: Any) -> Any:
    """Ties to axes that are not repeated stay."""
    if type(x) is not Batched:
        return ns.base.tile(x, reps)
    reps = tuple(reps)
    x = untied(ns, x, tied_to(x, [i for i, r in enumerate(reps) if r != 1]))
    return Batched(ns, ns.base.tile(x.data, (1,) * ns.rank + reps), x.ties)


@rule
def pad(ns: Any, x: Any, widths: Any, value: Any = 0) -> Any:
    """Ties to axes that are not padded stay."""
    if type(x) is not Batched:
        return ns.base.pad(x, widths, value)
    widths = tuple(tuple(w) for w in widths)
    axes = [i for i, w in enumerate(widths) if w != (0, 0)]
    x = untied(ns, x, tied_to(x, axes) if not value else None)
    return Batched(ns, ns.base.pad(x.data, ((0, 0),) * ns.rank + widths, value), x.ties)


@family("creation")
def creation(name: str) -> Any:
    """What is made from a shape has no batch, also when it is made like a batched value."""

    def make(ns: Any, *args: Any, **attrs: Any) -> Any:
        if args and type(args[0]) is Batched:
            x = args[0]
            attrs.setdefault("dtype", x.dtype)
            return getattr(ns.base, name.removesuffix("_like"))(x.shape, *args[1:], **attrs)
        return getattr(ns.base, name)(*args, **attrs)

    return make
