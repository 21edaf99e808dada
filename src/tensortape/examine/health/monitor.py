"""Follows a training: rows per layer and step, alerts, and how to show them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tensortape.core import events
from tensortape.examine import hooks
from tensortape.examine.health.alerts import Alert, Alerts
from tensortape.examine.health.measures import LayerStep
from tensortape.examine.health.probe import Pending, Probe
from tensortape.examine.recorder import handle_of
from tensortape.examine.summary import norm

MOST_STEPS = 1_000
"""More examined steps than this are thinned evenly."""


class Monitor:
    """The engine behind :class:`GradientHealth`: it is told when steps begin and end."""

    def __init__(self, layers: dict[str, Any] | None, every: int) -> None:
        if every < 1:
            raise ValueError(f"every is how many steps apart to look; received {every!r}.")
        self.every = every
        self.probe = Probe(named(layers), self.ended)
        self.steps: dict[int, dict[str, LayerStep]] = {}
        self.losses: dict[int, float] = {}
        self.found = Alerts()
        self.count = 0
        self.stride = 1
        self._pending: dict[frozenset[str], Pending] = {}
        self._calls: dict[frozenset[int], int] = {}
        self.after_step: Callable[[], None] | None = None
        self._listening = False

    # -- listening --------------------------------------------------------------------------

    def listen(self) -> None:
        """Begin to observe."""
        if not self._listening:
            self._listening = True
            events.subscribe(self.probe)
            hooks.attach(self.probe)

    def rest(self) -> None:
        """End observing; what is pending is finished."""
        if self._listening:
            self._listening = False
            hooks.detach(self.probe)
            events.unsubscribe(self.probe)
        self.finish()

    def due(self) -> bool:
        """Whether the next step is one to look at."""
        return self.count % self.every == 0

    def begin(self) -> None:
        """A step begins."""
        self.probe.units.clear()
        self.probe.step = self.count

    def call_begins(self, variables: frozenset[int]) -> None:
        """In a loop of one's own: see what the update after the last such call was."""
        for key, pending in list(self._pending.items()):
            mine = {v._id for pairs in pending.before.values() for v, _ in pairs}
            if mine & variables:
                self.finish(key)
        self.probe.step = self._calls.get(variables, 0)

    def call_ended(self, variables: frozenset[int]) -> None:
        """In a loop of one's own: the next step begins; look at it if it is its turn.

        Several calls with variables of their own (as of two networks) are one step.
        """
        if not variables:
            return
        self._calls[variables] = self._calls.get(variables, 0) + 1
        self.count = min(self._calls.values())
        self.probe.active = self.due()
        if not self.probe.active:
            self.probe.units.clear()
        if self.after_step is not None:
            self.after_step()

    # -- gathering --------------------------------------------------------------------------

    def ended(self, pending: Pending) -> None:
        """A gradient call ended; its update shows later."""
        key = frozenset(pending.steps)
        self.finish(key)
        for layer, units in self.probe.units.items():
            owner = self.owner(layer, pending.steps)
            step = pending.steps.get(owner)
            if step is None:
                step = pending.steps[owner] = LayerStep(self.probe.step, owner)
            if units.alive is not None:
                step.dead = max(step.dead or 0.0, units.part)
            else:
                step.saturated = max(step.saturated or 0.0, units.part)
        self.probe.units.clear()
        self._pending[key] = pending
        self.losses[self.probe.step] = self.probe.target

    def owner(self, layer: str, steps: dict[str, LayerStep]) -> str:
        """The layer among those measured that an activation belongs to."""
        if layer in steps:
            return layer
        return next((name for name in steps if name.endswith("/" + layer)), layer)

    def finish(self, key: frozenset[str] | None = None) -> None:
        """See what the updates were, and apply the rules."""
        self.tell_diagnoses()
        for one in [key] if key is not None else list(self._pending):
            pending = self._pending.pop(one, None)
            if pending is None:
                continue
            for layer, variables in pending.before.items():
                moved = [distance(v._t._a, before) for v, before in variables]
                pending.steps[layer].update = math.hypot(*moved)
            for layer, step in pending.steps.items():
                self.steps.setdefault(step.step, {})[layer] = step
                self.found.look(step)
        self.thin()

    def tell_diagnoses(self) -> None:
        """Turn what the probe found out about broken gradients into alerts."""
        for layer, step, diagnosis in self.probe.diagnoses:
            self.found.diagnosed(layer, step, diagnosis)
        self.probe.diagnoses.clear()

    def thin(self) -> None:
        """Keep at most so many steps."""
        if len(self.steps) > MOST_STEPS:
            kept = sorted(self.steps)[::2]
            self.steps = {s: self.steps[s] for s in kept}
            self.losses = {s: self.losses[s] for s in kept if s in self.losses}

    # -- answers ----------------------------------------------------------------------------

    def layers(self) -> list[str]:
        """The layers, in the order they were first seen."""
        return list(dict.fromkeys(name for step in self.steps.values() for name in step))

    def rows(self, layer: str) -> list[LayerStep]:
        """What was measured of a layer."""
        return [step[layer] for _, step in sorted(self.steps.items()) if layer in step]

    def latest(self) -> dict[str, LayerStep]:
        """The newest measures of each layer."""
        return {layer: self.rows(layer)[-1] for layer in self.layers()}

    def alerts(self) -> list[Alert]:
        """What is wrong, the worst first."""
        return list(self.found)


def named(layers: dict[str, Any] | None) -> dict[int, str]:
    """Variable identities to the names of layers."""
    found: dict[int, str] = {}
    for name, variables in (layers or {}).items():
        many = [variables] if hasattr(variables, "assign") else variables
        for variable in getattr(variables, "trainable_variables", many):
            found[handle_of(variable)._id] = name
    return found


def distance(after: Any, before: Any) -> float:
    """The norm of a difference."""
    return 0.0 if after is before else norm(after - before)
