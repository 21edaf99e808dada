"""Why a gradient is far too small, far too large, or half dead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.examine.backflow import Backflow, plain
from tensortape.examine.cotangents import is_whole
from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.reasons import Reason
from tensortape.examine.scale import Leg, sizes, way_back

VANISHED = 1e-5
"""A gradient is vanishing below this part of the largest one on its way."""

EXPLODED = 1e6
"""A gradient is exploding above this multiple of what started at the target."""

TINY_FACTOR = 1e-8
"""One factor alone is called too small below this: beneath what float32 resolves beside 1."""

SATURATES = 0.02
"""A squashing operation that lets less than this part pass is saturated (a sigmoid beyond ±4)."""

CHAIN = 4
"""So many operations that shrink or grow a gradient are a chain."""

DEAD_PART = 0.75
"""A layer is called dead from this part of units on that answer 0 to every row."""

ROWS = 8
"""With fewer rows, that a unit answers 0 to all says little."""

SQUASHING = frozenset(
    ("Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Erf", "Erfc", "Softsign", "Atan", "Softplus")
    + ("Elu", "Selu", "Gelu", "Silu", "Swish", "Exp", "LogSigmoid")
)
PRODUCTS = frozenset(
    ("Mul", "MulNoNan", "MatMul", "BatchMatMulV2", "Einsum", "RealDiv", "Div", "DivNoNan")
    + ("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv2dNative", "Tensordot", "Neg", "Prod")
)
GROWING = PRODUCTS | frozenset(
    ("Exp", "Square", "Pow", "Cosh", "Sinh", "Expm1", "AddV2", "Cumprod")
)
SINGULAR = frozenset(
    ("Log", "Log1p", "Xlogy", "Sqrt", "Rsqrt", "RealDiv", "Div", "Reciprocal", "Inv", "Pow")
    + ("Acos", "Asin", "Atanh", "Acosh", "Tan", "Lgamma", "Digamma", "EuclideanNorm", "Erfinv")
)
POLES = frozenset(
    ("Log", "Xlogy", "Sqrt", "Rsqrt", "RealDiv", "Div", "Reciprocal", "Inv", "Pow", "EuclideanNorm")
)
"""Of these the slope is huge where an operand is nearly 0."""

POLE = 1e-3
RELUS = frozenset(("Relu", "Relu6"))


def suspicious(asked: Any, target: Any, array: Any) -> bool:
    """Whether the size of a gradient is worth a walk back; costs little, since it mostly is not."""
    rules = asked.run.rules
    if not rules or (asked.run.call.kind != "gradient" and not all(map(written_out, rules))):
        return False
    if not array.all() and any(run.entry.op.type in RELUS for run in rules):
        return True
    total, peak = sizes(array)
    seeds = [run.upstream[0] for run in rules[:8] if run.entry.outputs[0] is target]
    seed, peak_seed = sizes(plain(seeds[0])) if seeds else (1.0, 1.0)
    return total <= 1e-3 * seed or peak > EXPLODED * peak_seed or peak < smallest(array.dtype)


def written_out(run: Any) -> bool:
    """Whether the sizes of what a rule exchanged are known (of large Jacobians blocks are kept)."""
    return all(map(is_whole, (*run.upstream, *run.downstream)))


class ScaleQuestion:
    """One question whether a finite gradient has a sound size, and if not, what changed it."""

    def __init__(self, flow: Backflow, name: str, array: Any) -> None:
        self.flow, self.name = flow, name
        self.array = np.asarray(array)
        self.total, self.peak = sizes(self.array)
        self.seed, self.peak_seed = self.started()
        self._legs: list[Leg] | None = None

    @property
    def legs(self) -> list[Leg]:
        """The way back, from the source's side."""
        if self._legs is None:
            self._legs = way_back(self.flow)
        return self._legs

    def started(self) -> tuple[float, float]:
        """The size of what started at the target."""
        target = self.flow.lineage.target
        run = None if target is None else self.flow.of.get(target)
        return (1.0, 1.0) if run is None else sizes(self.flow.arrived(run)[0])

    def ask(self) -> Diagnosis | None:
        """The diagnosis; ``None`` where the size is sound."""
        if not self.array.size or not self.seed:
            return None
        return self.below_precision() or self.small() or self.large() or self.dead()

    def below_precision(self) -> Diagnosis | None:
        """So small that the dtype holds only a few bits of it."""
        dtype = self.array.dtype
        if dtype.kind == "c" or self.peak >= smallest(dtype) / 64:
            return None
        worst = min(self.legs, key=lambda leg: leg.factor, default=None)
        text = f"is {self.peak:.2g} at most, below what {dtype.name} holds with precision"
        return self.answer(Reason.UNDERFLOW, "vanishing", text, worst)

    def small(self) -> Diagnosis | None:
        """Shrunk on its way."""
        shrinking = [leg for leg in self.legs if leg.op in SQUASHING or leg.op in PRODUCTS]
        factor = math.exp(sum(logarithm(leg.factor) for leg in shrinking))
        if max(factor, self.total / max(self.largest(), 1e-300)) > VANISHED:
            return None
        blamed = [leg for leg in shrinking if leg.factor < 0.75]
        if not blamed:
            return None
        return self.shrunk(blamed, factor)

    def shrunk(self, blamed: list[Leg], factor: float) -> Diagnosis | None:
        """By one operation, or by a chain of them."""
        worst = min(blamed, key=lambda leg: leg.factor)
        squashed = min(
            (leg for leg in blamed if leg.op in SQUASHING), key=lambda leg: leg.factor, default=None
        )
        if squashed is not None and squashed.factor < SATURATES:
            reason = Reason.UNDERFLOW if squashed.op == "Exp" else Reason.SATURATED
            part = f"lets {squashed.factor:.2g} of it pass"
            return self.answer(reason, "vanishing", f"vanishes: {squashed.op} {part}", squashed)
        share = logarithm(worst.factor) / sum(logarithm(leg.factor) for leg in blamed)
        if len(blamed) < CHAIN or share > 0.6:
            if worst.factor > TINY_FACTOR:
                return None
            text = f"vanishes: {worst.op} multiplies it by {worst.factor:.2g}"
            return self.answer(Reason.SMALL_FACTOR, "vanishing", text, worst)
        most = weightiest(blamed)
        count = sum(leg.op == most.op for leg in blamed)
        text = (
            f"vanishes: {len(blamed)} operations shrink it by {factor:.2g} together, "
            f"{most.op} {times(count)}, by {most.factor:.2g} here"
        )
        return self.answer(Reason.VANISHING, "vanishing", text, most, operations=len(blamed))

    def large(self) -> Diagnosis | None:
        """Grown on its way."""
        if self.peak <= EXPLODED * self.peak_seed:
            return None
        grown = [leg for leg in self.legs if leg.op in GROWING | SINGULAR and leg.growth > 1.2]
        if not grown:
            return None
        worst = max(grown, key=lambda leg: leg.growth)
        share = math.log(worst.growth) / sum(math.log(leg.growth) for leg in grown)
        if len(grown) >= CHAIN and share < 0.6:
            most = weightiest(grown)
            count = sum(leg.op == most.op for leg in grown)
            text = (
                f"explodes: {len(grown)} operations enlarge it to {self.peak:.2g}, "
                f"{most.op} {times(count)}, by {most.growth:.2g} here"
            )
            return self.answer(Reason.EXPLODING, "exploding", text, most, operations=len(grown))
        if worst.growth < EXPLODED / 1e2:
            return None
        if worst.op in SINGULAR and self.near_zero(worst):
            text = f"explodes: the slope of {worst.op} is {worst.growth:.2g} at this point"
            return self.answer(Reason.STEEP, "exploding", text, worst)
        if worst.op == "Exp":
            text = f"explodes: {worst.op} multiplies it by {worst.growth:.2g}"
            return self.answer(Reason.EXPLODING, "exploding", text, worst)
        return None

    def dead(self) -> Diagnosis | None:
        """Units of a layer that answer 0 to every row, so that nothing passes them."""
        if self.array.all():
            return None
        for leg in self.legs:
            if leg.op not in RELUS:
                continue
            count, units = dead_units(self.flow.value(leg.run.entry.inputs[0]._id))
            if count and count >= DEAD_PART * units:
                text = f"is zero for the {count} of {units} units of {leg.op} that answer 0 to all"
                return self.answer(Reason.DEAD_UNITS, "dead", text, leg, dead=count, units=units)
        return None

    def near_zero(self, leg: Leg) -> bool:
        """Whether a slope is large because of where its operand is, and not because it is large."""
        if leg.op not in POLES:
            return True
        inputs = leg.run.entry.inputs
        operand = inputs[1 if len(inputs) == 2 and leg.op != "Pow" else 0]
        value = self.flow.value(operand._id)
        return value is None or (bool(np.size(value)) and float(np.min(np.abs(value))) < POLE)

    def largest(self) -> float:
        """The largest sum of magnitudes on the way."""
        return max((leg.arrived for leg in self.legs), default=self.seed)

    def answer(
        self, reason: Reason, kind: str, text: str, leg: Leg | None, **more: Any
    ) -> Diagnosis:
        """The diagnosis, with the sizes at the operation."""
        place = Diagnosis.place if leg is None else self.flow.place(leg.run)
        values = dict(more)
        if leg is not None:
            size = leg.growth if kind == "exploding" else leg.factor
            values = {"factor": size, "arrived": leg.peak_arrived, "sent": leg.peak_sent, **more}
        values["gradient"] = self.peak
        message = f"The gradient of {self.name} {text}."
        return Diagnosis(reason, kind, self.name, message, reason.cure, place, values=values)


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count} times"


