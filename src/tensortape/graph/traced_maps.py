"""Maps, folds and scans while a function is traced: loops that keep a row for each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract
from tensortape.arrays.namespace import numpy_namespace
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.errors import InvalidArgumentError
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.core.untraceable import Untraceable
from tensortape.graph.apart import Apart
from tensortape.graph.control_graph import loop
from tensortape.graph.deferred import later
from tensortape.graph.ragged_maps import RaggedRows, flat_or_ragged, row_spec
from tensortape.graph.symbolic import seen_from_here
from tensortape.ops.ragged.tensor import RaggedTensor, row_count


def tracing() -> bool:
    """Whether a function is being traced."""
    return state.graph is not None and state.graph.building_function


def _elements(elems: Any) -> tuple[Any, Any, Any]:
    """The elements as tensors, their number as a tensor, and as an int if it is one."""
    tensors = nest.map_structure(flat_or_ragged, elems)
    flat = nest.flatten(tensors)
    if not flat:
        raise ValueError(
            f"elems must be a Tensor or (possibly nested) sequence of Tensors. Got {elems}"
        )
    if any(t.shape.rank == 0 for t in flat):
        raise ValueError("Elements in elems must be 1+ dimensional Tensors, not scalars")
    first = flat[0]
    for t in flat:
        if not t.shape[:1].is_compatible_with(first.shape[:1]):
            raise ValueError(f"Dimensions {first.shape[0]} and {t.shape[0]} are not compatible")
    if isinstance(first, RaggedTensor):
        rows = row_count(first)
        return tensors, PUBLIC["cast"](rows, "int32"), rows
    a = first._a
    n = a.sizes(seen_from_here(first))[0] if isinstance(a, Abstract) else np.shape(a)[0]
    return tensors, PUBLIC["shape"](first)[0], n


def _at(tensors: Any, k: Any, n: Any) -> Any:
    """Element ``k`` of ``n``; where there is none, of the shape it would have."""
    none = type(n) is int and n == 0

    def one(tensor: Any) -> Any:
        if isinstance(tensor, RaggedTensor):
            rows: Any = tensor
            return tensor.values if none else rows[k]
        if none:
            return PUBLIC["zeros"](PUBLIC["shape"](tensor)[1:], tensor.dtype)
        return PUBLIC["gather"](tensor, k)

    return nest.map_structure(one, tensors)


def is_ragged_spec(kind: Any) -> bool:
    """Whether a leaf of ``fn_output_signature`` asks for a ragged tensor."""
    return hasattr(kind, "ragged_rank")


def result_of(kind: Any, value: Any) -> Any:
    """What a function returned as a tensor of the promised dtype (and shape).

    Raises ``InvalidArgumentError`` for another dtype, ``ValueError`` for another shape.
    """
    wanted = as_dtype(getattr(kind, "dtype", kind))
    t = value if isinstance(value, Tensor) else convert_to_tensor(value, dtype_hint=wanted)
    if t.dtype is not wanted:
        raise InvalidArgumentError(
            None,
            None,
            f"TensorArray dtype is {wanted.name} but Op is trying to write dtype {t.dtype.name}: "
            "give fn_output_signature.",
        )
    shape = TensorShape(getattr(kind, "shape", None))
    if not shape.is_compatible_with(t.shape):
        raise ValueError(f"Inconsistent shapes: saw {t.shape} but expected {shape}")
    return t


def traced_map(
    fn: Callable[..., Any], elems: Any, signature: Any = None, any_result: bool = False
) -> Any:
    """``fn`` of each element, stacked; results as ``signature`` or as the elements, or any."""
    _need_traceable(elems)
    tensors, count, n = _elements(elems)
    structure: list[Any] = []
    if signature is None and not any_result:
        signature = nest.map_structure(
            lambda t: row_spec(t) if isinstance(t, RaggedTensor) else t.dtype, tensors
        )
    kinds = [] if any_result else nest.flatten(signature)
    ragged = [RaggedRows(kind) if is_ragged_spec(kind) else None for kind in kinds]

    def step(k: Any, joined: Any) -> Any:
        result = fn(_at(tensors, k, n))
        if any_result:
            result = nest.map_structure(convert_to_tensor, result)
            structure[:] = [result]
            return (k + 1, joined), nest.flatten(result)
        nest.assert_same_structure(signature, result)
        structure[:] = [result]
        before = iter(joined)
        news, outs = [], []
        for kind, rows, value in zip(kinds, ragged, nest.flatten(result), strict=True):
            if rows is None:
                outs.append(result_of(kind, value))
                continue
            more, length = rows.add(next(before), value)
            news.append(more)
            outs.append(length)
        return (k + 1, news), outs

    zero = convert_to_tensor(0)
    empty = [rows.empty for rows in ragged if rows is not None]
    shapes = (TensorShape([]), [rows.invariants for rows in ragged if rows is not None])
    given = (zero, empty)
    times = n if type(n) is int or not isinstance(n, Tensor) else None
    (_, joined), stacks = loop(lambda k, _: k < count, step, given, shapes, None, times)
    stacks = _sized(stacks, n)
    if any_result or not empty:
        return nest.pack_sequence_as(structure[0], [_even(t) for t in stacks])
    parts = iter(joined)
    leaves = [
        _even(t) if rows is None else rows.whole(next(parts), t, n)
        for rows, t in zip(ragged, stacks, strict=True)
    ]
    return nest.pack_sequence_as(structure[0], leaves)


@op("RowsOfOneShape", samples=[(((2, 3),), {}, (0,))])
def even_op(xp, rows):
    """The rows that a map has made.

    Raises ``InvalidArgumentError`` when they have different shapes.
    """
    if xp is numpy_namespace and isinstance(rows, Apart):
        shapes = [np.shape(row) for row in rows]
        for shape in shapes:
            if shape != shapes[0]:
                raise InvalidArgumentError(
                    None, None, f"Incompatible shapes during merge: {shapes[0]} vs. {shape}"
                )
    return rows


@even_op.vjp
def _(xp, g, y, rows):
    return (g,)


def _even(stack: Any) -> Any:
    """A stack whose rows have one shape, which is seen to when the graph runs if need be."""
    if None not in stack._a.shape[1:] or stack._a.dtype.kind == "O":
        return stack
    return execute(even_op, (stack,))


def _sized(stacks: Any, n: Any) -> Any:
    for t in stacks:
        if type(n) is int:
            t.set_shape([n, *[None] * (t._a.ndim - 1)])
    return stacks


def _need_traceable(elems: Any) -> None:
    """Refuse what has no graph: then the function runs as plain Python."""
    for one in nest.flatten(elems):
        if isinstance(one, CompositeTensor) and not isinstance(one, RaggedTensor):
            raise Untraceable("tf.map_fn of sparse tensors")


def traced_scan(
    fn: Callable[..., Any], elems: Any, initializer: Any, backward: bool, keep: bool
) -> Any:
    """Totals over the elements: the last one, or all of them stacked if ``keep``."""
    tensors, count, n = _elements(elems)
    last = count - 1
    start = 0 if initializer is not None else 1

    def element(k: Any) -> Any:
        return _at(tensors, last - k if backward else k, n)

    if initializer is None and type(n) is int and n == 0:
        raise InvalidArgumentError(
            None, None, "elems have no elements to begin with: give an initializer."
        )
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
