"""The recorder behind ``tf.examine()``: everything that was computed, and every gradient asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any
from weakref import WeakKeyDictionary

from tensortape.core.state import next_id
from tensortape.examine.diagnosis import Place
from tensortape.examine.oplog import Logged
from tensortape.examine.recorder import Recorder, guarded
from tensortape.examine.sources import text_of
from tensortape.examine.structure import names_of
from tensortape.examine.trace import Pass, RuleRun

MAX_CALLS = 256
MAX_GAPS = 20_000
MAX_BYTES = 256 * 2**20


@dataclass
class Gap:
    """A dependence that no tape can follow: an assignment, a NumPy function, a dataset."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    position: int | None
    time: int
    op: str = ""


@dataclass
class TapeLog:
    """When one tape recorded, and since when it watches what; times are tensor identities."""

    spans: list[list[int]] = field(default_factory=list)
    pauses: list[list[int]] = field(default_factory=list)
    watched: dict[int, int] = field(default_factory=dict)

    def recording(self, time: int) -> bool:
        """Whether it was recording at ``time``."""
        return any(span[0] <= time and (len(span) == 1 or time <= span[1]) for span in self.spans)

    def paused(self, time: int) -> bool:
        """Whether it was in ``stop_recording`` at ``time``."""
        return any(span[0] <= time and (len(span) == 1 or time <= span[1]) for span in self.pauses)


@dataclass
class Asked:
    """One gradient call: what a tape knew when it began, and what came out."""

    run: Pass
    tracked: frozenset[int]
    kept: frozenset[int]
    tape: TapeLog | None
    watches_variables: bool = True
    results: list[Any] | None = None
    names: dict[int, str] = field(default_factory=dict)
    own: dict[int, Logged] = field(default_factory=dict)
    nbytes: int = 0


@dataclass
class Refused:
    """A gradient call that raised."""

    targets: list[Any]
    sources: list[Any]
    error: Exception
    position: int | None


class Journal(Recorder):
    """Records every operation, under a tape or not, and the latest gradient calls."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: deque[Asked] = deque(maxlen=MAX_CALLS)
        self.refused: deque[Refused] = deque(maxlen=MAX_CALLS)
        self.gaps: deque[Gap] = deque(maxlen=MAX_GAPS)
        self.tapes: WeakKeyDictionary[Any, TapeLog] = WeakKeyDictionary()
        self.held = 0
        self._open: dict[int, Asked] = {}

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Log an executed operation (written out, since it runs once per operation)."""
        if self.failed:
            return
        try:
            with self.lock:
                position = self.stack.locate_caller()
                self.log.add(op, inputs, outputs, attrs, position)
        except Exception as exc:
            self.fail("record", exc)

    def rule(self, call: Any, entry: Any, upstream: Any, downstream: Any) -> None:
        """Keep what a backward rule received and sent."""
        run = self._passes.get(id(call))
        if run is not None and run.call is call:
            up = upstream if type(upstream) is list else [upstream]
            elapsed = perf_counter_ns() - run.clock if run.clock else 0
            run.rules.append(RuleRun(entry, up, downstream, elapsed))
            run.clock = perf_counter_ns()

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Remember whose value a tensor is."""
        if tensor._id not in self.log.reads:
            self.log_read(variable, tensor)

    @guarded
    def log_gap(self, kind: str, inputs: Any, outputs: Any, op: str = "") -> None:
        """Log a dependence that tapes do not see."""
        position = self.stack.locate_caller()
        self.gaps.append(Gap(kind, tuple(inputs), tuple(outputs), position, next_id(), op))

    @guarded
    def log_refused(self, targets: Any, sources: Any, error: Exception) -> None:
        """Log a gradient call that raised."""
        position = self.stack.locate_caller()
        self.refused.append(Refused(targets, sources, error, position))

    def gradient_begin(self, call: Any) -> None:
        """Note what the tape watched and kept before the walk empties it."""
        super().gradient_begin(call)
        self.note_tape(call)

    @guarded
    def note_tape(self, call: Any) -> None:
        """What the tape of ``call`` knows now."""
        run = self._passes.get(id(call))
        if run is None:
            return
        tape = call.tape
        entries = getattr(tape, "_entries", None) or ()
        kept = frozenset([outputs[0]._id for _, _, outputs, _, _ in entries])
        tracked = frozenset(getattr(tape, "_tracked", ()))
        log = self.tapes.get(tape)
        asked = Asked(run, tracked, kept, log, getattr(tape, "_watch_variables", True))
        asked.own = self.functions(entries)
        self._open[id(call)] = asked

    def functions(self, entries: Any) -> dict[int, Logged]:
        """Entries that stand for several logged operations (functions with a rule of their own)."""
        own: dict[int, Logged] = {}
        for op, inputs, outputs, attrs, _ in entries:
            node = self.log.producer.get(outputs[0]._id)
            if op.type != "ReadVariableOp" and (node is None or node.op is not op):
                position = None if node is None else node.position
                made = Logged(op, inputs, outputs, attrs, position)
                own.update((o, made) for o in made.outputs)
        return own

    @guarded
    def gradient_end(self, call: Any, results: Any) -> None:
        """Keep the call with its results."""
        run = self._passes.pop(id(call), None)
        asked = self._open.pop(id(call), None)
        if run is None or asked is None or asked.run is not run:
            return
        self.calls += 1
        self.complete(run, asked, results)
        self.keep(asked)

    def complete(self, run: Pass, asked: Asked, results: Any) -> None:
        """Note what a call returned, and how its tensors are named."""
        asked.results = list(results)
        asked.names = names_of(self.log, run)
        run.call.tape = None

    def keep(self, asked: Asked) -> None:
        """Enter a call, and let go of the oldest ones when their arrays are too many."""
        if len(self.asked) == MAX_CALLS:
            self.held -= self.asked.popleft().nbytes
        asked.nbytes = bytes_of(asked.run.rules)
        self.held += asked.nbytes
        self.asked.append(asked)
        while self.held > MAX_BYTES and len(self.asked) > 1:
            self.held -= self.asked.popleft().nbytes

    def place(self, op: str, position: int | None) -> Place:
        """An operation with the user's line, as a reader wants them."""
        if position is None:
            return Place(op)
        where = self.sources.positions[position]
        if where.file is None:
            return Place(op)
        name, label = self.sources.files[where.file], self.sources.labels[where.file]
        return Place(op, label, where.line, text_of(name, where.line))

    def place_of(self, node: Logged | None) -> Place:
        """Where an operation stands."""
        return Place() if node is None else self.place(node.op.type, node.position)


def bytes_of(rules: list[RuleRun]) -> int:
    """Roughly what the rules of one call hold: the cotangents, and the values they were run on."""
    total = 0
    for run in rules:
        for array in (*run.downstream, *[t._a for t in run.entry.outputs]):
            total += getattr(array, "nbytes", 0)
    return total


def latest(items: Any, fits: Callable[[Any], bool]) -> Any:
    """The latest item that fits, ``None`` if none does."""
    found: Iterator[Any] = (item for item in reversed(items) if fits(item))
    return next(found, None)
