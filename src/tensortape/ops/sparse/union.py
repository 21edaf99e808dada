"""Elementwise operations on sparse tensors whose result has the places of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.sparse.tensor import SparseTensor, need_sparse, to_dense


def _places(a: Any, b: Any) -> Any:
    """The places of either, in order, once each."""
    if a.shape != b.shape:
        raise errors.InvalidArgumentError(
            None, None, f"Operands do not have the same shape: {a.shape} and {b.shape}"
        )
    both = np.concatenate([a.indices.numpy(), b.indices.numpy()])
    return np.unique(both, axis=0) if len(both) else both


def union(function: Callable[..., Any], a: Any, b: Any) -> SparseTensor:
    """``function`` of two sparse tensors at the places of either (absent elements are 0)."""
    need_sparse(a)
    need_sparse(b)
    places = _places(a, b)
    values = function(_at(a, places), _at(b, places))
    return SparseTensor(places, values, a.dense_shape)


def _at(s: SparseTensor, places: Any) -> Any:
    return PUBLIC["gather_nd"](to_dense(s), places)


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
