"""Which products of matrices and chains are computed together, rows by rows.

Each row of a product needs one row of its first factor, and each row of a chain the same row of
what it reads. So a layer's product, its bias and activation, and the product of the next layer can
run from beginning to end on some of the rows while another thread does the same on others: threads
meet once, and what a row became is still in the cache when it is read. That is a lane. Lanes that
do not need each other, as the gradients of several layers' weights, are computed at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Set
from typing import Any

from tensortape.arrays.blocks import cores
from tensortape.arrays.shared_product import FEWEST, PARTS, SHARED
from tensortape.graph.ir import Node
from tensortape.graph.plan.chains import Chain
from tensortape.graph.plan.forms import by_dot, flags, form_of
from tensortape.graph.plan.products import PRODUCTS, THREADED, multiplications

REACH = 100
"""How many items after the first of a lane are looked at."""

REDUCTIONS = ("Sum", "Prod", "Max", "Min")

ROUND = 8
"""Parts have a multiple of so many rows: products are computed in such tiles."""


class Lane:
    """What is computed one after the other for some of ``rows`` rows.

    Products of matrices, chains, and the small operations between them (a softmax, say).
    """

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
        if is_product(item):
            self.products += 1
            self.most = max(self.most, multiplications(item, self.avals))

    def takes(self, item: Any, made: Set[int]) -> bool:
        """Whether all that a product or chain reads of what is ``made`` here are its rows."""
        if isinstance(item, Chain):
            read = [i for i in item.operands if i in made]
            return bool(read) and item.shape[0] == self.rows and self.aligned(read, item.shape)
        if not may_begin(item, self.avals) or flags(item)[0]:
            return False
        first, second = item.inputs
        return first in made and second not in made and self.has_rows_of(item)

    def passes(self, item: Any, made: Set[int]) -> bool:
        """Whether each row of an operation's result needs one row of what is ``made`` here."""
        if not isinstance(item, Node) or len(item.outputs) != 1 or made.isdisjoint(item.inputs):
            return False
        form, shape = form_of(item, self.avals), self.avals[item.outputs[0]].shape
        if form is None or form.into is None or not shape or shape[0] != self.rows:
            return False
        if item.op.type in REDUCTIONS:
            whole = self.avals[item.inputs[0]].shape
            return len(whole) > 1 and whole[0] == self.rows and 0 not in axes_of(item, len(whole))
        return form.chain and self.aligned([i for i in item.inputs if i in made], shape)

    def aligned(self, values: Iterable[int], shape: tuple[int, ...]) -> bool:
        """Whether values have their rows where a shape has its."""
        shapes = [self.avals[i].shape for i in values]
        return all(len(s) == len(shape) and s[0] == self.rows for s in shapes)

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

    def bounds(self, last: bool) -> tuple[int, ...]:
        """Where parts begin, and the last one ends.

        A lane is cut once for each thread, for every part costs arranging the second factors anew;
        the last one into more, so that threads end together, unless it has several products: then
        the first part is the longest, so that threads, of which one at a time runs Python, are not
        at small operations together. What is little is not cut.
        """
        if self.most < SHARED // 16:
            return (0, self.rows)
        pieces = cores() * (PARTS if last and self.products == 1 else 1)
        rows = max(FEWEST, math.ceil(self.rows / pieces))
        step = math.ceil(rows / ROUND) * ROUND
        more = ROUND if self.products > 1 else 0
        return (0, *range(step + more, self.rows, step), self.rows)


class Group:
    """Lanes that are computed at once, or where they wait for each other (see ``gates``).

    ``uses``: what has to be there before, ``outputs``: what is there afterwards.

    Attributes:
        lanes: those that need others come after them.
        asides: small operations that one thread computes while others are at the last lane.
    """

    stateful = False

    def __init__(self, lane: Lane) -> None:
        self.lanes = [lane]
        self.asides: list[Node] = []

    @property
    def items(self) -> list[Any]:
        """The items of all lanes, and the small operations."""
        return [*(item for lane in self.lanes for item in lane.items), *self.asides]

    @property
    def chains(self) -> list[Chain]:
        """The chains of all lanes."""
        return [item for item in self.items if isinstance(item, Chain)]

    @property
    def filled(self) -> tuple[int, ...]:
        """The values that lanes write into arrays given to them."""
        return tuple(i for lane in self.lanes for item in lane.items for i in item.outputs)

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


