"""Pooling against windows written out; where gradients of maxima go."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(5)


def windows(x, size, step):
    return np.stack([x[:, i : i + size] for i in range(0, x.shape[1] - size + 1, step)], 1)


def test_one_axis():
    x = RNG.normal(size=(2, 9, 3))
    np.testing.assert_allclose(tf.nn.max_pool1d(x, 3, 2, "VALID"), windows(x, 3, 2).max(2))
    np.testing.assert_allclose(tf.nn.avg_pool1d(x, 3, 2, "VALID"), windows(x, 3, 2).mean(2))


def test_padding_does_not_count():
    x = tf.ones([1, 3, 3, 1])
    np.testing.assert_allclose(tf.nn.avg_pool2d(x, 2, 2, "SAME"), np.ones((1, 2, 2, 1)))
    np.testing.assert_allclose(tf.nn.max_pool2d(-x, 2, 2, "SAME"), -np.ones((1, 2, 2, 1)))


def test_ties_nan_and_infinities_as_in_tensorflow():
    values = [1, 1, 2, 2, np.nan, 3, 0, -np.inf, -np.inf, -np.inf, 5, 5]
    x = tf.constant(np.array(values, np.float32).reshape(1, 12, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.max_pool1d(x, 3, 3, "SAME")
    assert y.numpy().ravel().tolist() == [2, 3, 0, 5]
    assert tape.gradient(y, x).numpy().ravel().tolist() == [0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0]


def test_second_derivative_of_the_maximum_is_zero():
    x = tf.constant(RNG.normal(size=(1, 4, 4, 1)))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.nn.max_pool2d(x, 2, 2, "VALID")
        first = inner.gradient(y, x)
    assert not outer.gradient(first, x).numpy().any()


def test_positions():
    x = RNG.permutation(32).astype(np.float32).reshape(2, 4, 4, 1)
    y, at = tf.nn.max_pool_with_argmax(x, 2, 2, "VALID", include_batch_in_index=True)
    np.testing.assert_array_equal(x.reshape(-1)[at.numpy()], y)
    _, each = tf.nn.max_pool_with_argmax(x, 2, 2, "VALID", output_dtype=tf.int32)
    assert each.dtype == tf.int32
    np.testing.assert_array_equal(x[1].reshape(-1)[each.numpy()[1]], y[1])


def test_layouts_agree():
    x = RNG.normal(size=(2, 4, 6, 3))
    for pool in (tf.nn.max_pool2d, tf.nn.avg_pool2d):
        first = pool(x.transpose(0, 3, 1, 2), 2, 2, "SAME", data_format="NCHW")
        np.testing.assert_allclose(np.transpose(first, (0, 2, 3, 1)), pool(x, 2, 2, "SAME"))


REFUSED = [
    (
        lambda x: tf.nn.max_pool2d(x, 0, 2, "VALID"),
        tf.errors.InvalidArgumentError,
        "must be positive",
    ),
    (lambda x: tf.nn.max_pool2d(x, 2, 2, "BAD"), tf.errors.InvalidArgumentError, "allowed values"),
    (lambda x: tf.nn.max_pool2d(x[0], 2, 2, "VALID"), tf.errors.InvalidArgumentError, "spatial"),
    (lambda x: tf.nn.max_pool2d(x, [2, 2, 2], 2, "VALID"), ValueError, "length"),
    (lambda x: tf.nn.max_pool(x[0, 0], 2, 2, "VALID"), ValueError, "rank"),
    (lambda x: tf.nn.pool(x, [2, 2], "X"), ValueError, "not supported"),
    (lambda x: tf.nn.avg_pool2d(x, 2, 2, [[0, 0], [1, 1], [1, 1], [0, 0]]), TypeError, "padding"),
    (
        lambda x: tf.nn.avg_pool2d(tf.cast(x, tf.int32), 2, 2, "SAME"),
        tf.errors.InvalidArgumentError,
        "T",
    ),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call(tf.ones([1, 4, 4, 1]))


@pytest.mark.parametrize(
    ("ratio", "options", "rows", "columns"),
    [
        ([1, 1.44, 1.73, 1], {"pseudo_random": True, "seed": 5}, "0134679", "0 2 4 6 8 10 11"),
        (1.5, {"seed": 7}, "0124579", "0 2 4 5 6 8 9 11"),
    ],
)
def test_fractional_windows_as_in_tensorflow(ratio, options, rows, columns):
    """Sequences recorded from TensorFlow after ``tf.random.set_seed(4)``."""
    x = tf.constant(np.random.default_rng(3).integers(0, 9, (1, 9, 11, 1)).astype("f"))
    tf.random.set_seed(4)
    y, down, across = tf.nn.fractional_max_pool(x, ratio, **options)
    assert down.numpy().tolist() == list(map(int, rows))
    assert across.numpy().tolist() == list(map(int, columns.split()))
    first = x.numpy()[0, : down[1].numpy(), : across[1].numpy(), 0]
    assert y.numpy()[0, 0, 0, 0] == first.max()


def test_fractional_mean_spreads_evenly():
    x = tf.Variable(RNG.normal(size=(1, 7, 5, 2)))
    with tf.GradientTape() as tape:
        y = tf.nn.fractional_avg_pool(x, [1, 1.4, 1.5, 1], overlapping=True, seed=2).output
    assert tape.gradient(y, x).numpy().sum() == pytest.approx(y.numpy().size)


@pytest.mark.parametrize("ratio", [0.5, [1.0, 0.9, 1.0, 1.0], [2.0, 1.5, 1.5, 1.0], "2"])
def test_fractional_ratios_are_checked(ratio):
    with pytest.raises(ValueError, match="pooling_ratio"):
        tf.nn.fractional_max_pool(tf.ones([1, 4, 4, 1]), ratio)
    with pytest.raises(tf.errors.InvalidArgumentError, match="higher than input"):
        tf.nn.fractional_max_pool(tf.ones([1, 4, 4, 1]), 5)
