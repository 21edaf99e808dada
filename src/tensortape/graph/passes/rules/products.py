"""Transposes of factors become flags of the product."""

from __future__ import annotations

from typing import Any

from tensortape.graph.ir import Node
from tensortape.graph.passes.rules.shapes import fixed, permutation
from tensortape.graph.passes.rules.table import rule
from tensortape.graph.passes.scan import Scan

FLAGS = {"MatMul": ("transpose_a", "transpose_b"), "BatchMatMulV2": ("adj_x", "adj_y")}


@rule("MatMul", "BatchMatMulV2")
def transposed_factors(scan: Scan, node: Node) -> Any:
    """A factor whose last two axes were swapped is taken as it was before, with the flag turned."""
    if node.late:
        return None
    inputs, attrs = list(node.inputs), dict(node.attrs)
    for k, flag in enumerate(FLAGS[node.op.type]):
        source = swapped(scan, inputs[k])
        if source is not None:
            inputs[k] = source
            attrs[flag] = not attrs.get(flag, False)
    if tuple(inputs) == node.inputs:
        return None
    return (scan.emit(node.op, inputs, scan.avals[node.outputs[0]], **attrs),)


def swapped(scan: Scan, i: int) -> int | None:
    """What a value is the (last two axes) transpose of, where its dtype is real."""
    turned = scan.made_by(i, "Transpose")
    if turned is None or not fixed(scan, turned) or scan.avals[i].dtype.kind == "c":
        return None
    axes = permutation(scan, turned)
    rank = len(axes)
    wanted = (*range(rank - 2), rank - 1, rank - 2)
    return turned.inputs[0] if rank >= 2 and axes == wanted else None
