"""What a sweep of a Jacobian costs, in numbers computed: which way to go, and how much at once.

An operation costs so much for each entry of the batch that is stored. Going backward the batch has
an entry for each component of the target, going forward one for each element of the source, less
where ties spare some. The backward walk begins, for its structure is only known as it goes; as soon
as it has cost what the whole forward sweep would, that is made in its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tensortape.arrays.batched import Batched
from tensortape.autodiff.backward import Entry

FEWER = 4
"""A forward sweep is thought of where the target has so many times the elements of the sources."""

WORTH = 64
"""Components of a target from which on it is worth asking."""

ASK = 300_000
"""Numbers that a backward walk computes before what the forward sweep would cost is found out."""

SMALL = 1 << 12
"""Numbers in a batch from which on it is worth looking at."""

ROOM = 1 << 25
"""Bytes that one batch of values may take however small the answer is."""

CALL = 10_000
"""What calling a rule costs, in numbers computed."""

PRODUCTS = frozenset({"MatMul", "BatchMatMulV2"})
SUMS_OF_PRODUCTS = frozenset(
    "Einsum Conv Conv2D Conv3D DepthwiseConv2dNative Conv2DBackpropInput "
    "Conv2DBackpropFilter".split()
)


GROWTH = 64
"""How much larger, in bytes, than numbers of a batch what a rule makes of it may be."""


class GoForward(Exception):
    """The backward walk has cost as much as the forward sweep would."""


class TooWide(Exception):
    """A batch of values would be larger than the budget: batch axis ``axis``, ``count`` at once."""

    def __init__(self, axis: int, count: int) -> None:
        super().__init__(axis, count)
        self.axis, self.count = axis, count


def size_of(t: Any) -> int:
    """The number of elements, also of a value that the tape does not hold."""
    return math.prod(t._a.shape)


def cost(entry: Any) -> float:
    """Numbers computed for one entry of a batch: those of the result, times what each sums up."""
    return max([size_of(o) for o in entry.outputs]) * summed(entry)


def summed(entry: Any) -> float:
    """How many products each number of an operation's result is the sum of."""
    kind = entry.op.type
    if kind in PRODUCTS:
        flip = entry.attrs.get("transpose_a") or entry.attrs.get("adj_x")
        return float(entry.inputs[0]._a.shape[-2 if flip else -1])
    if kind in SUMS_OF_PRODUCTS:
        size = max(1, size_of(entry.outputs[0]))
        return max(1.0, math.sqrt(math.prod([size_of(t) for t in entry.inputs]) / size))
    return 1.0


class GoBackward(Exception):
    """Going forward does not do: rows mix, or the backward rules alone know what is ``None``."""


class Metered:
    """The entries of a tape for a backward walk that is watched as it goes.

    ``price()`` is asked once, when the walk has cost ``ASK``: what the forward sweep would cost,
    infinite where there is none. ``budget``: bytes that a batch may take, ``None`` where everything
    is kept anyway.
    """

    def __init__(
        self, entries: Any, grads: Any, needed: Any, ns: Any, price: Any, budget: int | None
    ) -> None:
        self.entries, self.grads, self.needed, self.ns = entries, grads, needed, ns
        self.price, self.budget = price, budget
        self.spent, self.limit = 0.0, float(ASK)

    def __reversed__(self) -> Iterator[Any]:
        get = self.grads.get
        for entry in reversed(self.entries):
            op, _, outputs, _, _ = entry
            if op.transparent:  # costs nothing
                yield entry
                continue
            for o in outputs:
                g = get(o._id)
                if type(g) is Batched:
                    size = math.prod(g.data.shape)
                    if size > SMALL:
                        self.look(Entry._make(entry), g, size)
                    break
            yield entry

    def look(self, entry: Any, g: Batched, size: int) -> None:
        """Raise :class:`GoForward` or :class:`TooWide` if the next rule would be too much.

        ``g``: a batch of cotangents of the entry's, ``size`` numbers.
        """
        product = entry.op.type in PRODUCTS
        width = math.prod(g.data.shape[: self.ns.rank])
        self.spent += CALL
        self.spent += width * cost(entry) if product else size * summed(entry)
        if self.spent > self.limit:
            if self.limit == ASK:
                self.limit = max(self.price(), ASK + 1.0)
            if self.spent > self.limit:
                raise GoForward
        if self.budget is not None and (product or size * GROWTH > self.budget):
            self.fits(entry, g, width, self.budget)

    def fits(self, entry: Any, g: Batched, width: int, budget: int) -> None:
        """Look at the bytes of what the rule takes and, as far as it is known, gives."""
        inputs = [t for t in entry.inputs if t._id in self.needed]
        if not inputs:
            return
        batch = self.ns.batch
        sizes = tuple(g.data.shape)[: self.ns.rank]
        axis = max(range(self.ns.rank), key=lambda p: (sizes[p], batch[p]))
        size = max([size_of(t) for t in (*inputs, *entry.outputs)])
        if entry.op.type in PRODUCTS and -1 in g.ties and entry.inputs[0]._id in self.needed:
            axis = g.ties.index(-1)  # summed over: it goes to the batch
            width *= batch[axis]
            size = size_of(entry.inputs[0])
        total = width * size * g.dtype.itemsize
        if total > budget and batch[axis] > 1:
            raise TooWide(axis, max(1, int(batch[axis] * budget / total)))


def paths(entries: Any, target: Any, ids: Any) -> dict[int, list[Any]]:
    """For each source the entries between it and the target, in the order they were recorded."""
    above, kept = {target._id}, []
    for entry in reversed(entries):
        if any([o._id in above for o in entry.outputs]):
            above.update([t._id for t in entry.inputs])
            kept.append(entry)
    kept.reverse()
    return {key: path(kept, key) for key in ids}


def path(entries: Any, source: int) -> list[Any]:
    """The entries that depend on a source."""
    below, found = {source}, []
    for entry in entries:
        if any([t._id in below for t in entry.inputs]):
            below.update([o._id for o in entry.outputs])
            found.append(entry)
    return found
