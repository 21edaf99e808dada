"""Algebraic simplification: rules that replace a node by something cheaper with the same value."""

from __future__ import annotations

from typing import Any

from tensortape.graph.ir import Node, Program
from tensortape.graph.passes.rules import arithmetic, control, passing, products, shapes
from tensortape.graph.passes.rules.table import RULES
from tensortape.graph.passes.scan import Scan

KINDS = (passing, arithmetic, shapes, products, control)
"""The modules whose rules are in force."""


def simplify(program: Program) -> Program:
    """Each node by the first rule that knows better."""
    return Scan(program).run(apply)


def apply(scan: Scan, node: Node) -> Any:
    """What stands for a node's outputs, or ``None``."""
    for rule in RULES.get(node.op.type, ()):
        instead = rule(scan, node)
        if instead is not None:
            return instead
    return shapes.narrow(scan, node) if node.op.family == "elementwise" else None
