"""``tf.feature_column``: descriptions of the columns of a table, and how examples hold them."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.random.stateful import truncated_normal
from tensortape.train.io.features import FixedLenFeature, VarLenFeature

Specs = dict[str, Any]


class Column:
    """What columns share: a name, and the features of examples they are read from."""

    __slots__ = ()


class Categorical(Column):
    """A column of classes, numbered from 0 to ``num_buckets - 1``."""

    __slots__ = ()


class _Numeric(NamedTuple):
    key: str
    shape: Any
    default_value: Any
    dtype: Any
    normalizer_fn: Any


class NumericColumn(_Numeric, Column):
    """Numbers."""

    name = property(lambda self: self.key)
    parents = property(lambda self: [self.key])
    variable_shape = property(lambda self: TensorShape(self.shape))

    @property
    def parse_example_spec(self) -> Specs:
        """The feature it is read from."""
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}


class _Bucketized(NamedTuple):
    source_column: Any
    boundaries: Any


class BucketizedColumn(_Bucketized, Categorical):
    """Numbers as the intervals in which they lie."""

    name = property(lambda self: f"{self.source_column.name}_bucketized")
    parents = property(lambda self: [self.source_column])
    parse_example_spec = property(lambda self: self.source_column.parse_example_spec)

    @property
    def variable_shape(self) -> TensorShape:
        """The shape of the numbers, and the number of intervals."""
        return TensorShape([*self.source_column.shape, len(self.boundaries) + 1])

    @property
    def num_buckets(self) -> int:
        """The number of intervals, for each number."""
        return (len(self.boundaries) + 1) * int(self.source_column.shape[0])


class _Listed(NamedTuple):
    key: str
    vocabulary_list: Any
    dtype: Any
    default_value: Any
    num_oov_buckets: int


class VocabularyListCategoricalColumn(_Listed, Categorical):
    """Classes that a list names."""

    name = property(lambda self: self.key)
    parents = property(lambda self: [self.key])
    parse_example_spec = property(lambda self: {self.key: VarLenFeature(self.dtype)})
    num_buckets = property(lambda self: len(self.vocabulary_list) + self.num_oov_buckets)


class _Identity(NamedTuple):
    key: str
    number_buckets: int
    default_value: Any


class IdentityCategoricalColumn(_Identity, Categorical):
    """Classes that are their own numbers."""

    name = property(lambda self: self.key)
    parents = property(lambda self: [self.key])
    parse_example_spec = property(lambda self: {self.key: VarLenFeature(dtypes.int64)})
    num_buckets = property(lambda self: self.number_buckets)


class _Hashed(NamedTuple):
    key: str
    hash_bucket_size: int
    dtype: Any


class HashedCategoricalColumn(_Hashed, Categorical):
    """Values as the remainders of their fingerprints."""

    name = property(lambda self: self.key)
    parents = property(lambda self: [self.key])
    parse_example_spec = property(lambda self: {self.key: VarLenFeature(self.dtype)})
    num_buckets = property(lambda self: self.hash_bucket_size)


class _Crossed(NamedTuple):
    keys: Any
    hash_bucket_size: int
    hash_key: Any


class CrossedColumn(_Crossed, Categorical):
    """Combinations of classes as the remainders of their fingerprints."""

    parents = property(lambda self: list(self.keys))
    num_buckets = property(lambda self: self.hash_bucket_size)

    @property
    def name(self) -> str:
        """The names of the parts, sorted."""
        names: list[str] = []
        for key in self.keys:
            names += [key] if isinstance(key, str) else key.name.split("_X_")
        return "_X_".join(sorted(names))

    @property
    def parse_example_spec(self) -> Specs:
        """The features of all parts."""
        out: Specs = {}
        for key in self.keys:
            text = isinstance(key, str)
            out |= {key: VarLenFeature(dtypes.string)} if text else key.parse_example_spec
        return out


class _Weighted(NamedTuple):
    categorical_column: Any
    weight_feature_key: str
    dtype: Any


class WeightedCategoricalColumn(_Weighted, Categorical):
    """Classes with weights."""

    parents = property(lambda self: [self.categorical_column, self.weight_feature_key])
    num_buckets = property(lambda self: self.categorical_column.num_buckets)

    @property
    def name(self) -> str:
        """The names of the classes and of the weights."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self) -> Specs:
        """The features of the classes and of the weights."""
        weights = {self.weight_feature_key: VarLenFeature(self.dtype)}
        return self.categorical_column.parse_example_spec | weights


class _Indicator(NamedTuple):
    categorical_column: Any


