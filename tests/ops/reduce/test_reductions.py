"""Conventions of the reductions that finite differences cannot show."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

Invalid = tf.errors.InvalidArgumentError


def gradient(function, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x).numpy().tolist()


def test_ties_share():
    assert gradient(tf.reduce_max, [1.0, 3.0, 3.0]) == [0.0, 0.5, 0.5]
    rows = gradient(lambda x: tf.reduce_min(x, axis=1), [[2.0, 2.0], [4.0, 5.0]])
    assert rows == [[0.5, 0.5], [1.0, 0.0]]


def test_segment_ties_share():
    g = gradient(lambda x: tf.math.segment_max(x, [0, 0, 1]), [2.0, 2.0, 1.0])
    assert g == [0.5, 0.5, 1.0]


def test_product_with_zeros():
    assert gradient(tf.reduce_prod, [2.0, 0.0, 3.0]) == [0.0, 6.0, 0.0]
    assert gradient(tf.reduce_prod, [0.0, 0.0, 3.0]) == [0.0, 0.0, 0.0]
    g = gradient(lambda x: tf.math.unsorted_segment_prod(x, [0, 0, 1], 2), [2.0, 0.0, 3.0])
    assert g == [0.0, 2.0, 1.0]


def test_empty():
    empty = tf.zeros([0, 2])
    assert tf.reduce_sum(empty).numpy() == 0
    assert np.isnan(tf.reduce_mean(empty).numpy())
    assert tf.reduce_max(empty, 0).numpy().tolist() == [-np.inf, -np.inf]
    assert tf.reduce_min(tf.zeros([0], tf.int32)).numpy() == 2**31 - 1
    assert tf.reduce_prod(empty, 0).numpy().tolist() == [1.0, 1.0]
    assert gradient(tf.reduce_sum, np.zeros((0, 2), np.float32)) == []


def test_integer_means_are_cut():
    assert tf.reduce_mean([-3, -4]).numpy() == -3
    assert tf.reduce_mean(tf.constant([200, 100], tf.uint8)).numpy() == 150
    assert tf.reduce_sum(tf.constant([200, 100], tf.uint8)).numpy() == 44


def test_no_axis_is_reduced_for_an_empty_list():
    assert tf.reduce_sum([[1.0, 2.0]], axis=[]).numpy().tolist() == [[1.0, 2.0]]


def test_axis_may_be_a_tensor():
    x = [[1.0, 2.0], [3.0, 4.0]]
    assert tf.reduce_sum(x, axis=tf.constant(-1)).numpy().tolist() == [3.0, 7.0]
    assert tf.reduce_sum(x, axis=tf.constant([0, 1]), keepdims=True).shape == (1, 1)


def test_nan_never_wins_argmax():
    assert tf.argmax([1.0, np.nan, 3.0]).numpy() == 2
    assert tf.argmin([1.0, np.nan, 3.0]).numpy() == 0
    assert tf.argmax([[1, 1]], axis=1).numpy().tolist() == [0]


def test_logsumexp_of_infinities():
    assert tf.reduce_logsumexp([-np.inf, -np.inf]).numpy() == -np.inf
    assert tf.reduce_logsumexp([np.inf, 0.0]).numpy() == np.inf
    assert tf.reduce_logsumexp([1000.0, 0.0]).numpy() == 1000.0


def test_complex_variance_is_real():
    x = tf.constant([1 + 1j, 1 - 1j], tf.complex64)
    assert tf.math.reduce_variance(x).dtype is tf.float32
    assert tf.math.reduce_variance(x).numpy() == 1.0


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_cumulative_sums_by_hand(exclusive, reverse):
    x = np.array([1.0, 2.0, 3.0])
    order = x[::-1] if reverse else x
    want = np.cumsum(order) - (order if exclusive else 0)
    got = tf.cumsum(x, exclusive=exclusive, reverse=reverse).numpy()
    np.testing.assert_array_equal(got, want[::-1] if reverse else want)


def test_cumulative_logsumexp_is_stable():
    got = tf.math.cumulative_logsumexp(np.array([1000.0, 1000.0, -1000.0]))
    np.testing.assert_allclose(got, [1000.0, 1000.0 + np.log(2), 1000.0 + np.log(2)])


def test_top_k_and_sort_send_gradients_back():
    assert gradient(lambda x: tf.math.top_k(x, 2).values[1], [1.0, 5.0, 3.0]) == [0.0, 0.0, 1.0]
    assert gradient(lambda x: tf.sort(x)[0] * 2, [3.0, 1.0, 2.0]) == [0.0, 2.0, 0.0]
    assert tf.argsort([2, 1, 2, 1], direction="DESCENDING").numpy().tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: tf.reduce_sum([1.0], axis=1), Invalid, r"Invalid reduction dimension \(1"),
        (lambda: tf.reduce_sum([[1.0]], axis=[0, -2]), Invalid, "duplicate dimension"),
        (lambda: tf.reduce_sum([True]), Invalid, "bool"),
        (lambda: tf.reduce_max(["a"]), Invalid, "string"),
        (lambda: tf.reduce_any(tf.constant([1.0])), Invalid, "expected to be a bool"),
        (lambda: tf.argmax([1.0], axis=1), Invalid, "range"),
        (lambda: tf.argmax(tf.zeros([0])), Invalid, "empty"),
        (lambda: tf.cumsum([1.0], axis=1), Invalid, "ScanOp"),
        (lambda: tf.math.top_k([1.0], k=2), Invalid, "at least k columns"),
        (lambda: tf.sort([1.0], direction="UP"), ValueError, "UP"),
        (lambda: tf.math.segment_sum([1, 2], [1, 0]), Invalid, "not increasing"),
        (lambda: tf.math.segment_sum([1, 2], [0]), Invalid, "same size"),
        (lambda: tf.math.unsorted_segment_sum([1, 2], [0, 5], 2), Invalid, r"segment_ids\[1\] = 5"),
        (lambda: tf.math.reduce_variance([1, 2]), TypeError, "tf.cast"),
    ],
)
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()
