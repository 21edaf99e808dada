"""Losses: values at the edges, second derivatives, errors; recorded with TensorFlow 2.21."""

import numpy as np
import pytest

import tensortape as tf

INF = float("inf")


def gradient(function, *values):
    xs = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = function(*xs)
    return y.numpy(), [g.numpy() for g in tape.gradient(y, xs)]


def test_cross_entropy_of_distant_logits():
    y, (labels, logits) = gradient(
        tf.nn.softmax_cross_entropy_with_logits, [[0.0, 1.0]], [[-1000.0, 1000.0]]
    )
    assert y.tolist() == [0]
    assert labels.tolist() == [[2000, 0]]
    assert logits.tolist() == [[0, 0]]


def test_impossible_classes():
    y, (logits,) = gradient(
        lambda z: tf.nn.sparse_softmax_cross_entropy_with_logits([1], z), [[-INF, 0.0]]
    )
    assert y.tolist() == [0]
    assert logits.tolist() == [[0, 0]]


def test_sigmoid_cross_entropy_at_the_edges():
    labels, logits = [0.2, 0.8, 1.0, 0.0, 0.3], [0.0, INF, -INF, -INF, -200.0]
    y, (_, slope) = gradient(tf.nn.sigmoid_cross_entropy_with_logits, labels, logits)
    np.testing.assert_allclose(y, [0.6931472, np.nan, INF, np.nan, 60.0], rtol=1e-6)
    np.testing.assert_allclose(slope, [0.3, 0.2, -1, 0, -0.3], rtol=1e-6)


def test_weighted_cross_entropy_at_the_edges():
    labels, logits = [0.2, 0.8, 1.0, 0.0, 0.3], [0.0, INF, -INF, -INF, -200.0]
    y, (_, slope) = gradient(
        lambda a, b: tf.nn.weighted_cross_entropy_with_logits(a, b, 2.0), labels, logits
    )
    np.testing.assert_allclose(y, [0.8317767, INF, np.nan, np.nan, 120.0], rtol=1e-6)
    np.testing.assert_allclose(slope, [0.8, 0.2, -2, 0, -0.6], rtol=1e-6)


def test_second_derivative_at_zero():
    x = tf.constant([0.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(x), x)
        first = inner.gradient(y, x)
    assert outer.gradient(first, x).numpy().tolist() == [0.25]


def test_half_precision_is_computed_in_single():
    logits = tf.constant([[0.0, 12.0, 3.0]], tf.float16)
    y = tf.nn.softmax_cross_entropy_with_logits([[1.0, 0.0, 0.0]], logits)
    assert y.dtype == tf.float16
    assert float(y[0]) == pytest.approx(12.0, abs=1e-2)


def test_axis():
    z = np.random.default_rng(1).normal(size=(3, 4))
    p = np.full((3, 4), 1 / 3)
    got = tf.nn.softmax_cross_entropy_with_logits(p, z, axis=0)
    want = tf.nn.softmax_cross_entropy_with_logits(p.T, z.T)
    np.testing.assert_allclose(got, want)


REFUSED = [
    (lambda: tf.nn.softmax_cross_entropy_with_logits([[1, 0]], [[1, 2]]), "allowed values"),
    (lambda: tf.nn.softmax_cross_entropy_with_logits([[1.0, 0, 0]], [[1.0, 2]]), "broadcastable"),
    (lambda: tf.nn.softmax_cross_entropy_with_logits([[1.0, 0]], [[1.0, 2]], axis=4), "axis"),
    (lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([1.0], [[1.0, 2]]), "Tlabels"),
    (lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([2], [[1.0, 2]]), "valid range"),
    (lambda: tf.nn.l2_loss([1, 2]), "allowed values"),
    (lambda: tf.nn.softmax([1, 2]), "allowed values"),
    (lambda: tf.nn.softmax([1.0, 2.0], axis=1), "range"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_invalid_arguments(call, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        call()


MISMATCHED = [
    lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([[1]], [[1.0, 2]]),
    lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([1, 1], [[1.0, 2]]),
    lambda: tf.nn.sigmoid_cross_entropy_with_logits([1.0], [1.0, 2]),
    lambda: tf.nn.weighted_cross_entropy_with_logits([1.0], [1.0, 2], 1.0),
    lambda: tf.nn.log_poisson_loss([1.0], [1.0, 2]),
    lambda: tf.nn.compute_average_loss(3.0),
]


@pytest.mark.parametrize("call", MISMATCHED)
def test_shapes_that_do_not_fit(call):
    with pytest.raises(ValueError):
        call()


def test_ctc_loss_of_labels_that_are_the_blank():
    """What TensorFlow 2.21 gives: with blank 0 a padding, otherwise the class before the blank."""
    logits = (np.arange(24).reshape((2, 4, 3)).astype("float32") - 12) / 100
    labels = np.array([[1, 2, 1, 0], [1, 2, 0, 2]], np.int32)

    def loss(lengths, blank):
        return tf.nn.ctc_loss(labels, logits, lengths, [4, 4], False, blank_index=blank).numpy()

    np.testing.assert_allclose(loss([4, 4], 0), [4.3945823, 4.384582], rtol=1e-6)
    np.testing.assert_allclose(loss([3, 2], 2), [708.49536, 2.7691321], rtol=1e-6)
