"""Rules that keep diagonals next to the main one, which slices of a tied axis make.

Differences of neighbours and stencils take ``x[1:]`` and ``x[:-1]``; their Jacobians and Hessians
have a few diagonals. Maps that are linear in each element act on each of them; sums have those of
both terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.batched.elementwise import ZERO_TO_ZERO, scaled
from tensortape.arrays.batched.indexing import axis_map, spelled
from tensortape.arrays.batched.layout import tied_to
from tensortape.arrays.batched.structure import unbanded
from tensortape.arrays.batched.value import RULES, Banded, Batched
from tensortape.arrays.namespace import FAMILIES

MOST = 12
"""So many diagonals are kept at most."""

FEWEST = 16
"""Entries of a batch axis from which on diagonals are worth keeping."""

Rule = Callable[..., Any]
KEEPING: dict[str, Rule] = {}
"""Primitive -> ``rule(ns, general, *args)`` for arguments of which some are banded."""


def plain(ns: Any, value: Any) -> Any:
    """Arguments with the zeros between diagonals stored."""
    if type(value) is Banded:
        return unbanded(ns, value)
    if type(value) in (list, tuple):
        return type(value)([plain(ns, v) for v in value])
    return value


def guarded(name: str, general: Rule) -> Rule:
    """The rule of a primitive: ``general``, or the one for banded values once there are any."""
    keeping = KEEPING.get(name)

    def call(ns: Any, *args: Any, **attrs: Any) -> Any:
        if not ns.banded:
            return general(ns, *args, **attrs)
        if keeping is not None and not attrs:
            kept = keeping(ns, *args)
            if kept is not None:
                return kept
        return stored(ns, name, general, args, attrs)

    return call


def stored(ns: Any, name: str, general: Rule, args: Any, attrs: Any) -> Any:
    """The general rule, zeros between diagonals stored, which is remembered."""
    given = plain(ns, args)
    if any([a is not b for a, b in zip(args, given, strict=True) if type(a) is Banded]):
        ns.fallbacks.setdefault(name, "dense")
    return general(ns, *given, **{key: plain(ns, v) for key, v in attrs.items()})


def keeps(*names: str) -> Callable[[Rule], Rule]:
    """Decorator: a rule that answers ``None`` where the general one has to do it."""

    def decorate(function: Rule) -> Rule:
        for name in names:
            KEEPING[name] = function
        return function

    return decorate


def like(ns: Any, x: Banded, data: Any) -> Banded:
    """Other data on the same diagonals."""
    return Banded(ns, data, x.ties, x.bands)


def elementwise(name: str) -> Rule:
    """The rule of a map that sends zero to zero."""

    def apply(ns: Any, x: Any, *rest: Any) -> Any:
        if type(x) is not Banded:
            return None
        return like(ns, x, getattr(ns.base, name)(x.data, *rest))

    return apply


for _name in (*ZERO_TO_ZERO, "astype"):
    KEEPING[_name] = elementwise(_name)


def fits(x: Banded, y: Any) -> bool:
    """Whether a value without a batch leaves the axes as long as they are."""
    shape = tuple(getattr(y, "shape", ()))
    return all([
        len(shape) < -q or shape[q] in (1, x.shape[q]) for q in x.ties if q
    ])  # fmt: skip


@keeps("multiply")
def multiply(ns: Any, x: Any, y: Any) -> Any:
    """A product with a value that has no batch."""
    if type(x) is not Banded:
        x, y = y, x
    if type(x) is not Banded or isinstance(y, Batched) or not fits(x, y):
        return None
    return like(ns, x, scaled(ns, x, y) * y)


@keeps("divide")
def divide(ns: Any, x: Any, y: Any) -> Any:
    """A quotient by a value that has no batch."""
    if type(x) is not Banded or isinstance(y, Batched) or not fits(x, y):
        return None
    return like(ns, x, scaled(ns, x, y) / y)


def slope(name: str) -> Rule:
    """The rule of a map that is linear in its first value."""

    def apply(ns: Any, g: Any, y: Any) -> Any:
        if type(g) is not Banded or isinstance(y, Batched) or not fits(g, y):
            return None
        return like(ns, g, getattr(ns.base, name)(scaled(ns, g, y), y))

    return apply


for _name, _family in FAMILIES.items():
    if _family == "slope":
        KEEPING[_name] = slope(_name)


@keeps("add")
def add(ns: Any, x: Any, y: Any) -> Any:
    """A sum has the diagonals of both."""
    pair = together(ns, x, y)
    return pair and joined(ns, *pair)


@keeps("subtract")
def subtract(ns: Any, x: Any, y: Any) -> Any:
    """So has a difference."""
    pair = together(ns, x, y)
    return pair and joined(ns, pair[0], like(ns, pair[1], -pair[1].data))


def together(ns: Any, x: Any, y: Any) -> Any:
    """Both as banded values of the same shape with the same ties, if they are."""
    if not (isinstance(x, Batched) and isinstance(y, Batched)):
        return None
    if x.shape != y.shape or x.ties != y.ties or Banded not in (type(x), type(y)):
        return None
    return as_banded(ns, x), as_banded(ns, y)


def as_banded(ns: Any, x: Batched) -> Banded:
    """A diagonal as the only one of its kind."""
    if isinstance(x, Banded):
        return x
    return Banded(ns, x.data, x.ties, tuple([(0,) if q else None for q in x.ties]))


def joined(ns: Any, x: Banded, y: Banded) -> Any:
    """The sum; ``None`` where it has too many diagonals."""
    bands = tuple([
        None if a is None else tuple(sorted({*a, *(b or ())}))
        for a, b in zip(x.bands, y.bands, strict=True)
    ])  # fmt: skip
    if any([b is not None and len(b) > MOST for b in bands]):
        return None
    left, right = (spread(ns, v, bands) for v in (x, y))
    return Banded(ns, left + right, x.ties, bands)


def spread(ns: Any, x: Banded, bands: Any) -> Any:
    """The data with room for more diagonals."""
    data = x.data
    for p, (old, new) in enumerate(zip(x.bands, bands, strict=True)):
        if old is None or old == new:
            continue
        shape = list(data.shape)
        shape[p] = 1
        parts = [
            ns.base.getitem(data, (slice(None),) * p + (slice(old.index(b), old.index(b) + 1),))
            if b in old
            else ns.base.zeros(tuple(shape), data.dtype)
            for b in new
        ]
        data = ns.base.concatenate(parts, p)
    return data


@keeps("getitem")
def getitem(ns: Any, x: Any, index: Any) -> Any:
    """A slice of a tied axis shifts its diagonals."""
    return shifted_by_slice(ns, x, index) if type(x) is Banded else None


def moves(x: Batched, items: list[Any], shape: tuple[int, ...]) -> dict[int, int] | None:
    """Per axis of ``shape`` that a batch axis of ``x`` is tied to where its slice starts.

    ``None`` unless all of these slices take neighbours, more than one, and no axis comes or goes.
    """
    if len(items) != len(shape) or not all([isinstance(item, slice) for item in items]):
        return None
    found = {}
    for q in [q for q in x.ties if q]:
        bounds = (shape[q], items[q].start, items[q].stop, items[q].step)
        if not all([n is None or isinstance(n, (int, np.integer)) for n in bounds]):
            return None  # not known while the function is traced
        low, high, step = items[q].indices(shape[q])
        if step != 1 or high - low < 2:
            return None
        found[q] = low
    return found


def shifted_by_slice(ns: Any, x: Batched, index: Any) -> Any:
    """``x[index]`` with its diagonals, if they can be kept."""
    items = spelled(index, len(x.shape))
    starts = moves(x, items, x.shape)
    if starts is None or not worth(ns, x):
        return None
    data = ns.base.getitem(x.data, (slice(None),) * ns.rank + tuple(items))
    return moved(ns, as_banded(ns, x), data, starts, 1)


def shifted_by_padding(ns: Any, g: Batched, index: Any, shape: Any) -> Any:
    """Zeros around ``g``, with its diagonals, if they can be kept."""
    shape = tuple(shape)
    items = spelled(index, len(shape))
    starts = moves(g, items, shape) if len(g.shape) == len(shape) else None
    if starts is None or not worth(ns, g):
        return None
    sizes = tuple(g.data.shape)[: ns.rank]
    key = (slice(None),) * ns.rank + tuple(items)
    data = ns.base.setitem_zeros(g.data, key, sizes + shape)
    return moved(ns, as_banded(ns, g), data, starts, -1)


def worth(ns: Any, x: Batched) -> bool:
    """Whether tied axes are long enough for it."""
    return all([n >= FEWEST for n, q in zip(ns.batch, x.ties, strict=True) if q])


def moved(ns: Any, x: Banded, data: Any, starts: dict[int, int], sign: int) -> Banded:
    """Other data, its diagonals shifted by where slices start."""
    bands = tuple([
        None if b is None else tuple([o + sign * starts[q] for o in b])
        for b, q in zip(x.bands, x.ties, strict=True)
    ])  # fmt: skip
    ns.banded = True
    return Banded(ns, data, x.ties, bands)


@keeps("setitem_zeros")
def setitem_zeros(ns: Any, g: Any, index: Any, shape: Any) -> Any:
    """The transpose of a slice shifts them back."""
    return shifted_by_padding(ns, g, index, shape) if type(g) is Banded else None


def rolled(ns: Any, x: Batched, shift: Any, axis: Any) -> Any:
    """``roll``, axis by axis; ``None`` where diagonals cannot be kept."""
    pairs = [(shift, axis)] if isinstance(axis, int) else zip(shift, axis, strict=True)
    if not worth(ns, x):
        return None
    for by, along in pairs:
        q = along % len(x.shape) - len(x.shape)
        if not (isinstance(by, (int, np.integer)) and type(x.shape[q]) is int):
            return None
        if x.ties.count(q) == 1:
            x = rolled_tie(ns, as_banded(ns, x), by % max(x.shape[q], 1), q)
        elif q in x.ties:
            return None
        else:
            data = ns.base.roll(x.data, (by,), (x.data.ndim + q,))
            x = like(ns, x, data) if isinstance(x, Banded) else Batched(ns, data, x.ties)
        if x is None:
            return None
    return x


def rolled_tie(ns: Any, x: Banded, by: int, q: int) -> Any:
    """``roll`` along a tied axis: what leaves at one end makes a diagonal in the corner."""
    p, size = x.ties.index(q), x.shape[q]
    data = ns.base.roll(x.data, (by,), (x.data.ndim + q,))
    shape = [1] * x.data.ndim
    shape[q] = size
    stays = np.arange(size).reshape(shape) >= by
    zero = ns.base.zeros((), data.dtype)
    found: dict[int, Any] = {}
    for j, offset in enumerate(x.bands[p] or ()):
        one = ns.base.getitem(data, (slice(None),) * p + (slice(j, j + 1),))
        for mask, place in ((stays, offset - by), (~stays, offset - by + size)):
            if -size < place < ns.batch[p]:
                part = ns.base.where(mask, one, zero)
                found[place] = found[place] + part if place in found else part
    if len(found) > MOST or not found:
        return None
    places = tuple(sorted(found))
    bands = (*x.bands[:p], places, *x.bands[p + 1 :])
    ns.banded = True
    return Banded(ns, ns.base.concatenate([found[o] for o in places], p), x.ties, bands)


@keeps("roll")
def roll(ns: Any, x: Any, shift: Any, axis: Any) -> Any:
    """Neighbours in a ring."""
    return rolled(ns, x, shift, axis) if type(x) is Banded else None


def first_roll(ns: Any, x: Any, shift: Any, axis: Any) -> Any:
    """The general rule of ``roll``, which makes a banded value of a tied one."""
    if ns.diagonals and type(x) is Batched and any(x.ties):
        kept = rolled(ns, x, shift, axis)
        if kept is not None:
            return kept
    return general_roll(ns, x, shift, axis)


general_roll = RULES["roll"]
RULES["roll"] = first_roll


def first_slice(name: str, shift: Rule) -> None:
    """Let the general rule of a slice make a banded value of a tied one."""
    general = RULES[name]

    def apply(ns: Any, x: Any, index: Any, *rest: Any) -> Any:
        if ns.diagonals and type(x) is Batched and any(x.ties):
            items = spelled(index, len(rest[0] if rest else x.shape))
            back = {new: old for old, new in axis_map(items).items()} if rest else axis_map(items)
            cut = tied_to(x, set(range(len(x.shape))) - set(back))
            kept = shift(ns, x, index, *rest) if cut else None
            if kept is not None:
                return kept
        return general(ns, x, index, *rest)

    RULES[name] = apply


first_slice("getitem", shifted_by_slice)
first_slice("setitem_zeros", shifted_by_padding)
