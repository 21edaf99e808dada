"""Operations of several NumPy calls, taken apart as their kernels compute them.

Only for the NumPy plan (XLA does this itself): forward and backward pass then share the parts, such
as the exponentials of a softmax and of its cross-entropy, and the parts join chains of elementwise
operations that are computed block by block.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.graph.ir import Aval, Node, Program, sizes
from tensortape.graph.passes.scan import Scan

PARTS: dict[str, Callable[..., Any]] = {}

MOST_PIECES = 64
"""Most slices that an operation is taken apart into."""


def expand(program: Program) -> Program:
    """The program in parts: same bits."""
    return Scan(program).run(apply)


def apply(scan: Scan, node: Node) -> Any:
    """The parts of a node."""
    take_apart = PARTS.get(node.op.type)
    if take_apart is None or node.late or not scan.static(*node.inputs, *node.outputs):
        return None
    avals = [scan.avals[i] for i in (*node.inputs, *node.outputs)]
    if any(np.dtype(a.dtype).kind not in "fiub" or not all(a.shape) for a in avals):
        return None
    out = take_apart(scan, node)
    return (out,) if type(out) is int else out


def parts(*types: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: how operations of these types are taken apart."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        PARTS.update(dict.fromkeys(types, function))
        return function

    return decorate


def floating(scan: Scan, i: int) -> bool:
    """Whether a value is of a floating dtype of NumPy's own."""
    return np.dtype(scan.avals[i].dtype).kind == "f"


def kept(shape: Any, axis: int) -> tuple[int, ...]:
    """A shape with one axis reduced to length 1."""
    return tuple(1 if i == axis else n for i, n in enumerate(shape))


def shifted(scan: Scan, x: int, axis: int) -> int:
    """``x`` less its largest element along an axis."""
    aval = scan.avals[x]
    small = Aval(kept(aval.shape, axis), aval.dtype)
    top = scan.emit("Max", (x,), small, axis=(axis,), keepdims=True)
    return scan.emit("Sub", (x, top), aval)


@parts("Softmax")
def softmax(scan: Scan, node: Node) -> Any:
    """Exponentials by their sum."""
    return softmax_of(scan, node.inputs[0], node.attrs["axis"])


def softmax_of(scan: Scan, x: int, axis: int) -> int:
    """Exponentials of ``x`` by their sum along an axis."""
    aval = scan.avals[x]
    axis %= len(aval.shape)
    e = scan.emit("Exp", (shifted(scan, x, axis),), aval)
    small = Aval(kept(aval.shape, axis), aval.dtype)
    total = scan.emit("Sum", (e,), small, axis=(axis,), keepdims=True)
    return scan.emit("RealDiv", (e, total), aval)


@parts("LogSoftmax")
def log_softmax(scan: Scan, node: Node) -> Any:
    """The logarithm of that."""
    return log_softmax_of(scan, node.inputs[0], node.attrs["axis"])


def log_softmax_of(scan: Scan, x: int, axis: int) -> int:
    """Differences to the logarithm of the sum of exponentials along an axis."""
    aval = scan.avals[x]
    axis %= len(aval.shape)
    moved = shifted(scan, x, axis)
    small = Aval(kept(aval.shape, axis), aval.dtype)
    e = scan.emit("Exp", (moved,), aval)
    total = scan.emit("Sum", (e,), small, axis=(axis,), keepdims=True)
    return scan.emit("Sub", (moved, scan.emit("Log", (total,), small)), aval)


@parts("SparseSoftmaxCrossEntropyWithLogits")
def sparse_cross_entropy(scan: Scan, node: Node) -> Any:
    """The logarithm of the softmax at the labels."""
    x, labels = node.inputs
    if not floating(scan, x):
        return None
    aval, of_labels = scan.avals[x], scan.avals[labels]
    axis = len(aval.shape) - 1
    logs = log_softmax_of(scan, x, axis)
    column = Aval((*of_labels.shape, 1), of_labels.dtype)
    classes = scan.constant(np.arange(sizes(aval)[-1], dtype=of_labels.dtype))
    labels = scan.emit("LabelsInRange", (labels,), of_labels, count=sizes(aval)[-1])
    at = scan.emit("Reshape", (labels,), column, shape=column.shape)
    hit = scan.emit("Equal", (at, classes), Aval(aval.shape, np.dtype(bool)))
    picked = scan.emit("SelectV2", (hit, logs, scan.number(0, aval.dtype)), aval)
    out = scan.avals[node.outputs[0]]
    return scan.emit("Neg", (scan.emit("Sum", (picked,), out, axis=(axis,), keepdims=False),), out)


