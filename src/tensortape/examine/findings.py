"""What is remarkable in a call: ``None``, NaN, infinite and zero gradients, and their origin."""

from __future__ import annotations

from tensortape.examine.figures import Figures, all_zero, counts, has_zero
from tensortape.examine.model import Call, Flag, Group, Op, Summary

GRAVITY = ("nan", "inf", "forward-nan", "forward-inf", "none", "zero")
MOST = 6
"""Sources that a finding names."""


def examine(group: Group, call: Call, unwatched: dict[int, str]) -> list[Flag]:
    """The findings of a call, the gravest first.

    ``unwatched`` says of sources that no tape watched why that is so.
    """
    figures = Figures(group, call)
    found: list[Flag] = []
    for source, result in enumerate(call.results):
        summary = figures.look(result)
        nans, infs = counts(summary)
        if summary is None:
            found.append(why_none(figures, source, unwatched.get(source)))
        elif nans or infs:
            found.append(why_bad(figures, source, "nan" if nans else "inf"))
        elif all_zero(summary):
            found.append(why_zero(figures, source))
    flags = merged(figures, found) + forward_findings(figures)
    return sorted(flags, key=lambda flag: GRAVITY.index(flag.kind))


def merged(figures: Figures, flags: list[Flag]) -> list[Flag]:
    """One finding for the sources that suffer from the same thing; ``{of}`` becomes their names."""
    kept: dict[tuple[str, int | None, str], Flag] = {}
    for flag in flags:
        known = kept.setdefault((flag.kind, flag.op, flag.message), flag)
        if known is not flag:
            known.sources += flag.sources
    for flag in kept.values():
        names = [figures.name(source) for source in flag.sources]
        some = names if len(names) <= MOST else [*names[:MOST], f"{len(names) - MOST} more"]
        listed = " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)
        flag.message = flag.message.replace("{of}", listed)
    return list(kept.values())


def values_of(group: Group, source: int) -> set[int]:
    """The values that stand for a source."""
    return {v for v, value in enumerate(group.values) if value.source == source}


def downstream(group: Group, source: int) -> list[int]:
    """Operations that depend on a source, in order."""
    reached = values_of(group, source)
    found = []
    for o, op in enumerate(group.ops):
        if reached.intersection(op.inputs):
            reached.update(op.outputs)
            found.append(o)
    return found


def why_none(figures: Figures, source: int, unwatched: str | None) -> Flag:
    """The operation that cut the path from a source, or that there was no path."""
    group, begin = figures.group, "The gradient of {of} is None: "
    if unwatched:
        return Flag("none", begin + unwatched, sources=[source])
    path = downstream(group, source)
    for o in path:
        op = group.ops[o]
        if not op.backward:
            reason = op.note or "the tape did not record it (it ran outside the tape's context)"
            text = f"{begin}{op.type} passes none back, since {reason}."
            return Flag("none", text, o, sources=[source])
    if path:
        text = begin + "no rule on its way sent one back."
        return Flag("none", text, path[-1], sources=[source])
    return Flag("none", begin + "the target was not computed from it.", sources=[source])


def why_bad(figures: Figures, source: int, kind: str) -> Flag:
    """The rule in which a finite gradient became NaN or infinite."""
    pick, word = (0, "NaN") if kind == "nan" else (1, "infinite")
    for o in reversed(range(len(figures.group.ops))):
        op = figures.group.ops[o]
        arrived = [figures.backward(v) for v in op.outputs]
        before = any(counts(s)[pick] for s in arrived)
        if not before and any(counts(s)[pick] for s in figures.sent(o)):
            why = cause(figures, op, arrived)
            text = f"The gradient became {word} in the backward rule of {op.type}{why}."
            return Flag(kind, text, o, op.outputs[0], [source])
    return Flag(kind, f"The gradient of {{of}} is {word}.", sources=[source])


def cause(figures: Figures, op: Op, arrived: list[Summary | None]) -> str:
    """What in the values explains a NaN or infinite derivative."""
    values = [(figures.forward(v), "its input") for v in op.inputs]
    values += [(figures.forward(v), "its output") for v in op.outputs]
    for summary, which in values:
        if counts(summary)[1] and any(has_zero(s) for s in arrived):
            return f": the gradient that arrived is 0 and {which} is infinite (0 · ∞)"
    for summary, which in values:
        if any(counts(summary)):
            return f": {which} is not finite"
    for summary, which in values:
        if has_zero(summary):
            return f": {which} is 0, where its derivative is not finite"
    return ""


def why_zero(figures: Figures, source: int) -> Flag:
    """The rule in which a gradient that was not zero became zero."""
    group = figures.group
    reached, path = values_of(group, source), downstream(group, source)
    if not path:
        text = "The gradient of {of} is zero: the target was not computed from it."
        return Flag("zero", text, sources=[source])
    for o in path:
        op = group.ops[o]
        toward = [s for v, s in zip(op.inputs, figures.sent(o), strict=False) if v in reached]
        reached.update(op.outputs)
        arrived = [figures.backward(v) for v in op.outputs]
        before = all(s is None or all_zero(s) for s in arrived)
        if not before and any(all_zero(s) for s in toward):
            why = zero_cause(figures, op, reached)
            text = f"The gradient of {{of}} is zero from {op.type} on{why}."
            return Flag("zero", text, o, sources=[source])
    return Flag("zero", "The gradient of {of} is exactly zero.", sources=[source])


def zero_cause(figures: Figures, op: Op, reached: set[int]) -> str:
    """Why an operation's derivative is zero, where the values tell."""
    inputs = [figures.forward(v) for v in op.inputs]
    if op.type in ("Relu", "Relu6"):
        return ": its input is nowhere positive"
    if op.type in ("Mul", "MatMul", "BatchMatMulV2", "Einsum"):
        if any(all_zero(s) for v, s in zip(op.inputs, inputs, strict=True) if v not in reached):
            return ": the other factor is zero"
    elif op.type in ("Pow", "Square", "SquaredDifference"):
        return ": this is its minimum"
    return ": its derivative is zero here"


def forward_findings(figures: Figures) -> list[Flag]:
    """The first operation that made something not finite of finite inputs."""
    for o, op in enumerate(figures.group.ops):
        nans, infs = (
            sum(c) for c in zip(*[counts(figures.forward(v)) for v in op.outputs], strict=True)
        )
        if not (nans or infs):
            continue
        bad = [v for v in op.inputs if any(counts(figures.forward(v)))]
        if bad:
            text = f"An input of {op.type} is not finite already."
        else:
            what = "NaN" if nans else "an infinite value"
            text = f"{op.type} made {what} of finite inputs{shown(figures, op)}."
        return [Flag("forward-nan" if nans else "forward-inf", text, o, op.outputs[0])]
    return []


def shown(figures: Figures, op: Op) -> str:
    """The inputs, where there are few numbers."""
    parts = []
    for v in op.inputs:
        summary = figures.forward(v)
        if summary is None or summary.values is None or len(summary.values) != 1:
            return ""
        parts.append(
            f"{summary.values[0]:g}"
            if isinstance(summary.values[0], float)
            else str(summary.values[0])
        )
    return f" ({', '.join(parts)})"
