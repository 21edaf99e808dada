"""Reshapes, transposes, broadcasts and the sums over what was broadcast."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.graph.ir import Aval, Node, sizes
from tensortape.graph.passes.rules.table import rule
from tensortape.graph.passes.scan import Scan


def fixed(scan: Scan, node: Node) -> bool:
    """Whether all shapes around a node are known."""
    return not node.late and scan.static(*node.inputs, *node.outputs)


def reshaped(scan: Scan, x: int, aval: Aval) -> tuple[int]:
    """A value in another shape."""
    if scan.avals[x].shape == aval.shape:
        return (x,)
    return (scan.emit("Reshape", (x,), aval, shape=tuple(aval.shape)),)


@rule("Reshape", "ExpandDims", "Squeeze")
def reshape(scan: Scan, node: Node) -> Any:
    """One reshape instead of several; none where the shape stays."""
    if not fixed(scan, node):
        return None
    (x,) = node.inputs
    out = scan.avals[node.outputs[0]]
    inner = scan.made_by(x, "Reshape")
    if inner is not None:
        return reshaped(scan, inner.inputs[0], out)
    if scan.avals[x].shape == out.shape:
        return (x,)
    wide = scan.made_by(x, "BroadcastTo", "Fill")
    if wide is not None and scan.size(wide.inputs[0]) == 1 and out.shape:
        one = reshaped(scan, wide.inputs[0], Aval((), out.dtype))[0]
        return (scan.emit("BroadcastTo", (one,), out, shape=tuple(out.shape)),)
    if wide is not None and fixed(scan, wide):
        narrower = of_same_axes(sizes(scan.avals[wide.inputs[0]]), scan.avals[x].shape, out.shape)
        if narrower is not None:
            small = reshaped(scan, wide.inputs[0], Aval(narrower, out.dtype))[0]
            return (scan.emit("BroadcastTo", (small,), out, shape=tuple(out.shape)),)
    return reshaped(scan, x, out) if node.op.type != "Reshape" else None


def of_same_axes(small: Any, wide: Any, out: Any) -> tuple[int, ...] | None:
    """The shape that what was broadcast takes for a reshape of it that only adds or drops ones.

    ``small`` was broadcast to ``wide``, which becomes ``out``; ``None`` for any other reshape.
    """
    kept = [n for n in wide if n != 1]
    if kept != [n for n in out if n != 1]:
        return None
    full = (1,) * (len(wide) - len(small)) + tuple(small)
    own = iter([m for m, n in zip(full, wide, strict=True) if n != 1])
    return tuple([1 if n == 1 else next(own) for n in out])


@rule("Transpose")
def transpose(scan: Scan, node: Node) -> Any:
    """Two transposes as one; none where no axis moves, a reshape where only axes of length 1 do."""
    if not fixed(scan, node):
        return None
    (x,) = node.inputs
    axes = permutation(scan, node)
    inner = scan.made_by(x, "Transpose")
    if inner is not None and fixed(scan, inner):
        first = permutation(scan, inner)
        return transposed(scan, inner.inputs[0], tuple(first[a] for a in axes))
    if axes == tuple(range(len(axes))):
        return (x,)
    shape = scan.avals[x].shape
    moved = [a for a in axes if shape[a] != 1]
    out = scan.avals[node.outputs[0]]
    if moved == sorted(moved):
        return reshaped(scan, x, out)
    wide = scan.made_by(x, "BroadcastTo", "Fill")
    if wide is None or not fixed(scan, wide):
        return None
    aval = scan.avals[wide.inputs[0]]
    full = (1,) * (len(axes) - len(aval.shape)) + tuple(aval.shape)
    small = transposed(scan, reshaped(scan, wide.inputs[0], Aval(full, aval.dtype))[0], axes)[0]
    return (scan.emit("BroadcastTo", (small,), out, shape=tuple(out.shape)),)


def permutation(scan: Scan, node: Node) -> tuple[int, ...]:
    """The axes of a transpose."""
    axes = node.attrs.get("axes")
    if axes is None:
        return tuple(reversed(range(len(scan.avals[node.inputs[0]].shape))))
    return tuple(int(a) for a in axes)


def transposed(scan: Scan, x: int, axes: tuple[int, ...]) -> tuple[int]:
    """A value with its axes permuted."""
    if axes == tuple(range(len(axes))):
        return (x,)
    aval = scan.avals[x]
    shape = tuple(aval.shape[a] for a in axes)
    return (scan.emit("Transpose", (x,), Aval(shape, aval.dtype), axes=axes),)


@rule("BroadcastTo", "Fill")
def broadcast(scan: Scan, node: Node) -> Any:
    """Broadcasts to the same shape, or of broadcasts."""
    if not fixed(scan, node):
        return None
    (x,) = node.inputs
    out = scan.avals[node.outputs[0]]
    if scan.avals[x].shape == out.shape:
        return (x,)
    inner = scan.made_by(x, "BroadcastTo", "Fill")
    if inner is not None and fixed(scan, inner):
        return (scan.emit("BroadcastTo", inner.inputs, out, shape=tuple(out.shape)),)
    return None


@rule("SumTo")
def sum_to(scan: Scan, node: Node) -> Any:
    """A sum over the axes that were broadcast, or none at all."""
    if not fixed(scan, node):
        return None
    (x,) = node.inputs
    out, aval = scan.avals[node.outputs[0]], scan.avals[x]
    extra = len(aval.shape) - len(out.shape)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(out.shape) if n == 1 and aval.shape[i + extra] != 1
    )
    if all(aval.shape[a] == 1 for a in axes):
        return reshaped(scan, x, out) if out.shape else None
    if not out.shape:
        return (scan.emit("Sum", (x,), out, axis=None, keepdims=False),)
    shape = tuple(n for i, n in enumerate(aval.shape) if i not in axes)
    total = scan.emit("Sum", (x,), Aval(shape, out.dtype), axis=axes, keepdims=False)
    return reshaped(scan, total, out)


@rule("Sum", "Max", "Min", "Prod")
def reduce_nothing(scan: Scan, node: Node) -> Any:
    """A reduction of a number, or over axes of length 1."""
    axis = node.attrs.get("axis")
    if not fixed(scan, node):
        return None
    if scan.alike(node.inputs[0], node.outputs[0]) and not scan.avals[node.outputs[0]].shape:
        return node.inputs
    if axis is None:
        return None
    aval, out = scan.avals[node.inputs[0]], scan.avals[node.outputs[0]]
    if aval.dtype != out.dtype or not out.shape or any(aval.shape[a] != 1 for a in axis):
        return None
    return reshaped(scan, node.inputs[0], out)


def narrow(scan: Scan, node: Node) -> Any:
    """Elementwise operations take values before they were broadcast.

    What is broadcast to the shape of the result anyway need not be before; where all inputs were,
    the operation is done on the few numbers there are, and its result broadcast.
    """
    out = scan.avals[node.outputs[0]]
    if len(node.outputs) != 1 or not fixed(scan, node) or out.dtype == object or not out.shape:
        return None
    sources = [widened(scan, i) for i in node.inputs]
    if all(s is None for s in sources):
        return None
    inputs = [i if s is None else s for i, s in zip(node.inputs, sources, strict=True)]
    shape = np.broadcast_shapes(*[sizes(scan.avals[i]) for i in inputs])
    if shape == out.shape:
        return (scan.emit(node.op, inputs, out, **node.attrs),)
    if math.prod(shape) >= math.prod(sizes(out)):
        return None
    small = scan.emit(node.op, inputs, Aval(shape, out.dtype), **node.attrs)
    return (scan.emit("BroadcastTo", (small,), out, shape=tuple(out.shape)),)


def widened(scan: Scan, i: int) -> int | None:
    """What a value is a broadcast of."""
    maker = scan.made_by(i, "BroadcastTo", "Fill")
    return None if maker is None or not fixed(scan, maker) else maker.inputs[0]
