"""Which groups of lanes run on into each other, and where one waits for another.

All threads meet at the end of a group, and the first one there has nothing to do. So where nothing
large stands between two groups they become one: a thread that comes to the end of its rows takes
what is next, and waits only if that needs rows which are not there yet. A place in a lane that
others wait for is a gate. What small operations need such rows is left to one thread, aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from tensortape.core.registry import OPS
from tensortape.graph.ir import Node
from tensortape.graph.plan.lanes import REACH, Group, ancestors, movable, read_by
from tensortape.graph.plan.machines import machine_of
from tensortape.graph.plan.memory import LARGE_BYTES, bytes_of

PLAIN = ("op", "elementwise")
"""Families of operations whose kernels are functions of arrays."""

FEWEST_ASIDE = 4
"""Small operations from which they are worth a part of their own."""


class Gates(NamedTuple):
    """Where the lanes of a group wait.

    Attributes:
        cuts: for each lane the numbers of items after which parts of it end; the last are all.
        opens: for each lane at how many of those there is a gate.
        needs: for each lane the gates it waits for, as numbers of a lane and of a cut.
        aside: those that the small operations wait for.
    """

    cuts: list[list[int]]
    opens: list[int]
    needs: list[list[tuple[int, int]]]
    aside: list[tuple[int, int]]


def joined(items: list[Any], avals: Any) -> list[Any]:
    """The order of execution with groups that can run on into each other as one."""
    out: list[Any] = []
    for item in items:
        out.append(item)
        if isinstance(item, Group):
            join(out)
    for group in [item for item in out if isinstance(item, Group)]:
        put_aside(group, out, avals)
    return out


def join(items: list[Any]) -> None:
    """Make the last item, a group, one with the group before it, if nothing hinders."""
    at = next((t for t in reversed(range(len(items) - 1)) if isinstance(items[t], Group)), None)
    if at is None or len(items) - at > REACH:
        return
    before, after = items[at], items[-1]
    between = items[at + 1 : -1]
    makers = {i: item for item in between for i in item.outputs}
    needed = ancestors(after.uses, makers)
    made = {*before.outputs}
    if not all(movable(item) and made.isdisjoint(read_by(item)) for item in needed):
        return
    before.lanes += after.lanes
    items[at:] = [*needed, before, *[item for item in between if item not in needed]]


def put_aside(group: Group, items: list[Any], avals: Any) -> None:
    """Move small operations after a group into it that need nothing but what is behind gates."""
    at = items.index(group)
    found, late = [], {*ungated(group)}
    hidden = {i for item in items[:at] if not simple(item) for i in item.outputs}
    for item in items[at + 1 : at + 1 + REACH]:
        if small(item, avals) and hidden.union(late).isdisjoint(read_by(item)):
            found.append(item)
        else:
            late.update(item.outputs)
    if len(found) >= FEWEST_ASIDE:
        group.asides = found
        items[at + 1 :] = [item for item in items[at + 1 :] if item not in found]


def ungated(group: Group) -> Iterable[int]:
    """What the lanes make that no other lane waits for at least as long."""
    cuts, opens, _, _ = gates_of(group)
    for lane, ends, count in zip(group.lanes, cuts, opens, strict=True):
        behind = ends[count - 1] if count else 0
        yield from (i for item in lane.items[behind:] for i in item.outputs)


def simple(item: Any) -> bool:
    """Whether what an item makes are arrays, and not lists of them, as loops may give."""
    return not isinstance(item, Node) or not [*item.programs()]


def small(item: Any, avals: Any) -> bool:
    """Whether an operation does nothing but compute one small array."""
    if not isinstance(item, Node) or item.stateful or item.late or item.op.outputs is not None:
        return False
    if OPS.get(item.op.type) is not item.op or item.op.family not in PLAIN:
        return False
    if [*item.programs()] or machine_of(item, avals) is not None:
        return False
    plain = all(np.dtype(avals[i].dtype).kind in "fciub" for i in (*item.inputs, *item.outputs))
    aval = avals[item.outputs[0]]
    return plain and None not in aval.shape and bytes_of(aval) < LARGE_BYTES


def gates_of(group: Group) -> Gates:
    """The gates that the lanes of a group need."""
    places = {
        i: (n, k + 1)
        for n, lane in enumerate(group.lanes)
        for k, item in enumerate(lane.items)
        for i in item.outputs
    }
    waits = [waits_of(lane.items, places, n) for n, lane in enumerate(group.lanes)]
    aside = waits_of(group.asides, places, None)
    cuts = [sorted({w[n] for w in (*waits, aside) if n in w}) for n in range(len(group.lanes))]

    def as_numbers(wait: dict[int, int]) -> list[tuple[int, int]]:
        return [(n, cuts[n].index(k)) for n, k in wait.items()]

    needs = [as_numbers(w) for w in waits]
    whole = [
        own if own and own[-1] == len(lane.items) else [*own, len(lane.items)]
        for own, lane in zip(cuts, group.lanes, strict=True)
    ]
    return Gates(whole, [len(own) for own in cuts], needs, as_numbers(aside))


def waits_of(items: list[Any], places: dict[int, tuple[int, int]], own: Any) -> dict[int, int]:
    """For each other lane how many of its items have to be done before these items."""
    out: dict[int, int] = {}
    for item in items:
        for i in read_by(item):
            n, k = places.get(i, (own, 0))
            if n != own:
                out[n] = max(k, out.get(n, 0))
    return out
