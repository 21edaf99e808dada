"""Embeddings of several ids at once, combined."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops import composed
from tensortape.ops.layout.shaping import reshape
from tensortape.ops.nn.embedding import embedding_lookup

COMBINERS = ("mean", "sqrtn", "sum")


def parts(sp_ids: Any) -> tuple[Any, Any]:
    """Row numbers and ids of a sparse or ragged tensor."""
    if hasattr(sp_ids, "dense_shape") and hasattr(sp_ids, "indices"):
        return sp_ids.indices[:, 0], sp_ids.values
    if hasattr(sp_ids, "value_rowids"):
        return sp_ids.value_rowids(), sp_ids.values
    raise TypeError(f"sp_ids must be SparseTensor or RaggedTensor, got {type(sp_ids)}")


def check(combiner: str | None, sp_ids: Any, sp_weights: Any) -> str:
    """The combiner, if it and the weights are such as they must be."""
    combiner = "mean" if combiner is None else combiner
    if combiner not in COMBINERS:
        raise ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner}")
    if sp_weights is not None and type(sp_weights) is not type(sp_ids):
        raise TypeError(
            f"sp_weights must be of the type of sp_ids ({type(sp_ids)}) or None, got "
            f"{type(sp_weights)}"
        )
    return combiner


@export("nn.embedding_lookup_sparse")
def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    combiner: str | None = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Any:
    """For each row of ``sp_ids``, its embeddings combined.

    >>> import tensortape as tf
    >>> ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [0, 1, 1], [2, 2])
    >>> tf.nn.embedding_lookup_sparse(tf.constant([[1.0], [3.0]]), ids, None).numpy().tolist()
    [[2.0], [3.0]]

    Args:
        params: tensor or variable ``[rows, ...]``, or a list, see ``tf.nn.embedding_lookup``.
        sp_ids: ``tf.SparseTensor`` (or ragged tensor) of ids, ``[batch, any]``.
        sp_weights: weights of the same type and places, or ``None``.
        combiner: ``"sum"`` of the weighted embeddings, that divided by the sum of the weights
            (``"mean"``, the default) or by the root of the sum of their squares (``"sqrtn"``).
        max_norm: if given, each embedding is scaled down to this norm first.
        name, allow_fast_lookup: ignored.

    Raises ``TypeError`` for ids or weights of other types, ``ValueError`` for another combiner.
    Source: ``tf.nn.embedding_lookup_sparse``.
    """
    rows, ids = parts(sp_ids)
    combiner = check(combiner, sp_ids, sp_weights)
    weights = None if sp_weights is None else parts(sp_weights)[1]
    return combined(params, rows, ids, weights, combiner, max_norm)


def combined(params: Any, rows: Any, ids: Any, weights: Any, combiner: str, max_norm: Any) -> Any:
    """Embeddings of ``ids``, combined by the row each belongs to."""
    found = embedding_lookup(params, ids, max_norm=max_norm)
    total = PUBLIC["math.segment_sum"]
    if weights is None:
        if combiner == "mean":
            return PUBLIC["math.segment_mean"](found, rows)
        first = (slice(None),) + (0,) * (found.shape.rank - 1)
        weights = xp.ones_like(found[first])
        if combiner == "sum":
            return total(found, rows)
    dtype = found.dtype
    if dtype.size == 2:
        found = xp.astype(found, dtypes.float32)
    weights = weights if weights.dtype is found.dtype else xp.astype(weights, found.dtype)
    weights = reshape(weights, [-1, *[1] * (found.shape.rank - 1)])
    result = total(found * weights, rows)
    if combiner == "mean":
        result = xp.divide_no_nan(result, total(weights, rows))
    elif combiner == "sqrtn":
        result = xp.divide_no_nan(result, xp.sqrt(total(weights * weights, rows)))
    return result if result.dtype is dtype else xp.astype(result, dtype)


@export("nn.safe_embedding_lookup_sparse")
def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str = "mean",
    default_id: int | None = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Any:
    """As ``tf.nn.embedding_lookup_sparse``, for ids that may be missing or negative.

    Negative ids are left out, and weights that are not positive (unless summed). Rows without ids
    give the embedding of ``default_id``, or zeros if that is ``None``. ``sparse_ids`` may have more
    than two axes; the last is combined.

    >>> import tensortape as tf
    >>> ids = tf.SparseTensor([[0, 0], [1, 0]], [1, -1], [2, 1])
    >>> tf.nn.safe_embedding_lookup_sparse(tf.constant([[1.0], [3.0]]), ids).numpy().tolist()
    [[3.0], [0.0]]

    Raises ``ValueError`` for missing weights. Source: ``tf.nn.safe_embedding_lookup_sparse``.
    """
    if embedding_weights is None or (
        isinstance(embedding_weights, (list, tuple)) and not embedding_weights
    ):
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    combiner = check(combiner, sparse_ids, sparse_weights)
    if not isinstance(sparse_ids.indices, EagerTensor):
        return composed.safe_lookup(
            embedding_weights, sparse_ids, sparse_weights, combiner, default_id, max_norm
        )
    lead = np.asarray(sparse_ids.dense_shape._a).tolist()[:-1]
    given = None if sparse_weights is None else sparse_weights.values
    rows, ids, places, empty = filled(sparse_ids, lead, given, combiner, default_id or 0)
    weights = None
    if given is not None:
        weights = xp.take(xp.concatenate([given, xp.ones((1,), given.dtype)], 0), places, 0)
    result = combined(embedding_weights, tensor(rows), tensor(ids), weights, combiner, max_norm)
    if default_id is None and empty.any():
        hollow = np.broadcast_to(empty.reshape(-1, *[1] * (result.shape.rank - 1)), result.shape)
        result = xp.where(hollow, xp.zeros_like(result), result)
    return reshape(result, [*lead, *result.shape[1:]])


def filled(sparse_ids: Any, lead: Any, weights: Any, combiner: str, default: int) -> Any:
    """Rows and ids that take part, ``default`` in rows without any.

    Also where each id came from (past the end for ``default``), and which rows had none.
    """
    indices, ids = np.asarray(sparse_ids.indices._a), np.asarray(sparse_ids.values._a)
    rows = np.ravel_multi_index(indices[:, :-1].T, lead) if len(ids) else np.zeros(0, np.int64)
    kept = np.flatnonzero(usable(ids, weights, combiner))
    empty = np.ones(int(np.prod(lead)), bool)
    empty[rows[kept]] = False
    missing = np.flatnonzero(empty)
    all_rows = np.concatenate([rows[kept], missing])
    order = np.argsort(all_rows, kind="stable")
    all_ids = np.concatenate([ids[kept], np.full(len(missing), default, ids.dtype)])
    places = np.concatenate([kept, np.full(len(missing), len(ids))])
    return all_rows[order], all_ids[order], places[order], empty


def usable(ids: Any, weights: Any, combiner: str) -> Any:
    """Which ids take part."""
    good = ids >= 0
    if weights is not None and combiner != "sum":
        good = good & (np.asarray(weights._a) > 0)
    return good
