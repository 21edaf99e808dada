"""Feature crosses of ragged tensors: every combination of one feature of each input, row by row."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import string
from tensortape.core.registry import export
from tensortape.ops.ragged.tensor import RaggedTensor, divided
from tensortape.ops.sparse.cross import HASH_KEY, Features, crossed, features_of
from tensortape.ops.sparse.places import invalid
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
    return _cross(inputs, ("join", "_X_"))


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
    return _cross(inputs, ("hash", num_buckets, hash_key or HASH_KEY))


def _cross(inputs: Any, how: Any) -> RaggedTensor:
    """The combinations of all inputs, in the order of the inputs."""
    if not isinstance(inputs, (tuple, list)):
        raise TypeError(f"Inputs must be a list; received {type(inputs).__name__}.")
    splits, values = crossed([_features_of(v, number) for number, v in enumerate(inputs)], how)
    return divided(values, splits)


def _features_of(value: Any, number: int) -> Features:
    """The features of each row of an input."""
    if not isinstance(value, (RaggedTensor, SparseTensor)):
        value = convert_to_tensor(value)
    if not (value.dtype is string or value.dtype.is_integer):
        raise ValueError(f"Unexpected dtype for inputs[{number}]: {value.dtype}")
    if not isinstance(value, RaggedTensor):
        return features_of(value)
    if value.shape.rank != 2:
        raise ValueError(
            f"tf.ragged.cross only supports inputs with rank=2; inputs[{number}] has rank "
            f"{value.shape.rank}"
        )
    return "ragged", [value.values, value.row_splits]
