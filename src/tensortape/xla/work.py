"""How long a program will take, roughly: on the plan, and compiled with XLA.

A sum over nodes of counted work times constants that were measured (``docs/xla.md``). The same
program gives the same estimate in every run, so the choice of engine, and with it the last bit of
results, does not change from run to run.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tensortape.arrays.blas import is_narrow
from tensortape.core.registry import OPS
from tensortape.graph.ir import Node, Program
from tensortape.xla import support
from tensortape.xla.trips import Counter, bounding, counter

MICRO = 1e-6
NANO = 1e-9
UNKNOWN_TRIPS = 100
"""Iterations assumed of a loop when data decides."""

COUNTED = 1000
"""Most iterations that are counted for an estimate."""

HEAVY = frozenset(
    "Exp Expm1 Log Log1p Sin Cos Tan Sinh Cosh Tanh Asin Acos Atan Asinh Acosh Atanh Sigmoid "
    "Softplus Elu Selu Erf Erfc Erfinv Lgamma Digamma Pow PowDerivative Softmax LogSoftmax Atan2 "
    "SparseSoftmaxCrossEntropyWithLogits SoftmaxCrossEntropyWithLogits Xlogy Igamma "
    "Igammac Betainc Zeta Polygamma".split()
)
"""Operations that compute a transcendental function of each element."""

PRODUCTS = frozenset("MatMul BatchMatMulV2 BatchMatMulV3 Einsum".split())
KERNELS = frozenset(
    "Sum Mean Max Min Prod SumTo Softmax LogSoftmax SparseSoftmaxCrossEntropyWithLogits GatherV2 "
    "ScatterAdd Sort TopKV2 Cumsum MaxPool AvgPool".split()
)
"""Operations that are a loop of their own."""
FREE = frozenset("Identity Reshape ExpandDims Squeeze StopGradient BroadcastTo Shape Rank".split())
"""Operations that move nothing, or next to nothing."""


class Cost(NamedTuple):
    """Seconds on each engine."""

    plan: float
    xla: float

    def plus(self, other: Cost, times: float = 1) -> Cost:
        """With another cost added, so many times."""
        return Cost(self.plan + times * other.plan, self.xla + times * other.xla)


CALL = Cost(2 * MICRO, 40 * MICRO)
PASSED = Cost(0.1 * MICRO, 1.5 * MICRO)
"""A parameter or a result."""
NODE = Cost(1.2 * MICRO, 0.1 * MICRO)
KERNEL = Cost(0, 2 * MICRO)
"""What XLA cannot fuse with its neighbours."""
STEP = Cost(0.2 * MICRO, 0.05 * MICRO)
"""An iteration of a loop."""
INNER_NODE = Cost(1.0 * MICRO, 0.2 * MICRO)
SCALAR_NODE = Cost(0.1 * MICRO, 0.01 * MICRO)
INNER_KERNEL = Cost(0, 1.5 * MICRO)
"""Nodes of loops: the plan writes arithmetic of numbers as Python's, XLA fuses it."""
FLOP = Cost(NANO / 40, NANO / 47)
SHARED_FLOP = Cost(NANO / 47, NANO / 47)
"""In a product whose rows the plan shares between threads, with what comes after it."""
NARROW_FLOP = Cost(1.75 * NANO / 47, NANO / 47)
"""In such a product where NumPy's kernels use half the width of the processor's vectors."""
LONG_SIDE, MANY_FLOPS = 128, 1 << 24
"""From which sizes it does."""
CONVOLVED = Cost(NANO / 25, NANO / 24)
LIGHT_ELEMENT = Cost(0.13 * NANO, 0.08 * NANO)
HEAVY_ELEMENT = Cost(6 * NANO, 2.8 * NANO)
COMPILING, COMPILING_NODE, COMPILING_KERNEL = 0.05, 0.0006, 0.035
"""Seconds that XLA takes to compile a program, a node of it, and one it cannot fuse."""
CALLBACK = Cost(0, 60 * MICRO)


def size(program: Program, i: int) -> int:
    """The number of elements of a value (unknown sizes count as 1)."""
    return math.prod(1 if n is None else n for n in program.avals[i].shape)


def estimate(program: Program) -> Cost:
    """The cost of one call of a program, in seconds."""
    found = program.cache.get("work")
    if found is None:
        passed = len(program.params) + len(program.results)
        found = CALL.plus(PASSED, passed).plus(inside(program))
        program.cache["work"] = found
    return found


def compiling(program: Program) -> float:
    """How many seconds tracing and compiling with XLA take, about."""
    return COMPILING + sum(map(_compiling_node, program.nodes))


def _compiling_node(node: Node) -> float:
    kind = node.op.type
    kernel = kind in PRODUCTS or kind in KERNELS or "Conv" in kind
    inner = sum(_compiling_node(n) for p in node.programs() for n in p.nodes)
    return inner + (COMPILING_KERNEL if kernel else COMPILING_NODE)


