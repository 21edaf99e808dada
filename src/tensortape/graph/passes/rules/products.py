"""Transposes of factors become flags of the product; a column of ones repeats a row."""

from __future__ import annotations

import math
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


@rule("Sum", "SumTo")
def summed_products(scan: Scan, node: Node) -> Any:
    """The sum of a stack of ``x^T y`` is a single product of all rows: gradients of weights."""
    stack = scan.made_by(node.inputs[0], "BatchMatMulV2", "MatMul")
    if stack is None or not fixed(scan, node) or not fixed(scan, stack):
        return None
    out, aval = scan.avals[node.outputs[0]], scan.avals[node.inputs[0]]
    x, y = (scan.avals[i].shape for i in stack.inputs)
    flips = [bool(stack.attrs.get(flag)) for flag in FLAGS[stack.op.type]]
    if flips != [True, False] or len(x) != len(y) or x[:-2] != y[:-2] or len(x) < 3:
        return None
    if out.shape != aval.shape[-2:] or out.dtype != aval.dtype or scan.used(node.inputs[0]) != 1:
        return None
    if node.op.type == "Sum" and tuple(node.attrs["axis"] or ()) != tuple(range(len(x) - 2)):
        return None
    rows = math.prod(x[:-1])  # type: ignore[arg-type]
    flat = [
        reshaped(scan, i, Aval((rows, shape[-1]), aval.dtype))[0]
        for i, shape in zip(stack.inputs, (x, y), strict=True)
    ]
    return (scan.emit("MatMul", flat, out, transpose_a=True, transpose_b=False),)
