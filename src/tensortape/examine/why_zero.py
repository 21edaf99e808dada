"""Where a gradient became zero, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.examine.backflow import Backflow
from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.reasons import Reason
from tensortape.examine.trace import RuleRun

RELUS = ("Relu", "Relu6")
SATURATING = ("Sigmoid", "Tanh", "Softmax", "Erf", "Softsign", "SoftmaxCrossEntropyWithLogits")
CLIPS = ("ClipByValue", "Maximum", "Minimum", "Relu6")
CHOICES = ("SelectV2", "Select", "Max", "Min", "TensorScatterUpdate", "TensorScatterMax")
PRODUCTS = ("Mul", "MatMul", "BatchMatMulV2", "Einsum", "Conv2D", "RealDiv", "Prod", "MulNoNan")
FLATS = ("Sign", "FloorMod", "Mod", "Angle", "SelfAdjointEigV2", "Svd")


class ZeroQuestion:
    """One question why the gradient of a source is zero."""

    def __init__(self, flow: Backflow, name: str) -> None:
        self.flow, self.name = flow, name
        self.cancelled: RuleRun | None = None

    def ask(self) -> Diagnosis:
        """The rule in which something became nothing, nearest to the source."""
        run, position = self.producer()
        if run is None:
            return self.without_rule()
        reason = self.reason(run, position)
        if (
            reason in (Reason.STATIONARY, Reason.ZERO_FACTOR)
            and (dead := self.dead_before(run)) is not None
        ):
            run, reason = dead, Reason.DEAD_RELU
        word = "healthy" if reason.kind == "healthy" else "zero"
        place = self.flow.place(run)
        text = f"The gradient of {self.name} is zero from {place.op} on: {WORDS[reason]}."
        inputs = [self.flow.value(t._id) for t in run.entry.inputs]
        values = {f"input {i}": first(v) for i, v in enumerate(inputs) if v is not None}
        return Diagnosis(reason, word, self.name, text, reason.cure, place, values=values)

    def producer(self) -> tuple[RuleRun | None, int]:
        """A rule where something arrived and zero was sent toward the source."""
        left, seen = list(self.flow.lineage.starts), set()
        found: list[tuple[RuleRun, int]] = []
        while left:
            for run, position in self.flow.into.get(left.pop(), ()):
                if not empty(self.flow.sent(run, position)):
                    self.cancelled = self.cancelled or run
                    continue
                if id(run) in seen:
                    continue
                seen.add(id(run))
                if all(map(empty, self.flow.arrived(run))):
                    left.extend(o._id for o in run.entry.outputs)
                else:
                    found.append((run, position))
        return found[0] if found else (None, 0)

    def without_rule(self) -> Diagnosis:
        """No single rule made it zero."""
        if not any(start in self.flow.into for start in self.flow.lineage.starts):
            reason, text = Reason.UNCONNECTED_ZERO, "the target was not computed from it"
        elif self.cancelled is not None:
            inputs = [t._id for t in self.cancelled.entry.inputs]
            same = len(inputs) == 2 and inputs[0] == inputs[1]  # x - x, and not a minimum
            reason = Reason.CANCELLED if same else Reason.STATIONARY
            text = "what arrives along several ways adds up to zero"
        else:
            reason, text = Reason.ZERO_SEED, "nothing but zeros started from the target"
        text = f"The gradient of {self.name} is zero: {text}."
        place = Place() if self.cancelled is None else self.flow.place(self.cancelled)
        kind = "healthy" if reason is Reason.STATIONARY else "zero"
        return Diagnosis(reason, kind, self.name, text, reason.cure, place)

    def dead_before(self, run: RuleRun) -> RuleRun | None:
        """A dead relu whose zeros made a later operation stationary, as in ``relu(x) ** 2``."""
        left, seen = [run], {id(run)}
        while left:
            current = left.pop()
            for given in current.entry.inputs:
                made = self.flow.of.get(given._id)
                if made is None or id(made) in seen or not is_zero(self.flow.value(given._id)):
                    continue
                seen.add(id(made))
                before = self.flow.value(made.entry.inputs[0]._id)
                if made.entry.op.type in RELUS and before is not None and nowhere_positive(before):
                    return made
                left.append(made)
        return None

    def reason(self, run: RuleRun, position: int) -> Reason:
        """What an operation did to its gradient."""
        op = run.entry.op.type
        values = [self.flow.value(t._id) for t in run.entry.inputs]
        if op in RELUS and nowhere_positive(values[0]):
            return Reason.DEAD_RELU
        if op in CLIPS:
            return Reason.CLIPPED
        if op in CHOICES:
            return Reason.MASKED
        if op == "FunctionResults":
            return Reason.OTHER_RESULT
        if op in FLATS or run.entry.op.not_derivative:
            return Reason.FLAT
        if op in SATURATING:
            return Reason.STATIONARY if is_zero(values[0]) else Reason.SATURATED
        if op in PRODUCTS and len(values) == 2:
            return self.product(values, position, run)
        return self.other(run, values, position)

    def product(self, values: list[Any], position: int, run: RuleRun) -> Reason:
        """A product: the other factor is zero, is the source itself, or is too small."""
        a, b = run.entry.inputs
        other = values[1 - position]
        if a._id == b._id:
            return Reason.STATIONARY
        return Reason.ZERO_FACTOR if is_zero(other) else Reason.UNDERFLOW

    def other(self, run: RuleRun, values: list[Any], position: int) -> Reason:
        """Everything else: a stationary point, or a product too small for the dtype."""
        small = self.flow.sent(run, position).dtype.name in ("float16", "bfloat16", "float32")
        scale = max((largest(u) for u in self.flow.arrived(run)), default=1.0)
        if run.entry.op.type in ("Prod", "Cumprod") and values[0] is not None:
            return Reason.UNDERFLOW if np.all(values[0]) else Reason.STATIONARY
        if (small and scale and scale < 1e-4) or run.entry.op.type in ("Exp", "Expm1"):
            return Reason.UNDERFLOW
        return Reason.STATIONARY


WORDS = {
    Reason.DEAD_RELU: "its input is nowhere positive",
    Reason.CLIPPED: "the value lies outside of the bounds",
    Reason.MASKED: "another value was chosen in its place",
    Reason.FLAT: "it is flat by definition",
    Reason.SATURATED: "its input is so large that it does not change any more",
    Reason.ZERO_FACTOR: "the other factor is zero",
    Reason.OTHER_RESULT: "it leads to another result of the function, and not to the target",
    Reason.UNDERFLOW: "the product is too small for the dtype",
    Reason.STATIONARY: "its derivative is zero at this very point",
}


def empty(array: Any) -> bool:
    """Whether nothing arrived: all zero, or none."""
    return array is None or not np.any(array)


def is_zero(value: Any) -> bool:
    """Whether a value is known and zero throughout."""
    return value is not None and not np.any(value)


def nowhere_positive(value: Any) -> bool:
    """Whether a value is unknown or has no positive element."""
    return value is None or not bool((np.asarray(value) > 0).any())


def largest(array: Any) -> float:
    """The largest magnitude."""
    return 0.0 if array is None or not np.size(array) else float(np.max(np.abs(array)))


def first(value: Any) -> Any:
    """The first element as a Python number."""
    a = np.asarray(value).reshape(-1)
    return a[0].item() if a.size else None
