"""``tf.io.parse_sequence_example`` and ``tf.io.parse_single_sequence_example``."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.tensor import SparseTensor
from tensortape.train.io import features as kinds
from tensortape.train.io.example import SequenceExample
from tensortape.train.io.messages import DecodeError
from tensortape.train.io.parse import Batch, first, parsed, shape_of
from tensortape.train.io.parsing import NO_DERIVATIVE, allowed, invalid, typed


@functools.lru_cache(maxsize=256)
def decoded_lists(data: bytes) -> dict[str, list[Any]]:
    """For each feature list of a serialized example: dtype and values of its steps."""
    try:
        lists = SequenceExample.FromString(data).feature_lists.feature_list
    except DecodeError:
        raise invalid(f"Invalid protocol message input, value: {data!r:.100}") from None
    return {
        key: [typed(one) if one.WhichOneof("kind") else None for one in found.feature]
        for key, found in lists.items()
    }


def called(index: int, names: Any) -> str:
    """What errors call an example."""
    return f"Name: {names[index].decode(errors='replace') if names else '<unknown>'}"


def steps_of(data: bytes, key: str, dtype: Any, name: str, required: bool) -> list[Any]:
    """The values of each step of a feature list."""
    found = decoded_lists(data).get(key)
    if found is None and required:
        raise invalid(
            f"{name}, Feature list '{key}' is required but could not be found.  Did you mean to "
            "include it in feature_list_dense_missing_assumed_empty or "
            "feature_list_dense_defaults?"
        )
    for step, one in enumerate(found or []):
        if one is not None and one[0] is not dtype:
            raise invalid(
                f"{name}, Feature list: {key}, Index: {step}.  Data types don't match. Data type: "
                f"{one[0].name} but expected type: {dtype.name}"
            )
    return [np.empty(0, dtype._np) if one is None else one[1] for one in found or []]


@op("ParseSequenceSteps", nondifferentiable=NO_DERIVATIVE)
def parse_steps(xp, serialized, *, key, dtype, names, part, size=None, required=False):
    """Of one feature list of all examples: its values, the lengths of steps, or their counts."""

    def read(array):
        found = []
        for i, data in enumerate(array.tolist()):
            name = called(i, names)
            steps = steps_of(data, key, dtype, name, required)
            for step, values in enumerate(steps):
                if size is not None and values.size != size:
                    raise invalid(
                        f"{name}, Key: {key}, Index: {step}.  Number of values != expected.  "
                        f"values size: {values.size} but output shape has {size}"
                    )
            found.append(steps)
        if part == "counts":
            return np.array([len(steps) for steps in found], np.int64)
        flat = [values for steps in found for values in steps]
        if part == "lengths":
            return np.array([values.size for values in flat], np.int64)
        return np.concatenate([np.empty(0, dtype._np), *flat])

    count = serialized.shape[0] if part == "counts" else None
    return xp.sample((serialized,), read, (count,), dtype._np if part == "values" else np.int64)


def _unknown(values: Any, attrs: Any, data: bool) -> Any:
    if attrs["part"] == "counts":
        return None
    dtype = attrs["dtype"]._np if attrs["part"] == "values" else np.int64
    return [filled((None,), dtype, k) for k in range(2)]


UNKNOWN_SIZES["ParseSequenceSteps"] = _unknown


class Sequences(Batch):
    """Serialized examples with feature lists; ``single`` where there is one."""

    single = False


def listed(batch: Sequences, key: str, feature: Any) -> tuple[Any, Any]:
    """A feature list as a tensor with axes for examples and steps, and the numbers of steps."""
    dtype = allowed(feature.dtype)
    source = getattr(feature, "value_key", None) or key
    attrs = {"key": source, "dtype": dtype, "names": batch.names}

    def part(what: str, **more: Any) -> Any:
        return execute(parse_steps, (batch.serialized,), attrs | more | {"part": what})

    if isinstance(feature, kinds.FixedLenSequenceFeature):
        if feature.default_value is not None:
            raise ValueError(f"Value feature_list.dense_defaults[{key}] must be None")
        shape = shape_of(feature.shape)
        more = {"size": math.prod(shape), "required": not feature.allow_missing}
        counts = part("counts", **more)
        values = PUBLIC["reshape"](part("values", **more), [-1, *shape])
        if batch.single:
            return values[None], counts
        rows = RaggedTensor.from_row_lengths(values, counts)
        return PUBLIC["RaggedTensor"].to_tensor(rows), counts
    if isinstance(feature, kinds.VarLenFeature):
        splits = dtypes.int64
    elif isinstance(feature, kinds.RaggedFeature) and not feature.partitions:
        splits = feature.row_splits_dtype
    else:
        kind = type(feature).__name__
        raise ValueError(f"Unsupported {kind} {feature!r} for key '{key}'")
    counts, lengths = (PUBLIC["cast"](part(what), splits) for what in ("counts", "lengths"))
    inner = RaggedTensor.from_row_lengths(part("values"), lengths)
    rows = RaggedTensor.from_row_lengths(inner, counts)
    if isinstance(feature, kinds.VarLenFeature):
        return PUBLIC["RaggedTensor"].to_sparse(rows), counts
    return rows, counts


def names_of(example_names: Any) -> Any:
    """What errors call the examples."""
    if example_names is None:
        return None
    return [bytes(n) for n in np.atleast_1d(np.asarray(example_names).astype("S")).tolist()]


def both(batch: Sequences, context: Any, sequence: Any) -> tuple[Any, Any, Any]:
    """Context, feature lists, and the numbers of steps of those that are dense."""
    if not (context or sequence):
        raise ValueError(
            "Both `context_features` and `sequence_features` argument are None, but at least one "
            "should have values."
        )
    found = {key: listed(batch, key, sequence[key]) for key in sorted(sequence or {})}
    lists = {key: value for key, (value, _) in found.items()}
    lengths = {
        key: counts
        for key, (_, counts) in found.items()
        if isinstance(sequence[key], kinds.FixedLenSequenceFeature)
    }
    return parsed(batch, context) if context else {}, lists, lengths


def step_rows(value: Any) -> Any:
    """The feature list of the one example of a batch."""
    if isinstance(value, SparseTensor):
        return first(value)
    return value.values if isinstance(value, RaggedTensor) else PUBLIC["squeeze"](value, [0])


def of_one(serialized: Any, context: Any, sequence: Any, name: Any) -> tuple[Any, Any, Any]:
    """What :func:`both` gives, of one example."""
    batch = Sequences(PUBLIC["reshape"](serialized, [1]), names_of(name))
    batch.single = True
    values, lists, lengths = both(batch, context, sequence)
    return (
        {key: first(value) for key, value in values.items()},
        {key: step_rows(value) for key, value in lists.items()},
        {key: PUBLIC["squeeze"](value, [0]) for key, value in lengths.items()},
    )


@export("io.parse_single_sequence_example")
def parse_single_sequence_example(
    serialized: Any,
    context_features: Any = None,
    sequence_features: Any = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Context and feature lists of one serialized ``tf.train.SequenceExample``, by name.

    >>> import tensortape as tf
    >>> example = tf.train.SequenceExample()
    >>> for n in (1, 2):
    ...     step = example.feature_lists.feature_list["x"].feature.add()
    ...     step.int64_list.value.extend([n, n])
    >>> steps = {"x": tf.io.FixedLenSequenceFeature([2], tf.int64)}
    >>> _, lists = tf.io.parse_single_sequence_example(
    ...     example.SerializeToString(), sequence_features=steps)
    >>> lists["x"].numpy()
    array([[1, 1],
           [2, 2]])

    Args:
        serialized: string scalar.
        context_features: what to read of the context, as for ``tf.io.parse_single_example``.
        sequence_features: what to read of the lists: ``tf.io.FixedLenSequenceFeature``,
            ``VarLenFeature`` or ``RaggedFeature`` by name.
        example_name: what errors call the example.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for lists that are missing, of another dtype or of
    another number of values. Source: ``tf.io.parse_single_sequence_example``.
    """
    tensor = convert_to_tensor(serialized, dtype=dtypes.string)
    if tensor.shape.rank not in (0, None):
        raise ValueError("Input serialized must be a scalar")
    if not (context_features or sequence_features):
        raise ValueError(
            "Both context_features and sequence_features are None, but at least one should have "
            "values."
        )
    return of_one(tensor, context_features, sequence_features, example_name)[:2]


