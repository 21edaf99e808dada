"""A function of one element, on all elements at once.

The function is traced for one element. Its program then runs in the batched namespace, whose values
carry one more axis: each operation once, for all elements. Where somebody listens the batched
namespace computes by recorded operations, so that gradients pass. What draws numbers, has effects,
or decides by values which operations run, is for the loop over the elements.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tensortape.arrays.batched import Batched, BatchedNamespace, dense
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.autodiff.overrides import overridden
from tensortape.core import events, nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import OPS
from tensortape.core.specs import TensorSpec
from tensortape.core.state import quiet, state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.graph.function import Function, functions_run_eagerly
from tensortape.graph.ir import Program, interpret

passes = lazy_import("tensortape.graph.passes")

FEWEST = 8
"""Elements from which tracing the function costs less than calling it for each, about."""

OPTIONS = {
    "input_signature": None,
    "autograph": True,
    "jit_compile": False,
    "reduce_retracing": False,
}


OWN_RULES = frozenset(
    "StopGradient PreventGradient OneHot MatrixDiagV3 MatrixDiagPartV3 MatrixSolveLs "
    "FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars "
    "FakeQuantWithMinMaxVarsPerChannel QuantizeAndDequantizeV2 QuantizeAndDequantizeV4 "
    "SoftmaxCrossEntropyWithLogits CropAndResize ImageProjectiveTransformV3 "
    "ResizeBilinearDouble".split()
)
"""Operations whose gradient, by definition, is not the derivative of what they compute."""


class Sequential(Exception):
    """Why a function has to run for one element after the other."""


def vectorized(fn: Callable[..., Any], elems: Any) -> Any:
    """``fn`` of all elements at once, its results stacked.

    Raises :class:`Sequential` where that is not possible; nothing has been computed then.
    """
    tensors = [convert_to_tensor(e) for e in nest.flatten(elems)]
    count = _count(tensors)
    concrete = _traced(fn, nest.pack_sequence_as(elems, [_element(t) for t in tensors]))
    captured = [*concrete._captured, *[v._read() for v in concrete._variables]]
    listened = bool(state.listeners)
    program = _program(concrete, listened)
    base = recorded if listened else numpy_namespace
    ns = BatchedNamespace(base, (count,))
    values = tensors if listened else [t._a for t in tensors]
    others = captured if listened else [t._a for t in captured]
    constants = program.constants
    if listened:
        program.constants = {i: state.tensor(a) for i, a in constants.items()}
    try:
        with quiet():
            outs = interpret(program, ns, [*[Batched(ns, v, ns.free) for v in values], *others])
            found = [dense(ns, out) for out in outs]
    except Exception as exc:
        raise Sequential(f"{type(exc).__name__}: {exc}") from exc
    finally:
        program.constants = constants
    looped = sorted(name for name, how in ns.fallbacks.items() if how == "loop")
    results = [t if isinstance(t, Tensor) else EagerTensor(t) for t in found]
    return concrete._pack(results), looped


def _count(tensors: list[Any]) -> int:
    """The number of elements."""
    sizes = {t.shape[0] for t in tensors}
    if functions_run_eagerly() or events.observers:
        raise Sequential("functions run eagerly")
    if state.xp is not numpy_namespace and state.graph is None:
        raise Sequential("another interpreter runs the function")
    if len(sizes) != 1 or any(not t.shape.is_fully_defined() for t in tensors):
        raise Sequential("sizes are not known, or differ")
    (count,) = sizes
    if count < FEWEST:
        raise Sequential(f"there are fewer than {FEWEST} elements")
    if any(t._a.dtype == object for t in tensors):
        raise Sequential("elements that are text or ragged")
    return int(count)


def _element(tensor: Any) -> TensorSpec:
    return TensorSpec(tensor.shape[1:], tensor.dtype)


def _traced(fn: Callable[..., Any], element: Any) -> Any:
    """The function's graph for one element, if it has one without effects."""
    try:
        concrete = Function(fn, OPTIONS).get_concrete_function(element)
    except Exception as exc:
        raise Sequential(f"{type(exc).__name__}: {exc}") from exc
    if concrete._assigned or concrete.graph.created:
        raise Sequential("it assigns variables")
    if concrete._resources or concrete._first:
        raise Sequential("it reads a data set")
    if len(concrete._result.outputs) != len(nest.flatten(concrete._result.structure)):
        raise Sequential("its results are not all tensors")
    return concrete


def _program(concrete: Any, listened: bool) -> Program:
    """The program for one element, of which every operation has a kernel for any namespace.

    Where somebody listens every kernel is recorded primitive by primitive: the derivative then is
    the kernel's, so operations whose rule says something else are refused.
    """
    program = concrete.program()
    for node in concrete.graph._operations if listened else ():
        if overridden(node.outputs):
            raise Sequential(f"the gradient of {node.type} is overridden")
        if node._op is not None and _has_own_gradient(node):
            raise Sequential(f"{node.type} has a gradient of its own")
    program = program if listened else passes.optimise(program)
    for node in program.nodes:
        kind = node.op.type
        drawn = node.op.family in ("random", "effect") or kind.startswith(("Stateless", "Sample"))
        if node.stateful or drawn:
            raise Sequential(f"{kind} draws numbers or has effects for each element")
        if node.op.family == "call" or node.late or kind.startswith("Host"):
            raise Sequential(f"{kind}: values decide what is computed")
        if any(None in program.avals[i].shape for i in node.outputs):
            raise Sequential(f"{kind}: its size depends on values")
        if any(math.prod(program.avals[i].shape) == 0 for i in node.outputs):
            raise Sequential(f"{kind} has no elements")
    return program


def _has_own_gradient(node: Any) -> bool:
    """Whether the gradient of an operation is not the derivative of its kernel."""
    if OPS.get(node.type) is not node._op or node.type in OWN_RULES:
        return True
    op: Any = node._op
    return op.pullback is None and any(t._a.dtype.kind in "fc" for t in node.outputs)
