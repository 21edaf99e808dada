"""Adding many rows: the way for large arrays gives what the one for small ones gives."""

import numpy as np
import pytest

import tensortape as tf


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_many_rows(dtype):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, 8)).astype(dtype)
    rows[3, 2], rows[5, 1] = np.inf, np.nan
    at = rng.integers(0, 5_000, 20_000)
    found = tf.math.unsorted_segment_sum(rows, at, 6_000).numpy()
    parts = [tf.math.unsorted_segment_sum(rows[:, i : i + 2], at, 6_000) for i in range(0, 8, 2)]
    np.testing.assert_array_equal(found, np.concatenate(parts, 1))
    assert found.dtype == dtype
    assert not found[5_000:].any()


def test_gradient_of_many_lookups():
    table = tf.Variable(np.zeros((100, 16), np.float32))
    at = np.arange(20_000) % 99
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(table, at) * tf.ones([20_000, 16]))
    dense = tf.convert_to_tensor(tape.gradient(y, table)).numpy()
    np.testing.assert_array_equal(dense[:, 0], np.bincount(at, minlength=100))