def logarithm(factor: float) -> float:
    """The logarithm; of nothing at all a very small one."""
    return math.log(max(factor, 1e-300))


def smallest(dtype: Any) -> float:
    """The smallest number a dtype holds at full precision."""
    exact = dtype if dtype.kind in "fc" else np.float32  # bfloat16 has float32's exponents
    return float(np.finfo(exact).tiny)


def weightiest(legs: list[Leg]) -> Leg:
    """Of the type of operation that did most, the one that did most."""
    weights: dict[str, float] = {}
    for leg in legs:
        weights[leg.op] = weights.get(leg.op, 0.0) + abs(logarithm(leg.factor))
    op = max(weights, key=lambda key: weights[key])
    return max((leg for leg in legs if leg.op == op), key=lambda leg: abs(logarithm(leg.factor)))


def alike(rows: Any) -> bool:
    """Whether rows are the same but for rounding."""
    wide = rows.astype(np.float32, copy=False)
    return bool(np.max(np.ptp(wide, axis=0)) <= 1e-4 * np.max(np.abs(wide)))


def dead_units(value: Any) -> tuple[int, int]:
    """How many units of a layer have a positive input for no row, and how many there are.

    Rows that are all alike say nothing.

    >>> dead_units(np.array([[i, -1.0 - i] for i in range(8)]))
    (1, 2)
    >>> dead_units(np.array([[1.0, -1.0]] * 8))
    (0, 2)
    """
    if value is None or np.ndim(value) < 2:
        return 0, 0
    rows = np.asarray(value).reshape(-1, np.shape(value)[-1])
    if rows.shape[0] < ROWS or alike(rows):
        return 0, rows.shape[1]
    return int((~(rows > 0).any(axis=0)).sum()), rows.shape[1]
