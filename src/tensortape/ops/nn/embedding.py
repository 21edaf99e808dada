"""Rows of a table: embeddings."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.basic import identity
from tensortape.ops.gather.gather import gather
from tensortape.ops.nn.clipping import clip_by_norm


@export("nn.embedding_lookup")
def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: str | None = None) -> Any:
    """The rows ``ids`` of ``params``.

    The gradient with respect to ``params`` is a ``tf.IndexedSlices``: only rows that were looked
    up are touched.

    >>> import tensortape as tf
    >>> tf.nn.embedding_lookup(tf.constant([[1.0, 2.0], [3.0, 4.0]]), [1, 1]).numpy()
    array([[3., 4.],
           [3., 4.]], dtype=float32)

    Args:
        params: tensor or variable of shape ``[rows, ...]``, or a list of such with consecutive
            rows, of which the first may have one row more than the others.
        ids: integers of any shape.
        max_norm: if given, each embedding is scaled down to this Euclidean norm.
        name: ignored.

    Returns a tensor of shape ``ids.shape + params.shape[1:]``. Raises
    ``tf.errors.InvalidArgumentError`` for ids out of range, ``ValueError`` for no ``params``.
    Source: ``tf.nn.embedding_lookup``.
    """
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("Length of params is currently 0. Need at least one param.")
    ids = tensor(ids)
    rows = gather(joined(params) if isinstance(params, list) else params, ids)
    return identity(scaled(rows, ids, max_norm))


def joined(shards: list[Any]) -> Any:
    """The table whose consecutive rows are held by several tensors."""
    if len(shards) == 1:
        return shards[0]
    tables = [tensor(s) for s in shards]
    sizes = [t.shape[0] for t in tables]
    each, extra = divmod(sum(sizes), len(sizes))
    expected = [each + (i < extra) for i in range(len(sizes))]
    if sizes != expected:
        raise ValueError(
            f"Rows must be spread evenly over `params`: expected {expected} rows, received {sizes}."
        )
    return xp.concatenate(tables, 0)


def scaled(rows: Any, ids: Any, max_norm: Any) -> Any:
    """Each embedding scaled down to ``max_norm``, if that is given."""
    if max_norm is None:
        return rows
    return clip_by_norm(rows, max_norm, axes=list(range(ids.shape.rank, rows.shape.rank)))
