"""How a list of values is divided into rows, in NumPy: splits, lengths, row numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.ops.sparse.places import invalid


def starts_of(lengths: Any) -> Any:
    """Row splits of row lengths: 0 and the running totals."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def row_ids(splits: Any) -> Any:
    """The row of each value."""
    return np.repeat(np.arange(len(splits) - 1), np.diff(splits))


def expanded(starts: Any, lengths: Any, step: Any = 1) -> Any:
    """``start, start + step, ...`` of each row, one after the other."""
    lengths = np.asarray(lengths, np.int64)
    return np.repeat(starts, lengths) + within(lengths) * np.repeat(
        np.broadcast_to(step, lengths.shape), lengths
    )


def within(lengths: Any) -> Any:
    """The place of each value in its row."""
    lengths = np.asarray(lengths, np.int64)
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def check_splits(splits: Any) -> None:
    """``InvalidArgumentError`` unless splits begin with 0 and never decrease."""
    if splits.ndim != 1 or not len(splits):
        raise ValueError(f"row_splits must be a vector with at least one item: {splits!r}")
    if splits[0] != 0:
        raise invalid(
            "Arguments to from_row_splits do not form a valid RaggedTensor:zero\n"
            f"Condition x == y did not hold.\nFirst 1 elements of x:\n[{splits[0]}]\n"
            "First 1 elements of y:\n[0]"
        )
    _check_sign("from_row_splits do not form a valid RaggedTensor:monotonic", np.diff(splits))


def check_lengths(lengths: Any) -> None:
    """``InvalidArgumentError`` for negative lengths."""
    _check_sign("from_row_lengths do not form a valid RowPartition", lengths)


def check_ids(ids: Any) -> None:
    """``InvalidArgumentError`` unless row numbers are non-negative and in order."""
    if len(ids) and ids[0] < 0:
        raise invalid(f"value_rowids must not be negative, received {ids[0]}")
    _check_sign("from_value_rowids do not form a valid RowPartition", np.diff(ids))


def _check_sign(what: str, steps: Any) -> None:
    if (steps < 0).any():
        raise invalid(
            f"Arguments to {what}.  \nCondition x >= 0 did not hold element-wise:\n"
            f"x (shape={steps.shape} dtype={steps.dtype}) = \n{[str(n) for n in steps]}"
        )


def check_total(total: Any, count: int) -> None:
    """``InvalidArgumentError`` unless the rows hold as many values as there are."""
    if total != count:
        raise invalid(
            "Arguments to _from_row_partition do not form a valid RaggedTensor\n"
            f"Condition x == y did not hold.\nFirst 1 elements of x:\n[{total}]\n"
            f"First 1 elements of y:\n[{count}]"
        )
