"""Observation at fixed moments; the core knows no observer.

An observer subclasses :class:`Observer` and is subscribed for all threads. Without subscribers
the cost is the branch that tapes need anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tensortape.core.state import State, state


@dataclass(eq=False)
class GradientCall:
    """One call of ``gradient``, ``jacobian`` or ``batch_jacobian``."""

    kind: str
    tape: Any
    targets: list[Any]
    sources: list[Any]
    data: dict[str, Any] = field(default_factory=dict)


class Observer:
    """Override the moments of interest; all do nothing by default."""

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """An operation was executed (tensors in and out, attributes normalised)."""

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """A variable's value was used."""

    def gradient_begin(self, call: GradientCall) -> None:
        """A backward pass starts."""

    def rule(self, call: GradientCall, entry: Any, upstream: Any, downstream: Any) -> None:
        """A rule ran: cotangents of the outputs came in, those of the inputs went out."""

    def gradient_end(self, call: GradientCall, results: Any) -> None:
        """A backward pass ended with these results, one per source."""

    def wants(self, function: Any) -> bool:
        """Whether to see the operations of the coming call of a ``tf.function``."""
        return True

    def called(self, function: Any, seen: bool) -> None:
        """A ``tf.function`` was called, from outside of others; ``seen``: as it is written."""


observers: tuple[Observer, ...] = ()


def subscribe(observer: Observer) -> None:
    """Let ``observer`` see every thread's operations and gradients from now on."""
    global observers
    observers = (*observers, observer)
    State.begin_with(listeners=(*State.listeners, observer))
    if "listeners" in state.__dict__:
        state.listeners = (*state.listeners, observer)


def unsubscribe(observer: Observer) -> None:
    """Undo :func:`subscribe`; unknown observers are ignored."""
    global observers
    observers = tuple(o for o in observers if o is not observer)
    State.begin_with(listeners=tuple(o for o in State.listeners if o is not observer))
    state.listeners = tuple(o for o in state.listeners if o is not observer)
