"""Jacobians: the backward walk with a batch of cotangents.

Entry ``b`` of the batch is the cotangent of component ``b`` of the target; together they are the
identity, which the batched namespace stores as such. One walk pulls all of them back; where that
would cost more, tangents go forward instead, and where it would take more memory than the answer,
some components go at a time (``jacobian_sweeps``).
"""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Entry, listens
from tensortape.autodiff.endpoints import checked_source, checked_target, of_floats
from tensortape.autodiff.jacobian_mapped import is_open, mapped_batch_jacobian, mapped_jacobian
from tensortape.autodiff.jacobian_sweeps import Sweeps
from tensortape.core import events, nest
from tensortape.core.events import GradientCall
from tensortape.core.shapes import TensorShape
from tensortape.core.state import quiet_floats, state


def jacobian(tape: Any, target: Any, sources: Any) -> tuple[list[Any], list[Any], Any]:
    """Jacobians of ``target`` (or ``None``) for each source; see ``GradientTape.jacobian``.

    Returns the results, the sources as the tape knows them, and the shape of the target.
    """
    target.shape  # noqa: B018  (a nest of targets has none: AttributeError, as in TensorFlow)
    entries = tape._take("jacobian")
    t = checked_target(target)
    flat = nest.flatten(sources)
    handles = [checked_source(s) for s in flat]
    batch = tuple(t._a.shape)
    call = GradientCall("jacobian", tape, [t], flat) if events.observers else None
    if not batch:
        found = tape._pull(entries, [t], handles, None, call)
        return of_floats(found, handles), handles, call
    if is_open(t):
        return of_floats(mapped_jacobian(tape, entries, t, handles), handles), handles, None
    return swept(tape, entries, t, handles, 0, call), handles, call


def batch_jacobian(tape: Any, target: Any, source: Any) -> tuple[Any, Any, Any]:
    """The Jacobian of each row of ``target`` for the same row of ``source``, or ``None``."""
    shapes = [TensorShape(target.shape), TensorShape(source.shape)]
    shapes = [s.with_rank_at_least(2) for s in shapes]
    if not shapes[0][:1].is_compatible_with(shapes[1][:1]):
        raise ValueError(
            f"Need first dimension of target shape ({shapes[0]}) and source shape ({shapes[1]}) to "
            "match."
        )
    entries = tape._take("batch_jacobian")
    t, handle = checked_target(target), checked_source(source)
    if is_open(t):
        return mapped_batch_jacobian(tape, entries, t, handle), handle, None
    batch = tuple(t._a.shape)[1:]
    call = GradientCall("batch_jacobian", tape, [t], [source]) if events.observers else None
    result = swept(tape, entries, t, [handle], 1, call)[0]
    if result is not None:
        result = rows_first(result, len(batch))
    return result, handle, call


def rows_first(result: Any, rank: int) -> Any:
    """From ``(*target_row, rows, *source_row)`` to ``(rows, *target_row, *source_row)``."""
    order = (rank, *range(rank), *range(rank + 1, result.ndim))
    if listens():
        return recorded.transpose(result, order)
    return state.tensor(state.xp.transpose(result._a, order))


def swept(tape: Any, entries: Any, target: Any, handles: Any, first: int, call: Any) -> list[Any]:
    """The Jacobians, ``(*batch, *source.shape)`` or ``None`` each; the tape keeps the report."""
    sweeps = Sweeps(tape, [Entry._make(e) for e in entries], target, handles, first)
    if call is not None:
        call.data.update(sweeps.report)
        for observer in events.observers:
            observer.gradient_begin(call)
    token = quiet_floats.set()
    try:
        return sweeps.run(call)
    finally:
        quiet_floats.reset(token)
        tape._report = sweeps.report
        if call is not None:
            call.data.update(sweeps.report)
