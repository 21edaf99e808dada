"""Elementwise operations on sparse tensors whose result has the places of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.registry import PUBLIC, export
from tensortape.ops.sparse.places import dense_shape, invalid, numbers, pick, places
from tensortape.ops.sparse.tensor import SparseTensor, to_dense


def union(function: Callable[..., Any], a: Any, b: Any) -> SparseTensor:
    """``function`` of two sparse tensors at the places of either (absent elements are 0)."""
    first, second = places(a), places(b)
    if a.shape != b.shape:
        raise invalid(f"Operands do not have the same shape: {a.shape} and {b.shape}")
    shape = dense_shape(a)
    keys = numbers(first, shape), numbers(second, shape)
    every, where = np.unique(np.concatenate(keys), return_index=True)
    both = np.concatenate([first, second])[where]
    values = function(_at(a.values, keys[0], every), _at(b.values, keys[1], every))
    return SparseTensor(both, values, a.dense_shape)


def _at(values: Any, keys: Any, wanted: Any) -> Any:
    """The values with the numbers ``wanted``, zero for those that are not there."""
    if np.array_equal(keys, wanted):
        return values
    position = np.full(len(wanted), len(keys))
    position[np.searchsorted(wanted, keys)] = np.arange(len(keys))
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
    kept = np.abs(total.values.numpy()) >= threshold
    chosen = np.flatnonzero(kept)
    return SparseTensor(
        total.indices.numpy()[kept], PUBLIC["gather"](total.values, chosen), total.dense_shape
    )


@export("sparse.maximum")
def maximum(sp_a, sp_b, name=None):
    """The larger of two sparse tensors, element by element. Source: ``tf.sparse.maximum``."""
    return union(PUBLIC["math.maximum"], sp_a, sp_b)


@export("sparse.minimum")
def minimum(sp_a, sp_b, name=None):
    """The smaller of two sparse tensors, element by element. Source: ``tf.sparse.minimum``."""
    return union(PUBLIC["math.minimum"], sp_a, sp_b)
