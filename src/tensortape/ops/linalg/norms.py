"""Norms of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.attributes import one_axis
from tensortape.ops.layout.order import transpose
from tensortape.ops.layout.shaping import expand_dims, squeeze
from tensortape.ops.reduce.extremes import reduce_max
from tensortape.ops.reduce.sums import reduce_sum

MATRIX_ORDERS = ["euclidean", "fro", 1, 2, np.inf]
VECTOR_ORDERS = ["euclidean", 1, 2, np.inf]


@export("norm", "linalg.norm")
def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
) -> Any:
    """The norm of vectors, or of matrices where ``axis`` is a pair.

    The gradient of the Euclidean norm at 0 is NaN, as in TensorFlow.

    >>> import tensortape as tf
    >>> float(tf.norm([3.0, 4.0]))
    5.0
    >>> tf.norm([[3.0, 4.0], [6.0, 8.0]], axis=1).numpy()
    array([ 5., 10.], dtype=float32)

    Args:
        tensor: floating or complex tensor.
        ord: ``"euclidean"``, a positive number or ``np.inf``; of matrices ``"euclidean"``,
            ``"fro"``, 1, 2 or ``np.inf``.
        axis: an int for norms of vectors, a pair of ints for norms of matrices, ``None`` for the
            norm of all elements.
        keepdims: keep the reduced axes with length 1.
        name: ignored.

    Raises ``ValueError`` for an order or axis that is not supported. Source: ``tf.norm``.
    """
    matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    if matrices:
        axis = tuple(axis)
        _check_matrix(ord, axis)
    else:
        _check_vector(ord, axis)
    x = _tensor(tensor)
    result = (_of_matrices if matrices else _of_vectors)(x, ord, axis)
    return result if keepdims else squeeze(result, axis)


_tensor = tensor


def _check_matrix(ord: Any, axis: Any) -> None:
    if not all(isinstance(a, (int, np.integer)) for a in axis) or axis[0] == axis[1]:
        raise ValueError(
            f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
        )
    if ord not in MATRIX_ORDERS:
        raise ValueError(f"'ord' must be a supported matrix norm in {MATRIX_ORDERS}, got {ord}")


def _check_vector(ord: Any, axis: Any) -> None:
    if not (isinstance(axis, (int, np.integer)) or axis is None):
        raise ValueError(
            f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
        )
    if ord not in VECTOR_ORDERS and (isinstance(ord, str) or not np.isreal(ord) or ord <= 0):
        raise ValueError(f"'ord' must be a supported vector norm, got {ord}")


def _euclidean(x: Any, axis: Any) -> Any:
    return PUBLIC["math.sqrt"](reduce_sum(x * xp.conj(x), axis, keepdims=True))


def _of_vectors(x: Any, ord: Any, axis: Any) -> Any:
    if ord in ("euclidean", 2):
        return _euclidean(x, axis)
    magnitude = PUBLIC["abs"](x)
    if ord == 1:
        return reduce_sum(magnitude, axis, keepdims=True)
    if ord == np.inf:
        return reduce_max(magnitude, axis, keepdims=True)
    return PUBLIC["pow"](reduce_sum(PUBLIC["pow"](magnitude, ord), axis, keepdims=True), 1.0 / ord)


def _of_matrices(x: Any, ord: Any, axis: tuple[int, int]) -> Any:
    if ord in ("euclidean", "fro"):
        return _euclidean(x, axis)
    if ord == 2:
        return _spectral(x, axis)
    over, along = (axis[0], axis[1]) if ord == 1 else (axis[1], axis[0])
    sums = reduce_sum(PUBLIC["abs"](x), over, keepdims=True)
    return reduce_max(sums, along, keepdims=True)


def _spectral(x: Any, axis: tuple[int, int]) -> Any:
    """The largest singular value."""
    rank = x.shape.rank
    last = tuple(one_axis(a, rank) for a in axis)
    order = [i for i in range(rank) if i not in last] + list(last)
    values = PUBLIC["linalg.svd"](transpose(x, order), compute_uv=False)
    largest = expand_dims(reduce_max(PUBLIC["abs"](values), -1, keepdims=True), -1)
    return transpose(largest, [order.index(i) for i in range(rank)])


@export("linalg.normalize")
def normalize(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None
) -> tuple[Any, Any]:
    """``tensor`` divided by its norm along ``axis``, and that norm (axes kept with length 1).

    >>> import tensortape as tf
    >>> unit, length = tf.linalg.normalize([3.0, 4.0])
    >>> unit.numpy().round(3), length.numpy()
    (array([0.6, 0.8], dtype=float32), array([5.], dtype=float32))

    Raises ``ValueError`` for an order or axis that ``tf.norm`` does not support.
    Source: ``tf.linalg.normalize``.
    """
    x = _tensor(tensor)
    length = norm(x, ord, axis, keepdims=True)
    if length.dtype is not x.dtype:
        length = xp.astype(length, x.dtype)
    return x / length, length