def movable(item: Any) -> bool:
    """Whether an item has no effects, and may run at any time."""
    return not getattr(item, "stateful", False)


def is_product(item: Any) -> bool:
    """Whether an item is a product of matrices."""
    return isinstance(item, Node) and item.op.type in PRODUCTS


def axes_of(node: Node, rank: int) -> tuple[int, ...]:
    """The axes that a reduction takes together."""
    axes = node.attrs["axis"]
    return tuple(range(rank)) if axes is None else tuple(a % rank for a in axes)


def may_begin(item: Any, avals: Any) -> bool:
    """Whether an item is a product of matrices with enough rows."""
    if not is_product(item) or cores() < 2:
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
        extension = Extension(lane)
        for other in rest[at : at + REACH]:
            extension.see(other)
        out += [*extension.before, Group(lane)]
        rest, at = [*extension.after, *rest[at + REACH :]], 0
    return [item for found in at_once(out) for item in worthwhile(found)]


class Extension:
    """Takes items into a lane, one after the other as they come.

    Small operations on its rows are taken once a product or a chain needs them.

    Attributes:
        before, after: other items, which have to come before the lane, or may come after it.
    """

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.before: list[Any] = []
        self.after: list[Any] = []
        self.begin()

    def begin(self) -> None:
        """Nothing is known of what comes after.

        ``made`` by the lane, or by operations that can be taken; ``makers`` are those, and others
        that may come before the lane; what is ``late`` can be there only after it.
        """
        self.made, self.late = set(self.lane.made), set[int]()
        self.makers: dict[int, Any] = {}

    def free(self, item: Any) -> bool:
        """Whether an item waits for nothing that comes after the lane."""
        return self.late.isdisjoint(read_by(item)) and movable(item)

    def see(self, item: Any) -> None:
        """Take the next item, or leave it for later."""
        if self.free(item) and self.lane.takes(item, self.made):
            self.take(item)
        else:
            self.leave(item)

    def take(self, item: Any) -> None:
        """Put an item into the lane, and what it needs there or before."""
        needed = [n for n in ancestors(read_by(item), self.makers) if n in self.after]
        taken = [n for n in needed if not self.made.isdisjoint(n.outputs)]
        products = self.lane.products_for(item, [n for n in needed if n not in taken])
        for n in needed:
            if n in taken or n in products:
                self.lane.add(n)
            else:
                self.before.append(n)
        self.lane.add(item)
        self.made |= self.lane.made
        rest = [n for n in self.after if n not in needed]
        if products:  # which others may read
            self.after = []
            self.begin()
            for n in rest:
                self.leave(n)
        self.after = rest

    def leave(self, item: Any) -> None:
        """Note what an item makes that is not in the lane."""
        self.after.append(item)
        if self.free(item) and self.lane.passes(item, self.made):
            self.made.update(item.outputs)
        elif not self.free(item) or not self.made.isdisjoint(read_by(item)):
            self.late.update(item.outputs)
            return
        self.makers.update(dict.fromkeys(item.outputs, item))


def ancestors(values: Iterable[int], makers: dict[int, Any]) -> list[Any]:
    """The items that make values, and what those need, in the order of execution."""
    found: dict[int, Any] = {}
    seen: set[int] = set()

    def visit(i: int) -> None:
        item = makers.get(i)
        if item is None or id(item) in seen:
            return
        seen.add(id(item))
        for j in read_by(item):
            visit(j)
        found[id(item)] = item

    for i in values:
        visit(i)
    return list(found.values())


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
