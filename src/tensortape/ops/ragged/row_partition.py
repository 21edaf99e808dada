"""``tf.experimental.RowPartition``: how values are divided into rows, without the values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int64
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.ragged.partition import within
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.places import known

_PRIVATE = object()


@export("experimental.RowPartition")
class RowPartition:
    """The division of values into rows; made by one of its ``from_`` methods.

    >>> import tensortape as tf
    >>> rows = tf.experimental.RowPartition.from_value_rowids([0, 0, 2], nrows=4)
    >>> rows
    tf.RowPartition(row_splits=[0 2 2 3 3])
    >>> rows.row_lengths().numpy()
    array([2, 0, 1, 0])

    Raises ``ValueError`` when it is called itself. Source: ``tf.experimental.RowPartition``.
    """

    def __init__(self, ragged: RaggedTensor, key: Any = None) -> None:
        if key is not _PRIVATE:
            raise ValueError(
                "RowPartition constructor is private; please use one of the factory methods "
                "instead (e.g., RowPartition.from_row_lengths())"
            )
        self._ragged = ragged  # its values are their own positions

    # --- ways to say it ------------------------------------------------------------------------

    @classmethod
    def from_value_rowids(
        cls, value_rowids: Any, nrows: Any = None, validate: bool = True, dtype: Any = None
    ) -> RowPartition:
        """The row number of each value, in order; ``nrows`` adds empty rows at the end."""
        ids = _vector(value_rowids, dtype)
        count = None if nrows is None else int(nrows)
        return cls(RaggedTensor.from_value_rowids(_values(len(known(ids))), ids, count), _PRIVATE)

    @classmethod
    def from_row_splits(
        cls, row_splits: Any, validate: bool = True, dtype: Any = None
    ) -> RowPartition:
        """Where rows begin and end, ``[nrows + 1]``."""
        splits = _vector(row_splits, dtype)
        total = int(known(splits)[-1]) if len(known(splits)) else 0
        return cls(RaggedTensor.from_row_splits(_values(total), splits), _PRIVATE)

    @classmethod
    def from_row_lengths(
        cls, row_lengths: Any, validate: bool = True, dtype: Any = None
    ) -> RowPartition:
        """The length of each row."""
        lengths = _vector(row_lengths, dtype)
        total = int(known(lengths).sum())
        return cls(RaggedTensor.from_row_lengths(_values(total), lengths), _PRIVATE)

    @classmethod
    def from_row_starts(
        cls, row_starts: Any, nvals: Any, validate: bool = True, dtype: Any = None
    ) -> RowPartition:
        """Where each row begins; there are ``nvals`` values."""
        starts = _vector(row_starts, dtype)
        return cls(RaggedTensor.from_row_starts(_values(int(nvals)), starts), _PRIVATE)

    @classmethod
    def from_row_limits(
        cls, row_limits: Any, validate: bool = True, dtype: Any = None
    ) -> RowPartition:
        """Where each row ends."""
        limits = _vector(row_limits, dtype)
        total = int(known(limits)[-1]) if len(known(limits)) else 0
        return cls(RaggedTensor.from_row_limits(_values(total), limits), _PRIVATE)

    @classmethod
    def from_uniform_row_length(
        cls,
        uniform_row_length: Any,
        nvals: Any = None,
        nrows: Any = None,
        validate: bool = True,
        dtype: Any = None,
    ) -> RowPartition:
        """Rows of one length, of ``nvals`` values or ``nrows`` rows."""
        if nvals is None and nrows is None:
            raise ValueError("Either nvals or nrows (or both) must be specified")
        length = int(uniform_row_length)
        total = length * int(nrows) if nvals is None else int(nvals)
        made = RaggedTensor.from_uniform_row_length(_values(total), length, nrows)
        return cls(made, _PRIVATE)

    # --- what it says --------------------------------------------------------------------------

    @property
    def dtype(self) -> Any:
        """The dtype of row splits and all other numbers."""
        return self._ragged.row_splits.dtype

    @property
    def static_nrows(self) -> int:
        """The number of rows, in Python."""
        return len(known(self._ragged.row_splits)) - 1

    @property
    def static_nvals(self) -> int:
        """The number of values, in Python."""
        return int(known(self._ragged.row_splits)[-1])

    @property
    def static_uniform_row_length(self) -> int | None:
        """The length of all rows where it is known to be one, in Python."""
        return self._ragged.shape[1]

    def is_uniform(self) -> bool:
        """Whether all rows are known to have one length."""
        return self.static_uniform_row_length is not None

    def uniform_row_length(self) -> Any:
        """The length of all rows where it is known to be one, else ``None``."""
        return self._ragged.uniform_row_length

    def nrows(self) -> Any:
        """The number of rows."""
        return self._ragged.nrows()

    def nvals(self) -> Any:
        """The number of values."""
        return self._ragged.row_splits[-1]

    def row_splits(self) -> Any:
        """Where rows begin and end, ``[nrows + 1]``."""
        return self._ragged.row_splits

    def row_starts(self) -> Any:
        """Where each row begins."""
        return self._ragged.row_starts()

    def row_limits(self) -> Any:
        """Where each row ends."""
        return self._ragged.row_limits()

    def row_lengths(self) -> Any:
        """The length of each row."""
        return self._ragged.row_lengths()

    def value_rowids(self) -> Any:
        """The row number of each value."""
        return self._ragged.value_rowids()

    def offsets_in_rows(self) -> Any:
        """The place of each value in its row."""
        places = within(known(self._ragged.row_lengths()))
        return convert_to_tensor(places, dtype=self.dtype)

    def with_row_splits_dtype(self, dtype: Any) -> RowPartition:
        """The same with numbers of ``tf.int32`` or ``tf.int64``."""
        return RowPartition(self._ragged.with_row_splits_dtype(dtype), _PRIVATE)

    def __repr__(self) -> str:
        if self.is_uniform():
            length = self.static_uniform_row_length
            return f"tf.RowPartition(nrows={self.static_nrows}, uniform_row_length={length})"
        return f"tf.RowPartition(row_splits={known(self._ragged.row_splits)})"


def _values(count: int) -> Any:
    return tensor(np.arange(count))


def _vector(numbers: Any, dtype: Any) -> Any:
    if dtype is None and not hasattr(numbers, "dtype"):
        dtype = int64
    return convert_to_tensor(numbers, dtype=dtype)
