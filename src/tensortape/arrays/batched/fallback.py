"""What has no rule: a loop over the batch, with the same answer."""

from __future__ import annotations

import math
from typing import Any

from tensortape.arrays.batched.structure import flat, in_batch
from tensortape.arrays.batched.value import Batched


def has_batch(value: Any) -> bool:
    """Whether an argument is, or holds, a batched value."""
    if type(value) in (list, tuple):
        return any(has_batch(v) for v in value)
    return isinstance(value, Batched)


def loop(ns: Any, function: Any, args: Any, attrs: Any) -> Any:
    """``function`` for each entry of the batch, the results stacked."""
    args = whole(ns, list(args))
    attrs = {key: whole(ns, value) for key, value in attrs.items()}
    results = [
        function(*entry(ns, args, i), **{k: entry(ns, v, i) for k, v in attrs.items()})
        for i in range(math.prod(ns.batch) or 1)
    ]
    return collected(ns, results)


class Whole:
    """Marks an argument whose entries are picked one by one."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data


def whole(ns: Any, value: Any) -> Any:
    """Arguments with each batched value stored whole, its batch joined into one axis."""
    if isinstance(value, Batched):
        if 0 in ns.batch:  # no entry: one of zeros tells the shape of the result
            return Whole(ns.base.zeros((1, *value.shape), value.dtype))
        return Whole(flat(ns, value))
    if type(value) in (list, tuple):
        return type(value)([whole(ns, v) for v in value])
    return value


def entry(ns: Any, value: Any, i: int) -> Any:
    """Arguments for entry ``i`` of the batch."""
    if type(value) is Whole:
        return ns.base.getitem(value.data, (i,))
    if type(value) in (list, tuple):
        return type(value)([entry(ns, v, i) for v in value])
    return value


def collected(ns: Any, results: list[Any]) -> Any:
    """Stack the results of the entries (tuples part by part; ``None`` stays)."""
    first = results[0]
    if first is None:
        return None
    if type(first) in (list, tuple):
        return type(first)([collected(ns, list(parts)) for parts in zip(*results, strict=True)])
    if 0 in ns.batch:
        return in_batch(ns, ns.base.zeros(ns.batch + tuple(first.shape), first.dtype))
    stacked = ns.base.stack(results, 0)
    return in_batch(ns, ns.base.reshape(stacked, ns.batch + tuple(first.shape)))