class IndicatorColumn(_Indicator, Column):
    """How often each class occurs."""

    name = property(lambda self: f"{self.categorical_column.name}_indicator")
    parents = property(lambda self: [self.categorical_column])
    parse_example_spec = property(lambda self: self.categorical_column.parse_example_spec)
    variable_shape = property(lambda self: TensorShape([1, self.categorical_column.num_buckets]))


class _Embedding(NamedTuple):
    categorical_column: Any
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    max_norm: Any
    trainable: bool
    use_safe_embedding_lookup: bool


class EmbeddingColumn(_Embedding, Column):
    """A trained vector for each class."""

    name = property(lambda self: f"{self.categorical_column.name}_embedding")
    parents = property(lambda self: [self.categorical_column])
    parse_example_spec = property(lambda self: self.categorical_column.parse_example_spec)
    variable_shape = property(lambda self: TensorShape([self.dimension]))


def key_checked(key: Any) -> str:
    """A key; ``ValueError`` for what is no text."""
    if not isinstance(key, str):
        raise ValueError(f"key must be a string. Got: type {type(key)}. Given key: {key}.")
    return key


def categorical(column: Any) -> Any:
    """A categorical column; ``ValueError`` for others."""
    if not isinstance(column, Categorical):
        raise ValueError(
            f"Unsupported input type. Input must be a CategoricalColumn. Given: {column}"
        )
    return column


def of_numbers_or_text(dtype: Any, key: str) -> DType:
    """A dtype of classes; ``ValueError`` for others than integers and strings."""
    found = as_dtype(dtype)
    if not (found.is_integer or found is dtypes.string):
        raise ValueError(f"dtype must be string or integer. dtype: {found!r}, column_name: {key}")
    return found


@export("feature_column.numeric_column", "compat.v1.feature_column.numeric_column")
def numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = None,
    dtype: Any = dtypes.float32,
    normalizer_fn: Any = None,
) -> NumericColumn:
    """A column of numbers.

    >>> import tensortape as tf
    >>> column = tf.feature_column.numeric_column("age")
    >>> tf.feature_column.make_parse_example_spec([column])["age"].shape
    (1,)

    Raises ``ValueError`` for dtypes that are no numbers and sizes below 1.
    Source: ``tf.feature_column.numeric_column``.
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(not isinstance(n, int) for n in sizes):
        raise TypeError(f"shape dimensions must be integer. shape: {sizes}, key: {key}")
    if any(n < 1 for n in sizes):
        raise ValueError(f"shape dimensions must be greater than 0. shape: {sizes}, key: {key}")
    found = as_dtype(dtype)
    if not (found.is_integer or found.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {found!r}, key: {key}")
    if default_value is not None:
        wide = np.broadcast_to(np.asarray(default_value), sizes)
        default_value = tuple(wide.tolist())
    return NumericColumn(key_checked(key), sizes, default_value, found, normalizer_fn)


@export("feature_column.bucketized_column", "compat.v1.feature_column.bucketized_column")
def bucketized_column(source_column: Any, boundaries: Any) -> BucketizedColumn:
    """Numbers as the intervals between sorted boundaries.

    Raises ``ValueError`` for columns that are not of one axis of numbers, and boundaries that are
    not sorted. Source: ``tf.feature_column.bucketized_column``.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError(
            f"source_column must be a column of numeric_column(). Given: {source_column}"
        )
    if len(source_column.shape) > 1:
        raise ValueError(f"source_column must be one-dimensional column. Given: {source_column}")
    if not boundaries:
        raise ValueError("boundaries must not be empty.")
    if list(boundaries) != sorted(set(boundaries)):
        raise ValueError("boundaries must be a sorted list.")
    return BucketizedColumn(source_column, tuple(boundaries))


@export("feature_column.categorical_column_with_vocabulary_list",
        "compat.v1.feature_column.categorical_column_with_vocabulary_list")  # fmt: skip
def categorical_column_with_vocabulary_list(
    key: str,
    vocabulary_list: Any,
    dtype: Any = None,
    default_value: Any = -1,
    num_oov_buckets: int = 0,
) -> VocabularyListCategoricalColumn:
    """Classes that a list names; values not in it have ``default_value`` or one of more classes.

    Raises ``ValueError`` for lists that are empty or name a class twice.
    Source: ``tf.feature_column.categorical_column_with_vocabulary_list``.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list} must be non-empty, column_name: {key}")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list}, column_name: {key}")
    if num_oov_buckets and default_value != -1:
        raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
    if num_oov_buckets < 0:
        raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")
    kind = np.asarray(vocabulary_list).dtype.kind
    own = dtypes.string if kind in "SUO" else dtypes.int64
    found = of_numbers_or_text(own if dtype is None else dtype, key)
    return VocabularyListCategoricalColumn(
        key_checked(key), tuple(vocabulary_list), found, default_value, num_oov_buckets
    )


@export("feature_column.categorical_column_with_identity",
        "compat.v1.feature_column.categorical_column_with_identity")  # fmt: skip
def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: Any = None
) -> IdentityCategoricalColumn:
    """Classes that are their own numbers.

    Raises ``ValueError`` for less than one class.
    Source: ``tf.feature_column.categorical_column_with_identity``.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(
            f"default_value {default_value} not in range [0, {num_buckets}), column_name {key}"
        )
    return IdentityCategoricalColumn(key_checked(key), num_buckets, default_value)