@parts("SoftmaxCrossEntropyWithLogits")
def cross_entropy(scan: Scan, node: Node) -> Any:
    """Minus the sum of labels times the logarithm of the softmax."""
    x, labels = node.inputs
    axis = node.attrs["axis"]
    shape = np.broadcast_shapes(sizes(scan.avals[x]), sizes(scan.avals[labels]))
    out, dtype = scan.avals[node.outputs[0]], scan.avals[x].dtype
    terms = scan.emit("Mul", (labels, log_softmax_of(scan, x, axis)), Aval(shape, dtype))
    total = scan.emit("Sum", (terms,), out, axis=(axis % len(shape),), keepdims=False)
    return scan.emit("Neg", (total,), out)


@parts("SoftmaxCrossEntropyBackprop")
def softmax_less_labels(scan: Scan, node: Node) -> Any:
    """The softmax less the labels."""
    x, labels = node.inputs
    share = softmax_of(scan, x, node.attrs["axis"])
    return scan.emit("Sub", (share, labels), scan.avals[node.outputs[0]])


@parts("SigmoidCrossEntropyWithLogits")
def sigmoid_cross_entropy(scan: Scan, node: Node) -> Any:
    """``max(x, 0) - x * z + log(1 + exp(-|x|))``."""
    x, z = node.inputs
    aval, out = scan.avals[x], scan.avals[node.outputs[0]]
    if aval.shape != out.shape:
        return None
    positive = scan.emit("Maximum", (x, scan.number(0, aval.dtype)), aval)
    linear = scan.emit("Sub", (positive, scan.emit("Mul", (x, z), out)), out)
    return scan.emit("AddV2", (linear, soft_part(scan, x)), out)


def soft_part(scan: Scan, x: int) -> int:
    """``log(1 + exp(-|x|))``."""
    aval = scan.avals[x]
    away = scan.emit("Neg", (scan.emit("Abs", (x,), aval),), aval)
    return scan.emit("Log1p", (scan.emit("Exp", (away,), aval),), aval)


@parts("Softplus")
def softplus(scan: Scan, node: Node) -> Any:
    """``log(1 + exp(-|x|)) + max(x, 0)``."""
    (x,) = node.inputs
    aval = scan.avals[x]
    positive = scan.emit("Maximum", (x, scan.number(0, aval.dtype)), aval)
    return scan.emit("AddV2", (soft_part(scan, x), positive), aval)


@parts("SquaredDifference")
def squared_difference(scan: Scan, node: Node) -> Any:
    """The square of the difference."""
    out = scan.avals[node.outputs[0]]
    return scan.emit("Square", (scan.emit("Sub", node.inputs, out),), out)


@parts("Mean")
def mean(scan: Scan, node: Node) -> Any:
    """The sum, divided by the number of elements."""
    (x,) = node.inputs
    aval, out = scan.avals[x], scan.avals[node.outputs[0]]
    if not floating(scan, x):
        return None
    axis = node.attrs["axis"]
    count = math.prod(n for i, n in enumerate(sizes(aval)) if axis is None or i in axis)
    total = scan.emit("Sum", (x,), out, **node.attrs)
    return scan.emit("RealDiv", (total, scan.number(count, out.dtype)), out)


@parts("BiasAdd")
def bias_add(scan: Scan, node: Node) -> Any:
    """A sum with the biases along their axis."""
    x, bias = node.inputs
    aval = scan.avals[x]
    trailing = len(aval.shape) - 1 - node.attrs["axis"]
    if trailing:
        shape = (*scan.avals[bias].shape, *(1,) * trailing)
        bias = scan.emit("Reshape", (bias,), Aval(shape, aval.dtype), shape=shape)
    return scan.emit("AddV2", (x, bias), aval)


@parts("ClipByValue")
def clip(scan: Scan, node: Node) -> Any:
    """First not above, then not below."""
    x, low, high = node.inputs
    avals, out = scan.avals, scan.avals[node.outputs[0]]
    shape = np.broadcast_shapes(sizes(avals[x]), sizes(avals[high]))
    return scan.emit("Maximum", (scan.emit("Minimum", (x, high), Aval(shape, out.dtype)), low), out)


@parts("SplitV", "Unpack")
def pieces(scan: Scan, node: Node) -> Any:
    """Each piece as a slice."""
    (x,) = node.inputs
    axis, sizes_given = node.attrs.get("axis", 0), node.attrs.get("sizes")
    before = (slice(None),) * axis
    if node.op.type == "Unpack":
        indices: list[Any] = list(range(len(node.outputs)))
    elif type(sizes_given) is tuple and len(sizes_given) == len(node.outputs):
        ends = list(itertools.accumulate(sizes_given))
        indices = [slice(e - n, e) for e, n in zip(ends, sizes_given, strict=True)]
    else:
        return None
    if len(indices) > MOST_PIECES:
        return None
    return tuple(
        scan.emit("StridedSlice", (x,), scan.avals[out], index=(*before, i))
        for i, out in zip(indices, node.outputs, strict=True)
    )
