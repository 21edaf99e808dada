"""The axes of reductions, made canonical."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import Op
from tensortape.core.operators import of_dtypes
from tensortape.core.tensor import EagerTensor
from tensortape.ops.layout.attributes import ints, invalid

_BOOLEAN = ("Any", "All")
ALL_AXES: dict[str, Any] = {"axis": None, "keepdims": False}


def canonical(axis: Any, rank: int) -> tuple[int, ...] | None:
    """``None`` for all axes, else a tuple of non-negative ones."""
    if axis is None:
        return None
    out = []
    for a in (axis,) if type(axis) is int else ints(axis):
        if not -rank <= a < rank:
            raise invalid(f"Invalid reduction dimension ({a} for input with {rank} dimension(s)")
        out.append(a + rank if a < 0 else a)
    if len(set(out)) != len(out):
        raise invalid(f"Invalid reduction arguments: Axes contains duplicate dimension: {out[-1]}")
    return tuple(out)


def normalise(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
    """Attributes of a reduction with canonical axes."""
    axis = canonical(attrs["axis"], tensors[0]._a.ndim)
    return {"axis": axis, "keepdims": bool(attrs["keepdims"])}


def reduce(op: Op, x: Any, axis: Any, keepdims: Any) -> Any:
    """Run a reduction on a tensor-like value."""
    if type(x) is not EagerTensor:
        x = convert_to_tensor(x)
    if x._a.dtype.kind in "bO" and op.type not in _BOOLEAN:
        raise of_dtypes(
            f"Value for attr 'T' of {x.dtype.name} is not in the list of allowed values: numbers "
            f"[Op:{op.type}]"
        )
    if axis is None and not keepdims:
        return execute(op, (x,), ALL_AXES)
    return execute(op, (x,), {"axis": canonical(axis, x._a.ndim), "keepdims": bool(keepdims)})


def kept(shape: Any, axis: tuple[int, ...] | None) -> tuple[int, ...]:
    """``shape`` with the reduced axes as ones."""
    if axis is None:
        return (1,) * len(shape)
    return tuple(1 if i in axis else n for i, n in enumerate(shape))


def count(shape: Any, axis: tuple[int, ...] | None) -> int:
    """How many elements each result is made of."""
    total = 1
    for i, n in enumerate(shape):
        if axis is None or i in axis:
            total *= n
    return total


def spread(xp: Any, g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """A cotangent of the result, repeated to the shape of the input."""
    shape = tuple(x.shape)
    if not keepdims and axis is not None:
        g = xp.reshape(g, kept(shape, axis))
    return xp.broadcast_to(g, shape)


def aligned(xp: Any, g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """A result (or its cotangent) with the reduced axes as ones, so that it broadcasts."""
    return (
        g
        if keepdims or (axis is None and not g.ndim)
        else xp.reshape(g, kept(tuple(x.shape), axis))
    )
