"""Looking up positions: sorted search, permutations, ranks among predictions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops import composed
from tensortape.ops.gather.counting import values_of
from tensortape.ops.layout.attributes import fits, ints, invalid, one_int


@export("searchsorted")
def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: Any = dtypes.int32,
    name: str | None = None,
) -> Any:
    """Where ``values`` would be inserted to keep the last axis of ``sorted_sequence`` sorted.

    >>> import tensortape as tf
    >>> tf.searchsorted([1, 3, 5], [3, 4]).numpy()
    array([1, 2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when the leading axes differ, ``ValueError`` for an
    unknown side. Source: ``tf.searchsorted``.
    """
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left'. Saw: {side}.")
    rows, wanted = values_of(sorted_sequence), values_of(values)
    if rows.shape[:-1] != wanted.shape[:-1]:
        raise invalid(
            f"Leading dim_size of both tensors must match: {list(rows.shape)} and "
            f"{list(wanted.shape)} "
            "[Op:LowerBound]"
        )
    count = math.prod(rows.shape[:-1])  # -1 would not do for arrays without elements
    flat, queries = (a.reshape(count, a.shape[-1]) for a in (rows, wanted))
    search: Any = np.searchsorted
    found = [search(r, q, side) for r, q in zip(flat, queries, strict=True)]
    out = np.array(found).reshape(wanted.shape)
    return state.tensor(out.astype(dtypes.as_dtype(out_type)._np))


@export("math.invert_permutation")
def invert_permutation(x: Any, name: str | None = None) -> Any:
    """The permutation that undoes ``x``.

    >>> import tensortape as tf
    >>> tf.math.invert_permutation([2, 0, 1]).numpy()
    array([1, 2, 0], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when ``x`` is no permutation.
    Source: ``tf.math.invert_permutation``.
    """
    if composed.unknown(given := tensor(x)) and given._a.ndim == 1:
        return composed.inverse(given)
    array = values_of(given)
    if array.ndim != 1:
        raise invalid(f"invert_permutation expects a 1D vector, got shape {array.shape}")
    out = np.full(array.shape, -1, array.dtype)
    for i, p in enumerate(array.tolist()):
        if not 0 <= p < array.size:
            raise invalid(f"{p} is not between 0 and {array.size}")
        if out[p] != -1:
            raise invalid(f"{p} is duplicated in the input.")
        out[p] = i
    return state.tensor(out)


@op("InTopKV2", nondifferentiable="boolean result")
def in_top_k_op(xp, targets, predictions, *, k):
    """Whether the target's prediction is among the ``k`` largest."""
    own = xp.take(predictions, xp.expand_dims(targets, 1), 1, 1)
    larger = xp.sum(xp.astype(xp.greater(predictions, own), dtypes.int32), (1,))
    finite = xp.all(xp.isfinite(own), (1,))
    return xp.logical_and(xp.less(larger, xp.full_like(larger, k)), finite)


@export("math.in_top_k", "nn.in_top_k")
def in_top_k(targets: Any, predictions: Any, k: Any, name: str | None = None) -> Any:
    """Whether the prediction for each target is among the ``k`` largest of its row.

    >>> import tensortape as tf
    >>> tf.math.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1).numpy()
    array([ True, False])

    Raises ``tf.errors.InvalidArgumentError`` when the shapes do not fit.
    Source: ``tf.math.in_top_k``.
    """
    wanted, rows = tensor(targets), tensor(predictions)
    if rows._a.ndim != 2 or not fits(wanted._a.shape, rows._a.shape[:1]):
        raise invalid(
            f"First dimension of predictions {list(rows.shape)} must match length of targets "
            f"{list(wanted.shape)} [Op:InTopKV2]"
        )
    return execute(in_top_k_op, (wanted, rows), {"k": one_int(k)})


@export("unravel_index")
def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Any:
    """Index tuples (one column each) of positions in a flattened tensor of shape ``dims``.

    >>> import tensortape as tf
    >>> tf.unravel_index([3, 5], [2, 3]).numpy().tolist()
    [[1, 1], [0, 2]]

    Raises ``tf.errors.InvalidArgumentError`` for positions out of range.
    Source: ``tf.unravel_index``.
    """
    if composed.unknown(given := tensor(indices), dims):
        return composed.unravelled(given, dims)
    array, shape = values_of(given), ints(dims)
    size = int(np.prod(shape))
    if array.size and (array.min() < 0 or array.max() >= size):
        raise invalid(f"index is out of bound as with dims {list(shape)}: {array}")
    return state.tensor(np.stack(np.unravel_index(array, shape)).astype(array.dtype))


def _distance(a: list[Any], b: list[Any]) -> int:
    """Levenshtein distance of two sequences."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def _sequences(sparse: Any) -> dict[tuple[int, ...], list[Any]]:
    groups: dict[tuple[int, ...], list[Any]] = {}
    for index, value in zip(
        values_of(sparse.indices).tolist(), values_of(sparse.values).tolist(), strict=True
    ):
        groups.setdefault(tuple(index[:-1]), []).append(value)
    return groups


@export("edit_distance")
def edit_distance(
    hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance"
) -> Any:
    """Levenshtein distance between the sequences (last axis) of two sparse tensors.

    With ``normalize`` divided by the length of the truth (infinite where that is empty and the
    hypothesis is not). Source: ``tf.edit_distance``.
    """
    guess, right = _sequences(hypothesis), _sequences(truth)
    shape = np.maximum(values_of(hypothesis.dense_shape), values_of(truth.dense_shape))[:-1]
    out = np.zeros(tuple(shape), np.float32)
    for place in np.ndindex(*out.shape):
        a, b = guess.get(place, []), right.get(place, [])
        distance = float(_distance(a, b))
        if normalize:
            distance = distance / len(b) if b else (np.inf if a else 0.0)
        out[place] = distance
    return state.tensor(out[()])
