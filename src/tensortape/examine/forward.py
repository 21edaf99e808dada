"""Where a forward value that is not finite came from, and what kind of accident it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tensortape.examine.backflow import Backflow, broken, element, first_bad
from tensortape.examine.diagnosis import Place
from tensortape.examine.oplog import Logged
from tensortape.examine.reasons import Reason

LOGS = ("Log", "Log1p", "Xlogy", "Xlog1py")
DIVISIONS = ("RealDiv", "Div", "Inv", "Reciprocal", "Rsqrt", "Xdivy", "FloorMod", "Mod")
EDGES = ("Acos", "Asin", "Atanh", "Acosh", "Erfinv", "Ndtri")
SUMS = (
    *("Sub", "AddV2", "AddN", "Sum", "Mean", "Cumsum", "SquaredDifference"),
    *("MatMul", "BatchMatMulV2", "Einsum", "Conv2D", "Conv3D"),
)
"""Operations that add up: out of finite numbers a NaN is made by overflows of both signs."""

ROOTS = ("Sqrt", "Rsqrt")
GRADIENTS = {
    "EuclideanNorm": Reason.NORM_AT_ZERO,
    "SqrtGrad": Reason.SQRT_AT_ZERO,
    "PowDerivative": Reason.POWER_AT_ZERO,
}


@dataclass
class Origin:
    """The first operation that made something not finite of finite values."""

    reason: Reason
    tensor: int
    place: Place
    story: str
    index: tuple[int, ...]
    values: dict[str, Any]
    before: Place | None = None


def origin_of(flow: Backflow, tensor: int) -> Origin:
    """Follow a value that is not finite back to where it first was not."""
    seen: set[int] = set()
    while True:
        seen.add(tensor)
        node = flow.lineage.producer(tensor)
        if node is None:
            return given(flow, tensor)
        before = [i for i in node.inputs if i not in seen and broken(flow.value(i))]
        if not before:
            return accident(flow, node, tensor)
        if node.op.type == "Mul" and (index := nothing_times(flow, node, tensor)) is not None:
            return masked_out(flow, node, tensor, before[0], index)
        tensor = before[0]


def nothing_times(flow: Backflow, node: Logged, tensor: int) -> tuple[int, ...] | None:
    """Where a product is 0 × inf; ``None`` where it is not."""
    out = flow.value(tensor)
    index = first_bad(out)
    factors = [element(flow.value(i), index) for i in node.inputs]
    if not np.isnan(element(out, index)) or any(f is None or np.isnan(f) for f in factors):
        return None
    return index if 0 in factors else None


def masked_out(
    flow: Backflow, node: Logged, tensor: int, infinite: int, index: tuple[int, ...]
) -> Origin:
    """A product that was to hide an infinite value by a factor 0."""
    before = origin_of(flow, infinite)
    numbers = [element(flow.value(i), index).item() for i in node.inputs]
    at = f" at index {index}" if index else ""
    text = f"0 × inf in Mul{at}, where the inf came from {before.place}: {before.story}"
    values = {f"input {i}": n for i, n in enumerate(numbers)} | {"output": float("nan")}
    reason, place = Reason.ZERO_TIMES_INFINITY, flow.journal.place_of(node)
    return Origin(reason, tensor, place, text, index, values, before.place)


def given(flow: Backflow, tensor: int) -> Origin:
    """A value that was not finite when it came in."""
    index = first_bad(flow.value(tensor))
    value = element(flow.value(tensor), index)
    text = f"a value that was given holds {value}"
    text += f" at index {index}" if index else ""
    return Origin(Reason.NOT_FINITE_INPUT, tensor, Place(), text, index, {"value": value.item()})


def accident(flow: Backflow, node: Logged, tensor: int) -> Origin:
    """The operation whose inputs were finite and whose output is not."""
    out = flow.value(tensor)
    index = first_bad(out)
    operands = [element(flow.value(i), index) for i in node.inputs]
    numbers = [o.item() for o in operands if o is not None]
    value = element(out, index)
    reason = forward_reason(node.op.type, numbers, bool(np.isnan(value)))
    listed = ", ".join(f"{n:.6g}" for n in numbers)
    at = f" at index {index}" if index else ""
    text = f"{node.op.type}({listed}) is {value}{at}"
    values = {f"input {i}": n for i, n in enumerate(numbers)} | {"output": value.item()}
    return Origin(reason, tensor, flow.journal.place_of(node), text, index, values)


def forward_reason(op: str, operands: list[Any], is_nan: bool) -> Reason:
    """What kind of accident an operation had.

    >>> forward_reason("Log", [0.0], False), forward_reason("RealDiv", [0.0, 0.0], True)
    (<Reason.LOG_OF_ZERO>, <Reason.ZERO_BY_ZERO>)
    """
    if op in DIVISIONS:
        return Reason.ZERO_BY_ZERO if is_nan and op not in ROOTS else division(op, operands)
    if is_nan:
        return Reason.INFINITY_MINUS_INFINITY if op in SUMS else Reason.OUT_OF_DOMAIN
    if op in LOGS:
        return Reason.LOG_OF_ZERO
    if op in EDGES:
        return Reason.DOMAIN_EDGE
    if op == "Pow" and operands and operands[0] == 0:
        return Reason.DIVISION_BY_ZERO
    return Reason.OVERFLOW


def division(op: str, operands: list[Any]) -> Reason:
    """An infinite quotient: by zero, or too large."""
    below = operands[-1] if operands else 0
    if op in ROOTS and below < 0:
        return Reason.OUT_OF_DOMAIN
    return Reason.DIVISION_BY_ZERO if below == 0 else Reason.OVERFLOW


def slope_reason(flow: Backflow, entry: Any, values: dict[str, Any], kind: str) -> Reason:
    """Why a rule's derivative is not finite although its values are."""
    op = entry.op.type
    numbers = [v for key, v in values.items() if key.startswith("input")]
    if op in ROOTS:
        return root_reason(flow, entry)
    if op in GRADIENTS:
        return GRADIENTS[op]
    if op in EDGES:
        return Reason.DOMAIN_EDGE
    if op in LOGS:
        return Reason.LOG_OF_ZERO
    if op == "Pow" and (not numbers or numbers[0] == 0):
        return Reason.POWER_AT_ZERO
    if op in DIVISIONS and numbers and numbers[-1] == 0:
        return Reason.DIVISION_BY_ZERO
    if values.get("arrived") == 0:
        return Reason.ZERO_TIMES_INFINITY
    steep = op in ("Mul", "MatMul", "Square", "Exp", "Sum", "RealDiv", "Pow", "Prod", "AddV2")
    return Reason.OVERFLOW if steep else Reason.INFINITE_SLOPE


def root_reason(flow: Backflow, entry: Any) -> Reason:
    """A root of 0: of a sum of squares, of a variance, or of anything else."""
    above = made_of(flow, entry.inputs[0]._id)
    if above is not None and above.op.type in ("Sum", "Mean"):
        below = made_of(flow, above.inputs[0])
        if below is not None and below.op.type in ("Square", "Mul", "SquaredDifference"):
            source = made_of(flow, below.inputs[0])
            spread = below.op.type == "SquaredDifference" or (
                source is not None and source.op.type == "Sub" and above.op.type == "Mean"
            )
            return Reason.STD_OF_CONSTANT if spread else Reason.NORM_AT_ZERO
    return Reason.SQRT_AT_ZERO


def made_of(flow: Backflow, tensor: int) -> Logged | None:
    """The operation behind a tensor, casts and reshapes passed over."""
    node = flow.lineage.producer(tensor)
    while node is not None and node.op.type in ("Squeeze", "Reshape", "Identity", "Cast", "Real"):
        node = flow.lineage.producer(node.inputs[0])
    return node
