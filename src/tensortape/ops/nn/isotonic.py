"""Regression by monotonous sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import one_axis
from tensortape.ops.layout.order import transpose


@op(
    "IsotonicRegression",
    primitive="isotonic",
    outputs=2,
    saves=("outputs",),
    samples=[(((2, 5),), {})],
)
def isotonic_op(xp, input):
    """Nearest decreasing sequences along the last axis, and numbers of their constant pieces."""
    return xp.isotonic(input)


@isotonic_op.vjp
def _(xp, g, y, x):
    return xp.piece_means(g[0], y[1])


@op("PieceMeans", primitive="piece_means", saves=(1,),
    samples=[(((1, 4), np.array([[0, 1, 1, 2]], np.int32)), {})])  # fmt: skip
def piece_means(xp, x, pieces):
    """Elements replaced by the means of the pieces they belong to."""
    return xp.piece_means(x, pieces)


@piece_means.vjp
def _(xp, g, y, x, pieces):
    return xp.piece_means(g, pieces), None


_PROMOTED = {
    dtypes.float32: dtypes.float32,
    dtypes.float16: dtypes.float16,
    dtypes.bfloat16: dtypes.bfloat16,
    dtypes.int8: dtypes.float32,
    dtypes.int16: dtypes.float32,
}


@export("nn.isotonic_regression")
def isotonic_regression(
    inputs: Any, decreasing: bool = True, axis: int = -1, name: str | None = None
) -> tuple[Any, Any]:
    """The decreasing (or increasing) sequences nearest to ``inputs``, and their constant pieces.

    >>> import tensortape as tf
    >>> nearest, pieces = tf.nn.isotonic_regression([[3.0, 1.0, 2.0]])
    >>> nearest.numpy().tolist(), pieces.numpy().tolist()
    ([[3.0, 1.5, 1.5]], [[0, 1, 1]])

    Source: ``tf.nn.isotonic_regression``.
    """
    x = tensor(inputs)
    wanted = _PROMOTED.get(x.dtype, dtypes.float64)
    if x.dtype is not wanted:
        from_integers = tensor(x._a.astype(wanted.as_numpy_dtype))
        x = from_integers
    rank = x.shape.rank
    at = one_axis(axis, rank)
    order = [i for i in range(rank) if i != at] + [at]
    moved = transpose(x, order)
    nearest, pieces = execute(isotonic_op, (moved if decreasing else -moved,))
    back = [order.index(i) for i in range(rank)]
    return transpose(nearest if decreasing else -nearest, back), transpose(pieces, back)