@export("feature_column.categorical_column_with_hash_bucket",
        "compat.v1.feature_column.categorical_column_with_hash_bucket")  # fmt: skip
def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = dtypes.string
) -> HashedCategoricalColumn:
    """Values as the remainders of their fingerprints.

    Raises ``ValueError`` for less than one class.
    Source: ``tf.feature_column.categorical_column_with_hash_bucket``.
    """
    if hash_bucket_size is None or hash_bucket_size < 1:
        raise ValueError(
            f"hash_bucket_size must be at least 1. hash_bucket_size: {hash_bucket_size}, key: {key}"
        )
    found = of_numbers_or_text(dtype, key)
    return HashedCategoricalColumn(key_checked(key), hash_bucket_size, found)


@export("feature_column.crossed_column", "compat.v1.feature_column.crossed_column")
def crossed_column(keys: Any, hash_bucket_size: int, hash_key: Any = None) -> CrossedColumn:
    """Combinations of the classes of several columns or keys.

    Raises ``ValueError`` for fewer than two, and for columns of numbers.
    Source: ``tf.feature_column.crossed_column``.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be > 1. hash_bucket_size: {hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        wrong = not isinstance(key, (str, Categorical)) or isinstance(key, HashedCategoricalColumn)
        if wrong:
            raise ValueError(
                "Unsupported key type. All keys must be either string, or categorical column "
                f"except HashedCategoricalColumn. Given: {key}"
            )
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)


@export("feature_column.weighted_categorical_column",
        "compat.v1.feature_column.weighted_categorical_column")  # fmt: skip
def weighted_categorical_column(
    categorical_column: Any, weight_feature_key: str, dtype: Any = dtypes.float32
) -> WeightedCategoricalColumn:
    """Classes with weights from another feature.

    Source: ``tf.feature_column.weighted_categorical_column``.
    """
    found = as_dtype(dtype)
    if not (found.is_integer or found.is_floating):
        raise ValueError(f"dtype {found!r} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, found)


@export("feature_column.indicator_column", "compat.v1.feature_column.indicator_column")
def indicator_column(categorical_column: Any) -> IndicatorColumn:
    """How often each class occurs, as a vector.

    Raises ``ValueError`` for columns of numbers. Source: ``tf.feature_column.indicator_column``.
    """
    return IndicatorColumn(categorical(categorical_column))


@export("feature_column.embedding_column", "compat.v1.feature_column.embedding_column")
def embedding_column(
    categorical_column: Any,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> EmbeddingColumn:
    """A trained vector for each class.

    Raises ``ValueError`` for dimensions below 1 and columns of numbers.
    Source: ``tf.feature_column.embedding_column``.
    """
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none.")
    if initializer is not None and not callable(initializer):
        raise ValueError(f"initializer must be callable if specified. ({categorical_column})")
    start = initializer or partial(truncated_normal, stddev=dimension**-0.5)
    return EmbeddingColumn(
        categorical(categorical_column), dimension, combiner, start, ckpt_to_load_from,
        tensor_name_in_ckpt, max_norm, trainable, use_safe_embedding_lookup,
    )  # fmt: skip


@export("feature_column.make_parse_example_spec",
        "compat.v1.feature_column.make_parse_example_spec")  # fmt: skip
def make_parse_example_spec(feature_columns: Any) -> Specs:
    """The features that ``tf.io.parse_example`` reads for columns.

    Raises ``ValueError`` for what is no column, and for columns that read one feature in two ways.
    Source: ``tf.feature_column.make_parse_example_spec``.
    """
    out: Specs = {}
    for column in feature_columns:
        if not hasattr(column, "parse_example_spec"):
            raise ValueError(
                f"All feature_columns must be FeatureColumn instances. Given: {column!s:.80}"
            )
        for key, spec in column.parse_example_spec.items():
            if out.setdefault(key, spec) != spec:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. Given {spec} and "
                    f"{out[key]}"
                )
    return out
