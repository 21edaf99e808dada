"""What is wrong with a training, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.health.measures import LayerStep

LARGE_STEP = 0.1
"""An update of more than this part of the weights is too large."""

SMALL_STEP = 1e-7
"""One of less is lost in float32."""

DEAD = 0.5
SATURATED = 0.8
LASTING = 3
"""So many examined steps in a row make a rule's finding an alert."""

KINDS = {"nan": "not finite", "inf": "not finite", "none": "missing", "zero": "no gradient"}
"""What a diagnosis' kind is called here."""

EXPLAINED_BY = {"small update": "vanishing", "large update": "exploding"}

LEVELS = ("error", "warning")


@dataclass
class Alert:
    """One finding: the layers it concerns, what is wrong since which step, and the cure.

    ``diagnosis`` is there where the cause was found out: with the operation and the line.
    """

    level: str
    kind: str
    layers: list[str]
    step: int
    message: str
    cure: str
    count: int = 1
    diagnosis: Diagnosis | None = field(default=None, repr=False)

    @property
    def layer(self) -> str:
        """The layer, or the first of several."""
        return self.layers[0]

    @property
    def names(self) -> str:
        """The layers as a reader wants them."""
        more = len(self.layers) - 1
        others = "" if not more else f" and {more} other layer{'s' * (more > 1)}"
        return self.layer + others

    def __str__(self) -> str:
        times = f", {self.count} times" if self.count > 1 else ""
        return f"{self.names}: {self.message} (step {self.step}{times}). {self.cure}"


class Alerts:
    """Applies the rules to each step; the same finding is one alert."""

    def __init__(self) -> None:
        self.found: dict[Any, Alert] = {}
        self._lasting: dict[tuple[str, str], int] = {}

    def __iter__(self) -> Iterator[Alert]:
        return iter(sorted(self.found.values(), key=lambda a: (LEVELS.index(a.level), a.step)))

    def __len__(self) -> int:
        return len(self.found)

    def look(self, step: LayerStep) -> None:
        """Apply the rules to a layer's step."""
        if step.nonfinite:
            text = f"{step.nonfinite} of {step.elements} gradient elements are NaN or infinite"
            self.add("error", "not finite", step, text, "Look at the first operation that did it.")
        for kind, is_so, text, cure in rules(step):
            key = (step.layer, kind)
            self._lasting[key] = self._lasting.get(key, 0) + 1 if is_so else 0
            if self._lasting[key] >= LASTING:
                self.add("warning", kind, step, text, cure)

    def diagnosed(self, layer: str, step: int, found: Diagnosis) -> None:
        """Enter what was found out about a gradient; one cause in many layers is one alert."""
        kind = KINDS.get(found.kind, found.kind)
        key = (found.reason, kind, found.place)
        known = self.found.get(key)
        if known is not None:
            if layer not in known.layers:
                known.layers.append(layer)
            return
        where = f" ({found.place})" if str(found.place) not in found.message else ""
        level = "error" if kind in ("not finite", "missing", "target", "error") else "warning"
        text = found.message.rstrip(".") + where
        counted = int(kind not in ("not finite", "no gradient"))  # those the rules see again
        self.found[key] = Alert(level, kind, [layer], step, text, found.cure, counted, found)

    def add(self, level: str, kind: str, step: LayerStep, text: str, cure: str) -> None:
        """Enter a finding, or count it once more; one that is explained already is not repeated."""
        for alert in self.found.values():
            if alert.diagnosis is None or step.layer not in alert.layers:
                continue
            if alert.kind in (kind, EXPLAINED_BY.get(kind)):
                alert.count += step.layer == alert.layer
                return
        known = self.found.get((step.layer, kind))
        if known is None:
            self.found[step.layer, kind] = Alert(level, kind, [step.layer], step.step, text, cure)
        else:
            known.count += 1


def rules(step: LayerStep) -> list[tuple[str, bool, str, str]]:
    """Kind, whether it is so, what to say and what to do."""
    ratio, dead, flat = step.ratio, step.dead or 0.0, step.saturated or 0.0
    known = math.isfinite(ratio) and not step.nonfinite
    return [
        (
            "large update",
            known and ratio > LARGE_STEP,
            f"a step moves the weights by {ratio:.0%} of their size",
            "Use a smaller learning rate, or warm it up.",
        ),
        (
            "small update",
            known and ratio < SMALL_STEP and step.gradient > 0,
            f"a step moves the weights by {ratio:.1g} of their size only",
            "Use a larger learning rate for this layer, or look why its gradient is small.",
        ),
        (
            "no gradient",
            step.elements > 0 and step.gradient == 0,
            "its gradient is zero",
            "Look for dead units, a detached branch, or a saturated output.",
        ),
        (
            "dead units",
            dead > DEAD,
            f"{dead:.0%} of its units answer 0 to the whole batch",
            "Use leaky_relu, elu or gelu, a smaller step, or another initialisation.",
        ),
        (
            "saturated",
            flat > SATURATED,
            f"{flat:.0%} of its answers are saturated",
            "Normalise its input, start from smaller weights, or use relu.",
        ),
    ]
