"""The observer of a training: gradients by layer, activations, and what broke a gradient."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tensortape.autodiff.backward import listens
from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.health.measures import RELUS, SATURATED, LayerStep, Units
from tensortape.examine.journal import Asked
from tensortape.examine.oplog import OpLog, variable_name
from tensortape.examine.patrol import PatrolJournal, in_list
from tensortape.examine.recorder import handle_of

WATCHED = frozenset((*RELUS, *SATURATED))
MAX_OPS = 20_000
MAX_BYTES = 64 * 2**20


class Pending:
    """A gradient call whose update has not been seen yet."""

    def __init__(self, steps: dict[str, LayerStep], before: dict[str, list[Any]]) -> None:
        self.steps, self.before = steps, before


class Probe(PatrolJournal):
    """Measures each gradient call of a training; ``ended`` is told of each, ``active`` or not."""

    def __init__(self, layers: dict[int, str], ended: Callable[[Pending], None]) -> None:
        super().__init__()
        self.layers, self.ended = layers, ended
        self.loop: Any = None  # who counts the steps, where nobody says when one begins
        self.model = ""  # the name of the Keras model, which need not stand before each layer's
        self.active = True
        self.step = 0
        self.target = float("nan")
        self.units: dict[str, Units] = {}
        self.diagnoses: list[tuple[str, int, Diagnosis]] = []
        self.forget()

    def forget(self) -> None:
        """Let go of the operations and calls of earlier steps."""
        self.asked.clear()
        self.gaps.clear()
        self.held = 0
        self.log = OpLog(MAX_OPS, MAX_BYTES)

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Log an operation of an examined step; look at what activations answer."""
        if not self.active or not listens():
            return
        super().record(op, inputs, outputs, attrs)
        if op.type in WATCHED and not self.failed:
            units = Units.of(op.type, inputs[0]._a, outputs[0]._a)
            if units is not None:
                layer = self.layer_of(op.type, outputs[0], sys._getframe(1))
                known = self.units.get(layer)
                self.units[layer] = units if known is None else known.merge(units)

    def layer_of(self, op: str, output: Any, frame: FrameType) -> str:
        """The Keras layer whose ``call`` is running, or the user's line."""
        at: FrameType | None = frame
        while at is not None:
            if at.f_code.co_name == "call":
                owner: Any = at.f_locals.get("self")
                if hasattr(owner, "path") and hasattr(owner, "trainable_weights"):
                    return layer_in(str(owner.path or owner.name), self.model)
            at = at.f_back
        node = self.log.producer.get(output._id)
        place = self.place_of(node)
        return f"{op} at {place.file}:{place.line}"

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Remember whose value a tensor is, in examined steps."""
        if self.active:
            super().read_variable(variable, tensor)

    def gradient_begin(self, call: Any) -> None:
        """A gradient call starts; what its variables' last update was can be seen now."""
        if self.loop is not None:
            self.loop.call_begins(identities_of(call))
        if self.active:
            super().gradient_begin(call)

    def gradient_end(self, call: Any, results: Any) -> None:
        """A gradient call ended."""
        if self.active:
            super().gradient_end(call, results)
        if self.loop is not None:
            self.loop.call_ended(identities_of(call))

    def rule(self, call: Any, entry: Any, upstream: Any, downstream: Any) -> None:
        """Keep what a rule exchanged, in examined steps."""
        if self.active:
            super().rule(call, entry, upstream, downstream)

    def keep(self, asked: Asked) -> None:
        """Judge a call and measure its layers; then what it was computed from is let go."""
        if asked.run.call.kind != "gradient" or not any(map(is_variable, asked.run.sources)):
            return
        super().keep(asked)
        self.target = figure(asked.run.targets[0])
        steps: dict[str, LayerStep] = {}
        before: dict[str, list[Any]] = {}
        line = self.lines.get((asked.run.position, asked.run.call.kind))
        originals = asked.run.call.sources
        triples = zip(asked.run.sources, originals, asked.results or (), strict=True)
        for i, (source, original, result) in enumerate(triples):
            if not is_variable(source):
                continue
            layer = self.name_of(asked, source, original, i)
            step = steps.setdefault(layer, LayerStep(self.step, layer))
            step.add(result, source._t._a)
            before.setdefault(layer, []).append((source, source._t._a))
            self.note(line, i, layer)
        self.forget()
        self.ended(Pending(steps, before))

    def note(self, line: Any, number: int, layer: str) -> None:
        """Pass on what was found out about a source just now."""
        for (i, _), verdict in () if line is None else line.verdicts.items():
            if i == number and verdict.first == line.count and verdict.diagnosis:
                self.diagnoses.append((layer, self.step, verdict.diagnosis))

    def name_of(self, asked: Asked, source: Any, original: Any, number: int) -> str:
        """The layer a variable belongs to: as given, as Keras says, or its own name."""
        given = self.layers.get(source._id)
        if given is None:
            path = str(getattr(original, "path", "") or "")
            given = layer_in(path.rpartition("/")[0], self.model) or in_list(asked, number)
            given = given or asked.names.get(source._id)
            given = given or variable_name(source) or f"variable {number}"
            self.layers[source._id] = given
        return given


def layer_in(path: str, model: str) -> str:
    """A layer's path without the model around all of it.

    >>> layer_in("sequential/dense", "sequential"), layer_in("attention/query", "sequential")
    ('dense', 'attention/query')
    """
    first, _, rest = path.partition("/")
    return rest if rest and first == model else path


def identities_of(call: Any) -> frozenset[int]:
    """The variables a call asks about."""
    handles = [handle_of(source) for source in call.sources]
    return frozenset([h._id for h in handles if is_variable(h)])


def is_variable(source: Any) -> bool:
    """Whether a source is a variable that can be updated."""
    return hasattr(source, "assign") and hasattr(source, "_t")


def figure(target: Any) -> float:
    """The loss, where the target is one number."""
    array: Any = getattr(handle_of(target), "_a", None)
    return float(array.reshape(())) if getattr(array, "size", 0) == 1 else float("nan")
