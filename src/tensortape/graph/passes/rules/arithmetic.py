"""Arithmetic with 0 and 1, signs and powers.

Each rule gives the same bits, NaN and infinities included, with one exception that TensorFlow's
own graphs make as well: ``x + 0.0`` is ``x``, also where ``x`` is ``-0.0``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.graph.ir import Node
from tensortape.graph.passes.rules.table import rule
from tensortape.graph.passes.scan import Scan

NUMBERS = "fciu"


def numeric(scan: Scan, node: Node) -> bool:
    """Whether the result is of an ordinary numeric dtype."""
    return np.dtype(scan.avals[node.outputs[0]].dtype).kind in NUMBERS


@rule("AddV2")
def add(scan: Scan, node: Node) -> Any:
    """``x + 0``, ``0 + x``, ``x + (-y)``, ``(-x) + y``."""
    x, y = node.inputs
    out = node.outputs[0]
    if not numeric(scan, node):
        return None
    for zero, other in ((y, x), (x, y)):
        if is_zero(scan, zero) and scan.static(other, out):
            return as_wide(scan, other, out)
    negated = scan.made_by(y, "Neg")
    if negated is not None:
        return (scan.emit("Sub", (x, negated.inputs[0]), scan.avals[out]),)
    negated = scan.made_by(x, "Neg")
    if negated is not None:
        return (scan.emit("Sub", (y, negated.inputs[0]), scan.avals[out]),)
    return None


def as_wide(scan: Scan, x: int, out: int) -> tuple[int]:
    """A value, broadcast to the shape of ``out`` where that is larger."""
    if scan.alike(x, out):
        return (x,)
    aval = scan.avals[out]
    return (scan.emit("BroadcastTo", (x,), aval, shape=tuple(aval.shape)),)


def is_zero(scan: Scan, i: int) -> bool:
    """Whether a value consists of zeros, of either sign."""
    value = scan.uniform(i)
    return value is not None and value.dtype.kind in NUMBERS and value == 0


@rule("Sub")
def subtract(scan: Scan, node: Node) -> Any:
    """``x - 0``, ``x - (-y)``."""
    x, y = node.inputs
    out = node.outputs[0]
    if scan.is_number(y, 0) and scan.alike(x, out):
        return (x,)
    negated = scan.made_by(y, "Neg")
    if negated is not None:
        return (scan.emit("AddV2", (x, negated.inputs[0]), scan.avals[out]),)
    return None


@rule("Mul")
def multiply(scan: Scan, node: Node) -> Any:
    """``x * 1``, ``x * -1``, ``(-x) * (-y)``, ``x * x``; for integers ``x * 0``."""
    x, y = node.inputs
    out = node.outputs[0]
    if not numeric(scan, node):
        return None
    for one, other in ((x, y), (y, x)):
        if not scan.static(other, out):
            continue
        if scan.is_number(one, 1):
            return as_wide(scan, other, out)
        if scan.is_number(one, -1) and scan.avals[out].dtype.kind in "fi":
            return as_wide(scan, scan.emit("Neg", (other,), scan.avals[other]), out)
    if x == y:
        return (scan.emit("Square", (x,), scan.avals[out]),)
    left, right = scan.made_by(x, "Neg"), scan.made_by(y, "Neg")
    if left is not None and right is not None and scan.avals[out].dtype.kind != "c":
        return (scan.emit("Mul", (left.inputs[0], right.inputs[0]), scan.avals[out]),)
    return None


@rule("RealDiv")
def divide(scan: Scan, node: Node) -> Any:
    """``x / 1``; division by a power of two, which multiplication does without rounding."""
    x, y = node.inputs
    out = node.outputs[0]
    if scan.is_number(y, 1) and scan.alike(x, out):
        return (x,)
    value, dtype = scan.uniform(y), np.dtype(scan.avals[out].dtype)
    if value is None or dtype.kind != "f" or dtype.itemsize < 4 or not scan.alike(x, out):
        return None
    if scan.is_number(y, -1):
        return (scan.emit("Neg", (x,), scan.avals[out]),)
    if not np.isfinite(value) or abs(math.frexp(float(value))[0]) != 0.5:
        return None
    if not 2.0**-100 < abs(value) < 2.0**100:
        return None
    inverse = scan.number(1 / value, dtype)
    return (scan.emit("Mul", (x, inverse), scan.avals[out]),)


@rule("Neg")
def negate(scan: Scan, node: Node) -> Any:
    """``-(-x)``, and ``-(x - y)`` only where no zero can change its sign (integers)."""
    inner = scan.made_by(node.inputs[0], "Neg")
    if inner is not None:
        return inner.inputs
    difference = scan.made_by(node.inputs[0], "Sub")
    if difference is None or scan.avals[node.outputs[0]].dtype.kind != "i":
        return None
    x, y = difference.inputs
    return (scan.emit("Sub", (y, x), scan.avals[node.outputs[0]]),)


@rule("LogicalNot", "Conj", "Reciprocal", "Invert")
def own_inverse(scan: Scan, node: Node) -> Any:
    """Twice is not at all (of reciprocals it is not exact)."""
    if node.op.type == "Reciprocal":
        return None
    inner = scan.made_by(node.inputs[0], node.op.type)
    return None if inner is None else inner.inputs


@rule("Relu", "Abs", "Sign", "Floor", "Ceil", "Rint", "Relu6")
def idempotent(scan: Scan, node: Node) -> Any:
    """Twice is once."""
    inner = scan.made_by(node.inputs[0], node.op.type)
    return None if inner is None else inner.outputs


@rule("Pow")
def power(scan: Scan, node: Node) -> Any:
    """``x**1`` and ``x**2``, computed as eager execution does."""
    x, y = node.inputs
    out = node.outputs[0]
    if not scan.alike(x, out) or scan.avals[y].shape:
        return None
    if scan.is_number(y, 1) and scan.avals[out].dtype.kind != "c":
        return (x,)
    return (scan.emit("Square", (x,), scan.avals[out]),) if scan.is_number(y, 2) else None


@rule("PowDerivative")
def power_derivative(scan: Scan, node: Node) -> Any:
    """The derivative of a square."""
    x, y = node.inputs
    out = node.outputs[0]
    if not scan.alike(x, out) or scan.avals[y].shape or not scan.is_number(y, 2):
        return None
    return (scan.emit("AddV2", (x, x), scan.avals[out]),)


@rule("AddN")
def sum_of_two(scan: Scan, node: Node) -> Any:
    """Sums one after the other, in the order of the operation."""
    total = node.inputs[0]
    for x in node.inputs[1:]:
        total = scan.emit("AddV2", (total, x), scan.avals[node.outputs[0]])
    return (total,)
