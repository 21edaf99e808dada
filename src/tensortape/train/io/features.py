"""What features of examples look like as tensors: ``tf.io.FixedLenFeature`` and its kin."""

from __future__ import annotations

from typing import Any, NamedTuple

from tensortape.core import dtypes
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import export


@export("io.FixedLenFeature")
class FixedLenFeature(NamedTuple):
    """A feature with as many values as ``shape`` holds. Source: ``tf.io.FixedLenFeature``."""

    shape: Any
    dtype: Any
    default_value: Any = None


@export("io.VarLenFeature")
class VarLenFeature(NamedTuple):
    """A feature with any number of values, read as a sparse tensor.

    Source: ``tf.io.VarLenFeature``.
    """

    dtype: Any


@export("io.SparseFeature")
class SparseFeature(NamedTuple):
    """A sparse tensor whose indices and values are features.

    Source: ``tf.io.SparseFeature``.
    """

    index_key: Any
    value_key: str
    dtype: Any
    size: Any
    already_sorted: bool = False


@export("io.FixedLenSequenceFeature")
class FixedLenSequenceFeature(NamedTuple):
    """A feature with any number of blocks of ``shape``, padded to the longest of a batch.

    Source: ``tf.io.FixedLenSequenceFeature``.
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class RowSplits(NamedTuple):
    """A partition by the bounds of its rows."""

    key: str


class RowLengths(NamedTuple):
    """A partition by the lengths of its rows."""

    key: str


class RowStarts(NamedTuple):
    """A partition by the beginnings of its rows."""

    key: str


class RowLimits(NamedTuple):
    """A partition by the ends of its rows."""

    key: str


class ValueRowIds(NamedTuple):
    """A partition by the row of each value."""

    key: str


class UniformRowLength(NamedTuple):
    """A partition into rows of one length."""

    length: int


class _RaggedFeature(NamedTuple):
    dtype: Any
    value_key: str | None
    partitions: Any
    row_splits_dtype: Any
    validate: bool


@export("io.RaggedFeature")
class RaggedFeature(_RaggedFeature):
    """A feature with any number of values, read as a ragged tensor; partitions divide them further.

    >>> import tensortape as tf
    >>> tf.io.RaggedFeature(tf.int64).row_splits_dtype
    tf.int32

    Source: ``tf.io.RaggedFeature``.
    """

    RowSplits, RowLengths, RowStarts = RowSplits, RowLengths, RowStarts
    RowLimits, ValueRowIds, UniformRowLength = RowLimits, ValueRowIds, UniformRowLength

    def __new__(
        cls,
        dtype: Any,
        value_key: str | None = None,
        partitions: Any = (),
        row_splits_dtype: Any = dtypes.int32,
        validate: bool = False,
    ) -> Any:
        """Raises ``TypeError`` for what is no partition."""
        for partition in partitions:
            if type(partition).__name__ not in cls.__dict__:
                raise TypeError(f"partitions must be a list of partition objects {partition}")
        made = _RaggedFeature.__new__
        return made(
            cls, as_dtype(dtype), value_key, tuple(partitions), as_dtype(row_splits_dtype), validate
        )

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"RaggedFeature({fields})"
