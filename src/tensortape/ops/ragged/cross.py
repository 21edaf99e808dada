"""Feature crosses of ragged tensors: every combination of one feature of each input, row by row."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int64, string
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.cross import dense_rows, features_of, hashing, joining, sparse_rows
from tensortape.ops.sparse.places import invalid, known
from tensortape.ops.sparse.tensor import SparseTensor


@export("ragged.cross")
def cross(inputs: Any, name: str | None = None) -> RaggedTensor:
    """Combinations of the features in each row of the inputs, as text joined by ``_X_``.

    >>> import tensortape as tf
    >>> words = tf.ragged.constant([["a", "b"], ["c"]])
    >>> tf.ragged.cross([words, tf.constant([[1], [2]])]).to_list()
    [[b'a_X_1', b'b_X_1'], [b'c_X_2']]

    ``inputs``: list of ragged, sparse and dense tensors with two axes, of text or integers. Raises
    ``TypeError`` for other things, ``ValueError`` for other ranks and dtypes,
    ``InvalidArgumentError`` for different numbers of rows. Source: ``tf.ragged.cross``.
    """
    return crossed(inputs, joining(None), string)


@export("ragged.cross_hashed")
def cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> RaggedTensor:
    """Combinations of the features in each row of the inputs, as int64 bucket numbers.

    >>> import tensortape as tf
    >>> words = tf.ragged.constant([["a", "b"], [], ["c", "d", "e"]])
    >>> more = tf.constant([["x"], ["y"], ["z"]])
    >>> tf.ragged.cross_hashed([words, more], num_buckets=10).to_list()
    [[2, 4], [], [0, 1, 3]]

    Without ``num_buckets`` the numbers are hashes of 63 bits. For the rest, and errors, see
    ``tf.ragged.cross``. Source: ``tf.ragged.cross_hashed``.
    """
    if num_buckets < 0:
        raise invalid(f"Value for attr 'num_buckets' of {num_buckets} must be at least minimum 0")
    return crossed(inputs, hashing(num_buckets, hash_key), int64)


def crossed(inputs: Any, combine: Callable[..., Any], dtype: Any) -> RaggedTensor:
    """The combinations of all inputs, in the order of the inputs."""
    if not isinstance(inputs, (tuple, list)):
        raise TypeError(f"Inputs must be a list; received {type(inputs).__name__}.")
    columns = [rows_of(value, number) for number, value in enumerate(inputs)]
    sizes = [len(rows) for rows in columns]
    if len(set(sizes)) > 1:
        raise invalid(f"inputs must all have the same batch dimension size, got {sizes}")
    found = [[*map(combine, itertools.product(*row))] for row in zip(*columns, strict=True)]
    values = PUBLIC["constant"]([value for row in found for value in row], dtype)
    lengths = np.array([len(row) for row in found], np.int64)
    return RaggedTensor.from_row_lengths(values, lengths)


def rows_of(value: Any, number: int) -> list[list[Any]]:
    """The features of each row of an input."""
    if not isinstance(value, (RaggedTensor, SparseTensor)):
        value = convert_to_tensor(value)
    if not (value.dtype is string or value.dtype.is_integer):
        raise ValueError(f"Unexpected dtype for inputs[{number}]: {value.dtype}")
    if isinstance(value, RaggedTensor) and value.shape.rank != 2:
        raise ValueError(
            f"tf.ragged.cross only supports inputs with rank=2; inputs[{number}] has rank "
            f"{value.shape.rank}"
        )
    if isinstance(value, SparseTensor):
        return sparse_rows(value)
    if not isinstance(value, RaggedTensor):
        return dense_rows(value)
    features, splits = features_of(value.values), known(value.row_splits).tolist()
    return [features[low:high] for low, high in itertools.pairwise(splits)]
