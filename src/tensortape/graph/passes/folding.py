"""Constant folding: what depends on constants alone is computed now."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.dispatch import evaluate
from tensortape.core.state import quiet
from tensortape.graph.ir import Node, Program, attributes
from tensortape.graph.passes.scan import Scan

LARGEST = 1 << 14
"""Elements up to which a constant is stored that is larger than what it is made of."""


def fold_constants(program: Program) -> Program:
    """Nodes whose inputs are constants, replaced by their results.

    Not folded: stateful nodes, control flow, what raises (it shall when the program runs), and
    what would store much more than it is made of (a large array of zeros).
    """
    with quiet():
        return Scan(program).run(fold)


def fold(scan: Scan, node: Node) -> Any:
    """The results of a node as constants, or ``None``."""
    constants = scan.constants
    for i in node.inputs:
        if i not in constants:
            return None
    if any(i not in constants for i in node.late) or not worth_storing(scan, node):
        return None
    if node.stateful or next(node.programs(), None) is not None:
        return None
    try:
        attrs = attributes(node, constants.__getitem__)
        values = evaluate(node.op, numpy_namespace, [constants[i] for i in node.inputs], attrs)
    except Exception:
        return None
    if node.op.outputs is None:
        values = [values]
    if not all(fits(scan, i, v) for i, v in zip(node.outputs, values, strict=True)):
        return None
    return [scan.constant(v) for v in values]


def worth_storing(scan: Scan, node: Node) -> bool:
    """Whether the results are small, or no larger than what goes in."""
    if not scan.static(*node.outputs):
        return False
    size = sum(map(scan.size, node.outputs))
    return size <= LARGEST or size <= sum(scan.constants[i].size for i in node.inputs)


def fits(scan: Scan, i: int, value: Any) -> bool:
    """Whether a computed value is what the program says of it."""
    aval = scan.avals[i]
    return (
        hasattr(value, "dtype")
        and value.dtype == aval.dtype
        and tuple(value.shape) == tuple(aval.shape)
    )
