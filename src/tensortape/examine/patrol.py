"""Every gradient call of a run, judged when it happens: what ``tensortape why`` prints.

An :class:`~tensortape.examine.examination.Examination` keeps the latest calls. A patrol looks at
each call as it ends, so that what was wrong in the third of a million steps is not lost; a cause
is worked out once per line, source and kind, and counted from then on.
"""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensortape.examine.backflow import broken, plain
from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.examination import Examination
from tensortape.examine.journal import Asked, Journal, Refused
from tensortape.examine.names import names_in
from tensortape.examine.reasons import Reason
from tensortape.examine.recorder import handle_of
from tensortape.examine.why import examined, name_of, target_for, unasked
from tensortape.examine.why_scale import suspicious

MAX_LINES = 1_000
MAX_SOURCES = 2_000


@dataclass
class Verdict:
    """What one source's gradient was, in how many calls, and the first of these."""

    source: str
    state: str
    count: int = 0
    first: int = 0
    diagnosis: Diagnosis | None = None


@dataclass
class Asking:
    """A line that asks for gradients: how often it did, and what came out."""

    place: Place
    kind: str
    count: int = 0
    error: str = ""
    verdicts: dict[Any, Verdict] = field(default_factory=dict)

    def findings(self) -> list[Verdict]:
        """Those that are not sound."""
        return [v for v in self.verdicts.values() if v.diagnosis]


