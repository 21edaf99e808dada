"""Moments, normalisation, clipping, dropout, embeddings."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(("axes", "keepdims"), [([0], False), ([0, 2], True), ([-1], False)])
def test_moments(axes, keepdims):
    x = RNG.normal(size=(3, 4, 2))
    mean, variance = tf.nn.moments(tf.constant(x), axes, keepdims=keepdims)
    np.testing.assert_allclose(mean, x.mean(tuple(axes), keepdims=keepdims))
    np.testing.assert_allclose(variance, x.var(tuple(axes), keepdims=keepdims))
    counted = tf.nn.weighted_moments(x, axes, 2.0, keepdims=keepdims)
    np.testing.assert_allclose(counted[1], variance)
    parts = tf.nn.sufficient_statistics(x, axes, keepdims=keepdims)
    np.testing.assert_allclose(tf.nn.normalize_moments(*parts)[1], variance, rtol=1e-6)


def test_moments_of_half_precision_do_not_overflow():
    x = tf.constant([300.0, -300.0], tf.float16)
    mean, variance = tf.nn.moments(x, [0])
    assert mean.dtype == variance.dtype == tf.float16
    assert float(mean) == 0


def test_batch_normalization_keeps_the_dtype():
    x = tf.constant([1.0, 2.0], tf.float16)
    y = tf.nn.batch_normalization(x, 1.0, 4.0, tf.constant(1.0), tf.constant(2.0), 0.0)
    assert y.dtype == tf.float16
    np.testing.assert_allclose(y, [1, 2], rtol=1e-3)


def test_clip_by_norm():
    t = tf.constant([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    np.testing.assert_allclose(
        tf.clip_by_norm(t, 1.0, axes=[1]), [[0.6, 0.8], [0.3, 0.4], [0, 0]], rtol=1e-6
    )
    with tf.GradientTape() as tape:
        tape.watch(t)
        y = tf.clip_by_norm(t, 1.0, axes=[1])
    assert np.isfinite(tape.gradient(y, t)).all()
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.clip_by_norm([3, 4], 1)


def test_clip_by_global_norm():
    clipped, norm = tf.clip_by_global_norm([tf.constant([3.0]), None, tf.constant([4.0])], 1.0)
    assert clipped[1] is None
    assert float(norm) == 5
    assert float(tf.linalg.global_norm(clipped)) == pytest.approx(1.0)
    broken, _ = tf.clip_by_global_norm([tf.constant([np.inf])], 1.0)
    assert np.isnan(broken[0].numpy()).all()
    with pytest.raises(TypeError, match="sequence"):
        tf.clip_by_global_norm(tf.constant([1.0]), 1.0)


def test_clipping_keeps_indexed_slices():
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([1]), tf.constant([3, 2]))
    clipped = tf.clip_by_norm(slices, 1.0)
    assert isinstance(clipped, tf.IndexedSlices)
    np.testing.assert_allclose(clipped.values, [[0.6, 0.8]], rtol=1e-6)


def test_dropout_keeps_the_mean():
    tf.random.set_seed(3)
    x = tf.ones([200, 50])
    y = tf.nn.dropout(x, 0.25).numpy()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.75)}
    assert y.mean() == pytest.approx(1.0, abs=0.03)
    rows = tf.nn.dropout(x, 0.5, noise_shape=[None, 1]).numpy()
    assert (rows == rows[:, :1]).all()


@pytest.mark.parametrize(("x", "rate"), [([1.0], 1.0), ([1.0], -0.1), ([1], 0.5), ([1.0], "a")])
def test_dropout_refuses(x, rate):
    with pytest.raises(ValueError):
        tf.nn.dropout(x, rate)


def test_embedding_lookup():
    table = tf.Variable(RNG.normal(size=(4, 3)))
    with tf.GradientTape() as tape:
        rows = tf.nn.embedding_lookup(table, [[0, 3], [3, 3]])
    assert rows.shape == (2, 2, 3)
    slope = tf.convert_to_tensor(tape.gradient(rows, table)).numpy()
    assert slope[:, 0].tolist() == [1, 0, 0, 3]
    shards = [table[:2], table[2:]]
    np.testing.assert_allclose(tf.nn.embedding_lookup(shards, [1, 2]), table.numpy()[1:3])
    short = tf.nn.embedding_lookup(table, [0, 1], max_norm=0.1)
    np.testing.assert_allclose(tf.norm(short, axis=1), [0.1, 0.1])
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.nn.embedding_lookup(table, [4])
    with pytest.raises(ValueError):
        tf.nn.embedding_lookup([], [0])
