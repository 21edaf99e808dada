"""Elements kept, dropped, filled in and mapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import dense_shape, known, pick, places
from tensortape.ops.sparse.tensor import SparseTensor, need_sparse, to_dense


@export("sparse.retain")
def retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """The elements where ``to_retain``, one truth value per element, is true.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0], [2]], [5, 6], [3])
    >>> tf.sparse.retain(s, [False, True]).indices.numpy()
    array([[2]])

    Source: ``tf.sparse.retain``.
    """
    need_sparse(sp_input)
    chosen = PUBLIC["where"](convert_to_tensor(to_retain))[:, 0]
    gather = PUBLIC["gather"]
    where, values = gather(sp_input.indices, chosen), gather(sp_input.values, chosen)
    made = SparseTensor(where, values, sp_input.dense_shape)
    made._said = sp_input._said
    return made


@export("sparse.map_values")
def map_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> SparseTensor:
    """``op`` of the values of sparse tensors among the arguments, in the same places.

    >>> import tensortape as tf
    >>> tf.sparse.map_values(tf.square, tf.SparseTensor([[0]], [3.0], [1])).values.numpy()
    array([9.], dtype=float32)

    Raises ``ValueError`` when no argument is sparse or their places differ.
    Source: ``tf.sparse.map_values``.
    """
    found = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    if not found:
        raise ValueError("No SparseTensor in argument list of map_values")
    first = found[0]
    where = first.indices
    for other in found[1:]:
        arrays = (where, other.indices, first.dense_shape, other.dense_shape)
        if unplaced(*arrays):
            (where,) = find("same places", arrays)
        elif not (
            np.array_equal(places(first), places(other))
            and dense_shape(first) == dense_shape(other)
        ):
            raise ValueError("All sparse tensors must have the same indices and dense shape")
    result = op(*map(_values, args), **{k: _values(v) for k, v in kwargs.items()})
    made = SparseTensor(where, result, first.dense_shape)
    made._said = first._said
    return made


def _values(value: Any) -> Any:
    return value.values if isinstance(value, SparseTensor) else value


@export("sparse.fill_empty_rows")
def fill_empty_rows(
    sp_input: Any, default_value: Any, name: str | None = None
) -> tuple[SparseTensor, Any]:
    """``default_value`` at column 0 of rows without elements, and which rows these were.

    >>> import tensortape as tf
    >>> s, empty = tf.sparse.fill_empty_rows(tf.SparseTensor([[1, 1]], [5], [2, 2]), 0)
    >>> s.values.numpy(), empty.numpy()
    (array([0, 5], dtype=int32), array([ True, False]))

    Source: ``tf.sparse.fill_empty_rows``.
    """
    need_sparse(sp_input)
    default = convert_to_tensor(default_value, dtype=sp_input.values.dtype)
    arrays = (sp_input.indices, sp_input.dense_shape)
    order, where, empty, count = find("with empty rows", arrays)
    fillers = PUBLIC["broadcast_to"](default, PUBLIC["reshape"](count, [1]))
    values = pick(PUBLIC["concat"]([sp_input.values, fillers], 0), order)
    filled = SparseTensor(where, values, sp_input.dense_shape)
    filled._said = sp_input._said
    if not unplaced(empty):
        return filled, state.tensor(empty)
    empty.set_shape(sp_input.shape[:1])
    return filled, empty


@export("sparse.to_indicator")
def to_indicator(sp_input: Any, vocab_size: int, name: str | None = None) -> Any:
    """Truth values: at ``[..., v]`` whether ``v`` is among the values of that row.

    >>> import tensortape as tf
    >>> tf.sparse.to_indicator(tf.SparseTensor([[0, 0]], [2], [1, 1]), 3).numpy()
    array([[False, False,  True]])

    Source: ``tf.sparse.to_indicator``.
    """
    indices, shape = places(sp_input), dense_shape(sp_input)
    dense = np.zeros((*shape[:-1], int(vocab_size)), np.bool_)
    where = (*indices[:, :-1].T, known(sp_input.values))
    dense[where] = True
    return state.tensor(dense)


@export("sparse.eye")
def eye(
    num_rows: Any, num_columns: Any = None, dtype: Any = "float32", name: str | None = None
) -> SparseTensor:
    """The identity, or ones on the main diagonal.

    >>> import tensortape as tf
    >>> tf.sparse.eye(2, 3).dense_shape.numpy()
    array([2, 3])

    Source: ``tf.sparse.eye``.
    """
    rows = int(num_rows)
    columns = rows if num_columns is None else int(num_columns)
    diagonal = np.arange(min(rows, columns), dtype=np.int64)
    values = PUBLIC["ones"]([len(diagonal)], as_dtype(dtype))
    return SparseTensor(np.stack([diagonal, diagonal], -1), values, [rows, columns])


@export("sparse.mask")
def mask(a: Any, mask_indices: Any, name: str | None = None) -> IndexedSlices:
    """The rows of an ``IndexedSlices`` without those at ``mask_indices``.

    >>> import tensortape as tf
    >>> s = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([0, 3]))
    >>> tf.sparse.mask(s, [3]).indices.numpy()
    array([0], dtype=int32)

    Source: ``tf.sparse.mask``.
    """
    kept = np.flatnonzero(~np.isin(known(a.indices), known(mask_indices)))
    return IndexedSlices(pick(a.values, kept), pick(a.indices, kept), a.dense_shape)


def dense(value: Any) -> Any:
    """A sparse tensor as a dense one; everything else as it is."""
    return to_dense(value, validate_indices=False) if isinstance(value, SparseTensor) else value
