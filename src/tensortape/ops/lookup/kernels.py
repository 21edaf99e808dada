"""What is done with tables while a function is traced: operations that run with the function.

A table is a parameter of the graph. The operations have effects, so they keep their order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import placeholder
from tensortape.core import errors
from tensortape.core.op import op
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor

_WHY = "a table"


@op("LookupTableFindV2", outputs=0, family="effect", nondifferentiable=_WHY)
def find(xp, table, keys, *, inner, key_rank, dtype):
    """The values of keys."""
    return [_of(table)._find(np.asarray(keys))]


@op("LookupTableSizeV2", outputs=0, family="effect", nondifferentiable=_WHY)
def size(xp, table):
    """How many keys there are."""
    return [_of(table)._count()]


@op("LookupTableExportV2", outputs=0, family="effect", nondifferentiable=_WHY)
def export(xp, table, *, key_inner, key_dtype, inner, dtype):
    """All keys and values."""
    return list(_of(table)._exported())


@op("LookupTableInsertV2", outputs=0, family="effect", nondifferentiable=_WHY)
def insert(xp, table, keys, values):
    """Enter keys with their values."""
    _of(table)._insert(np.asarray(keys), np.asarray(values))
    return []


@op("LookupTableRemoveV2", outputs=0, family="effect", nondifferentiable=_WHY)
def remove(xp, table, keys):
    """Take keys out."""
    _of(table)._remove(np.asarray(keys))
    return []


OPERATIONS = frozenset(o.type for o in (find, size, export, insert, remove))
"""The types of these operations."""

TABLES: list[type] = []
"""The base class of tables."""


def _of(holder: Any) -> Any:
    """The table that a parameter stands for."""
    table = holder[()] if isinstance(holder, np.ndarray) else holder
    if not isinstance(table, tuple(TABLES)):
        raise errors.InvalidArgumentError(None, None, "a table is wanted, there is something else")
    return table


def held(table: Any) -> Any:
    """What stands for a table in the graph being built."""
    resource = getattr(state.graph, "resource", None)
    if resource is not None:
        return resource(table)
    array = np.empty((), object)
    array[()] = table
    return EagerTensor(array)


def operate(kind: Any, tensors: Any, attrs: dict[str, Any]) -> list[Any]:
    """Add an operation on a table, the first of `tensors`, to the graph being built."""
    graph = state.graph
    outs = [state.tensor(value) for value in _results(kind.type, tensors, attrs)]
    graph.add(kind, [graph.capture(t) for t in tensors], outs, attrs)
    for listener in state.listeners:
        if listener is not graph and outs:
            listener.record(kind, tuple(tensors), tuple(outs), attrs)
    return outs


def _results(kind: str, tensors: Any, attrs: dict[str, Any]) -> list[Any]:
    if kind == "LookupTableFindV2":
        sizes = tuple(tensors[1]._a.shape)
        outer = sizes[: len(sizes) - attrs["key_rank"]]
        return [placeholder((*outer, *attrs["inner"]), attrs["dtype"])]
    if kind == "LookupTableSizeV2":
        return [placeholder((), np.dtype(np.int64))]
    if kind == "LookupTableExportV2":
        keys = placeholder((None, *attrs["key_inner"]), attrs["key_dtype"])
        return [keys, placeholder((None, *attrs["inner"]), attrs["dtype"])]
    return []
