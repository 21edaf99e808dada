"""The one backward walk.

Entries of a tape are visited from the last to the first; each rule turns the cotangents of an
operation's outputs into those of its inputs. When nobody listens the rules run raw, on arrays;
when an outer tape, accumulator or graph listens they run recorded, on tensors.
"""

from __future__ import annotations

from typing import Any

from tensortape.core import errors, events
from tensortape.core.dtypes import EXTENSION_FLOATS, ExtensionDtypes
from tensortape.core.op import Op
from tensortape.core.state import quiet_floats, state


class Entry:
    """One recorded operation: what went in, what came out, with which attributes."""

    __slots__ = ("attrs", "inputs", "op", "outputs")

    def __init__(self, op: Op, inputs: Any, outputs: Any, attrs: Any) -> None:
        self.op = op
        self.inputs = inputs
        self.outputs = outputs
        self.attrs = attrs


class Mode:
    """How values appear to the rules of one walk: raw arrays or recorded tensors."""

    __slots__ = ("recorded", "xp")

    def __init__(self, xp: Any, recorded: bool) -> None:
        self.xp = xp
        self.recorded = recorded

    def values(self, tensors: Any) -> Any:
        return tensors if self.recorded else [t._a for t in tensors]


def walk(
    entries: list[Entry],
    grads: dict[int, Any],
    needed: Any,
    wanted: Any,
    mode: Mode,
    call: Any = None,
) -> dict[int, Any]:
    """Pull the cotangents ``grads`` (by tensor id) back through ``entries``.

    ``needed``: ids on a path from the sources; ``wanted``: ids of the sources. Returns the
    cotangents that arrived, by id, those of ``wanted`` among them.
    """
    found: dict[int, Any] = {}
    xp, raw = mode.xp, not mode.recorded
    watchers = events.observers if call is not None else ()
    slow = ExtensionDtypes.active or watchers
    for entry in reversed(entries):
        outputs = entry.outputs
        if len(outputs) == 1:
            g = grads.pop(outputs[0]._id, None)
            if g is None:
                continue
            if outputs[0]._id in wanted:
                found[outputs[0]._id] = g
        else:
            g = [grads.pop(t._id, None) for t in outputs]
            if all(one is None for one in g):
                continue
            for t, one in zip(outputs, g, strict=True):
                if t._id in wanted and one is not None:
                    found[t._id] = one
            g = [one if one is not None else zeros_of(t, mode) for t, one in zip(outputs, g, strict=True)]
        inputs = entry.inputs
        mask = [t._id in needed for t in inputs]
        if True not in mask:
            continue
        op = entry.op
        if op.pullback is None:
            down = without_rule(entry, g, mode)
        elif slow:
            down = slow_rule(entry, g, mask, mode)
        else:
            y = outputs if op.outputs is not None else outputs[0]
            if raw:
                y = [t._a for t in outputs] if op.outputs is not None else outputs[0]._a
                xs = [t._a for t in inputs]
            else:
                xs = inputs
            down = op.pullback(xp, g, y, xs, entry.attrs, mask)
        for t, is_needed, d in zip(inputs, mask, down, strict=False):
            if is_needed and d is not None:
                before = grads.get(t._id)
                grads[t._id] = d if before is None else before + d
        for observer in watchers:
            observer.rule(call, entry, g, down)
    found.update((key, g) for key, g in grads.items() if key not in found)
    return found


def slow_rule(entry: Entry, g: Any, mask: Any, mode: Mode) -> Any:
    """A rule with bfloat16 or float8 values computed in float32 (raw mode; recorded ops do it)."""
    op = entry.op
    if mode.recorded:
        y = entry.outputs if op.outputs is not None else entry.outputs[0]
        return op.pullback(mode.xp, g, y, entry.inputs, entry.attrs, mask)
    y = [widen(t._a) for t in entry.outputs]
    xs = [widen(t._a) for t in entry.inputs]
    wide = [widen(one) for one in g] if isinstance(g, list) else widen(g)
    down = op.pullback(mode.xp, wide, y if op.outputs is not None else y[0], xs, entry.attrs, mask)
    return [
        d.astype(t._a.dtype) if d is not None and t._a.dtype in EXTENSION_FLOATS else d
        for t, d in zip(entry.inputs, down, strict=False)
    ]


def widen(value: Any) -> Any:
    dtype = getattr(value, "dtype", None)
    return value.astype("float32") if dtype is not None and dtype in EXTENSION_FLOATS else value


def zeros_of(tensor: Any, mode: Mode) -> Any:
    """The cotangent of an output that nothing used."""
    return mode.xp.zeros_like(tensor if mode.recorded else tensor._a)


def without_rule(entry: Entry, g: Any, mode: Mode) -> Any:
    """Run a rule given by the user on tensors, or say that there is none."""
    rule = entry.op.user_pullback
    if rule is None:
        raise LookupError(
            f"gradient registry has no entry for: {entry.op.type}. No gradient is defined for this "
            "operation; give one with @tf.RegisterGradient or compute with another operation."
        )
    gs = g if isinstance(g, list) else [g]
    if mode.recorded:
        return rule(entry, gs)
    token = quiet_floats.set()
    try:
        down = rule(entry, [state.tensor(one) for one in gs])
    finally:
        quiet_floats.reset(token)
    return [None if d is None else raw_value(d) for d in down]


def raw_value(value: Any) -> Any:
    return value._a if hasattr(value, "_a") else value


def reachable(entries: list[Entry], sources: Any) -> set[int]:
    """Ids that depend on ``sources``."""
    needed = set(sources)
    for entry in entries:
        for t in entry.inputs:
            if t._id in needed:
                needed.update([o._id for o in entry.outputs])
                break
    return needed


def listens() -> bool:
    """Whether somebody wants the backward pass itself recorded."""
    return any(not isinstance(listener, events.Observer) for listener in state.listeners)


__all__ = ["Entry", "Mode", "errors", "listens", "reachable", "walk"]
