"""Maps, folds and scans while a function is traced: loops that keep a row for each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.untraceable import Untraceable
from tensortape.graph.control_graph import loop
from tensortape.graph.deferred import later


def tracing() -> bool:
    """Whether a function is being traced."""
    return state.graph is not None and state.graph.building_function


def _elements(elems: Any) -> tuple[Any, Any, Any]:
    """The elements as tensors, their number as a tensor, and as an int if it is one."""
    tensors = nest.map_structure(convert_to_tensor, elems)
    flat = nest.flatten(tensors)
    if not flat:
        raise ValueError(
            f"elems must be a Tensor or (possibly nested) sequence of Tensors. Got {elems}"
        )
    if any(t._a.ndim == 0 for t in flat):
        raise ValueError("Elements in elems must be 1+ dimensional Tensors, not scalars")
    first = flat[0]
    a = first._a
    n = a.sizes(first)[0] if isinstance(a, Abstract) else np.shape(a)[0]
    return tensors, PUBLIC["shape"](first)[0], n


def _at(tensors: Any, k: Any) -> Any:
    return nest.map_structure(lambda t: PUBLIC["gather"](t, k), tensors)


def traced_map(
    fn: Callable[..., Any], elems: Any, signature: Any = None, any_result: bool = False
) -> Any:
    """``fn`` of each element, stacked; results as ``signature`` or as the elements, or any."""
    tensors, count, n = _elements(elems)
    structure: list[Any] = []

    def step(k: Any) -> Any:
        result = nest.map_structure(convert_to_tensor, fn(_at(tensors, k)))
        if not any_result:
            _check(signature, elems, tensors, result)
        structure[:] = [result]
        return (k + 1,), nest.flatten(result)

    zero = convert_to_tensor(0)
    _, stacks = loop(lambda k: k < count, step, (zero,), None, None, n)
    return nest.pack_sequence_as(structure[0], _sized(stacks, n))


def _sized(stacks: Any, n: Any) -> Any:
    for t in stacks:
        if type(n) is int:
            t.set_shape([n, *[None] * (t._a.ndim - 1)])
    return stacks


def _check(signature: Any, elems: Any, tensors: Any, result: Any) -> None:
    """Refuse results of another dtype than was promised."""
    wanted = signature
    if wanted is None:
        nest.assert_same_structure(elems, result)
        wanted = nest.map_structure(lambda t: t.dtype, tensors)
    for kind, t in zip(nest.flatten(wanted), nest.flatten(result), strict=True):
        kind = as_dtype(getattr(kind, "dtype", kind))
        if t.dtype is not kind:
            raise TypeError(
                f"map_fn: fn returned {t.dtype.name} where {kind.name} was expected; give "
                f"fn_output_signature."
            )


def traced_scan(
    fn: Callable[..., Any], elems: Any, initializer: Any, backward: bool, keep: bool
) -> Any:
    """Totals over the elements: the last one, or all of them stacked if ``keep``."""
    tensors, count, n = _elements(elems)
    last = count - 1
    start = 0 if initializer is not None else 1

    def element(k: Any) -> Any:
        return _at(tensors, last - k if backward else k)

    first = element(convert_to_tensor(0)) if initializer is None else initializer
    first = nest.map_structure(convert_to_tensor, first)

    def step(k: Any, total: Any) -> Any:
        result = fn(total, element(k))
        nest.assert_same_structure(total, result)
        result = nest.map_structure(convert_to_tensor, result)
        return (k + 1, result), nest.flatten(result) if keep else []

    zero = convert_to_tensor(start)
    times = n - start
    (_, total), stacks = loop(lambda k, t: k < count, step, (zero, first), None, None, times)
    if not keep:
        return total
    stacks = _sized(stacks, times)
    if initializer is None:
        heads = [PUBLIC["expand_dims"](t, 0) for t in nest.flatten(first)]
        stacks = [PUBLIC["concat"]([h, s], 0) for h, s in zip(heads, stacks, strict=True)]
    if backward:
        stacks = [PUBLIC["reverse"](s, [0]) for s in stacks]
    return nest.pack_sequence_as(first, stacks)


def deferred_call(call: Callable[..., Any], inp: Any, types: Any) -> Any:
    """A Python function that runs when the graph does.

    Raises ``Untraceable`` unless ``types`` (``Tout``) says the ranks of the results.
    """
    wanted = list(types) if isinstance(types, (list, tuple)) else [] if types is None else [types]
    shapes = [TensorShape(getattr(t, "shape", None)) for t in wanted]
    if any(s.rank is None for s in shapes):
        raise Untraceable("py_function and numpy_function whose results have no known rank")
    kinds = [as_dtype(getattr(t, "dtype", t))._np for t in wanted]
    results = [(tuple(s.as_list()), k) for s, k in zip(shapes, kinds, strict=True)]
    outs = later(call, [convert_to_tensor(x) for x in inp], results)
    if isinstance(types, (list, tuple)):
        return outs
    return outs[0] if outs else None
