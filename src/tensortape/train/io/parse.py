"""``tf.io.parse_example`` and ``tf.io.parse_single_example``: by kinds of features."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.attributes import ints, static_value
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.tensor import SparseTensor
from tensortape.train.io import features as kinds
from tensortape.train.io.parsing import (
    allowed,
    invalid,
    parse_dense,
    parse_lengths,
    parse_values,
)


class Batch:
    """Serialized examples, and the names that errors call them by."""

    def __init__(self, serialized: Any, names: Any = None) -> None:
        self.serialized, self.names = serialized, names

    def ragged(self, key: str, dtype: Any, splits: Any = dtypes.int64) -> RaggedTensor:
        """The values of one feature, a row for each example."""
        attrs = {"key": key, "dtype": allowed(dtype), "names": self.names}
        values = execute(parse_values, (self.serialized,), attrs)
        lengths = execute(parse_lengths, (self.serialized,), attrs)
        return RaggedTensor.from_row_lengths(values, PUBLIC["cast"](lengths, splits))


def shape_of(shape: Any) -> tuple[int, ...]:
    """The shape of a feature."""
    return (shape,) if isinstance(shape, int) else ints(shape)


def fixed(batch: Batch, key: str, feature: Any) -> Any:
    """A feature of one shape."""
    dtype, shape = allowed(feature.dtype), shape_of(feature.shape)
    default = feature.default_value
    if default is not None:
        given = np.asarray(static_value(convert_to_tensor(default, dtype=dtype)))
        if given.size != math.prod(shape):
            raise invalid(
                f"Key: {key}: the default value has {given.size} values, but the shape is "
                f"{list(shape)}"
            )
        default = given.reshape(shape)
    attrs = {"key": key, "shape": shape, "dtype": dtype, "default": default}
    return execute(parse_dense, (batch.serialized,), attrs | {"names": batch.names})


def variable(batch: Batch, key: str, feature: Any) -> Any:
    """A feature of any length, as a sparse tensor."""
    return PUBLIC["RaggedTensor"].to_sparse(batch.ragged(key, feature.dtype))


def sequence(batch: Batch, key: str, feature: Any) -> Any:
    """A feature of any number of blocks, padded to the most."""
    if not feature.allow_missing:
        raise ValueError(
            f"Unsupported: FixedLenSequenceFeature requires allow_missing to be True: {key}"
        )
    shape, default = shape_of(feature.shape), feature.default_value
    rows = batch.ragged(key, feature.dtype)
    dense = PUBLIC["RaggedTensor"].to_tensor(rows, default)
    return PUBLIC["reshape"](dense, [batch.serialized.shape[0], -1, *shape])


def sparse(batch: Batch, key: str, feature: Any) -> Any:
    """A sparse tensor of one feature with values and others with indices."""
    several = isinstance(feature.index_key, (list, tuple))
    keys = list(feature.index_key) if several else [feature.index_key]
    sizes = list(feature.size) if isinstance(feature.size, (list, tuple)) else [feature.size]
    if len(keys) != len(sizes):
        raise ValueError(f"SparseFeature {key}: as many index keys as sizes: {keys}, {sizes}")
    values = batch.ragged(feature.value_key, feature.dtype)
    rows = values.value_rowids()
    columns = [batch.ragged(k, dtypes.int64).values for k in keys]
    indices = PUBLIC["stack"]([rows, *columns], axis=1)
    shape = PUBLIC["stack"]([values.nrows(), *[np.int64(n) for n in sizes]])
    made = SparseTensor(indices, values.values, shape)
    return made if feature.already_sorted else PUBLIC["sparse.reorder"](made)


def ragged(batch: Batch, key: str, feature: Any) -> Any:
    """A ragged tensor, whose partitions are features too."""
    splits = feature.row_splits_dtype
    rows = batch.ragged(feature.value_key or key, feature.dtype, splits)
    if not feature.partitions:
        return rows
    outer = None
    inner: Any = rows.values
    for partition in reversed(feature.partitions):
        if isinstance(partition, kinds.UniformRowLength):
            inner = RaggedTensor.from_uniform_row_length(inner, partition.length)
            outer = None
        else:
            given = batch.ragged(partition.key, dtypes.int64, splits)
            inner, outer = partitioned(partition, given, rows if outer is None else outer, inner)
    counts = rows.row_lengths() // feature.partitions[0].length if outer is None else outer
    return RaggedTensor.from_row_lengths(inner, PUBLIC["cast"](counts, splits))


def partitioned(partition: Any, given: Any, rows: Any, inner: Any) -> tuple[Any, Any]:
    """Values divided by a partition of each example, and how many rows each example has then."""
    lengths = [row_lengths(partition, one, inner, rows, i) for i, one in enumerate(given.to_list())]
    flat = np.array([n for row in lengths for n in row], given.row_splits.dtype._np)
    made = RaggedTensor.from_row_lengths(inner, flat)
    return made, convert_to_tensor(np.array([len(r) for r in lengths], flat.dtype))


def row_lengths(partition: Any, given: list[int], inner: Any, rows: Any, i: int) -> list[int]:
    """The lengths of the rows that a partition of one example describes."""
    if isinstance(partition, kinds.RowLengths):
        return given
    if isinstance(partition, kinds.ValueRowIds):
        return np.bincount(given, minlength=0).tolist() if given else []
    if isinstance(partition, kinds.RowSplits):
        return np.diff(given).tolist()
    if isinstance(partition, kinds.RowLimits):
        return np.diff([0, *given]).tolist()
    size = int(rows.row_lengths()[i]) if isinstance(rows, RaggedTensor) else int(rows[i])
    return np.diff([*given, size]).tolist()


READERS: dict[type, Callable[..., Any]] = {
    kinds.FixedLenFeature: fixed,
    kinds.VarLenFeature: variable,
    kinds.FixedLenSequenceFeature: sequence,
    kinds.SparseFeature: sparse,
    kinds.RaggedFeature: ragged,
}


def parsed(batch: Batch, features: Any) -> dict[str, Any]:
    """All features, by name."""
    if not features:
        raise ValueError(f"Argument `features` cannot be None or falsy. Got {features}")
    out = {}
    for key in sorted(features):
        reader = READERS.get(type(features[key]))
        if reader is None:
            raise ValueError(f"Unsupported FixedLenFeature type for {key}: {features[key]!r}")
        out[key] = reader(batch, key, features[key])
    return out


def first(value: Any) -> Any:
    """What belongs to the one example of a batch."""
    if isinstance(value, SparseTensor):
        return SparseTensor(value.indices[:, 1:], value.values, value.dense_shape[1:])
    if isinstance(value, RaggedTensor):
        inner = value.values
        uniform = isinstance(inner, RaggedTensor) and inner.uniform_row_length is not None
        return PUBLIC["RaggedTensor"].to_tensor(inner) if uniform else inner
    return PUBLIC["squeeze"](value, [0])


@export("io.parse_single_example")
def parse_single_example(
    serialized: Any, features: Any, example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The features of one serialized ``tf.train.Example``, by name.

    >>> import tensortape as tf
    >>> example = tf.train.Example()
    >>> example.features.feature["size"].float_list.value.extend([2.0, 3.0])
    >>> features = {"size": tf.io.FixedLenFeature([2], tf.float32)}
    >>> tf.io.parse_single_example(example.SerializeToString(), features)["size"].numpy()
    array([2., 3.], dtype=float32)

    Args:
        serialized: string scalar.
        features: what to read: ``tf.io.FixedLenFeature``, ``VarLenFeature``, ``SparseFeature``,
            ``FixedLenSequenceFeature`` or ``RaggedFeature`` by name.
        example_names: what errors call the example.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for features that are missing, of another dtype or
    of another number of values. Source: ``tf.io.parse_single_example``.
    """
    tensor = convert_to_tensor(serialized, dtype=dtypes.string)
    if tensor.shape.rank not in (0, None):
        raise ValueError("Input serialized must be a scalar")
    names = None if example_names is None else [np.asarray(example_names).astype("S").item()]
    batch = Batch(PUBLIC["reshape"](tensor, [1]), names)
    return {key: first(value) for key, value in parsed(batch, features).items()}


@export("io.parse_example")
def parse_example(
    serialized: Any, features: Any, example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The features of a batch of serialized ``tf.train.Example``, by name.

    >>> import tensortape as tf
    >>> one, two = tf.train.Example(), tf.train.Example()
    >>> one.features.feature["words"].bytes_list.value.extend([b"a", b"b"])
    >>> batch = [one.SerializeToString(), two.SerializeToString()]
    >>> tf.io.parse_example(batch, {"words": tf.io.RaggedFeature(tf.string)})["words"]
    <tf.RaggedTensor [[b'a', b'b'], []]>

    ``serialized``: string vector; for the rest, and errors, see ``tf.io.parse_single_example``.
    Source: ``tf.io.parse_example``.
    """
    tensor = convert_to_tensor(serialized, dtype=dtypes.string)
    if tensor.shape.rank == 0:
        return parse_single_example(tensor, features, example_names)
    if tensor.shape.rank != 1:
        raise invalid(f"Expected serialized to be a scalar or vector, got shape: {tensor.shape}")
    names = None
    if example_names is not None:
        names = [bytes(n) for n in np.asarray(example_names).astype("S").tolist()]
    return parsed(Batch(tensor, names), features)