def inside(program: Program, looped: bool = False) -> Cost:
    """The cost of a program's nodes; ``looped``: in a loop, where each starts quicker."""
    total = Cost(0, 0)
    for node in program.nodes:
        total = total.plus(of_node(program, node, looped))
    return total


def of_node(program: Program, node: Node, looped: bool = False) -> Cost:
    """The cost of one node."""
    if node.op.type == "While":
        return of_loop(program, node)
    if node.op.type == "If":
        arms = [inside(b, looped) for b in node.attrs["branches"]]
        return max(arms, default=NODE).plus(STEP)
    total, kernel = NODE, KERNEL
    if looped:
        scalar = not any(program.avals[i].shape for i in node.outputs)
        total, kernel = SCALAR_NODE if scalar else INNER_NODE, INNER_KERNEL
    if node.op.type in OPS and support.status(node.op.type) == "host":
        total = total.plus(CALLBACK)
    elements = sum(size(program, i) for i in node.outputs)
    read = max([size(program, i) for i in node.inputs], default=0)
    if node.op.type in PRODUCTS:
        flops = product_flops(program, node)
        return total.plus(kernel).plus(unit_of(program, node, flops), flops)
    if node.op.type in KERNELS and not _one_slice(program, node):
        total = total.plus(kernel)
    if "Conv" in node.op.type:
        return total.plus(kernel).plus(CONVOLVED, convolution_flops(program, node))
    if node.op.type in FREE:
        return total
    unit = HEAVY_ELEMENT if node.op.type in HEAVY else LIGHT_ELEMENT
    return total.plus(unit, max(elements, read))


def _one_slice(program: Program, node: Node) -> bool:
    """Whether a node takes one slice, such as that of an iteration: XLA fuses this."""
    return node.op.type == "GatherV2" and not program.avals[node.inputs[1]].shape


def of_loop(program: Program, node: Node) -> Cost:
    """The cost of a loop: of its parts, as often as it runs."""
    attrs = node.attrs
    step = STEP.plus(inside(attrs["cond"], True)).plus(inside(attrs["body"], True))
    maximum = attrs["maximum"] if isinstance(attrs["maximum"], int) else COUNTED
    return NODE.plus(step, min(trips_of(program, node), maximum))


def trips_of(program: Program, node: Node) -> int:
    """How often a loop runs; one of gradients runs as often as the one whose values it takes."""
    decided = decided_by(program, node)
    if decided is not None:
        trips = decided.trips(COUNTED)
        return COUNTED if trips is None else trips
    for other in program.nodes:
        if other is node:
            break
        if other.op.type == "While" and not set(other.outputs).isdisjoint(node.inputs):
            return trips_of(program, other)
    return UNKNOWN_TRIPS


def decided_by(program: Program, node: Node) -> Counter | None:
    """What decides how often a loop runs, or at most, where that is constants."""
    attrs = node.attrs
    values = [program.constants.get(i) for i in node.inputs]
    maximum = attrs["maximum"] if isinstance(attrs["maximum"], int) else None
    parts = (attrs["cond"], attrs["body"], attrs["variables"], values, maximum)
    return counter(*parts) or bounding(*parts)


def unit_of(program: Program, node: Node, flops: float) -> Cost:
    """The cost of a multiplication or addition in a product."""
    if not is_shared(program, node, flops):
        return FLOP
    return NARROW_FLOP if is_narrow() else SHARED_FLOP


def is_shared(program: Program, node: Node, flops: float) -> bool:
    """Whether a product is one of matrices that are large enough for several threads."""
    shape = program.avals[node.outputs[0]].shape
    return len(shape) == 2 and max(n or 1 for n in shape) >= LONG_SIDE and flops >= MANY_FLOPS


def product_flops(program: Program, node: Node) -> float:
    """Multiplications and additions of ``batch`` matrix products, from the sizes of all three."""
    ids = (*node.inputs, *node.outputs)
    shapes = [program.avals[i].shape for i in ids]
    if len(shapes) != 3 or any(len(s) < 2 for s in shapes):
        return 2.0 * max(size(program, i) for i in ids)
    batch = math.prod(n or 1 for n in shapes[2][:-2])
    return 2.0 * math.sqrt(math.prod(float(size(program, i)) for i in ids) / max(batch, 1))


def convolution_flops(program: Program, node: Node) -> float:
    """Multiplications and additions of a convolution or one of its transposes."""
    ids = (*node.inputs, *node.outputs)
    kind = node.op.type
    if len(ids) < 3:
        return 2.0 * sum(size(program, i) for i in ids)
    places, filters = (2, 1) if "Input" not in kind else (0, 1)
    if "Filter" in kind:
        places, filters = 1, 2
    shape = [n or 1 for n in program.avals[ids[filters]].shape]
    window = shape[:-2] if "Depthwise" in kind else shape[:-1]
    return 2.0 * size(program, ids[places]) * math.prod(window)
