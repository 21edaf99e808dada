"""How a Jacobian is computed: backward, or forward by each source; at once, or in parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.batched import (
    BatchedNamespace,
    dense,
    identity,
    part_of_identity,
)
from tensortape.arrays.batched.structure import untied
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Mode, listens, reachable, walk
from tensortape.autodiff.jacobian_cost import (
    CALL,
    FEWER,
    ROOM,
    WORTH,
    GoBackward,
    GoForward,
    Metered,
    TooWide,
    cost,
    paths,
    size_of,
)
from tensortape.autodiff.jacobian_forward import ForwardSweep, supported, too_wide
from tensortape.autodiff.overrides import overrides, rerouted
from tensortape.core import events
from tensortape.core.policy import safe_entries, safety
from tensortape.core.rows import whole
from tensortape.core.state import state

FLOATS = frozenset("fcV")


class Sweeps:
    """How one Jacobian is computed: backward, or forward by each source; at once, or in parts.

    ``first``: axes of the target, and of the source, over which rows do not mix: 0, or 1 for
    ``batch_jacobian``.
    """

    def __init__(self, tape: Any, entries: Any, target: Any, handles: Any, first: int) -> None:
        self.entries, self.target, self.handles, self.first = entries, target, handles, first
        self.wanted = {h._id for h in handles}
        watched = self.wanted & tape._tracked  # what no tape watched gets None, used or not
        complete = tape._watched.keys() <= self.wanted
        self.needed = tape._tracked if complete else reachable(entries, watched)
        self.records = listens()
        self.base = recorded if self.records else state.xp
        self.batch = tuple(target._a.shape)[first:]
        self.report: dict[str, Any] = {"sweep": "backward", "parts": 1, "fallbacks": {}}
        self.sources = {h._id: h for h in handles if h._id in watched and h._a.dtype.kind in FLOATS}

    def run(self, call: Any) -> list[Any]:
        """The result for each source: ``(*batch, *source.shape)``, or ``None``."""
        raw = self.base is numpy_namespace
        worth = (raw or self.records) and all([type(n) is int for n in self.target._a.shape])
        if not worth or math.prod(self.target._a.shape) < WORTH:
            return self.backward(call)
        budget = self.budget() if raw else None
        plan: dict[int, list[Any]] = {}

        def price() -> float:
            found, amount = self.plan(call)
            plan.update(found)
            return amount

        try:
            return self.backward(call, price, budget)
        except GoForward:
            pass
        except TooWide as wide:
            return self.parts(call, wide.axis, wide.count)
        try:
            return Forward(self, plan, budget).run()
        except GoBackward:
            return self.backward_in_parts(call, budget)

    def backward_in_parts(self, call: Any, budget: int | None) -> list[Any]:
        """Backward after all, in parts where it must be."""
        try:
            return self.backward(call, never, budget)
        except TooWide as wide:
            return self.parts(call, wide.axis, wide.count)

    def budget(self) -> int:
        """Bytes that one batch may take: as many as the answer, or ``ROOM``."""
        sizes = [size_of(h) for h in self.handles]
        rows = self.target._a.shape[0] if self.first else 1
        answer = size_of(self.target) * sum(sizes) // max(rows, 1)
        return max(ROOM, answer * self.target._a.dtype.itemsize)

    def plan(self, call: Any) -> tuple[dict[int, list[Any]], float]:
        """The entries between each source and the target, and what going forward would cost."""
        nothing: tuple[dict[int, list[Any]], float] = ({}, math.inf)
        rows = math.prod(self.target._a.shape[: self.first])
        total = sum([size_of(h) for h in self.sources.values()])
        few = self.sources and size_of(self.target) >= FEWER * total
        if not few or self.target._id in self.sources or safety.on:
            return nothing
        dtype = self.target._a.dtype
        if dtype.kind != "f" or any(h._a.dtype != dtype for h in self.sources.values()):
            return nothing
        if call is not None and watched_rules():
            return nothing
        found = paths(self.entries, self.target, self.sources)
        if not all([supported(e) for key in found for e in found[key]]):
            return nothing
        price = 0.0
        for key, entries in found.items():
            width = size_of(self.sources[key]) / max(rows, 1)
            price += sum([width * cost(e) + CALL for e in entries])
        return found, price

    def backward(self, call: Any, price: Any = None, budget: int | None = None) -> list[Any]:
        """All at once."""
        ns = BatchedNamespace(self.base, self.batch, budget)
        ns.diagonals = price is not None and not watched_rules()
        seed = identity(ns, self.target._a.shape, self.target._a.dtype, self.first)
        try:
            found = self.walk(ns, seed, call, price, budget)
        except MemoryError as error:
            if budget is None or len(error.args) < 2:
                raise
            axis = max(range(ns.rank), key=lambda p: self.batch[p])
            count = max(1, int(self.batch[axis] * budget / error.args[1]))
            raise TooWide(axis, count) from None
        ns.limit = None  # the answer is as large as it is
        return [collect(ns, found.get(h._id), h, self.records) for h in self.handles]

    def walk(
        self, ns: Any, seed: Any, call: Any, price: Any = None, budget: int | None = None
    ) -> dict[int, Any]:
        """Pull a batch of cotangents back."""
        key, grads, entries = self.target._id, {}, self.entries
        self.report["fallbacks"] = ns.fallbacks
        if call is not None:
            call.data["fallbacks"] = ns.fallbacks
        if self.target._a.dtype.kind in FLOATS and (key in self.needed or key in self.wanted):
            grads[key] = seed
        if overrides.used:
            entries = rerouted(entries)
        if safety.on:
            entries = safe_entries(entries)
        if price is not None:
            entries = Metered(entries, grads, self.needed, ns, price, budget)
        return walk(entries, grads, self.needed, self.wanted, Mode(ns, self.records), call)

    def parts(self, call: Any, axis: int, count: int) -> list[Any]:
        """Backward with ``count`` components along one axis of the batch at once."""
        total, shape, dtype = self.batch[axis], self.target._a.shape, self.target._a.dtype
        results: list[Any] = [None] * len(self.handles)
        self.report["parts"] = -(-total // count)
        for low in range(0, total, count):
            batch = list(self.batch)
            batch[axis] = min(count, total - low)
            ns = BatchedNamespace(self.base, batch)
            ns.diagonals = not watched_rules()
            seed = part_of_identity(ns, shape, dtype, self.first, axis, low)
            found = self.walk(ns, seed, call)
            for i, h in enumerate(self.handles):
                g = found.get(h._id)
                if g is None or h._a.dtype.kind not in FLOATS:
                    continue
                part = dense(ns, whole(g))
                if results[i] is None:
                    results[i] = np.empty(self.batch + tuple(h._a.shape), part.dtype)
                at = (slice(None),) * axis + (slice(low, low + count),)
                results[i][at] = part
        return [None if r is None else state.tensor(r) for r in results]


def never() -> float:
    """The price of a forward sweep that is not wanted."""
    return math.inf


def watched_rules() -> bool:
    """Whether somebody looks at the backward rules as they run."""
    return any(type(o).rule is not events.Observer.rule for o in events.observers)


def collect(ns: Any, g: Any, handle: Any, records: bool) -> Any:
    """The result for one source as a tensor."""
    if g is None or handle._a.dtype.kind not in FLOATS:
        return None
    result = dense(ns, whole(g))
    return result if records else state.tensor(result)


class Forward:
    """The forward sweeps, one for each source.

    Raises :class:`GoBackward` where that would not be the batch of Jacobians.
    """

    def __init__(self, sweeps: Sweeps, plan: dict[int, list[Any]], budget: int | None) -> None:
        self.sweeps, self.plan, self.budget = sweeps, plan, budget
        self.parts = 1
        self.fallbacks: dict[str, str] = {}

    def run(self) -> list[Any]:
        """The result for each source, laid out as those of a backward walk."""
        sweeps = self.sweeps
        connected = [h for h in sweeps.sources.values() if self.plan[h._id]]
        found = {h._id: self.result(h) for h in connected}
        sweeps.report.update(sweep="forward", parts=self.parts, fallbacks=self.fallbacks)
        return [found.get(h._id) for h in sweeps.handles]

    def result(self, source: Any) -> Any:
        """The Jacobian for one source."""
        try:
            data = self.sweep(source, self.budget)
        except TooWide as wide:
            data = self.in_parts(source, wide.axis, wide.count)
        return data if self.sweeps.records else state.tensor(data)

    def in_parts(self, source: Any, axis: int, count: int) -> Any:
        """The Jacobian, ``count`` elements along one axis of the source at once."""
        total = source._a.shape[axis]
        self.parts = max(self.parts, -(-total // count))
        where = axis - source._a.ndim
        out: Any = None
        for low in range(0, total, count):
            part = self.sweep(source, None, axis, low, min(count, total - low))
            if out is None:
                shape = list(part.shape)
                shape[where] = total
                out = np.empty(shape, part.dtype)
            at = (..., slice(low, low + count)) + (slice(None),) * (-1 - where)
            out[at] = part
        return out

    def sweep(
        self, source: Any, budget: int | None, axis: int = 0, low: int = 0, count: int = 0
    ) -> Any:
        """One sweep: for all of a source, or for ``count`` elements along ``axis`` from ``low``."""
        sweeps, shape, dtype = self.sweeps, tuple(source._a.shape), source._a.dtype
        batch = list(shape)
        if count:
            batch[axis] = count
        ns = BatchedNamespace(sweeps.base, batch, budget)
        ns.fallbacks, ns.diagonals = self.fallbacks, not sweeps.first
        start = identity(ns, shape, dtype)
        if count:
            start = part_of_identity(ns, shape, dtype, 0, axis, low)
        way = ForwardSweep(ns, sweeps.records, bool(sweeps.first), budget)
        try:
            t = way.run(self.plan[source._id], source, start, sweeps.target)
        except MemoryError as error:
            if len(error.args) < 2 or budget is None:
                raise
            raise too_wide(ns, start, way.rows, error.args[1] / budget) from None
        if t is None:
            raise GoBackward
        ns.limit = None  # the answer is as large as it is
        data = rows_apart(ns, t) if sweeps.first else dense(ns, t)
        first = sweeps.first
        target, own = sweeps.target._a.ndim, source._a.ndim - first
        rows = range(own, own + first)  # those of the target stand for both
        order = (*range(own + first, own + target), *rows, *range(own))
        return ns.base.transpose(data, order)


def rows_apart(ns: Any, t: Any) -> Any:
    """The blocks of a batch of tangents whose first axis is tied: ``(*own, rows, *target_row)``."""
    t = untied(ns, t, range(1, ns.rank))
    shape = (1, *ns.batch[1:], *t.shape)
    data = t.data if tuple(t.data.shape) == shape else ns.base.broadcast_to(t.data, shape)
    return ns.base.reshape(data, shape[1:])