@export("io.parse_sequence_example")
def parse_sequence_example(
    serialized: Any,
    context_features: Any = None,
    sequence_features: Any = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Context, feature lists and their lengths of serialized ``tf.train.SequenceExample``.

    >>> import tensortape as tf
    >>> one, two = tf.train.SequenceExample(), tf.train.SequenceExample()
    >>> one.feature_lists.feature_list["x"].feature.add().float_list.value.append(2.0)
    >>> batch = [one.SerializeToString(), two.SerializeToString()]
    >>> steps = {"x": tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True)}
    >>> _, lists, lengths = tf.io.parse_sequence_example(batch, sequence_features=steps)
    >>> lists["x"].numpy().tolist(), lengths["x"].numpy().tolist()
    ([[2.0], [0.0]], [1, 0])

    ``serialized``: string vector; lists are padded to the longest. For the rest, and errors, see
    ``tf.io.parse_single_sequence_example``. Source: ``tf.io.parse_sequence_example``.
    """
    tensor = convert_to_tensor(serialized, dtype=dtypes.string)
    if tensor.shape.rank == 0:
        return of_one(tensor, context_features, sequence_features, example_names)
    if tensor.shape.rank != 1:
        raise invalid(f"Expected serialized to be a scalar or vector, got shape: {tensor.shape}")
    batch = Sequences(tensor, names_of(example_names))
    return both(batch, context_features, sequence_features)
