"""Ordering without sorting everything."""

import numpy as np
import pytest

import tensortape as tf


@pytest.mark.parametrize("kind", ["f4", "i4", "u1"])
@pytest.mark.parametrize("ties", [False, True])
def test_few_largest_of_many(kind, ties):
    rng = np.random.default_rng(1)
    x = rng.permuted(np.tile(np.arange(200), (20, 1)), axis=1) // (7 if ties else 1)
    values, indices = tf.math.top_k(tf.constant(x.astype(kind)), 3)
    expected = np.argsort(-x, -1, kind="stable")[:, :3]
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(x, expected, -1))
