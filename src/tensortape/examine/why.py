"""One answer for every gradient: None, zero, NaN, infinite, vanishing, exploding, or healthy."""

from __future__ import annotations

from typing import Any

from tensortape.examine.backflow import Backflow, broken, plain
from tensortape.examine.cures import cure_of
from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.forward import origin_of
from tensortape.examine.journal import Asked, Journal, latest
from tensortape.examine.lineage import Lineage
from tensortape.examine.reasons import Reason
from tensortape.examine.recorder import handle_of
from tensortape.examine.why_none import NoneQuestion
from tensortape.examine.why_nonfinite import NonFinite
from tensortape.examine.why_scale import ScaleQuestion, suspicious
from tensortape.examine.why_zero import ZeroQuestion


def why(journal: Journal, target: Any, source: Any) -> Diagnosis:
    """The diagnosis of the gradient of ``target`` with respect to ``source``.

    Raises ``TypeError`` for a source that is neither tensor nor variable.
    """
    handle = handle_of(source)
    if not hasattr(handle, "_id"):
        raise TypeError(
            f"why() takes a tensor or variable as source; received {source!r:.80} of type "
            f"{type(source).__name__!r}. Pass what was given to tape.gradient."
        )
    asked = call_for(journal, target, handle)
    name = name_of(asked, source, handle)
    if asked is None:
        return unasked(journal, target, source, name)
    return examined(journal, asked, target, source, name)


def call_for(journal: Journal, target: Any, handle: Any) -> Asked | None:
    """The latest recorded call for a target and a source."""
    wanted = getattr(handle_of(target), "_id", None)
    return latest(
        journal.asked,
        lambda a: (
            any(t._id == wanted for t in a.run.targets)
            and any(s._id == handle._id for s in a.run.sources)
        ),
    )


def target_for(journal: Journal, asked: Asked, handle: Any) -> Any:
    """The first target of a call that was computed from a source; the first if none was."""
    targets = asked.run.targets
    if len(targets) == 1:
        return targets[0]
    connected = (t for t in targets if Lineage(journal, asked, handle, t).connected())
    return next(connected, targets[0])


def name_of(asked: Asked | None, source: Any, handle: Any) -> str:
    """What to call a source."""
    named = asked.names.get(handle._id) if asked is not None else None
    path = getattr(source, "path", None) or getattr(source, "_name", None)
    own = str(path or "").removesuffix(":0")
    return named or (own if own and own != "Variable" else "") or "the source"


def unasked(journal: Journal, target: Any, source: Any, name: str) -> Diagnosis:
    """No call returned this gradient: it raised, or was never asked for."""
    question = NoneQuestion(journal, None, handle_of(target), source, name)
    if not hasattr(question.target, "_id") or not question.lineage.connected():
        return question.ask()
    found = question.refused() or question.dtype() or question.blocked()
    text = f"The target was computed from {name}; no tape was asked for this gradient."
    reason = Reason.HEALTHY
    return found or Diagnosis(reason, "healthy", name, text, reason.cure)


def examined(journal: Journal, asked: Asked, target: Any, source: Any, name: str) -> Diagnosis:
    """The diagnosis of a gradient that was returned."""
    handle = handle_of(source)
    places = [i for i, s in enumerate(asked.run.sources) if s._id == handle._id]
    result = (asked.results or [None])[places[0]] if asked.results else None
    if result is None:
        return NoneQuestion(journal, asked, handle_of(target), source, name).ask()
    array = plain(result)
    if array is None or not array.size:
        return healthy(name, "has no elements")
    bad, zero = broken(array), not array.any()
    odd = broken(handle_of(target)._a)
    if not (bad or zero or odd or suspicious(asked, handle_of(target), array)):
        return healthy(name, "is finite and not zero")
    flow = Backflow(journal, asked, Lineage(journal, asked, handle, handle_of(target)))
    if bad:
        return NonFinite(flow, name, array).ask()
    if zero and not odd:
        return ZeroQuestion(flow, name).ask()
    if not odd:
        return ScaleQuestion(flow, name, array).ask() or healthy(name, "is finite and not zero")
    origin = origin_of(flow, handle_of(target)._id)
    message = f"The gradient of {name} is finite, but the target is not: {origin.story}."
    cure = cure_of(flow, origin.tensor, origin.reason)
    place, index = origin.place, origin.index
    return Diagnosis(
        *(origin.reason, "target", name, message, cure, place), index=index, values=origin.values
    )


def healthy(name: str, text: str) -> Diagnosis:
    """Nothing is wrong with the gradient."""
    message = f"The gradient of {name} {text}."
    return Diagnosis(Reason.HEALTHY, "healthy", name, message, Reason.HEALTHY.cure)
