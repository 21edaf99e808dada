"""Transposes of factors become flags of the product; a column of ones repeats a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.graph.ir import Aval, Node
from tensortape.graph.passes.rules.shapes import fixed, permutation, reshaped
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


@rule("MatMul", "BatchMatMulV2")
def repeated_row(scan: Scan, node: Node) -> Any:
    """One column of ones times one row is that row, over and over: a view."""
    out = scan.avals[node.outputs[0]]
    flips = [bool(node.attrs.get(flag)) for flag in FLAGS[node.op.type]]
    if not fixed(scan, node) or np.dtype(out.dtype).kind != "f" or not scan.size(node.outputs[0]):
        return None
    for k, other in enumerate(reversed(node.inputs)):
        shapes = [turned(scan.avals[i].shape, f) for i, f in zip(node.inputs, flips, strict=True)]
        if shapes[0][-1] != 1 or not scan.is_number(node.inputs[k], 1):
            continue
        shape = shapes[1 - k]
        # a factor with one row, or column, is turned by a change of its shape alone
        alone = reshaped(scan, other, Aval(shape, out.dtype))[0]
        return (scan.emit("BroadcastTo", (alone,), out, shape=tuple(out.shape)),)
    return None


def turned(shape: Any, flip: bool) -> tuple[Any, ...]:
    """The shape of a factor as it is multiplied."""
    return (*shape[:-2], shape[-1], shape[-2]) if flip else tuple(shape)
