"""Feature crosses: every combination of one feature of each column, row by row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from tensortape.core.dtypes import int64, string
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import Tensor
from tensortape.ops.sparse.places import dense_shape, invalid, known, places
from tensortape.ops.sparse.tensor import SparseTensor
from tensortape.ops.strings.fingerprint import fingerprint, joined

_HASH_KEY = 0xDECAFCAFFE
_LARGEST = (1 << 63) - 1
_MASK = (1 << 64) - 1


@export("sparse.cross_hashed")
def cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """Combinations of the features in each row of (batch, n) inputs, as int64 bucket numbers.

    Without ``num_buckets`` the numbers are hashes of 63 bits.

    >>> import tensortape as tf
    >>> columns = [tf.constant([["a", "b"]]), tf.constant([[1, 2]])]
    >>> tf.sparse.cross_hashed(columns, num_buckets=100).values.numpy()
    array([85, 87, 83, 57])

    Raises ``TypeError`` for what is no tensor, ``InvalidArgumentError`` for tensors that are no
    matrices or have different numbers of rows. Source: ``tf.sparse.cross_hashed``.
    """
    return _cross(inputs, hashing(num_buckets, hash_key), int64)


def hashing(num_buckets: int, hash_key: int | None) -> Callable[[Sequence[Any]], int]:
    """The bucket of a combination of features."""
    key = hash_key or _HASH_KEY

    def combine(features: Sequence[Any]) -> int:
        hashes = (fingerprint(f) if isinstance(f, bytes) else f & _MASK for f in features)
        return reduce(joined, hashes, key) % (num_buckets or _LARGEST)

    return combine


@export("sparse.cross")
def cross(inputs: Any, name: str | None = None, separator: str | None = None) -> SparseTensor:
    """Combinations of the features in each row of (batch, n) inputs, as text.

    Those of sparse inputs come first in it.

    >>> import tensortape as tf
    >>> tf.sparse.cross([tf.constant([["a", "b"]]), tf.constant([[1]])]).values.numpy()
    array([b'a_X_1', b'b_X_1'], dtype=object)

    Raises ``TypeError`` for what is no tensor, ``InvalidArgumentError`` for tensors that are no
    matrices or have different numbers of rows. Source: ``tf.sparse.cross``.
    """
    return _cross(inputs, joining(separator), string)


def joining(separator: str | None) -> Callable[[Sequence[Any]], bytes]:
    """The text of a combination of features."""
    between = (separator or "_X_").encode()

    def combine(features: Sequence[Any]) -> bytes:
        return between.join(f if isinstance(f, bytes) else str(f).encode() for f in features)

    return combine


def _cross(inputs: Any, combine: Callable[..., Any], dtype: Any) -> SparseTensor:
    if not isinstance(inputs, (tuple, list)):
        raise TypeError(f"Inputs must be a list; received {type(inputs).__name__}.")
    if not all(isinstance(i, (SparseTensor, Tensor)) for i in inputs):
        kinds = ", ".join(type(i).__name__ for i in inputs)
        raise TypeError(f"All inputs must be tensors or SparseTensors; received {kinds}.")
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    dense = [i for i in inputs if not isinstance(i, SparseTensor)]
    columns = [*map(sparse_rows, sparse), *map(dense_rows, dense)]
    sizes = [len(rows) for rows in columns]
    if len(set(sizes)) > 1:
        raise invalid(f"Expected batch size {sizes[0]} for all inputs, got {sizes}")
    crossed = [[*map(combine, itertools.product(*row))] for row in zip(*columns, strict=True)]
    indices = [[r, i] for r, row in enumerate(crossed) for i in range(len(row))]
    values = [value for row in crossed for value in row]
    shape = [len(crossed), max(map(len, crossed), default=0)]
    where = np.array(indices, np.int64).reshape(-1, 2)
    return SparseTensor(where, PUBLIC["constant"](values, dtype), shape)


def features_of(values: Any) -> list[Any]:
    """Texts or integers, one after the other."""
    array = known(values)
    return list(array.ravel()) if array.dtype == object else array.astype(np.int64).ravel().tolist()


def dense_rows(tensor: Any) -> list[list[Any]]:
    """The features of each row of a matrix."""
    if len(tensor.shape) != 2:
        raise invalid(f"Dense inputs should be a matrix but received shape {tensor.shape}")
    rows, width = tensor.shape
    features = features_of(tensor)
    return [features[r * width : (r + 1) * width] for r in range(rows)]


def sparse_rows(tensor: SparseTensor) -> list[list[Any]]:
    """The features of each row of a sparse matrix."""
    shape = dense_shape(tensor)
    if len(shape) != 2:
        raise invalid(f"Sparse inputs should be matrices but received shape {list(shape)}")
    rows: list[list[Any]] = [[] for _ in range(shape[0])]
    for place, feature in zip(places(tensor), features_of(tensor.values), strict=True):
        rows[place[0]].append(feature)
    return rows
