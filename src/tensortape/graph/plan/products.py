"""Large matrix products, shared by rows or columns between the plan's threads."""

from __future__ import annotations

import math
from typing import Any

from tensortape.arrays.blocks import cores
from tensortape.arrays.shared_product import FEWEST, SHARED, shared_product, shared_stack
from tensortape.graph.ir import Node
from tensortape.graph.plan.forms import as_matrices, factors, flags, rows_at_once

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


def worth_sharing(node: Node, avals: Any) -> bool:
    """Whether a product, or a stack of them, is large enough for several threads."""
    if node.op.type not in PRODUCTS or cores() < 2 or multiplications(node, avals) < SHARED:
        return False
    shape = avals[node.outputs[0]].shape
    if len(shape) == 2:
        return bool(max(shape) >= 2 * FEWEST)
    whole = rows_at_once(node, avals)
    return whole[0] >= 2 * FEWEST if whole is not None else is_stack(node, avals)


def is_stack(node: Node, avals: Any) -> bool:
    """Whether there are as many matrices on both sides."""
    a, b = (avals[i].shape for i in node.inputs)
    return len(a) > 2 and a[:-2] == b[:-2] and a[0] > 1


def call(names: Any, args: list[str], out: str, node: Node, avals: Any) -> list[str]:
    """The statement that computes a shared product."""
    if len(avals[node.outputs[0]].shape) == 2:
        function: Any = shared_product
        a, b = factors(args, node, avals)
    elif (whole := rows_at_once(node, avals)) is not None:
        function = shared_product
        a, b, out = as_matrices(args, out, whole, node, avals)
    else:
        function = shared_stack
        a, b = factors(args, node, avals)
    return [f"{names.name(function, function.__name__)}({a}, {b}, {out})"]
