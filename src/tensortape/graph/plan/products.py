"""Large matrix products, shared by rows between the plan's threads."""

from __future__ import annotations

import math
from typing import Any

from tensortape.arrays.blocks import cores
from tensortape.arrays.shared_product import FEWEST, SHARED, shared_product
from tensortape.graph.ir import Node
from tensortape.graph.plan.forms import factors, flags

THREADED = 1 << 17
"""Multiplications from which BLAS libraries start threads."""

PRODUCTS = ("MatMul", "BatchMatMulV2")


def uses_threads(node: Node, avals: Any) -> bool:
    """Whether an operation may make the BLAS start threads."""
    sizes = [math.prod(avals[i].shape) for i in node.inputs if None not in avals[i].shape]
    if node.op.type in PRODUCTS:
        return multiplications(node, avals) >= THREADED
    if node.op.family == "elementwise" or not sizes:
        return False
    kinds = ("Conv", "Einsum", "BatchMatMul", "Matrix", "Cholesky", "Qr", "Svd", "SelfAdjoint")
    return node.op.type.startswith(kinds) and max(sizes) >= 1 << 12


def multiplications(node: Node, avals: Any) -> int:
    """How many numbers are multiplied; 0 if a size is not known."""
    a, out = avals[node.inputs[0]].shape, avals[node.outputs[0]].shape
    if None in a or None in out or len(a) < 2:
        return 0
    return math.prod(out) * a[-2 if flags(node)[0] else -1]


def by_rows(node: Node, avals: Any) -> bool:
    """Whether a product is worth sharing."""
    if node.op.type not in PRODUCTS or len(avals[node.outputs[0]].shape) != 2 or cores() < 2:
        return False
    rows = avals[node.outputs[0]].shape[0]
    return rows >= 2 * FEWEST and multiplications(node, avals) >= SHARED


def call(names: Any, args: list[str], out: str, node: Node, avals: Any) -> list[str]:
    """The statement that computes a shared product."""
    a, b = factors(args, node, avals)
    return [f"{names.name(shared_product, 'shared_product')}({a}, {b}, {out})"]
