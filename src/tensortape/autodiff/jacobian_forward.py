"""Jacobians by a forward sweep: the identity of a source goes through what a tape recorded.

A batch of tangents, one for each element of the source, passes the recorded operations by their
forward rules; where an operation has none, by its backward rule transposed. Operations with a rule
of the user's have one for backward only: then there is no forward sweep.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.batched import Batched
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Entry, Mode, rule_running, walk
from tensortape.autodiff.jacobian_cost import GoBackward, TooWide
from tensortape.autodiff.overrides import overridden
from tensortape.core.registry import OPS
from tensortape.core.rows import whole
from tensortape.core.state import state
from tensortape.core.tensor import Tensor

REAL = frozenset({np.dtype("float32"), np.dtype("float64")})


def supported(entry: Any) -> bool:
    """Whether an operation is the registry's own, on real values of known shapes."""
    op = entry.op
    if op.pullback is None or op.user_pullback or op.missing_gradient or op.family == "call":
        return False
    if overridden(entry.outputs):
        return False
    return OPS.get(op.type) is op and all([_plain(t) for t in (*entry.inputs, *entry.outputs)])


def _plain(t: Any) -> bool:
    array = t._a
    if array.dtype.kind in "fcV" and array.dtype not in REAL:
        return False
    return all([type(n) is int for n in array.shape])


class ForwardSweep:
    """One sweep: ``ns`` has the shape of the source as its batch, or that of a part of it.

    ``rows``: the first axis must stay tied, :class:`GoBackward` otherwise. ``budget``: bytes that a
    batch of tangents may take, :class:`TooWide` beyond; ``None`` for as many as it takes.
    """

    def __init__(self, ns: Any, records: bool, rows: bool, budget: int | None) -> None:
        self.ns, self.records, self.budget = ns, records, budget
        self.rows = rows and ns.batch[0] > 1

    def run(self, entries: Any, source: Any, start: Batched, target: Any) -> Any:
        """The batch of tangents of ``target`` for those of ``source``, or ``None``."""
        known: dict[int, Any] = {source._id: start}
        last = {t._id: i for i, entry in enumerate(entries) for t in entry.inputs}
        last[target._id] = len(entries)
        for i, entry in enumerate(entries):
            tangents = [known.get(t._id) for t in entry.inputs]
            if all(t is None for t in tangents):
                continue
            found = push(entry, tangents, self.ns, self.records)
            for o, t in zip(entry.outputs, found, strict=True):
                if t is not None and o._a.dtype.kind == "f" and o._id in last:
                    known[o._id] = self.allowed(t)
            for t in entry.inputs:
                if last[t._id] <= i:
                    known.pop(t._id, None)
        return known.get(target._id)

    def allowed(self, t: Any) -> Any:
        """A batch of tangents, if its rows are apart and it is not too large."""
        if self.rows and (type(t) is not Batched or not t.ties[0]):
            raise GoBackward
        if self.budget is not None and type(t) is Batched and t.data.nbytes > self.budget:
            raise too_wide(self.ns, t, self.rows, t.data.nbytes / self.budget)
        return t


def too_wide(ns: Any, t: Batched, rows: bool, excess: float) -> Exception:
    """How to cut the batch, by the axis that stores most."""
    sizes = t.data.shape[: ns.rank]
    axis = max(range(1 if rows else 0, ns.rank), key=lambda p: (sizes[p], ns.batch[p]), default=0)
    return TooWide(axis, max(1, int(ns.batch[axis] / excess)) if ns.rank else 1)


def push(entry: Any, tangents: Any, ns: Any, records: bool) -> list[Any]:
    """Tangents of an operation's outputs."""
    op = entry.op
    if op.transparent:
        return list(tangents)
    if op.pushforward is None or (op.input_vjps and op.partials):
        return transposed(entry, tangents, ns, records)
    single = op.outputs is None
    values = (lambda ts: list(ts)) if records else (lambda ts: [t._a for t in ts])
    y = values(entry.outputs)
    try:
        with rule_running():
            found = op.pushforward(
                ns, tangents, y[0] if single else y, *values(entry.inputs), **entry.attrs
            )
    except (AttributeError, TypeError):  # it reads a value that the tape has not kept
        return transposed(entry, tangents, ns, records)
    results = [found] if single else list(found)
    if any(t is not None and t.dtype.kind == "O" for t in results):
        return transposed(entry, tangents, ns, records)
    return results


class Recorder:
    """Listener that keeps what depends on some tensors."""

    def __init__(self, tensors: Any) -> None:
        self.tracked = {t._id for t in tensors}
        self.entries: list[Entry] = []

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Keep an operation that depends on them."""
        if op.pullback is not None and any([t._id in self.tracked for t in inputs]):
            self.tracked.update([o._id for o in outputs])
            self.entries.append(Entry(op, inputs, outputs, attrs))

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Variables do not depend on them."""

    def wants(self, tensor: Any) -> bool:
        """Whether a tensor depends on them."""
        return tensor._id in self.tracked


def transposed(entry: Any, tangents: Any, ns: Any, records: bool) -> list[Any]:
    """The tangents of the outputs, by a walk back through the backward rule.

    The rule is linear in its cotangents, so its transpose is what takes tangents of the inputs to
    those of the outputs. It is recorded at ones, since some rules take cotangents apart at zero.
    """
    op, outputs = entry.op, entry.outputs
    gs = [state.tensor(numpy_namespace.ones(o._a.shape, o._a.dtype)) for o in outputs]
    recorder = Recorder(gs)
    saved = state.listeners
    state.listeners = (*(saved if records else ()), recorder)
    try:
        single = op.outputs is None
        mask = [t is not None for t in tangents]
        with rule_running():
            down = op.pullback(
                recorded, gs[0] if single else gs, outputs[0] if single else outputs,
                entry.inputs, entry.attrs, mask,
            )  # fmt: skip
            down = [whole(d) for d in down]
    finally:
        state.listeners = saved
    grads: dict[int, Any] = {}
    for d, t in zip(down, tangents, strict=False):
        if isinstance(d, Tensor) and t is not None and d._id in recorder.tracked:
            grads[d._id] = grads[d._id] + t if d._id in grads else t
    wanted = {g._id for g in gs}
    found = walk(recorder.entries, grads, recorder.tracked, wanted, Mode(ns, records))
    return [whole(found.get(g._id)) for g in gs]
