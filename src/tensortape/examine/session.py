"""Recording a run and writing its report."""

from __future__ import annotations

import datetime
import os
from typing import Any

from tensortape.core import events
from tensortape.examine import clock, hooks
from tensortape.examine.bounds import bounded
from tensortape.examine.diagnosed import ReportJournal
from tensortape.examine.model import Report
from tensortape.examine.page import render, write_atomically
from tensortape.examine.rulebook import rule_of

try:
    from importlib.metadata import version

    PRODUCER = f"tensortape {version('tensortape')}"
except Exception:  # run from a source tree that is not installed
    PRODUCER = "tensortape"


class ReportSession:
    """Follows the gradient calls between :meth:`start` and :meth:`stop`.

    A ``tf.function`` in which gradients are computed, such as the training step of Keras, is seen
    in full for its first 64 calls, then about every 17th time and where a number stops being
    finite; in between it runs compiled. ``every_call=True`` sees all calls, which takes longer.

    >>> import tensortape as tf
    >>> with ReportSession(title="demo") as session:
    ...     x = tf.Variable(3.0)
    ...     with tf.GradientTape() as tape:
    ...         y = tf.exp(x)
    ...     dy_dx = tape.gradient(y, x)
    >>> session.report().calls
    1
    """

    def __init__(self, title: str = "Gradients", every_call: bool = False) -> None:
        self.title = title
        self.recorder = ReportJournal(every_call)
        self._running = False

    def start(self) -> None:
        """Begin to record."""
        if not self._running:
            self._running = True
            clock.start()
            events.subscribe(self.recorder)
            hooks.attach(self.recorder)

    def stop(self) -> None:
        """End recording; what was recorded stays. Calling it again does nothing."""
        if self._running:
            self._running = False
            hooks.detach(self.recorder)
            events.unsubscribe(self.recorder)
            clock.stop()

    def set_cell(self, number: int) -> None:
        """Notebook cell ``In [number]`` runs next."""
        self.recorder.sources.set_cell(number)

    def report(self) -> Report:
        """The report of what was recorded so far."""
        recorder = self.recorder
        groups = [group.finish() for group in recorder.groups.values()]
        used = {p for g in groups for p in (g.position, *g.callers, *[op.position for op in g.ops])}
        report = Report(
            self.title,
            datetime.datetime.now().isoformat(timespec="seconds"),
            PRODUCER,
            recorder.sources.describe({p for p in used if p is not None}),
            recorder.sources.positions,
            groups,
            recorder.calls,
            recorder.omitted,
            {key: rule_of(op) for key, op in recorder.log.rules.items()},
        )
        return bounded(report)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the report as one HTML page; ``path`` is replaced as a whole or not at all.

        Raises:
            OSError: the folder is missing or not writable, or the disk is full.
        """
        write_atomically(path, render(self.report()))

    def __enter__(self) -> ReportSession:
        self.start()
        return self

    def __exit__(self, *exc: Any) -> None:
        self.stop()