class PatrolJournal(Journal):
    """A journal that judges each call when it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Any, Asking] = {}

    def keep(self, asked: Asked) -> None:
        """Judge a call, and keep it."""
        super().keep(asked)
        asking = self.asking(asked.run.position, asked.run.call.kind)
        if asking is None:
            return
        asking.count += 1
        target = asked.run.targets[0]
        originals = asked.run.call.sources
        for i, (source, original) in enumerate(zip(asked.run.sources, originals, strict=True)):
            state = self.state(asked, target, i)
            if len(asking.verdicts) >= MAX_SOURCES:
                return
            verdict = asking.verdicts.get((i, state))
            if verdict is None:
                name = in_list(asked, i) or name_of(asked, original, source)
                verdict = Verdict(name, state, first=asking.count)
                asking.verdicts[i, state] = verdict
            verdict.count += 1
            if not verdict.diagnosis and state != "sound" and again(verdict.count):
                met = target_for(self, asked, source)
                verdict.diagnosis = examined(self, asked, met, original, verdict.source)
                verdict.first = asking.count

    def asking(self, position: int | None, kind: str) -> Asking | None:
        """The entry of a line."""
        key = (position, kind)
        if key not in self.lines and len(self.lines) < MAX_LINES:
            self.lines[key] = Asking(self.place(f"tape.{kind}", position), kind)
        return self.lines.get(key)

    def state(self, asked: Asked, target: Any, number: int) -> str:
        """What a result is at first sight."""
        result = (asked.results or [])[number]
        if result is None:
            return "none"
        array = plain(result)
        if array is None or not array.size:
            return "sound"
        if broken(array):
            return "not finite"
        if not array.any():
            return "zero"
        if broken(handle_of(target)._a):
            return "target"
        return "odd" if suspicious(asked, handle_of(target), array) else "sound"

    def log_refused(self, targets: Any, sources: Any, error: Exception) -> None:
        """Judge a call that raised."""
        super().log_refused(targets, sources, error)
        if self.failed or not self.refused:
            return
        try:
            frame, _ = self.stack.user_frame(sys._getframe(1))
            self.judge_refused(self.refused[-1], names_in(frame)[0])
        except Exception as exc:
            self.fail("log_refused", exc)

    def judge_refused(self, call: Refused, names: dict[int, str]) -> None:
        """Why a call raised, for each of its sources."""
        asking = self.asking(call.position, "gradient")
        if asking is None:
            return
        asking.count += 1
        asking.error = f"{type(call.error).__name__}: {call.error}"
        for i, source in enumerate(call.sources):
            if (i, "raised") not in asking.verdicts:
                found = self.raised(call, source, names)
                verdict = Verdict(found.source, "raised", 0, asking.count, found)
                asking.verdicts[i, "raised"] = verdict
            asking.verdicts[i, "raised"].count += 1

    def raised(self, call: Refused, source: Any, names: dict[int, str]) -> Diagnosis:
        """Why a call raised, for one source."""
        handle = handle_of(source)
        name = names.get(getattr(handle, "_id", 0)) or name_of(None, source, handle)
        left = any(not hasattr(handle_of(t), "_id") for t in call.targets)
        known = left or isinstance(call.error, LookupError) or "persistent" in str(call.error)
        if known and call.targets and hasattr(handle, "_id"):
            found = unasked(self, call.targets[0], source, name)
            if found:
                return found
        text = f"The call raised {type(call.error).__name__}: {call.error}"
        reason = Reason.RAISED
        return Diagnosis(
            reason, "error", name, text, reason.cure, self.place("tape.gradient", call.position)
        )


def in_list(asked: Asked, number: int) -> str:
    """``weights[2]`` behind ``weights[1]``, whatever a loop left it called."""
    sources = asked.run.sources
    before = asked.names.get(sources[number - 1]._id, "") if number else ""
    match = re.fullmatch(r"(\w+)\[(\d+)\]", before)
    return f"{match[1]}[{int(match[2]) + 1}]" if match and int(match[2]) == number - 1 else ""


def again(count: int) -> bool:
    """Whether to look once more at what seemed harmless: seldom, since it mostly is.

    >>> [n for n in range(1, 300) if again(n)]
    [1, 2, 4, 8, 16, 32, 64, 100, 128, 200, 256]
    """
    return count & (count - 1) == 0 or count % 100 == 0


class Patrol(Examination):
    """Judges every gradient call of a run.

    >>> import tensortape as tf
    >>> x = tf.Variable(2.0)
    >>> with Patrol() as patrol:
    ...     with tf.GradientTape() as tape:
    ...         y = tf.round(x)
    ...     dy_dx = tape.gradient(y, x)
    >>> [found.diagnosis.reason for line in patrol.lines() for found in line.findings()]
    [<Reason.ROUNDING>]
    """

    def __init__(self) -> None:
        super().__init__()
        self.journal: PatrolJournal = PatrolJournal()

    def set_cell(self, number: int) -> None:
        """Notebook cell ``In [number]`` runs next."""
        self.journal.sources.set_cell(number)

    def lines(self) -> list[Asking]:
        """The lines that asked for gradients, in the order they first did."""
        return list(self.journal.lines.values())

    def summary(self) -> dict[str, Any]:
        """Everything as data for JSON."""
        calls = [line_dict(line) for line in self.lines()]
        return {"failed": self.journal.failed, "calls": calls}


def line_dict(line: Asking) -> dict[str, Any]:
    """A line as data for JSON."""
    place = line.place
    sources = [
        {
            **{"source": v.source, "state": v.state, "count": v.count, "first": v.first},
            "why": diagnosis_dict(v.diagnosis) if v.diagnosis else None,
        }
        for v in line.verdicts.values()
    ]
    return {
        **{"file": place.file, "line": place.line, "code": place.code, "kind": line.kind},
        **{"count": line.count, "error": line.error, "sources": sources},
    }


def diagnosis_dict(found: Diagnosis) -> dict[str, Any]:
    """A diagnosis as data for JSON."""
    return {
        **{"reason": found.reason.name, "kind": found.kind, "message": found.message},
        **{"cure": found.cure, **dataclasses.asdict(found.place)},
        "index": None if found.index is None else list(found.index),
        "values": {key: number(value) for key, value in found.values.items()},
        "origin": None if found.origin is None else dataclasses.asdict(found.origin),
        "also": [reason.name for reason in found.also],
        "text": str(found),
    }


def number(value: Any) -> Any:
    """A value as JSON can write it.

    >>> number(float("inf")), number((3,)), number(np.float32(0.5))
    ('Infinity', [3], 0.5)
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, tuple):
        return [number(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
