"""Jacobians: the backward walk with a batch of cotangents.

Entry ``b`` of the batch is the cotangent of component ``b`` of the target; together they are the
identity, which the batched namespace stores as such. One walk pulls all of them back.
"""

from __future__ import annotations

from typing import Any

from tensortape.arrays.batched import BatchedNamespace, dense, identity
from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Mode, listens, reachable, walk
from tensortape.autodiff.overrides import overrides, rerouted
from tensortape.core import events, nest
from tensortape.core.events import GradientCall
from tensortape.core.policy import safe_entries, safety
from tensortape.core.rows import whole
from tensortape.core.shapes import TensorShape
from tensortape.core.state import quiet_floats, state

FLOATS = frozenset("fcV")


def jacobian(tape: Any, target: Any, sources: Any) -> tuple[list[Any], list[Any], Any]:
    """Jacobians of ``target`` (or ``None``) for each source; see ``GradientTape.jacobian``.

    Returns the results, the sources as the tape knows them, and the shape of the target.
    """
    target.shape  # noqa: B018  (a nest of targets has none: AttributeError, as in TensorFlow)
    entries = tape._take("jacobian")
    t = tape._target(target)
    flat = nest.flatten(sources)
    handles = [tape._source(s) for s in flat]
    batch = tuple(t._a.shape)
    call = GradientCall("jacobian", tape, [t], flat) if events.observers else None
    if not batch:
        return tape._pull(entries, [t], handles, None, call), handles, call
    return pull_batch(tape, entries, t, handles, batch, 0, call), handles, call


def batch_jacobian(tape: Any, target: Any, source: Any) -> tuple[Any, Any, Any]:
    """The Jacobian of each row of ``target`` for the same row of ``source``, or ``None``."""
    shapes = [TensorShape(target.shape), TensorShape(source.shape)]
    shapes = [s.with_rank_at_least(2) for s in shapes]
    if shapes[0][0] != shapes[1][0]:
        raise ValueError(
            f"Need first dimension of target shape ({shapes[0]}) and source shape ({shapes[1]}) to "
            "match."
        )
    entries = tape._take("batch_jacobian")
    t, handle = tape._target(target), tape._source(source)
    batch = tuple(t._a.shape)[1:]
    call = GradientCall("batch_jacobian", tape, [t], [source]) if events.observers else None
    result = pull_batch(tape, entries, t, [handle], batch, 1, call)[0]
    if result is not None:
        result = rows_first(result, len(batch))
    return result, handle, call


def rows_first(result: Any, rank: int) -> Any:
    """From ``(*target_row, rows, *source_row)`` to ``(rows, *target_row, *source_row)``."""
    order = (rank, *range(rank), *range(rank + 1, result.ndim))
    if listens():
        return recorded.transpose(result, order)
    return state.tensor(state.xp.transpose(result._a, order))


def pull_batch(
    tape: Any, entries: Any, target: Any, handles: Any, batch: Any, first: int, call: Any
) -> list[Any]:
    """One walk with the identity over ``batch``: ``(*batch, *source.shape)`` or ``None`` each."""
    wanted = {h._id for h in handles}
    watched = wanted & tape._tracked  # what no tape watched gets None, used or not
    needed = tape._tracked if tape._watched.keys() <= wanted else reachable(entries, watched)
    records = listens()
    ns = BatchedNamespace(recorded if records else state.xp, batch)
    if call is not None:
        call.data["fallbacks"] = ns.fallbacks
        for observer in events.observers:
            observer.gradient_begin(call)
    token = quiet_floats.set()
    try:
        grads: dict[int, Any] = {}
        key = target._id
        if target._a.dtype.kind in FLOATS and (key in needed or key in wanted):
            grads[key] = identity(ns, target._a.shape, target._a.dtype, first)
        if overrides.used:
            entries = rerouted(entries)
        if safety.on:
            entries = safe_entries(entries)
        found = walk(entries, grads, needed, wanted, Mode(ns, records), call)
        return [collect(ns, found.get(h._id), h, records) for h in handles]
    finally:
        quiet_floats.reset(token)


def collect(ns: Any, g: Any, handle: Any, records: bool) -> Any:
    """The result for one source as a tensor."""
    if g is None or handle._a.dtype.kind not in FLOATS:
        return None
    result = dense(ns, whole(g))
    return result if records else state.tensor(result)
