"""Elementwise operations on sparse tensors whose result has the places of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.registry import PUBLIC, export
from tensortape.ops.sparse.finding import find
from tensortape.ops.sparse.places import pick
from tensortape.ops.sparse.tensor import SparseTensor, need_sparse, to_dense


def union(function: Callable[..., Any], a: Any, b: Any) -> SparseTensor:
    """``function`` of two sparse tensors at the places of either (absent elements are 0)."""
    for one in (a, b):
        need_sparse(one)
    arrays = (a.indices, b.indices, a.dense_shape, b.dense_shape)
    both, of_a, of_b = find("union", arrays)
    values = function(_at(a.values, of_a), _at(b.values, of_b))
    made = SparseTensor(both, values, a.dense_shape)
    made._said = a._said or b._said
    return made


def _at(values: Any, position: Any) -> Any:
    """The values at positions, zero for those that are not there."""
    count = values.shape[0]
    if isinstance(position, np.ndarray) and np.array_equal(position, np.arange(count)):
        return values
    padded = PUBLIC["concat"]([values, PUBLIC["zeros"]([1], values.dtype)], 0)
    return pick(padded, position)


@export("sparse.add")
def add(a, b, threshold=0):
    """The sum: sparse if both are, dense if one is. Sums below ``threshold`` are dropped.

    Raises ``TypeError`` when neither is sparse. Source: ``tf.sparse.add``.
    """
    if not (isinstance(a, SparseTensor) or isinstance(b, SparseTensor)):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if not (isinstance(a, SparseTensor) and isinstance(b, SparseTensor)):
        dense = [
            to_dense(x, validate_indices=False) if isinstance(x, SparseTensor) else x
            for x in (a, b)
        ]
        return PUBLIC["math.add"](*dense)
    total = union(PUBLIC["math.add"], a, b)
    if threshold == 0:
        return total
    limit = PUBLIC["cast"](threshold, PUBLIC["math.abs"](total.values).dtype)
    chosen = PUBLIC["where"](PUBLIC["math.abs"](total.values) >= limit)[:, 0]
    gather = PUBLIC["gather"]
    made = SparseTensor(
        gather(total.indices, chosen), gather(total.values, chosen), total.dense_shape
    )
    made._said = total._said
    return made


@export("sparse.maximum")
def maximum(sp_a, sp_b, name=None):
    """The larger of two sparse tensors, element by element. Source: ``tf.sparse.maximum``."""
    return union(PUBLIC["math.maximum"], sp_a, sp_b)


@export("sparse.minimum")
def minimum(sp_a, sp_b, name=None):
    """The smaller of two sparse tensors, element by element. Source: ``tf.sparse.minimum``."""
    return union(PUBLIC["math.minimum"], sp_a, sp_b)
