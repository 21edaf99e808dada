"""Reading and writing parts of variables: methods of ``tf.Variable``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.registry import OPS
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.core.untraceable import Untraceable
from tensortape.core.variable import Variable
from tensortape.ops.gather.gather import gather, gather_nd
from tensortape.ops.layout.attributes import invalid

SLICE_UPDATES = {
    "scatter_add": np.add,
    "scatter_sub": np.subtract,
    "scatter_mul": np.multiply,
    "scatter_div": np.divide,
    "scatter_max": np.maximum,
    "scatter_min": np.minimum,
}
"""Methods that take a ``tf.IndexedSlices``, with what combines old and new."""

TUPLE_UPDATES = {
    "scatter_nd_add": "TensorScatterAdd",
    "scatter_nd_sub": "TensorScatterSub",
    "scatter_nd_update": "TensorScatterUpdate",
    "scatter_nd_max": "TensorScatterMax",
    "scatter_nd_min": "TensorScatterMin",
}
"""Methods that take index tuples and updates, with the operation that computes the new value."""


def _parts(self: Variable, sparse_delta: Any) -> tuple[Any, Any]:
    """Indices and rows of an update, checked."""
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(
            f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {sparse_delta}"
        )
    indices = np.asarray(convert_to_tensor(sparse_delta.indices)._a)
    rows = np.asarray(convert_to_tensor(sparse_delta.values, dtype=self.dtype)._a)
    size = self._t._a.shape[0]
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        raise invalid(
            f"indices {indices.tolist()} are not all in [0, {size}) [Op:ResourceScatter]",
        )
    return indices, np.broadcast_to(rows, indices.shape + self._t._a.shape[1:])


def _references(variable: Any) -> tuple[int, int]:
    """How often a variable's tensor and its array are referred to, as seen from here."""
    return sys.getrefcount(variable._t), sys.getrefcount(variable._t._a)


_ALONE = _references(Variable(np.zeros(2)))
"""What :func:`_references` counts when nothing but the variable holds its value."""


def _writable(variable: Variable) -> np.ndarray:
    """The array to change: the value's own if nobody else can see it, else a copy.

    So a sparse update of a large table costs what the rows cost, not the table.
    """
    array: Any = variable._t._a
    owned = array.flags.owndata and array.flags.writeable and array.base is None
    del array
    if owned and _references(variable) == _ALONE:
        return variable._t._a
    return np.array(variable._t._a)


TRACED = {"scatter_add": "Add", "scatter_sub": "Sub", "scatter_max": "Max", "scatter_min": "Min"}
"""Which operation on tensors a method is while a function is traced."""


def traced(self: Variable, op_type: str, indices: Any, updates: Any) -> Any:
    """The update as an operation of the function that is traced."""
    graph = state.graph
    updates = convert_to_tensor(updates, dtype=self.dtype)
    with graph.alone():
        value = self._read()
        return graph.assign(self, execute(OPS[op_type], (value, indices, updates)), "assign")


def traced_rows(self: Variable, op_type: str, sparse_delta: Any) -> Any:
    """An update of whole rows."""
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(
            f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {sparse_delta}"
        )
    indices = convert_to_tensor(sparse_delta.indices)
    indices = execute(OPS["ExpandDims"], (indices,), {"axis": indices._a.ndim})
    return traced(self, op_type, indices, sparse_delta.values)


def _slice_method(method_name: str, ufunc: Any) -> Callable[..., Any]:
    def method(
        self: Variable, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Any:
        if state.graph is not None:
            if method_name not in TRACED:
                raise Untraceable(f"Variable.{method_name} in a traced function")
            return traced_rows(self, f"TensorScatter{TRACED[method_name]}", sparse_delta)
        indices, rows = _parts(self, sparse_delta)
        array = _writable(self)
        ufunc.at(array, indices, rows)
        self._replace(array)
        return self

    method.__name__ = method_name
    method.__doc__ = (
        f"Combine rows given as a ``tf.IndexedSlices`` with the value by {ufunc.__name__}."
    )
    return method


def scatter_update(
    self: Variable, sparse_delta: Any, use_locking: bool = False, name: Any = None
) -> Any:
    """Replace rows by those of a ``tf.IndexedSlices``; returns the variable."""
    if state.graph is not None:
        return traced_rows(self, "TensorScatterUpdate", sparse_delta)
    indices, rows = _parts(self, sparse_delta)
    array = _writable(self)
    array[indices] = rows
    self._replace(array)
    return self


def batch_scatter_update(
    self: Variable, sparse_delta: Any, use_locking: bool = False, name: Any = None
) -> Any:
    """Replace rows batch by batch: ``v[i, indices[i, j]] = values[i, j]``."""
    if state.graph is not None:
        raise Untraceable("Variable.batch_scatter_update in a traced function")
    indices = np.asarray(convert_to_tensor(sparse_delta.indices)._a)
    rows = convert_to_tensor(sparse_delta.values, dtype=self.dtype)._a
    lead = indices.shape[:-1]
    grids = [
        np.arange(n).reshape((-1,) + (1,) * (indices.ndim - i - 1)) for i, n in enumerate(lead)
    ]
    array = np.array(self._t._a)
    array[tuple(grids) + (indices,)] = rows
    self._replace(array)
    return self


def _tuple_method(name: str, op_type: str) -> Callable[..., Any]:
    def method(self: Variable, indices: Any, updates: Any, name: Any = None) -> Any:
        new = (
            updates if isinstance(updates, Tensor) else convert_to_tensor(updates, dtype=self.dtype)
        )
        if state.graph is not None:
            return traced(self, op_type, convert_to_tensor(indices), updates)
        out = execute(OPS[op_type], (self._t, convert_to_tensor(indices), new))
        self._replace(out._a)
        return self

    method.__name__ = name
    method.__doc__ = f"Update elements at index tuples as ``{op_type}`` does; returns the variable."
    return method


def sparse_read(self: Variable, indices: Any, name: Any = None) -> Any:
    """The rows at ``indices``."""
    return gather(self, indices)


def read_nd(self: Variable, indices: Any, name: Any = None) -> Any:
    """The elements or slices at index tuples."""
    return gather_nd(self, indices)


for _name, _ufunc in SLICE_UPDATES.items():
    setattr(Variable, _name, _slice_method(_name, _ufunc))
for _name, _type in TUPLE_UPDATES.items():
    setattr(Variable, _name, _tuple_method(_name, _type))
for _name, _method in (
    ("scatter_update", scatter_update),
    ("batch_scatter_update", batch_scatter_update),
    ("sparse_read", sparse_read),
    ("gather_nd", read_nd),
):
    setattr(Variable, _name, _method)
