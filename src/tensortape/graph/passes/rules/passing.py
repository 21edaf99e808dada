"""Operations that pass values on."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.shapes import TensorShape
from tensortape.graph.ir import Node
from tensortape.graph.passes.rules.table import rule
from tensortape.graph.passes.scan import Scan


@rule("Identity", "ReadVariableOp", "StopGradient", "PreventGradient", "Snapshot")
def pass_on(scan: Scan, node: Node) -> Any:
    """The value itself: gradients are part of the program by now."""
    return node.inputs


@rule("IdentityN")
def pass_all(scan: Scan, node: Node) -> Any:
    """The values themselves."""
    return node.inputs


@rule("EnsureShape")
def known_shape(scan: Scan, node: Node) -> Any:
    """Nothing is left to be checked where the shape is known."""
    (x,) = node.inputs
    if node.late or not scan.static(x):
        return None
    return (
        (x,) if TensorShape(node.attrs["shape"]).is_compatible_with(scan.avals[x].shape) else None
    )


@rule("Cast")
def casts(scan: Scan, node: Node) -> Any:
    """A cast to the same dtype; there and back through a dtype that holds all values."""
    (x,) = node.inputs
    target = scan.avals[node.outputs[0]].dtype
    if scan.avals[x].dtype == target:
        return (x,)
    inner = scan.made_by(x, "Cast")
    if inner is None:
        return None
    first, between = scan.avals[inner.inputs[0]].dtype, scan.avals[x].dtype
    if first != target or "V" in (np.dtype(first).kind, np.dtype(between).kind):
        return None
    return inner.inputs if np.can_cast(first, between, "safe") else None


@rule("SelectV2")
def known_choice(scan: Scan, node: Node) -> Any:
    """A condition that is true, or false, everywhere; two branches that are the same."""
    condition, x, y = node.inputs
    chosen = scan.uniform(condition)
    if x == y:
        branch = x
    elif chosen is not None:
        branch = x if chosen else y
    else:
        return None
    return (branch,) if scan.alike(branch, node.outputs[0]) else None


@rule("ConcatV2", "AddN")
def only_one(scan: Scan, node: Node) -> Any:
    """One value joined with nothing."""
    return node.inputs if len(node.inputs) == 1 else None


@rule("Unpack")
def unpacked_pack(scan: Scan, node: Node) -> Any:
    """What was stacked, taken apart again."""
    pack = scan.made_by(node.inputs[0], "Pack")
    return pack.inputs if pack is not None and pack.attrs == node.attrs else None


@rule("StridedSlice")
def sliced(scan: Scan, node: Node) -> Any:
    """All of a value, or one of those that were stacked."""
    (x,) = node.inputs
    index = node.attrs.get("index")
    if node.late or type(index) is not tuple:
        return None
    if all(type(i) is slice and i == slice(None) for i in index):
        return (x,)
    pack = scan.made_by(x, "Pack")
    if pack is None or len(index) != 1 or type(index[0]) is not int or pack.attrs.get("axis", 0):
        return None
    return (pack.inputs[index[0]],) if -len(pack.inputs) <= index[0] < len(pack.inputs) else None


@rule("TensorScatterUpdate")
def all_replaced(scan: Scan, node: Node) -> Any:
    """All rows replaced, in their order."""
    x, indices, updates = node.inputs
    whole = every_row(scan, x, indices) and scan.alike(updates, node.outputs[0])
    return (updates,) if whole else None


@rule("GatherNd")
def all_gathered(scan: Scan, node: Node) -> Any:
    """All rows gathered, in their order."""
    x, indices = node.inputs
    if node.attrs.get("batch_dims", 0) or not every_row(scan, x, indices):
        return None
    return (x,) if scan.alike(x, node.outputs[0]) else None


def every_row(scan: Scan, x: int, indices: int) -> bool:
    """Whether constant index tuples name each row once, from the first to the last."""
    array = scan.constants.get(indices)
    if array is None or not scan.static(x) or array.ndim != 2 or array.shape[1] != 1:
        return False
    return array[:, 0].tolist() == list(range(scan.avals[x].shape[0] or 0))
