"""Functions of the elements of ragged tensors, which broadcast over rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import Tensor
from tensortape.ops.ragged.tensor import RaggedTensor, divided, method
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import known


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
    """Whether all are known to have the same rows."""
    first, *others = ragged
    splits = first.nested_row_splits
    for other in others:
        its = other.nested_row_splits
        if len(its) != len(splits) or other.flat_values.shape.rank != first.flat_values.shape.rank:
            return False
        if not all(_equal(a, b) for a, b in zip(splits, its, strict=True)):
            return False
    return True


def _equal(a: Any, b: Any) -> bool:
    return a is b or (not unplaced(a, b) and np.array_equal(known(a), known(b)))


class Levels:
    """How many children the nodes of each axis have, for each operand, and what says so."""

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        """Row splits, and sizes that are found when a function runs."""

    def entry(self, size: Any, kind: str = "size") -> tuple[str, int]:
        """A size, or row splits, as the rule ``broadcast`` takes them."""
        if isinstance(size, int):
            return "number", size
        self.arrays.append(size)
        return kind, len(self.arrays) - 1

    def of(self, value: Any, missing: int, depth: int) -> tuple[tuple[Any, ...], Any]:
        """The levels of one operand, which lacks some axes; its flat values."""
        found: list[Any] = [("number", 1)] * missing
        flat = value
        if isinstance(value, RaggedTensor):
            known_count = value.shape[0]
            found.append(
                self.entry(value.row_splits, "count")
                if known_count is None
                else self.entry(known_count)
            )
            while isinstance(flat, RaggedTensor):
                uniform = flat._uniform
                found.append(self.entry(flat.row_splits if uniform is None else uniform, "rows"))
                flat = flat.values
            sizes, used = _sizes(flat)[1:], 1
        else:
            sizes, used = _sizes(flat), 0
        more = max(depth - len(found), 0)
        found += [self.entry(n) for n in sizes[:more]]
        if used + more != 1:
            inner = sizes[more:]
            shape = PUBLIC["stack"]([-1, *inner]) if unplaced(*inner) else [-1, *inner]
            flat = PUBLIC["reshape"](flat, shape)
        return tuple(found[:depth]), flat


def _sizes(flat: Any) -> list[Any]:
    shape = flat.shape.as_list()
    if None not in shape:
        return list(shape)
    sizes = PUBLIC["shape"](flat)
    return [sizes[i] if n is None else n for i, n in enumerate(shape)]


def _broadcast(function: Callable[..., Any], operands: list[Any]) -> Any:
    ranks = [x.shape.rank for x in operands]
    rank = max(ranks)
    depth = max(
        rank - r + 1 + x.ragged_rank
        for r, x in zip(ranks, operands, strict=True)
        if isinstance(x, RaggedTensor)
    )
    levels = Levels()
    parts = [levels.of(x, rank - r, depth) for r, x in zip(ranks, operands, strict=True)]
    told = tuple([one for one, _ in parts])
    found = find("broadcast", levels.arrays, told)
    places, splits = found[: len(parts)], found[len(parts) :]
    values = function(*[_picked(flat, at) for (_, flat), at in zip(parts, places, strict=True)])
    dtype = next(x.row_splits.dtype for x in operands if isinstance(x, RaggedTensor))
    for level in range(depth - 1, 0, -1):
        values = divided(values, splits[level - 1], _uniform([one[level] for one in told]), dtype)
    return values


def _uniform(sizes: list[Any]) -> int | None:
    """The one length of rows along an axis, if it is known."""
    if any(kind != "number" for kind, _ in sizes):
        return None
    return next((n for _, n in sizes if n != 1), 1)


def _picked(flat: Any, at: Any) -> Any:
    if isinstance(at, np.ndarray) and np.array_equal(at, np.arange(flat.shape[0] or 0)):
        return flat
    return PUBLIC["gather"](flat, at)


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
