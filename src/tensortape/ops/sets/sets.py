"""Union, intersection and difference of the sets in the last axis of dense or sparse tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.sparse.places import dense_shape, invalid, known, numbers, places
from tensortape.ops.sparse.tensor import SparseTensor


def _rows(value: Any) -> tuple[tuple[int, ...], Any, Any]:
    """The shape before the last axis; row number and value of each member."""
    if isinstance(value, SparseTensor):
        shape = dense_shape(value)
        return shape[:-1], numbers(places(value)[:, :-1], shape[:-1]), known(value.values)
    array = known(value)
    if array.ndim < 1:
        raise invalid(f"Sets need at least one axis, received shape {list(array.shape)}")
    lead = array.shape[:-1]
    count = int(np.prod(lead))
    return lead, np.repeat(np.arange(count), array.shape[-1]), array.reshape(-1)


def _converted(a: Any, b: Any) -> tuple[Any, Any]:
    """Both operands as tensors of one dtype."""
    a = a if isinstance(a, SparseTensor) else tensor(a)
    b = b if isinstance(b, SparseTensor) else tensor(b)
    if a.dtype != b.dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}")
    return a, b


def _operate(operation: Callable[[Any, Any], Any], a: Any, b: Any) -> SparseTensor:
    a, b = _converted(a, b)
    lead, rows_a, values_a = _rows(a)
    other_lead, rows_b, values_b = _rows(b)
    if lead != other_lead:
        raise invalid(f"Shapes before the last axis differ: {list(lead)} and {list(other_lead)}")
    indices: list[Any] = []
    members: list[Any] = [values_a[:0]]
    for row in np.union1d(rows_a, rows_b):
        found = operation(values_a[rows_a == row], values_b[rows_b == row])
        members.append(found)
        at = np.unravel_index(int(row), lead) if lead else ()
        indices.extend((*at, i) for i in range(len(found)))
    longest = max(len(m) for m in members)
    where = np.array(indices, np.int64).reshape(-1, len(lead) + 1)
    return SparseTensor(where, state.tensor(np.concatenate(members)), [*lead, longest])


@export("sets.intersection")
def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """The members of both, row by row, in order.

    >>> import tensortape as tf
    >>> tf.sets.intersection([[1, 2]], [[2, 3]]).values.numpy()
    array([2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when the shapes before the last axis differ.
    Source: ``tf.sets.intersection``.
    """
    return _operate(np.intersect1d, a, b)


@export("sets.union")
def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """The members of either, row by row, in order.

    >>> import tensortape as tf
    >>> tf.sets.union([[1, 2]], [[2, 3]]).values.numpy()
    array([1, 2, 3], dtype=int32)

    Source: ``tf.sets.union``.
    """
    return _operate(np.union1d, a, b)


@export("sets.difference")
def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """The members of ``a`` that ``b`` lacks (``aminusb=False``: of ``b`` that ``a`` lacks).

    >>> import tensortape as tf
    >>> tf.sets.difference([[1, 2]], [[2, 3]]).values.numpy()
    array([1], dtype=int32)

    Source: ``tf.sets.difference``.
    """
    return _operate(np.setdiff1d, *((a, b) if aminusb else (b, a)))


@export("sets.size")
def size(a: Any, validate_indices: bool = True) -> Any:
    """How many distinct members each row of a sparse tensor has.

    >>> import tensortape as tf
    >>> tf.sets.size(tf.SparseTensor([[0, 0], [0, 1]], [7, 7], [2, 2])).numpy()
    array([1, 0], dtype=int32)

    Raises ``TypeError`` unless ``a`` is a sparse tensor. Source: ``tf.sets.size``.
    """
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a!r:.100}.")
    lead, rows, values = _rows(a)
    _, distinct = np.unique(values, return_inverse=True)
    members = np.unique(np.stack([rows, distinct.reshape(-1)]), axis=1)
    counts = np.bincount(members[0], minlength=int(np.prod(lead)))
    return state.tensor(counts.astype(np.int32).reshape(lead)[()])
