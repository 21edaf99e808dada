"""Which products of matrices and chains are computed together, rows by rows.

Each row of a product needs one row of its first factor, and each row of a chain the same row of
what it reads. So a layer's product, its bias and activation, and the product of the next layer can
run from beginning to end on some of the rows while another thread does the same on others: threads
meet once, and what a row became is still in the cache when it is read. That is a lane. Lanes that
do not need each other, as the gradients of several layers' weights, are computed at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from tensortape.arrays.blocks import cores
from tensortape.arrays.shared_product import FEWEST, PARTS, SHARED
from tensortape.graph.ir import Node
from tensortape.graph.plan.chains import Chain
from tensortape.graph.plan.forms import by_dot, flags, form_of
from tensortape.graph.plan.products import PRODUCTS, THREADED, multiplications

REACH = 100
"""How many items after the first of a lane are looked at."""

ROUND = 8
"""Parts have a multiple of so many rows: products are computed in such tiles."""


class Lane:
    """Products and chains that are computed one after the other for some of ``rows`` rows."""

    def __init__(self, product: Node, avals: Any) -> None:
        self.avals = avals
        self.rows = avals[product.outputs[0]].shape[0]
        self.items: list[Any] = []
        self.made: set[int] = set()
        self.products = self.most = 0
        self.add(product)

    def add(self, item: Any) -> None:
        """Take an item in."""
        self.items.append(item)
        self.made.update(item.outputs)
        if isinstance(item, Node):
            self.products += 1
            self.most = max(self.most, multiplications(item, self.avals))

    def takes(self, item: Any) -> bool:
        """Whether all that an item reads of this lane are the rows that it makes."""
        if isinstance(item, Chain):
            shape = item.shape
            read = [i for i in item.operands if i in self.made]
            aligned = all(
                len(self.avals[i].shape) == len(shape) and self.avals[i].shape[0] == self.rows
                for i in read
            )
            return bool(read) and shape[0] == self.rows and aligned
        if not may_begin(item, self.avals) or flags(item)[0]:
            return False
        first, second = item.inputs
        return first in self.made and second not in self.made and self.has_rows_of(item)

    def has_rows_of(self, product: Node) -> bool:
        """Whether a product has as many rows."""
        return bool(self.avals[product.outputs[0]].shape[0] == self.rows)

    def products_for(self, item: Any, needed: list[Any]) -> list[Any]:
        """Which of the items that a chain needs can run in here: products of as many rows."""
        if not isinstance(item, Chain) or len(item.shape) != 2:
            return []
        read = {i for n in needed for i in read_by(n)}
        return [
            n
            for n in needed
            if may_begin(n, self.avals)
            and self.has_rows_of(n)
            and n.outputs[0] in item.operands
            and n.outputs[0] not in read
        ]

    def part(self, lanes: int) -> int:
        """Rows of a part, of one lane among several.

        A lane of several products is cut once for each thread, for every part costs arranging the
        second factors anew; one of a product alone into more, so that threads end together.
        """
        threads = cores()
        pieces = threads if self.products > 1 else max(threads, PARTS * threads // lanes)
        rows = max(FEWEST, math.ceil(self.rows / pieces))
        return math.ceil(rows / ROUND) * ROUND


class Group:
    """Lanes that are computed at once.

    ``uses``: what has to be there before, ``outputs``: what is there afterwards.
    """

    stateful = False

    def __init__(self, lane: Lane) -> None:
        self.lanes = [lane]

    @property
    def items(self) -> list[Any]:
        """The items of all lanes."""
        return [item for lane in self.lanes for item in lane.items]

    @property
    def chains(self) -> list[Chain]:
        """The chains of all lanes."""
        return [item for item in self.items if isinstance(item, Chain)]

    @property
    def outputs(self) -> tuple[int, ...]:
        """All values that it makes."""
        return tuple(i for item in self.items for i in item.outputs)

    @property
    def uses(self) -> tuple[int, ...]:
        """The values from outside, in the order of their use."""
        made = {*self.outputs}
        read = dict.fromkeys(i for item in self.items for i in read_by(item))
        return tuple(i for i in read if i not in made)

    def maker(self, i: int) -> Any:
        """The item that makes a value."""
        return next(item for item in self.items if i in item.outputs)

    def read_elsewhere(self, j: int, reader: Any) -> bool:
        """Whether any item but one reads a value."""
        return any(j in read_by(item) for item in self.items if item is not reader)


def read_by(item: Any) -> tuple[int, ...]:
    """What an item of a plan reads."""
    return item.uses() if isinstance(item, Node) else item.uses


def may_begin(item: Any, avals: Any) -> bool:
    """Whether an item is a product of matrices with enough rows."""
    if not isinstance(item, Node) or item.op.type not in PRODUCTS or cores() < 2:
        return False
    if len(avals[item.outputs[0]].shape) != 2 or not by_dot(item, avals):
        return False
    form, rows = form_of(item, avals), avals[item.outputs[0]].shape[0]
    return form is not None and rows >= 2 * FEWEST and multiplications(item, avals) >= THREADED


def grouped(items: list[Any], avals: Any) -> list[Any]:
    """The order of execution, with what runs in lanes in groups."""
    out: list[Any] = []
    rest, at = items, 0
    while at < len(rest):
        item = rest[at]
        at += 1
        if not may_begin(item, avals):
            out.append(item)
            continue
        lane = Lane(item, avals)
        before, after = extended(lane, rest[at : at + REACH])
        out += [*before, Group(lane)]
        rest, at = [*after, *rest[at + REACH :]], 0
    return [item for found in at_once(out) for item in worthwhile(found)]


def extended(lane: Lane, items: list[Any]) -> tuple[list[Any], list[Any]]:
    """Take items into a lane; which of the others have to come before it, and which may after."""
    before: list[Any] = []
    after: list[Any] = []
    late: set[int] = set()
    makers: dict[int, Any] = {}  # of those that wait for nothing
    for item in items:
        reads = read_by(item)
        free = late.isdisjoint(reads) and not getattr(item, "stateful", False)
        needed = [n for n in ancestors(reads, makers) if n in after] if free else []
        if free and lane.takes(item) and all(lane.made.isdisjoint(read_by(n)) for n in needed):
            taken = lane.products_for(item, needed)
            for n in (*taken, item):
                lane.add(n)
            before += [n for n in needed if n not in taken]
            after = [n for n in after if n not in needed]
            continue
        after.append(item)
        if free and lane.made.isdisjoint(reads):
            makers.update(dict.fromkeys(item.outputs, item))
        else:
            late.update(item.outputs)
    return before, after


def ancestors(values: Iterable[int], makers: dict[int, Any]) -> list[Any]:
    """The items that make values, and what those need, in the order of execution."""
    found: list[Any] = []
    for i in values:
        item = makers.get(i)
        if item is not None:
            for needed in (*ancestors(read_by(item), makers), item):
                if needed not in found:
                    found.append(needed)
    return found


def at_once(items: list[Any]) -> list[Any]:
    """The same order with groups merged that do not need each other."""
    out = list(items)
    for t, group in enumerate(out):
        if not isinstance(group, Group):
            continue
        made = {*group.outputs}
        for item in out[t + 1 : t + 1 + REACH]:
            if isinstance(item, Group) and made.isdisjoint(item.uses):
                group.lanes += item.lanes
                out.remove(item)
            made.update(item.outputs)
    return out


def worthwhile(item: Any) -> list[Any]:
    """What stands for a group: it, if there is enough to share, else its items.

    A single large product may be cut by columns, too.
    """
    if not isinstance(item, Group):
        return [item]
    most = max(lane.most for lane in item.lanes)
    return [item] if len(item.items) > 1 and most >= SHARED else item.items
