"""Sorting and the largest elements."""

from __future__ import annotations

import collections
from typing import Any

from tensortape.arrays.varying import varies
from tensortape.core import dtypes, registry
from tensortape.core.dispatch import execute, in_graph
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops import composed
from tensortape.ops.layout.attributes import invalid, one_axis, one_int


@op("TopKV2", primitive="top_k", outputs=2, saves=("outputs",), samples=[(((2, 5),), {"k": 3})])
def top_k_op(xp, input, *, k):
    """The ``k`` largest elements along the last axis and their indices."""
    return xp.top_k(input, k)


@top_k_op.vjp
def _(xp, g, y, x, *, k):
    return xp.scatter_add(y[1], g[0], tuple(x.shape), x.ndim - 1, x.ndim - 1)


@op("Sort", primitive="sort", samples=[(((2, 4),), {"axis": 1, "descending": True})])
def sort_op(xp, values, *, axis, descending=False):
    """Sort along an axis."""
    return xp.sort(values, axis, descending)


@sort_op.vjp
def _(xp, g, y, x, *, axis, descending):
    """Each cotangent goes where its element came from."""
    last = x.ndim - 1
    swap = tuple(last if i == axis else axis if i == last else i for i in range(x.ndim))
    order = xp.transpose(xp.argsort(x, axis, descending), swap)
    moved = tuple(x.shape[i] for i in swap)
    return xp.transpose(xp.scatter_add(order, xp.transpose(g, swap), moved, last, last), swap)


@op("Argsort", primitive="argsort", nondifferentiable="integer result")
def argsort_op(xp, values, *, axis, descending=False):
    """Indices that sort along an axis; equal elements keep their order."""
    return xp.astype(xp.argsort(values, axis, descending), dtypes.int32)


TopKV2 = collections.namedtuple("TopKV2", ["values", "indices"])
"""What ``tf.math.top_k`` returns."""


@export("math.top_k", "nn.top_k")
def top_k(
    input: Any,
    k: Any = 1,
    sorted: bool = True,
    index_type: Any = dtypes.int32,
    name: str | None = None,
) -> Any:
    """The ``k`` largest elements along the last axis, largest first, and their indices.

    >>> import tensortape as tf
    >>> tf.math.top_k([1.0, 4.0, 3.0], k=2).indices.numpy()
    array([1, 2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when there are fewer than ``k``.
    Source: ``tf.math.top_k``.
    """
    x, count = tensor(input), one_int(k)
    if varies((count,)) and x._a.ndim:
        values, indices = composed.largest(x, k)
        return TopKV2(values, composed.call("cast", indices, index_type))
    if not x._a.ndim:
        raise invalid("input must be >= 1-D, got shape [] [Op:TopKV2]")
    if count < 0:
        raise invalid(f"Need k >= 0, got {count} [Op:TopKV2]")
    if x._a.shape[-1] is not None and x._a.shape[-1] < count:
        columns = f"Had {x._a.shape[-1]}, needed {count}"
        raise in_graph(invalid(f"input must have at least k columns. {columns} [Op:TopKV2]"))
    values, indices = execute(top_k_op, (x,), {"k": count})
    kind = dtypes.as_dtype(index_type)
    if kind is not dtypes.int32:
        indices = _cast(indices, kind)
    return TopKV2(values, indices)


def _cast(t: Any, dtype: Any) -> Any:
    return execute(registry.PRIMITIVES["astype"], (t,), {"dtype": dtype})


@export("math.approx_max_k", "nn.approx_max_k")
def approx_max_k(
    operand: Any,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The ``k`` largest elements along an axis and their indices, here always exact.

    Source: ``tf.math.approx_max_k``.
    """
    return _approximate(operand, k, reduction_dimension, False)


@export("math.approx_min_k", "nn.approx_min_k")
def approx_min_k(
    operand: Any,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The ``k`` smallest elements along an axis and their indices, here always exact.

    Source: ``tf.math.approx_min_k``.
    """
    return _approximate(operand, k, reduction_dimension, True)


def _approximate(operand: Any, k: int, axis: int, smallest: bool) -> tuple[Any, Any]:
    x = tensor(operand)
    at, last = one_axis(axis, x._a.ndim), x._a.ndim - 1
    swap = tuple(last if i == at else at if i == last else i for i in range(last + 1))
    turn = registry.OPS["Transpose"]
    moved = execute(turn, (x,), {"axes": swap}) if at != last else x
    values, indices = execute(top_k_op, (-moved if smallest else moved,), {"k": k})
    values = -values if smallest else values
    if at == last:
        return values, indices
    return execute(turn, (values,), {"axes": swap}), execute(turn, (indices,), {"axes": swap})


def _descending(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            f"Argument `direction` should be one of 'ASCENDING' or 'DESCENDING'. Received: "
            f"direction={direction!r}"
        )
    return direction == "DESCENDING"


def _axis(values: Any, axis: Any) -> int:
    if not values._a.ndim:
        raise invalid("`values` must have rank at least 1, got a scalar")
    return one_axis(axis, values._a.ndim)


@export("sort")
def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """``values`` sorted along ``axis``, ``"ASCENDING"`` or ``"DESCENDING"``.

    >>> import tensortape as tf
    >>> tf.sort([3, 1, 2]).numpy()
    array([1, 2, 3], dtype=int32)

    Raises ``ValueError`` for another direction. Source: ``tf.sort``.
    """
    x = tensor(values)
    return execute(sort_op, (x,), {"axis": _axis(x, axis), "descending": _descending(direction)})


@export("argsort")
def argsort(
    values: Any,
    axis: Any = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> Any:
    """Indices (int32) that sort ``values`` along ``axis``; equal elements keep their order.

    >>> import tensortape as tf
    >>> tf.argsort([3, 1, 2]).numpy()
    array([1, 2, 0], dtype=int32)

    Raises ``ValueError`` for an unknown direction. Source: ``tf.argsort``.
    """
    x = tensor(values)
    return execute(argsort_op, (x,), {"axis": _axis(x, axis), "descending": _descending(direction)})
