"""Row partitions: every way to make one says the same; refusals."""

import pytest

import tensortape as tf

Rows = tf.experimental.RowPartition
SAME = [
    lambda: Rows.from_value_rowids([0, 0, 2]),
    lambda: Rows.from_row_splits([0, 2, 2, 3]),
    lambda: Rows.from_row_lengths([2, 0, 1]),
    lambda: Rows.from_row_starts([0, 2, 2], nvals=3),
    lambda: Rows.from_row_limits([2, 2, 3]),
]


@pytest.mark.parametrize("make", SAME)
def test_rows(make):
    rows = make()
    assert repr(rows) == "tf.RowPartition(row_splits=[0 2 2 3])"
    assert (rows.nrows().numpy(), rows.nvals().numpy()) == (3, 3)
    assert (rows.static_nrows, rows.static_nvals) == (3, 3)
    assert rows.row_lengths().numpy().tolist() == [2, 0, 1]
    assert rows.row_starts().numpy().tolist() == [0, 2, 2]
    assert rows.row_limits().numpy().tolist() == [2, 2, 3]
    assert rows.value_rowids().numpy().tolist() == [0, 0, 2]
    assert rows.offsets_in_rows().numpy().tolist() == [0, 1, 0]
    assert rows.dtype is tf.int64
    assert rows.with_row_splits_dtype(tf.int32).row_splits().dtype is tf.int32
    assert not rows.is_uniform()
    assert rows.uniform_row_length() is None


def test_rows_of_one_length():
    rows = Rows.from_uniform_row_length(2, nvals=6)
    assert repr(rows) == "tf.RowPartition(nrows=3, uniform_row_length=2)"
    assert rows.row_splits().numpy().tolist() == [0, 2, 4, 6]
    assert rows.uniform_row_length().numpy() == 2
    assert Rows.from_uniform_row_length(0, nrows=3).nrows().numpy() == 3


def test_empty_rows_at_the_end_and_dtypes():
    rows = Rows.from_value_rowids(tf.constant([0], tf.int32), nrows=2)
    assert rows.row_splits().numpy().tolist() == [0, 1, 1]
    assert rows.dtype is tf.int32


def test_refusals():
    with pytest.raises(ValueError, match="constructor is private"):
        Rows([0, 1])
    with pytest.raises(tf.errors.InvalidArgumentError):
        Rows.from_value_rowids([0, 1, 0])
    with pytest.raises(ValueError, match="nrows"):
        Rows.from_value_rowids([0, 3], nrows=2)
    with pytest.raises(ValueError, match="nvals or nrows"):
        Rows.from_uniform_row_length(2)
