"""The one backward walk.

Entries of a tape are visited from the last to the first; each rule turns the cotangents of an
operation's outputs into those of its inputs. When nobody listens the rules run raw, on arrays;
when an outer tape, accumulator or graph listens they run recorded, on tensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tensortape.arrays.batched import BatchedNamespace
from tensortape.arrays.batched.fallback import loop
from tensortape.core import events
from tensortape.core.dtypes import EXTENSION_FLOATS, ExtensionDtypes
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.op import Op
from tensortape.core.rows import Rows, whole
from tensortape.core.state import quiet_floats, state


class Entry(NamedTuple):
    """One recorded operation: what went in, what came out, with which attributes.

    ``line`` says where the user's program did it, for operations on large values. Tapes record
    plain tuples of these five, which are made and taken apart several times as fast.
    """

    op: Op
    inputs: Any
    outputs: Any
    attrs: Any
    line: str | None = None


class Mode:
    """How values appear to the rules of one walk: raw arrays or recorded tensors."""

    __slots__ = ("recorded", "xp")

    def __init__(self, xp: Any, recorded: bool) -> None:
        self.xp = xp
        self.recorded = recorded


def walk(
    entries: list[Any],
    grads: dict[int, Any],
    needed: Any,
    wanted: Any,
    mode: Mode,
    call: Any = None,
    drain: bool = False,
) -> dict[int, Any]:
    """Pull the cotangents ``grads`` (by tensor id) back through ``entries``.

    ``needed``: ids on a path from the sources; ``wanted``: ids of the sources; ``drain``: remove
    each entry as it is visited, so that what it held is free. Returns the cotangents that arrived,
    by id, those of ``wanted`` among them.
    """
    found: dict[int, Any] = {}
    xp = mode.xp
    watchers = events.observers if call is not None else ()
    plain = not (mode.recorded or watchers or ExtensionDtypes.active)
    for entry in drained(entries) if drain else reversed(entries):
        op, inputs, outputs, attrs, _ = entry
        if len(outputs) == 1:
            key = outputs[0]._id
            g = grads.pop(key, None)
            if key in wanted and g is not None:
                found[key] = g
        else:
            g = take(grads, outputs, wanted, found, mode, op.family == "call")
        if g is None:
            continue
        if op.transparent and not watchers:
            key = inputs[0]._id
            if key in needed:
                grads[key] = grads[key] + g if key in grads else g
            continue
        mask: Any
        xs: Any
        if len(inputs) == 2:  # without comprehensions: each costs a call
            first, second = inputs
            mask, xs = (first._id in needed, second._id in needed), (first._a, second._a)
        elif len(inputs) == 1:
            (first,) = inputs
            mask, xs = (first._id in needed,), (first._a,)
        else:
            mask, xs = [t._id in needed for t in inputs], [t._a for t in inputs]
        if True not in mask:
            continue
        if op.transparent:
            down: Any = (g,)
        else:
            if type(g) is Rows:
                g = g.dense()
            if plain and op.outputs is None and op.pullback is not None:
                down = op.pullback(xp, g, outputs[0]._a, xs, attrs, mask)
            else:
                down = pull(Entry._make(entry), g, mask, mode)
        for t, d, is_needed in zip(inputs, down, mask):  # noqa: B905 (costs on the hot path)
            if is_needed and d is not None:
                key = t._id
                grads[key] = grads[key] + d if key in grads else d
        for observer in watchers:
            observer.rule(call, Entry._make(entry), whole(g), [whole(d) for d in down])
    found.update(grads)
    return found


class rule_running:
    """Context in which unknown sizes of symbolic tensors are integers to compute with."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = state.in_rule
        state.in_rule = state.graph is not None

    def __exit__(self, *exc: object) -> None:
        state.in_rule = self._before


def drained(entries: list[Any]) -> Iterator[Any]:
    """The entries from the last to the first, each removed from the list."""
    entries.insert(0, None)  # ends it; a generator would take longer than some rules
    return iter(entries.pop, None)


