"""``ragged[...]``: rows, slices of rows, slices within rows, new axes."""

from __future__ import annotations

from typing import Any

from tensortape.core.tensor import Tensor
from tensortape.ops.ragged.join import expand_dims, of_one_length, positions, select
from tensortape.ops.ragged.tensor import RaggedTensor, divided, method
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import known


@method
def __getitem__(self: Any, key: Any) -> Any:
    """Rows, slices of rows and within rows, as ``tf.RaggedTensor`` takes them.

    Raises ``IndexError`` for a row that is not there, ``ValueError`` for a number in place of a
    slice along an axis whose rows differ in length.
    """
    keys = list(key) if isinstance(key, (list, tuple)) else [key]
    return _outer(self, _without_ellipsis(keys, self.shape.rank))


def _without_ellipsis(keys: list[Any], rank: int) -> list[Any]:
    dots = [i for i, k in enumerate(keys) if k is Ellipsis]
    if not dots:
        return keys
    used = sum(1 for k in keys if k is not None and k is not Ellipsis)
    if len(dots) > 1 or used > rank:
        raise ValueError(f"Too many indices or more than one ellipsis: {keys}")
    return [*keys[: dots[0]], *[slice(None)] * (rank - used), *keys[dots[0] + 1 :]]


def _outer(value: Any, keys: list[Any]) -> Any:
    """Keys for a tensor from its first axis on."""
    if not keys:
        return value
    if not isinstance(value, RaggedTensor):
        return value[tuple(keys)]
    first, *rest = keys
    if first is None:
        return expand_dims(_outer(value, rest), 0)
    if isinstance(first, slice):
        return _inner(select(value, positions(value, _plain(first))), rest)
    begin, end = _bounds(value, _number(first))
    if isinstance(value.values, RaggedTensor):
        return _outer(select(value.values, positions(value.values, slice(begin, end))), rest)
    return _outer(value.values[begin:end], rest)


def _bounds(value: RaggedTensor, at: Any) -> tuple[Any, Any]:
    """Where a row begins and ends: ints, or tensors where that is found when a function runs."""
    count = value.shape[0]
    if isinstance(at, int) and count is not None:
        if not -count <= at < count:
            raise IndexError(f"Row key {at} out of bounds")
        at %= count
        if not unplaced(value.row_splits):
            return tuple(value._splits[at : at + 2].tolist())
    if isinstance(at, int) and at >= 0:
        return value.row_splits[at], value.row_splits[at + 1]
    return value.row_starts()[at], value.row_limits()[at]


def _inner(value: Any, keys: list[Any]) -> Any:
    """Keys for what is in the rows, which all stay."""
    if not keys:
        return value
    first, *rest = keys
    if first is None:
        inner = _inner(value, rest)
        return of_one_length(inner, value, 1, 1)
    if isinstance(first, slice):
        return _deeper(_sliced(value, _plain(first)), rest)
    if value._uniform is None:
        raise ValueError("Cannot index into an inner ragged dimension.")
    at = _number(first)
    if isinstance(at, int) and not -value._uniform <= at < value._uniform:
        raise IndexError(f"Row key {at} out of bounds")
    chosen = select(value.values, value.row_splits[:-1] + at % value._uniform)
    return _inner(chosen, rest) if isinstance(chosen, RaggedTensor) else _rest(chosen, rest)


def _sliced(value: Any, part: slice) -> Any:
    if (part.start, part.stop, part.step) == (None, None, None):
        return value
    bounds = [part.start, part.stop, part.step]
    data = [n for n in bounds if isinstance(n, Tensor)]
    given = tuple(["data" if isinstance(n, Tensor) else n for n in bounds])
    splits, places = find("slice rows", (value.row_splits, *data), given)
    uniform = None
    if value._uniform is not None and not data:
        uniform = len(range(*part.indices(value._uniform)))
    return divided(select(value.values, places), splits, uniform, value.row_splits.dtype)


def _deeper(value: Any, keys: list[Any]) -> Any:
    if not keys:
        return value
    if isinstance(value.values, RaggedTensor):
        return value.with_values(_inner(value.values, keys))
    return value.with_values(_rest(value.values, keys))


def _rest(value: Any, keys: list[Any]) -> Any:
    every = (slice(None), *keys)
    return value[every] if keys else value


def _plain(part: slice) -> slice:
    return slice(*[None if n is None else _number(n) for n in (part.start, part.stop, part.step)])


def _number(key: Any) -> Any:
    """An int; a tensor where it has no value yet."""
    if isinstance(key, Tensor):
        if unplaced(key):
            return key
        key = known(key)
    try:
        return key.__index__()
    except AttributeError:
        raise TypeError(f"Slice offsets must be integers or None; received {key!r}") from None
