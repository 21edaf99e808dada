"""Feature crosses: every combination of one feature of each column, row by row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import Tensor
from tensortape.ops.sparse.finding import find, rule, unplaced
from tensortape.ops.sparse.places import invalid
from tensortape.ops.sparse.tensor import SparseTensor
from tensortape.ops.strings.fingerprint import fingerprint, joined

HASH_KEY = 0xDECAFCAFFE
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
    return _cross(inputs, ("hash", num_buckets, hash_key or HASH_KEY))


def combiner(how: Any) -> Callable[[Sequence[Any]], Any]:
    """What is made of a combination of features: its bucket, or its text."""
    kind, *given = how
    if kind == "join":
        between = given[0].encode()
        return lambda features: between.join(
            f if isinstance(f, bytes) else str(f).encode() for f in features
        )
    num_buckets, key = given

    def bucket(features: Sequence[Any]) -> int:
        hashes = (fingerprint(f) if isinstance(f, bytes) else f & _MASK for f in features)
        return reduce(joined, hashes, key) % (num_buckets or _LARGEST)

    return bucket


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
    return _cross(inputs, ("join", separator or "_X_"))


def _cross(inputs: Any, how: Any) -> SparseTensor:
    if not isinstance(inputs, (tuple, list)):
        raise TypeError(f"Inputs must be a list; received {type(inputs).__name__}.")
    if not all(isinstance(i, (SparseTensor, Tensor)) for i in inputs):
        kinds = ", ".join(type(i).__name__ for i in inputs)
        raise TypeError(f"All inputs must be tensors or SparseTensors; received {kinds}.")
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    dense = [i for i in inputs if not isinstance(i, SparseTensor)]
    splits, values = crossed([*map(features_of, sparse), *map(features_of, dense)], how)
    (where,) = find("coordinates", (splits,))
    (shape,) = find("bounds", (splits,))
    return SparseTensor(where, values, shape)


@rule("bounds", lambda shapes: [(2,)])
def _bounds(arrays: Any) -> Any:
    """The number of rows, and the length of the longest."""
    return ([len(arrays[0]) - 1, int(np.diff(arrays[0]).max(initial=0))],)


Features = tuple[str, list[Any]]
"""How features are laid out (``dense``, ``sparse``, ``ragged``), and the tensors they are in."""


def features_of(tensor: Any) -> Features:
    """The features in the rows of a sparse or dense matrix."""
    sparse = isinstance(tensor, SparseTensor)
    if tensor.shape.rank not in (None, 2):
        kind = "Sparse inputs should be matrices" if sparse else "Dense inputs should be a matrix"
        raise invalid(f"{kind} but received shape {tensor.shape}")
    if sparse:
        return "sparse", [tensor.indices, tensor.values, tensor.dense_shape]
    return "dense", [tensor]


def crossed(columns: list[Features], how: Any) -> tuple[Any, Any]:
    """The splits of the rows of combinations, and what is made of each of them."""
    layout = tuple([(kind, len(parts)) for kind, parts in columns])
    arrays = [part for _, parts in columns for part in parts]
    splits, values = find("crossed", arrays, layout, how)
    return splits, values if unplaced(values) else PUBLIC["constant"](values)


def _crossed_kinds(kinds: Any, layout: Any, how: Any) -> list[Any]:
    return [np.int64, np.dtype(object) if how[0] == "join" else np.int64]


def _crossed_sizes(shapes: Any, layout: Any, how: Any) -> list[Any]:
    kind = layout[0][0]
    count = shapes[0][0] if kind == "dense" else None
    if kind == "ragged":
        return [shapes[1], (None,)]
    return [(None if count is None else count + 1,), (None,)]


@rule("crossed", _crossed_sizes, _crossed_kinds)
def _crossed(arrays: Any, layout: Any, how: Any) -> Any:
    """The splits of the rows of combinations, and what is made of each of them."""
    given = iter(arrays)
    columns = [_ROWS[kind](*itertools.islice(given, count)) for kind, count in layout]
    sizes = [len(rows) for rows in columns]
    if len(set(sizes)) > 1:
        raise invalid(f"Expected batch size {sizes[0]} for all inputs, got {sizes}")
    combine = combiner(how)
    rows = [[*map(combine, itertools.product(*row))] for row in zip(*columns, strict=True)]
    flat = [value for row in rows for value in row]
    values = np.empty(len(flat), _crossed_kinds(None, layout, how)[1])
    values[:] = flat
    splits = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return splits, values


def _listed(array: Any) -> list[Any]:
    """Texts or integers, one after the other."""
    return list(array.ravel()) if array.dtype == object else array.astype(np.int64).ravel().tolist()


def _dense_rows(matrix: Any) -> list[list[Any]]:
    rows, width = matrix.shape
    features = _listed(matrix)
    return [features[r * width : (r + 1) * width] for r in range(rows)]


def _ragged_rows(values: Any, splits: Any) -> list[list[Any]]:
    features = _listed(values)
    return [features[low:high] for low, high in itertools.pairwise(splits.tolist())]


def _sparse_rows(where: Any, values: Any, shape: Any) -> list[list[Any]]:
    rows: list[list[Any]] = [[] for _ in range(int(shape[0]))]
    for place, feature in zip(where.tolist(), _listed(values), strict=True):
        rows[place[0]].append(feature)
    return rows


_ROWS: dict[str, Callable[..., Any]] = {
    "dense": _dense_rows,
    "ragged": _ragged_rows,
    "sparse": _sparse_rows,
}
