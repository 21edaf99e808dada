"""Rules of linear algebra, which works on the last two axes and takes the others as a stack."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tensortape.arrays.batched.structure import dense
from tensortape.arrays.batched.value import Batched, family


@family("matrix")
def stacked(name: str) -> Callable[..., Any]:
    """The batch, zeros stored, is one more axis of the stack of matrices.

    Where only right-hand sides have a batch, its entries are so many more columns instead, so that
    each matrix is factorised once.
    """

    def apply(ns: Any, *values: Any, **attrs: Any) -> Any:
        arrays = [v for v in values if hasattr(v, "ndim")]
        rest = values[len(arrays) :]
        where = [type(a) is Batched for a in arrays]
        if not any(where):
            return getattr(ns.base, name)(*values, **attrs)
        if len(arrays) > 1 and where == [False] * (len(arrays) - 1) + [True]:
            return columns(ns, name, arrays, rest, attrs)
        wide = [dense(ns, ns.stored(name, a) if type(a) is Batched else a) for a in arrays]
        return outcome(ns, getattr(ns.base, name)(*wide, *rest, **attrs))

    return apply


def outcome(ns: Any, results: Any) -> Any:
    """Batched values of one result or several."""
    if type(results) in (tuple, list):
        return type(results)([Batched(ns, r, ns.free) for r in results])
    return Batched(ns, results, ns.free)


def columns(ns: Any, name: str, arrays: Any, rest: Any, attrs: Any) -> Batched:
    """Solve with the batch of right-hand sides side by side."""
    full = dense(ns, ns.stored(name, arrays[-1]))
    shape = arrays[-1].shape
    rank, at = ns.rank, len(shape) - 1
    lead = tuple(full.shape)[:rank]
    order = (*range(rank, rank + at), *range(rank), rank + at)
    wide = ns.base.reshape(
        ns.base.transpose(full, order), (*shape[:-1], math.prod(lead) * shape[-1])
    )
    found = getattr(ns.base, name)(*arrays[:-1], wide, *rest, **attrs)
    rows = tuple(found.shape)[:-1]
    found = ns.base.reshape(found, (*rows, *lead, shape[-1]))
    back = (*range(at, at + rank), *range(at), at + rank)
    return Batched(ns, ns.base.transpose(found, back), ns.free)
