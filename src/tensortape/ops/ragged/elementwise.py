"""Functions of the elements of ragged tensors, which broadcast over rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import Tensor
from tensortape.ops.ragged.partition import expanded
from tensortape.ops.ragged.tensor import RaggedTensor, method, rows
from tensortape.ops.sparse.places import invalid, known


def elementwise(function: Callable[..., Any], operands: Any) -> Any:
    """``function`` of corresponding elements: ragged tensors, tensors, numbers.

    Axes of size one and missing leading axes are repeated; ragged rows must agree in length.
    """
    ragged = [x for x in operands if isinstance(x, RaggedTensor)]
    tensors = [_converted(x, ragged[0].dtype) for x in operands]
    if _same_rows(ragged) and all(isinstance(x, RaggedTensor) or not x.shape.rank for x in tensors):
        flat = [x.flat_values if isinstance(x, RaggedTensor) else x for x in tensors]
        return ragged[0].with_flat_values(function(*flat))
    return _broadcast(function, tensors)


def _converted(value: Any, dtype: Any) -> Any:
    if isinstance(value, (RaggedTensor, Tensor)):
        return value
    if hasattr(value, "dtype") or isinstance(value, bool):
        return convert_to_tensor(value)
    return convert_to_tensor(value, dtype_hint=dtype)


def _same_rows(ragged: list[RaggedTensor]) -> bool:
    first, *others = ragged
    splits = first.nested_row_splits
    for other in others:
        its = other.nested_row_splits
        if len(its) != len(splits) or other.flat_values.shape.rank != first.flat_values.shape.rank:
            return False
        pairs = zip(splits, its, strict=True)
        if not all(a is b or np.array_equal(known(a), known(b)) for a, b in pairs):
            return False
    return True


def _levels(value: Any, missing: int, depth: int) -> tuple[list[Any], Any]:
    """How many children a node of each axis has (a number, or row splits); the flat values."""
    levels: list[Any] = [1] * missing
    flat = value
    if isinstance(value, RaggedTensor):
        levels.append(len(value._splits) - 1)
        while isinstance(flat, RaggedTensor):
            levels.append(flat._splits if flat._uniform is None else flat._uniform)
            flat = flat.values
        sizes = list(flat.shape[1:])
    else:
        sizes = list(flat.shape)
    inner = sizes[max(depth - len(levels), 0) :]
    levels.extend(sizes[: max(depth - len(levels), 0)])
    return levels[:depth], PUBLIC["reshape"](flat, [-1, *inner])


def _broadcast(function: Callable[..., Any], operands: list[Any]) -> Any:
    ranks = [x.shape.rank for x in operands]
    rank = max(ranks)
    depth = max(
        rank - r + 1 + x.ragged_rank
        for r, x in zip(ranks, operands, strict=True)
        if isinstance(x, RaggedTensor)
    )
    parts = [_levels(x, rank - r, depth) for r, x in zip(ranks, operands, strict=True)]
    places = [np.zeros(1, np.int64) for _ in parts]
    found = []
    for level in range(depth):
        sizes = [levels[level] for levels, _ in parts]
        lengths, uniform, places = _descend(sizes, places)
        found.append((lengths, uniform))
    values = function(*[_picked(flat, at) for (_, flat), at in zip(parts, places, strict=True)])
    for lengths, uniform in reversed(found[1:]):
        values = rows(values, lengths, uniform)
    return values


def _picked(flat: Any, at: Any) -> Any:
    if len(at) == flat.shape[0] and np.array_equal(at, np.arange(len(at))):
        return flat
    return PUBLIC["gather"](flat, at)


def _descend(sizes: list[Any], places: list[Any]) -> tuple[Any, int | None, list[Any]]:
    """One axis further: the lengths of the result's nodes, and each operand's children."""
    lengths = [
        np.full(len(at), size) if isinstance(size, int) else np.diff(size)[at]
        for size, at in zip(sizes, places, strict=True)
    ]
    repeated = [isinstance(size, int) and size == 1 for size in sizes]
    longer = [n for n, once in zip(lengths, repeated, strict=True) if not once]
    common = longer[0] if longer else lengths[0]
    for other in longer[1:]:
        if not np.array_equal(other, common):
            raise invalid(
                "Condition x == y did not hold: rows differ in length and cannot be broadcast.\n"
                f"First rows of x:\n{common[:3]}\nFirst rows of y:\n{other[:3]}"
            )
    all_uniform = all(isinstance(size, int) for size in sizes)
    uniform = max((int(n[0]) for n in longer if len(n)), default=1) if all_uniform else None
    children = []
    for size, at, once in zip(sizes, places, repeated, strict=True):
        starts = at * size if isinstance(size, int) else size[at]
        children.append(expanded(starts, common, 0 if once else 1))
    return common, uniform, children


@method
def _elementwise(self: RaggedTensor, function: Callable[..., Any], operands: Any) -> Any:
    """What generated functions of one or two tensors do with a ragged one."""
    return elementwise(function, operands)


def _operator(name: str, reflected: bool = False) -> Callable[..., Any]:
    def operator(self: RaggedTensor, other: Any) -> Any:
        return PUBLIC[name](other, self) if reflected else PUBLIC[name](self, other)

    return operator


_BINARY = {
    "add": "math.add",
    "sub": "math.subtract",
    "mul": "math.multiply",
    "truediv": "math.truediv",
    "floordiv": "math.floordiv",
    "mod": "math.floormod",
    "pow": "math.pow",
    "and": "math.logical_and",
    "or": "math.logical_or",
    "xor": "math.logical_xor",
}
for _name, _path in _BINARY.items():
    setattr(RaggedTensor, f"__{_name}__", _operator(_path))
    setattr(RaggedTensor, f"__r{_name}__", _operator(_path, True))
for _name, _path in {
    "lt": "math.less",
    "le": "math.less_equal",
    "gt": "math.greater",
    "ge": "math.greater_equal",
}.items():
    setattr(RaggedTensor, f"__{_name}__", _operator(_path))


def _equality(path: str, otherwise: bool) -> Callable[..., Any]:
    def equality(self: RaggedTensor, other: Any) -> Any:
        return otherwise if other is None else PUBLIC[path](self, other)

    return equality


def _unary(path: str) -> Callable[..., Any]:
    def unary(self: RaggedTensor) -> Any:
        return PUBLIC[path](self)

    return unary


setattr(RaggedTensor, "__eq__", _equality("math.equal", False))  # noqa: B010
setattr(RaggedTensor, "__ne__", _equality("math.not_equal", True))  # noqa: B010
for _name, _path in {
    "neg": "math.negative",
    "abs": "math.abs",
    "invert": "math.logical_not",
}.items():
    setattr(RaggedTensor, f"__{_name}__", _unary(_path))
