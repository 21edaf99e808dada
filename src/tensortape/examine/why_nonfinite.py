"""Where a NaN or infinity in a gradient was produced first, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.examine.backflow import Backflow, broken, element, first_bad
from tensortape.examine.cures import cure_of
from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.forward import Origin, origin_of, slope_reason
from tensortape.examine.reasons import Reason
from tensortape.examine.trace import RuleRun

SELECTS = ("SelectV2", "Select", "Maximum", "Minimum", "ClipByValue", "Relu", "Relu6")


class NonFinite:
    """One question why the gradient of a source is not finite."""

    def __init__(self, flow: Backflow, name: str, result: Any) -> None:
        self.flow, self.name = flow, name
        self.kind = "nan" if bool(np.isnan(result).any()) else "inf"

    def ask(self) -> Diagnosis:
        """The first producer among the rules and operations on the way to this source."""
        run, position = self.producer()
        if run is None:
            return self.seeded()
        place = self.flow.place(run)
        sent = self.flow.sent(run, position)
        index = first_bad(sent)
        values = self.operands(run, position, index)
        masked = self.masked_by(run, values.get("arrived"), index)
        origin = self.forward(run)
        reason, also_from = self.reason(run, values, masked, origin)
        if origin is not None and reason is origin.reason and masked is None:
            return self.from_forward(run, origin, index, values)
        rest = f", where the 0 came from {masked}" if masked is not None else ""
        text = self.sentence(run, index, values, rest)
        cure = cure_of(self.flow, run.entry.outputs[0]._id, reason)
        return Diagnosis(
            *(reason, self.kind, self.name, text, cure, place),
            index=index,
            values=values,
            origin=masked or also_from,
        )

    def producer(self) -> tuple[RuleRun | None, int]:
        """The first rule that sent what is not finite although all that arrived was finite."""
        left, seen = list(self.flow.lineage.starts), set()
        found: dict[int, tuple[RuleRun, int]] = {}
        while left:
            tensor = left.pop()
            for run, position in self.flow.into.get(tensor, ()):
                if id(run) in seen or not broken(self.flow.sent(run, position)):
                    continue
                seen.add(id(run))
                if not any(map(broken, self.flow.arrived(run))):
                    found[id(run)] = run, position
                left.extend(o._id for o in run.entry.outputs)
        return next((found[id(run)] for run in self.flow.runs if id(run) in found), (None, 0))

    def seeded(self) -> Diagnosis:
        """What the caller gave was not finite, or sums of finite terms are not."""
        reason = Reason.NOT_FINITE_SEED
        text = f"The gradient of {self.name} is not finite, as are the output_gradients given."
        if not any(broken(u) for run in self.flow.runs for u in self.flow.arrived(run)):
            reason = Reason.OVERFLOW
            text = f"The gradient of {self.name} is too large for its dtype when it is added up."
        return Diagnosis(reason, self.kind, self.name, text, reason.cure)

    def operands(self, run: RuleRun, position: int, index: tuple[int, ...]) -> dict[str, Any]:
        """The numbers at an index: inputs, output, and the gradient that arrived."""
        entry = run.entry
        found: dict[str, Any] = {}
        for i, t in enumerate(entry.inputs):
            found[f"input {i}" if len(entry.inputs) > 1 else "input"] = element(
                self.flow.value(t._id), index
            )
        found["output"] = element(self.flow.value(entry.outputs[0]._id), index)
        found["arrived"] = element(self.flow.arrived(run)[0], index)
        found["sent"] = element(self.flow.sent(run, position), index)
        return {key: v.item() for key, v in found.items() if v is not None}

    def masked_by(self, run: RuleRun, arrived: Any, index: tuple[int, ...]) -> Place | None:
        """The choice (``where``) that sent the 0 which arrived."""
        if arrived is None or arrived != 0:
            return None
        tensor = run.entry.outputs[0]._id
        for _ in range(100):
            below = self.flow.into.get(tensor, ())
            chosen = [r for r, i in below if r.entry.op.type in SELECTS or self.hides(r, i, index)]
            if chosen:
                return self.flow.place(chosen[0])
            if len(below) != 1:
                return None
            above = element(self.flow.arrived(below[0][0])[0], index)
            if above is None or above != 0:
                return None
            tensor = below[0][0].entry.outputs[0]._id
        return None

    def hides(self, run: RuleRun, position: int, index: tuple[int, ...]) -> bool:
        """Whether a product has a factor 0 that was to hide the other."""
        if run.entry.op.type != "Mul":
            return False
        factor = element(self.flow.value(run.entry.inputs[1 - position]._id), index)
        return factor is not None and bool(factor == 0)

    def forward(self, run: RuleRun) -> Origin | None:
        """Where a forward value of the operation that is not finite came from."""
        entry = run.entry
        for t in (*entry.inputs, *entry.outputs):
            if broken(self.flow.value(t._id)):
                return origin_of(self.flow, t._id)
        return None

    def reason(
        self, run: RuleRun, values: dict[str, Any], masked: Place | None, origin: Origin | None
    ) -> tuple[Reason, Place | None]:
        """The cause, and where it came from if elsewhere."""
        if masked is not None:
            by_product = masked.op == "Mul"
            return Reason.ZERO_TIMES_INFINITY if by_product else Reason.MASKED_BRANCH, None
        if origin is not None:
            return origin.reason, origin.place
        return slope_reason(self.flow, run.entry, values, self.kind), None

    def from_forward(
        self, run: RuleRun, origin: Origin, index: tuple[int, ...], values: dict[str, Any]
    ) -> Diagnosis:
        """A forward value was not finite first; the backward rule only met it."""
        word = "NaN" if self.kind == "nan" else "infinite"
        text = f"The gradient of {self.name} is {word}: {origin.story}"
        back = self.flow.place(run)
        product = " as 0 × inf" if values.get("arrived") == 0 else ""
        where = f"in {back}" if back != origin.place else "there"
        text += f"; the gradient met it {where}{product}"
        cure = cure_of(self.flow, origin.tensor, origin.reason, run.entry.outputs[0]._id)
        return Diagnosis(
            *(origin.reason, self.kind, self.name, text + ".", cure, origin.place),
            index=origin.index,
            values={**origin.values, "gradient index": index},
            origin=origin.before,
        )

    def sentence(
        self, run: RuleRun, index: tuple[int, ...], values: dict[str, Any], rest: str
    ) -> str:
        """What happened, with the numbers."""
        word = "NaN" if self.kind == "nan" else "infinite"
        at = f" at index {index}" if index else ""
        product = "0 × inf" if values.get("arrived") == 0 else "an infinite slope"
        listed = ", ".join(f"{key} {value:.6g}" for key, value in values.items())
        op = run.entry.op.type
        return (
            f"The gradient of {self.name} is {word}: {product} in the gradient of {op}{at}"
            f"{rest} ({listed})."
        )
