"""Where the values of a plan live.

Large results of operations that can write into an array given to them get a place in the plan's
workspace, which later ones use again; results for the caller are arrays of their own. A value that
may share memory with others (a view, or what an unknown kernel returns) keeps all of them alive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from tensortape.graph.ir import Aval, Node, Program
from tensortape.graph.plan.chains import Chain
from tensortape.graph.plan.forms import form_of
from tensortape.graph.plan.lanes import Group, read_by
from tensortape.graph.plan.machines import machine_of

LARGE_BYTES = 1 << 15
"""Below so many bytes a new array costs less than keeping one."""

ALIGNMENT = 64

KEPT = 8
"""Workspaces kept for later calls: so many threads, or calls within calls, find one ready."""


class Memory:
    """The places of all values.

    Attributes:
        place: id -> index of a view in the workspace.
        views: (slot, dtype, shape) of each view.
        slots: bytes of each slot.
        holder: slot -> id of the value that is in it, while places are given.
        fresh: id -> index among the arrays that are handed out.
        handed: (dtype, shape) of each of those.
        inherits: id -> the value whose array it overwrites, to be handed out.
        machines: id -> what makes the machine that computes it.
        dropped: item index -> ids of large values outside of the workspace that end there.
    """

    def __init__(self, program: Program, items: list[Any]) -> None:
        self.program, self.items, self.avals = program, items, program.avals
        self.place: dict[int, int] = {}
        self.views: list[tuple[int, Any, Any]] = []
        self.slots: list[int] = []
        self.holder: dict[int, int] = {}
        self.fresh: dict[int, int] = {}
        self.handed: list[tuple[Any, Any]] = []
        self.inherits: dict[int, int] = {}
        self.dropped: dict[int, list[int]] = {}
        self.roots: dict[int, frozenset[int]] = {}
        self.last: dict[int, int] = {}
        self.escaped: set[int] = set()
        self.machines: dict[int, Any] = {}
        for t, item in enumerate(items):
            self.trace(t, item)
        for i in program.results:
            self.escaped |= self.roots.get(i, frozenset())
        self.assign()
        self.drop()

    # -- what lives how long ---------------------------------------------------------------

    def trace(self, t: int, item: Any) -> None:
        """Note what an item uses, and what its results may share memory with."""
        seen: frozenset[int] = frozenset()
        for i in read_by(item):
            self.last[i] = t
            for root in self.roots.get(i, ()):
                self.last[root] = t
                seen |= {root}
        outputs = item.outputs
        for i in outputs:
            self.last[i] = t
        if not isinstance(item, Node):
            filled = item.filled if isinstance(item, Group) else outputs
            self.roots.update({i: frozenset({i}) for i in filled})
            for node in item.asides if isinstance(item, Group) else ():
                self.trace(t, node)
            return
        if item.stateful:
            self.escaped |= seen
        form, machine = form_of(item, self.avals), machine_of(item, self.avals)
        if machine is not None:
            self.machines[outputs[0]] = machine
        own = (form is not None and not form.view) or machine is not None
        self.roots.update({i: frozenset({i}) if own else seen for i in outputs})

    def plannable(self, item: Any) -> tuple[int, ...]:
        """The results of an item that can be written into given arrays, and are large."""
        if isinstance(item, Group):
            return item.filled
        if not isinstance(item, Node) or (item.outputs and item.outputs[0] in self.machines):
            return item.outputs
        form = form_of(item, self.avals)
        if form is None or form.into is None or not self.avals[item.outputs[0]].shape:
            return ()
        if self.bytes(item.outputs[0]) < LARGE_BYTES:
            return ()
        return item.outputs

    def bytes(self, i: int) -> int:
        """The size of a value in memory; of an object or of unknown shape, none."""
        return bytes_of(self.avals[i])

    # -- places ----------------------------------------------------------------------------

    def assign(self) -> None:
        """Give every planned result its place, in order; places become free after the last use."""
        free: set[int] = set()
        ends: dict[int, list[int]] = {}
        heirs = self.heirs()
        for t, item in enumerate(self.items):
            for i in self.plannable(item):
                if i in self.inherits:
                    self.fresh[i] = self.fresh[self.inherits[i]]
                    continue
                if i in self.escaped or i in heirs:
                    self.fresh[i] = len(self.handed)
                    aval = self.avals[i]
                    self.handed.append((np.dtype(aval.dtype), tuple(aval.shape)))
                    continue
                slot = self.overwritten(t, item, i, ends)
                if slot is None:
                    slot = self.best(free, self.bytes(i))
                self.put(i, slot)
                ends.setdefault(self.last[i], []).append(slot)
            free.update(ends.pop(t, ()))

    def heirs(self) -> set[int]:
        """Values that are written at once into the array of a result which then overwrites them."""
        planned = {i for item in self.items for i in self.plannable(item)}
        found: set[int] = set()
        for t, item in enumerate(self.items):
            for i in self.plannable(item):
                if i not in self.escaped:
                    continue
                for j in self.may_overwrite(item, i):
                    free = j in planned and j not in self.escaped and j not in found
                    if free and self.last[j] == t and self.avals[j] == self.avals[i]:
                        self.inherits[i] = j
                        found.add(j)
                        break
        return found

    def overwritten(self, t: int, item: Any, i: int, ends: dict[int, list[int]]) -> int | None:
        """The slot of an input that ends here, and may be overwritten by result ``i``."""
        for j in self.may_overwrite(item, i):
            slot = self.views[self.place[j]][0] if j in self.place else None
            if slot is None or self.last[j] != t or self.holder[slot] != j:
                continue
            if slot in ends.get(t, ()) and self.avals[j] == self.avals[i]:
                ends[t].remove(slot)
                return slot
        return None

    def may_overwrite(self, item: Any, i: int) -> list[int]:
        """Inputs whose array the statements of an item may write result ``i`` into."""
        if isinstance(item, Group):
            maker = item.maker(i)
            found = [j for j in self.may_overwrite(maker, i) if not item.read_elsewhere(j, maker)]
            return [j for j in found if not self.is_seen(j, item.uses)]
        if isinstance(item, Chain):
            found = chain_overwrites(item, i, self.avals)
            return [j for j in found if not self.is_seen(j, item.operands)]
        form = form_of(item, self.avals)
        if form is None or not form.chain:
            return []
        positions = range(len(item.inputs)) if form.over is None else form.over
        return [
            j
            for k, j in enumerate(item.inputs)
            if k in positions and not self.elsewhere(item, j, positions)
        ]

    def is_seen(self, j: int, values: Iterable[int]) -> bool:
        """Whether another one of these values may be a view of a value."""
        return any(j in self.roots.get(k, ()) for k in values if k != j)

    def elsewhere(self, node: Node, j: int, positions: Any) -> bool:
        """Whether an input also stands where it must not be overwritten, or is seen by a view."""
        for k, i in enumerate(node.inputs):
            if (i == j and k not in positions) or (i != j and j in self.roots.get(i, ())):
                return True
        return False

    def best(self, free: set[int], size: int) -> int:
        """The smallest free slot that is large enough, but not much larger; else a new one."""
        fitting = [s for s in free if size <= self.slots[s] <= 4 * size]
        if fitting:
            slot = min(fitting, key=self.slots.__getitem__)
            free.discard(slot)
            return slot
        self.slots.append(size)
        return len(self.slots) - 1

    def put(self, i: int, slot: int) -> None:
        """A view of a slot for a value."""
        aval = self.avals[i]
        view = (slot, np.dtype(aval.dtype), tuple(aval.shape))
        if view not in self.views:
            self.views.append(view)
        self.holder[slot] = i
        self.place[i] = self.views.index(view)

    def drop(self) -> None:
        """Find out after which item large values outside of the workspace can go."""
        kept = {*self.program.params, *self.program.constants, *self.program.results}
        for i, t in self.last.items():
            if i in kept or i in self.place:
                continue
            unknown = None in self.avals[i].shape
            if unknown or self.bytes(i) >= LARGE_BYTES:
                self.dropped.setdefault(t, []).append(i)


def bytes_of(aval: Aval) -> int:
    """The size of an array; of an object or of unknown shape, none."""
    if None in aval.shape:
        return 0
    return math.prod(aval.shape) * np.dtype(aval.dtype).itemsize  # type: ignore[arg-type]


def chain_overwrites(chain: Chain, i: int, avals: Any) -> list[int]:
    """Operands of a chain that are read for the last time when (or before) ``i`` is written."""
    at = next(k for k, node in enumerate(chain.nodes) if node.outputs[0] == i)
    out = []
    for j in chain.operands:
        reads = [k for k, node in enumerate(chain.nodes) if j in node.inputs]
        if reads[-1] < at:
            out.append(j)
        elif reads[-1] == at:
            node = chain.nodes[at]
            form = form_of(node, avals)
            positions = range(len(node.inputs)) if form.over is None else form.over  # type: ignore[union-attr]
            if all(k in positions for k, n in enumerate(node.inputs) if n == j):
                out.append(j)
    return out


class Workspace:
    """Makes the arrays that one running call needs, and keeps them for the next.

    ``take`` gives a workspace that nobody uses, ``give`` returns it. A workspace is a list: the
    views of the slots, then for each handed-out array those of earlier calls, then the machines,
    then scratch memory for each chain.
    """

    def __init__(self, memory: Memory, scratches: list[Any]) -> None:
        self.slots, self.views, self.handed = memory.slots, memory.views, memory.handed
        self.machines = list(memory.machines.values())
        self.scratches = scratches
        self.idle: list[list[Any]] = []

    def take(self) -> list[Any]:
        """A workspace for the caller alone."""
        try:
            return self.idle.pop()
        except IndexError:
            return self.make()

    def give(self, work: list[Any]) -> None:
        """Keep a workspace that is no longer used, if there are not many."""
        if len(self.idle) < KEPT:
            self.idle.append(work)

    def make(self) -> list[Any]:
        """A new workspace."""
        slots = [aligned(n) for n in self.slots]
        views = [cut(slots[s], 0, dtype, shape) for s, dtype, shape in self.views]
        machines = [make() for make in self.machines]
        return [*views, *([] for _ in self.handed), *machines, *self.make_scratches()]

    def make_scratches(self) -> list[Any]:
        """For each chain one tuple of block-sized arrays per thread; chains share the memory."""
        threads = max((n for n, _ in self.scratches), default=0)
        most = max((sum(map(padded, parts)) for _, parts in self.scratches), default=0)
        arenas = [aligned(most) for _ in range(threads)]
        return [tuple(split(arena, parts) for arena in arenas[:n]) for n, parts in self.scratches]


def padded(part: tuple[Any, Any]) -> int:
    """Bytes of an array, rounded up."""
    dtype, shape = part
    return -(-math.prod(shape) * dtype.itemsize // ALIGNMENT) * ALIGNMENT


def split(arena: Any, parts: Any) -> tuple[Any, ...]:
    """Arrays one after the other in an arena."""
    out, start = [], 0
    for dtype, shape in parts:
        out.append(cut(arena, start, dtype, shape))
        start += padded((dtype, shape))
    return tuple(out)


def aligned(size: int) -> Any:
    """Bytes that start at a multiple of a cache line."""
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size]


def cut(raw: Any, start: int, dtype: Any, shape: Any) -> Any:
    """An array within bytes."""
    return raw[start : start + math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
