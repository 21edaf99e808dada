"""Diagnoses as findings of a page, and the recorder that makes them while a run goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from tensortape.examine.backflow import plain
from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.groups import CallGroup
from tensortape.examine.journal import Asked, Journal
from tensortape.examine.model import Flag, Group
from tensortape.examine.recorder import guarded
from tensortape.examine.structure import names_of
from tensortape.examine.trace import Pass
from tensortape.examine.why import examined, name_of
from tensortape.examine.why_scale import suspicious

MOST_DIAGNOSES = 24
"""Sources of a call that are asked for the state of their gradients."""

CAUSES = {"none", "nan", "inf", "zero"}
"""Kinds of findings that are worth asking about."""

SIZES = ("vanishing", "exploding")
VERBS = (("is", "are"), ("vanishes:", "vanish:"), ("explodes:", "explode:"))


def findings_of(group: Group, journal: Journal, verdicts: dict[int, Diagnosis]) -> list[Flag]:
    """What is wrong with the gradients of sources (by number), one finding per cause."""
    found: dict[tuple[Any, ...], Flag] = {}
    for number, verdict in verdicts.items():
        if not verdict:
            continue
        cause = cause_of(verdict)
        flag = found.get(cause)
        if flag is None:
            op = op_of(group, journal, verdict)
            value = None if op is None else group.ops[op].outputs[0]
            flag = Flag(verdict.kind, verdict.message, op, value, cure=verdict.cure)
            found[cause] = flag
        flag.sources.append(number)
    return [merged(flag, verdicts) for flag in found.values()]


def cause_of(verdict: Diagnosis) -> tuple[Any, ...]:
    """What sources have in common that suffer from the same; of sizes the numbers may differ."""
    if verdict.kind in SIZES:
        return (verdict.kind, verdict.reason, verdict.place)
    return (verdict.kind, text_of(verdict))


def text_of(verdict: Diagnosis) -> str:
    """The message without the name of its source."""
    return verdict.message.replace(f" {verdict.source} ", " \0 ", 1)


def merged(flag: Flag, verdicts: dict[int, Diagnosis]) -> Flag:
    """A finding that names all its sources."""
    names = [verdicts[number].source for number in flag.sources]
    if len(names) > 1:
        some = names if len(names) <= 6 else [*names[:6], f"{len(names) - 6} more"]
        listed = f"{', '.join(some[:-1])} and {some[-1]}"
        text = text_of(verdicts[flag.sources[0]]).replace("The gradient of", "The gradients of", 1)
        for one, many in VERBS:
            text = text.replace(f"\0 {one} ", f"\0 {many} ", 1)
        if flag.kind in SIZES:
            text = text.replace(" it ", " the first ", 1)
        flag.message = text.replace("\0", listed)
    return flag


def op_of(group: Group, journal: Journal, verdict: Diagnosis) -> int | None:
    """The number of the operation that a diagnosis names."""
    if not verdict.place.op:
        return None
    for number in reversed(range(len(group.ops))):
        op = group.ops[number]
        if op.type == verdict.place.op and journal.place(op.type, op.position) == verdict.place:
            return number
    return None


def odd(asked: Asked, results: Any) -> bool:
    """Whether the size of a gradient is worth a question."""
    target = asked.run.targets[0]
    arrays = (plain(result) for result in list(results)[:MOST_DIAGNOSES])
    return any(a is not None and a.size and suspicious(asked, target, a) for a in arrays)


FIRST = 64
"""Calls of a ``tf.function`` that are all seen, with the gradient calls in them."""

STEP = 16
"""Of the calls after those, about one in so many is."""


@dataclass
class Watched:
    """A ``tf.function`` with gradient calls inside: how often it ran, when to look again."""

    count: int = 0
    next: int = FIRST
    groups: list[CallGroup] = field(default_factory=list)


class ReportJournal(Journal):
    """Gathers the groups of a report, and asks why where a gradient is missing, zero or broken.

    ``every_call``: long training is not thinned out; otherwise a ``tf.function`` runs compiled
    most of the time once it was seen ``FIRST`` times.
    """

    def __init__(self, every_call: bool = False) -> None:
        super().__init__()
        self.every_call = every_call
        self._watched: WeakKeyDictionary[Any, Watched] = WeakKeyDictionary()
        self._entered: list[CallGroup] = []

    def wants(self, function: Any) -> bool:
        """Whether the coming call is one of those to see."""
        watched = self._watched.setdefault(function, Watched())
        want = self.every_call or not watched.groups or watched.count < FIRST
        if not want and watched.count >= watched.next:
            # the steps vary: a loop over data comes round, and would meet the same item each time
            watched.next = watched.count + STEP + watched.count % 4
            want = True
        self._entered = []
        return want

    @guarded
    def called(self, function: Any, seen: bool) -> None:
        """Count the gradient calls of one that was not seen: those of the last that was."""
        watched = self._watched[function]
        watched.count += 1
        if seen:
            watched.groups = self._entered
            return
        for group in watched.groups:
            self.calls += 1
            group.skip()

    @guarded
    def gradient_end(self, call: Any, results: Any) -> None:
        """Enter the call in its group; diagnose it if its figures are kept."""
        run, asked = self._passes.pop(id(call), None), self._open.pop(id(call), None)
        if run is None or asked is None or run.call is not call:
            return
        self.calls += 1
        entered = self.enter(run, results)
        if entered is not None:
            self._entered.append(entered.group)
        if entered is not None and entered.kept and (entered.kinds & CAUSES or odd(asked, results)):
            self.complete(run, asked, results)
            flags = self.diagnose(entered.group.group, asked)
            if flags:
                entered.group.diagnosed[entered.number] = flags
        run.frame = run.caller = None  # what the program holds is let go

    def complete(self, run: Pass, asked: Asked, results: Any) -> None:
        """As everywhere; only the sources' names are asked for here."""
        asked.results = list(results)
        asked.names = names_of(self.log, run, [s._id for s in run.sources])
        run.call.tape = None

    def diagnose(self, group: Group, asked: Asked) -> list[Flag]:
        """The findings of one call."""
        verdicts = {}
        sources = zip(asked.run.sources, asked.run.call.sources, strict=True)
        for number, (source, original) in enumerate(sources):
            if number < MOST_DIAGNOSES:
                name = name_of(asked, original, source)
                try:
                    target = asked.run.targets[0]
                    verdicts[number] = examined(self, asked, target, original, name)
                except Exception:  # a question that fails leaves what the figures show
                    continue
        return findings_of(group, self, verdicts)
