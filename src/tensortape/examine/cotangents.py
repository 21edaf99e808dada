"""Arrays behind what rules exchange: tensors, sparse slices, and the batches of Jacobians."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.batched.value import Batched
from tensortape.examine.oplog import PLAIN

WHOLE = 16_384
"""A batch up to this many elements is written out; of a larger one the stored blocks are kept."""


class Blocks:
    """The stored part of a large batch or of sparse slices, and what its structure is."""

    __slots__ = ("array", "nbytes", "note")

    def __init__(self, array: Any, note: str) -> None:
        self.array = array
        self.nbytes = array.nbytes
        self.note = note


def array_of(value: Any) -> Any:
    """The array behind a cotangent or result; the rows of sparse slices as such.

    >>> array_of(None), array_of(np.float32(1.0))
    (None, np.float32(1.0))
    """
    if isinstance(value, Batched):
        return batch_of(value)
    if value is None or isinstance(value, PLAIN):
        return value
    if hasattr(value, "indices") and hasattr(value, "values"):
        rows = array_of(value.values)
        return None if rows is None else Blocks(rows, "sparse; the rows that are not zero:")
    inner = getattr(value, "_a", None)
    return inner if isinstance(inner, PLAIN) else None


def batch_of(value: Batched) -> Any:
    """A batch of cotangents as one array ``(*batch, *shape)``, or its blocks where that is large.

    Plain NumPy throughout: a recorded namespace must not see this.
    """
    data = array_of(value.data)
    if not isinstance(data, PLAIN):
        return None
    batch, shape = tuple(value.xp.batch), tuple(value.shape)
    if math.prod(batch + shape) <= WHOLE:
        return written_out(data, value.ties, batch, shape)
    if not any(value.ties):
        return data
    return Blocks(data, f"{list(batch + shape)}, block-diagonal; its blocks:")


def written_out(data: Any, ties: Any, batch: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """The batch with its zeros."""
    whole = np.broadcast_to(data, batch + shape)
    for p, q in enumerate(ties):
        if q:
            axes = [1] * whole.ndim
            axes[p] = batch[p]
            rows = np.arange(batch[p]).reshape(axes)
            axes = [1] * whole.ndim
            axes[q] = batch[p]
            whole = np.where(rows == np.arange(batch[p]).reshape(axes), whole, whole.dtype.type(0))
    return whole


def is_whole(value: Any) -> bool:
    """Whether :func:`array_of` has all elements of a cotangent, zeros included."""
    return not isinstance(value, Batched) or math.prod((*value.xp.batch, *value.shape)) <= WHOLE
