"""What is remarkable in a call: ``None``, NaN, infinite and zero gradients, and their origin."""

from __future__ import annotations

from tensortape.examine.figures import Figures, all_zero, counts, has_zero
from tensortape.examine.model import Call, Flag, Group, Op, Summary

GRAVITY = ("nan", "inf", "forward-nan", "forward-inf", "none", "zero")


def examine(group: Group, call: Call, unwatched: dict[int, str]) -> list[Flag]:
    """The findings of a call, the gravest first.

    ``unwatched`` says of sources that no tape watched why that is so.
    """
    figures = Figures(group, call)
    flags: list[Flag] = []
    for source, result in enumerate(call.results):
        summary = figures.look(result)
        nans, infs = counts(summary)
        if summary is None:
            flags.append(why_none(figures, source, unwatched.get(source)))
        elif nans or infs:
            flags.append(why_bad(figures, source, "nan" if nans else "inf"))
        elif all_zero(summary):
            flags.append(why_zero(figures, source))
    flags = merged(flags) + forward_findings(figures)
    return sorted(flags, key=lambda flag: GRAVITY.index(flag.kind))


def merged(flags: list[Flag]) -> list[Flag]:
    """One finding where several sources suffer from the same operation in the same way."""
    kept: list[Flag] = []
    for flag in flags:
        if flag.op is None or not any(
            (f.kind, f.op, f.message) == (flag.kind, flag.op, flag.message) for f in kept
        ):
            kept.append(flag)
    return kept


def downstream(group: Group, source: int) -> list[int]:
    """Operations that depend on a source, in order."""
    reached = {v for v, value in enumerate(group.values) if value.source == source}
    found = []
    for o, op in enumerate(group.ops):
        if reached.intersection(op.inputs):
            reached.update(op.outputs)
            found.append(o)
    return found


def why_none(figures: Figures, source: int, unwatched: str | None) -> Flag:
    """The operation that cut the path from a source, or that there was no path."""
    group, name = figures.group, figures.name(source)
    value = next((v for v, item in enumerate(group.values) if item.source == source), None)
    if unwatched:
        return Flag("none", f"The gradient of {name} is None: {unwatched}", None, value, source)
    path = downstream(group, source)
    for o in path:
        op = group.ops[o]
        if not op.backward:
            reason = op.note or "the tape did not record it (it ran outside the tape's context)"
            return Flag(
                "none",
                f"The gradient of {name} is None: {op.type} passes none back, since {reason}.",
                o,
                value,
                source,
            )
    message = f"The gradient of {name} is None: the target was not computed from it."
    if path:
        message = f"The gradient of {name} is None: no rule on its way sent one back."
    return Flag("none", message, path[-1] if path else None, value, source)


def why_bad(figures: Figures, source: int, kind: str) -> Flag:
    """The rule in which a finite gradient became NaN or infinite."""
    pick, word = (0, "NaN") if kind == "nan" else (1, "infinite")
    for o in reversed(range(len(figures.group.ops))):
        op = figures.group.ops[o]
        arrived = [figures.backward(v) for v in op.outputs]
        if any(counts(s)[pick] for s in figures.sent(o)) and not any(
            counts(s)[pick] for s in arrived
        ):
            why = cause(figures, op, arrived)
            message = f"The gradient became {word} in the backward rule of {op.type}{why}."
            return Flag(kind, message, o, op.outputs[0], source)
    return Flag(kind, f"The gradient of {figures.name(source)} is {word}.", None, None, source)


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
    group, name = figures.group, figures.name(source)
    values = {v for v, value in enumerate(group.values) if value.source == source}
    reached = set(values)
    for o in downstream(group, source):
        op = group.ops[o]
        toward = [s for v, s in zip(op.inputs, figures.sent(o), strict=False) if v in reached]
        reached.update(op.outputs)
        arrived = [figures.backward(v) for v in op.outputs]
        if any(all_zero(s) for s in toward) and any(
            s is not None and not all_zero(s) for s in arrived
        ):
            why = zero_cause(figures, op, reached)
            message = f"The gradient of {name} is zero from {op.type} on{why}."
            return Flag("zero", message, o, min(values, default=None), source)
    return Flag(
        "zero", f"The gradient of {name} is exactly zero.", None, min(values, default=None), source
    )


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
