"""Operators for a part of a batch."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from tensortape.ops.linear_operator.arrays import dims
from tensortape.ops.linear_operator.public import tf


def matrix_axes(**ranks: Any) -> Any:
    """How many axes of each array parameter belong to one matrix, by the parameters' names."""
    return MappingProxyType(ranks)


def sliced(operator: Any, slices: Any, batch: Any) -> Any:
    """An operator like ``operator``, broadcast to the shape ``batch``, for a part of the batch."""
    slices = slices if isinstance(slices, tuple) else (slices,)
    ranks = operator._experimental_parameter_ndims_to_matrix_ndims
    changed = {
        name: _part(getattr(operator, name), rank, slices, batch)
        for name, rank in ranks.items()
        if operator.parameters.get(name) is not None
    }
    if "batch_shape" in operator.parameters:
        places = np.broadcast_to(np.zeros(()), batch)
        changed["batch_shape"] = list(places[slices].shape)
    return type(operator)(**{**operator.parameters, **changed})


def _part(value: Any, rank: Any, slices: tuple[Any, ...], batch: Any) -> Any:
    if isinstance(value, (list, tuple)):
        ranks = rank if isinstance(rank, (list, tuple)) else [rank] * len(value)
        return [_part(v, r, slices, batch) for v, r in zip(value, ranks, strict=True)]
    if hasattr(value, "_linop_adjoint"):
        return sliced(value, slices, batch)
    x = tf.convert_to_tensor(value)
    whole = tf.broadcast_to(x, [*batch, *dims(x)[x.shape.rank - rank :]])
    rest = () if any(s is Ellipsis for s in slices) else (Ellipsis,)
    return whole[slices + rest + (slice(None),) * rank]
