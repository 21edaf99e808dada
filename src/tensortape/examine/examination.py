"""``tf.examine()``: record everything a gradient depends on, and ask questions about it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensortape.core import events
from tensortape.examine import clock, hooks
from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.flow import Flow, several
from tensortape.examine.journal import Journal
from tensortape.examine.recorder import handle_of
from tensortape.examine.why import call_for, examined, name_of, target_for, why


class Examination:
    """Records what a program computes, as context manager or decorator, and answers about it.

    >>> import tensortape as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.examine() as ex:
    ...     with tf.GradientTape() as tape:
    ...         y = tf.round(x) * 3.0
    ...     dy_dx = tape.gradient(y, x)
    >>> answer = ex.why(y, x)
    >>> answer.reason, answer.op
    (<Reason.ROUNDING>, 'Round')

    Questions may be asked within the context and after it. As a decorator it examines every call
    of a function, which finds the examination as ``function.examination``.
    """

    def __init__(self) -> None:
        self.journal = Journal()
        self._running = 0

    def __enter__(self) -> Examination:
        if not self._running:
            clock.start()
            events.subscribe(self.journal)
            hooks.attach(self.journal)
        self._running += 1
        return self

    def __exit__(self, *exc: object) -> None:
        self._running -= 1
        if not self._running:
            hooks.detach(self.journal)
            events.unsubscribe(self.journal)
            clock.stop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorator: examine every call of ``function``."""

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        wrapper.examination = self  # type: ignore[attr-defined]
        return wrapper

    def flow(self, targets: Any, sources: Any) -> Flow:
        """The graph of one gradient: operations, lines, values and what flowed back.

        Targets and sources are single ones or lists, as given to ``tape.gradient``.

        Raises ``TypeError`` for what is no tensor or variable.
        """
        given = [("target", target) for target in several(targets)]
        given += [("source", source) for source in several(sources)]
        for role, value in given:
            if not hasattr(handle_of(value), "_id"):
                raise TypeError(
                    f"flow() takes a tensor or variable as {role}; received {value!r:.80} of "
                    f"type {type(value).__name__!r}. Pass what was given to tape.gradient."
                )
        asked = call_for(self.journal, given[0][1], handle_of(several(sources)[0]))
        return Flow(self.journal, asked, [handle_of(t) for t in several(targets)], sources)

    def why(self, target: Any, source: Any) -> Diagnosis:
        """Why the gradient of ``target`` with respect to ``source`` is as it is.

        The answer is false when the gradient is healthy. It has a ``reason`` (a member of
        :class:`Reason`), ``op`` and ``line`` where it happened, and the ``cure``; printing it
        shows all of them. A target that became a NumPy array or a number may be given as well.
        """
        return why(self.journal, target, source)

    def alarms(self) -> list[Diagnosis]:
        """What is wrong with the gradients recorded so far; empty if nothing is.

        The same cause in several calls, as in the steps of a training, is named once.
        """
        found: dict[Any, Diagnosis] = {}
        for asked in self.journal.asked:
            for source, original in zip(asked.run.sources, asked.run.call.sources, strict=True):
                name = name_of(asked, original, source)
                target = target_for(self.journal, asked, source)
                verdict = examined(self.journal, asked, target, original, name)
                if verdict:
                    found.setdefault((verdict.reason, verdict.source, verdict.place), verdict)
        return list(found.values())