def take(
    grads: dict[int, Any], outputs: Any, wanted: Any, found: Any, mode: Mode, sparse: bool = False
) -> Any:
    """Remove and return the cotangents of several outputs; ``None`` if none arrived.

    Those that did not arrive are zeros, or ``None`` if ``sparse``.
    """
    gs = [grads.pop(t._id, None) for t in outputs]
    if all(g is None for g in gs):
        return None
    found.update(
        {t._id: g for t, g in zip(outputs, gs, strict=True) if t._id in wanted and g is not None}
    )
    if sparse:
        return [whole(g) for g in gs]
    return [zeros_of(t, mode) if g is None else whole(g) for t, g in zip(outputs, gs, strict=True)]


def pull(entry: Entry, g: Any, mask: list[bool], mode: Mode) -> Any:
    """Run an entry's rule, whatever its kind: the user's, raw, recorded, or in float32."""
    op = entry.op
    if op.pullback is None:
        return without_rule(entry, g, mode)
    if mode.recorded:
        y = entry.outputs if op.outputs is not None else entry.outputs[0]
        with rule_running():
            return op.pullback(mode.xp, g, y, entry.inputs, entry.attrs, mask)
    if ExtensionDtypes.active:
        return wide_rule(entry, g, mask, mode)
    ys = [t._a for t in entry.outputs]
    y = ys if op.outputs is not None else ys[0]
    return op.pullback(mode.xp, g, y, [t._a for t in entry.inputs], entry.attrs, mask)


def wide_rule(entry: Entry, g: Any, mask: Any, mode: Mode) -> Any:
    """A raw rule with bfloat16 and float8 values computed in float32 and rounded back."""
    op = entry.op
    ys = [widen(t._a) for t in entry.outputs]
    xs = [widen(t._a) for t in entry.inputs]
    wide = [widen(one) for one in g] if isinstance(g, list) else widen(g)
    down = op.pullback(
        mode.xp, wide, ys if op.outputs is not None else ys[0], xs, entry.attrs, mask
    )  # type: ignore[misc]
    return [
        d.astype(t._a.dtype) if d is not None and t._a.dtype in EXTENSION_FLOATS else d
        for t, d in zip(entry.inputs, down, strict=False)
    ]


def widen(value: Any) -> Any:
    """A value of an extension dtype in float32; others as they are."""
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
    if type(mode.xp) is BatchedNamespace:
        return batched_rule(rule, entry, gs, mode)
    return tensor_rule(rule, entry, gs, mode)


def tensor_rule(rule: Any, entry: Entry, gs: list[Any], mode: Mode) -> list[Any]:
    """A user's rule on tensors."""
    if mode.recorded:
        return [rows_of(d, mode) for d in rule(entry, gs)]
    token = quiet_floats.set()
    try:
        down = rule(entry, [state.tensor(one) for one in gs])
    finally:
        quiet_floats.reset(token)
    return [None if d is None else raw_value(rows_of(d, mode)) for d in down]


def batched_rule(rule: Any, entry: Entry, gs: list[Any], mode: Mode) -> Any:
    """A user's rule on a batch of cotangents, one after the other."""
    ns, one = mode.xp, Mode(mode.xp.base, mode.recorded)

    def entrywise(*parts: Any) -> list[Any]:
        return [whole(d) for d in tensor_rule(rule, entry, list(parts), one)]

    ns.fallbacks[entry.op.type] = "loop"
    return loop(ns, entrywise, [whole(g) for g in gs], {})


def rows_of(value: Any, mode: Mode) -> Any:
    """Rows for a ``tf.IndexedSlices`` that a user's rule returned."""
    return Rows.of(mode.xp, value, mode.recorded) if type(value) is IndexedSlices else value


def raw_value(value: Any) -> Any:
    """The array of a tensor; other values as they are."""
    return value._a if hasattr(value, "_a") else value


def reachable(entries: list[Any], sources: Any) -> set[int]:
    """Ids that depend on ``sources``."""
    needed = set(sources)
    for _, inputs, outputs, _, _ in entries:
        for t in inputs:
            if t._id in needed:
                for o in outputs:
                    needed.add(o._id)
                break
    return needed


def listens() -> bool:
    """Whether somebody wants the backward pass itself recorded."""
    return any(not isinstance(listener, events.Observer) for listener in state.listeners)
