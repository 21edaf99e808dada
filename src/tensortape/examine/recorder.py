"""The observer that follows a run and gathers its gradient calls.

What it holds is bounded: the log of operations, the calls kept of each group, the number of
groups, and the arrays of the latest call of each group.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from functools import wraps
from time import perf_counter_ns
from typing import Any, NamedTuple

from tensortape.autodiff.backward import listens
from tensortape.core.events import Observer
from tensortape.examine.cotangents import Blocks, array_of
from tensortape.examine.curves import kinds_of, target_figure, together
from tensortape.examine.groups import CallGroup
from tensortape.examine.oplog import OpLog
from tensortape.examine.snapshot import Snapshot, take
from tensortape.examine.sources import Sources
from tensortape.examine.stack import Stack
from tensortape.examine.structure import structure, target_label, unwatched_sources
from tensortape.examine.summary import norm
from tensortape.examine.trace import Pass, RuleRun, trace

MAX_GROUPS = 200
MAX_PENDING = 64 * 2**20
MAX_PASSES = 32


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """An observer's failure never breaks the observed program: it warns once and goes on."""

    @wraps(method)
    def run(self: Recorder, *args: Any) -> None:
        if self.failed:
            return
        try:
            with self.lock:
                method(self, *args)
        except Exception as exc:
            self.fail(method.__name__, exc)

    return run


class Entered(NamedTuple):
    """A call in its group, the kinds of its findings, and whether its figures are kept."""

    group: CallGroup
    number: int
    kinds: set[str]
    kept: bool


class Recorder(Observer):
    """Collects groups of gradient calls; subscribe it to ``tensortape.core.events``."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.stack = Stack(self.sources)
        self.log = OpLog()
        self.groups: dict[Any, CallGroup] = {}
        self.calls = self.omitted = 0
        self.failed = ""
        self.lock = threading.RLock()
        self._passes: dict[int, Pass] = {}

    def fail(self, what: str, exc: Exception) -> None:
        """Warn, and record nothing more."""
        self.failed = f"{type(exc).__name__}: {exc}"
        warnings.warn(
            f"The gradient report ends here: {what} failed with {self.failed}. "
            "The program itself is not affected; please report this.",
            RuntimeWarning,
            stacklevel=3,
        )

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Log an executed operation if a tape listens (most of an optimizer's are not taped)."""
        if listens():
            self.log_op(op, inputs, outputs, attrs)

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Remember whose value a tensor is, if a tape listens."""
        if listens():
            self.log_read(variable, tensor)

    @guarded
    def log_op(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Log an executed operation and where the user asked for it."""
        self.log.add(op, inputs, outputs, attrs, self.stack.locate(sys._getframe(3)))

    @guarded
    def log_read(self, variable: Any, tensor: Any) -> None:
        """Log that ``tensor`` is a value of ``variable``."""
        self.log.read(variable, tensor)

    @guarded
    def gradient_begin(self, call: Any) -> None:
        """A gradient call starts: note where it stands."""
        stack, here = self.stack, sys._getframe(2)
        frame, _ = stack.user_frame(here)
        position = None if frame is None else stack.number(frame)
        callers = [] if frame is None else stack.callers(frame)
        handles = [handle_of(s) for s in call.sources]
        self._passes[id(call)] = Pass(
            call, position, callers, frame, stack.outside(here), list(call.targets), handles
        )
        while len(self._passes) > MAX_PASSES:  # calls that raised never end
            del self._passes[next(iter(self._passes))]

    @guarded
    def rule(self, call: Any, entry: Any, upstream: Any, downstream: Any) -> None:
        """Keep what a backward rule received and sent."""
        run = self._passes.get(id(call))
        if run is not None and run.call is call:
            many = isinstance(upstream, list | tuple)
            run.rules.append(
                RuleRun(
                    *(entry, list(upstream) if many else [upstream], list(downstream)),
                    perf_counter_ns() - run.clock if run.clock else 0,
                )
            )
            run.clock = perf_counter_ns()

    @guarded
    def gradient_end(self, call: Any, results: Any) -> None:
        """A gradient call ended: build its graph and add it to its group."""
        run = self._passes.pop(id(call), None)
        if run is not None and run.call is call:
            self.calls += 1
            self.enter(run, results)

    def enter(self, run: Pass, results: Any) -> Entered | None:
        """Add a finished call to its group; ``None`` where there are too many groups."""
        graph = trace(self.log, run)
        key = (run.call.kind, run.position, len(run.sources), graph.signature())
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= MAX_GROUPS:
                self.omitted += 1
                return None
            made = structure(self.log, run, graph, self.calls - 1)
            group = CallGroup(made, target_label(made), unwatched_sources(run))
            self.groups[key] = group
        arrays = [stored(array_of(r)) for r in results]
        targets = [t._a for t in run.targets]
        snapshot = take(group.group.count, graph, run, list(results))
        norms = [0.0 if a is None else norm(a) for a in arrays]
        kinds = kinds_of(arrays, norms, targets)
        kept = group.add(snapshot, kinds, target_figure(targets), together(norms))
        self._bound_pending(snapshot)
        return Entered(group, snapshot.index, kinds, kept)

    def _bound_pending(self, latest: Snapshot) -> None:
        """Summarise the groups' latest calls when their arrays are too many together."""
        if latest.nbytes() * len(self.groups) < MAX_PENDING:
            return
        pending = [g.last for g in self.groups.values() if g.last is not None]
        if sum(s.nbytes() for s in pending) > MAX_PENDING:
            for snapshot in pending:
                snapshot.settle()


def stored(array: Any) -> Any:
    """The array itself, or the stored part of a structured one."""
    return array.array if isinstance(array, Blocks) else array


def handle_of(source: Any) -> Any:
    """What tapes know a source by: the variable behind a Keras variable, or the source itself."""
    if getattr(source, "_should_act_as_resource_variable", False):
        return getattr(source, "handle", source)
    return source
