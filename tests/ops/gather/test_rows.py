"""Gradients of gathers: by rows as in TensorFlow, whole where something needs the whole."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf


@pytest.fixture
def table():
    return tf.Variable([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])


def pull(function, source):
    with tf.GradientTape() as tape:
        y = function(source)
    return tape.gradient(y, source)


def test_rows(table):
    g = pull(lambda t: tf.gather(t, [[0, 2], [0, 1]]), table)
    assert isinstance(g, tf.IndexedSlices)
    assert g.indices.numpy().tolist() == [0, 2, 0, 1]
    assert g.values.shape == (4, 2)
    assert g.dense_shape.numpy().tolist() == [3, 2]
    assert g.dense_shape.dtype is tf.int32
    assert tf.convert_to_tensor(g).numpy().tolist() == [[2.0, 2.0], [1.0, 1.0], [1.0, 1.0]]
    assert str(g).startswith("IndexedSlices(indices=tf.Tensor([0 2 0 1], shape=(4,), dtype=int32)")


def test_two_gathers_are_joined(table):
    g = pull(lambda t: tf.reduce_sum(tf.gather(t, [0])) + 2 * tf.reduce_sum(t[1]) * 0 +
             tf.reduce_sum(tf.gather(t, [1, 1])), table)  # fmt: skip
    assert not isinstance(g, tf.IndexedSlices)  # the slice is whole
    g = pull(
        lambda t: tf.reduce_sum(tf.gather(t, [0])) + tf.reduce_sum(tf.gather(t, [1, 1])), table
    )
    assert isinstance(g, tf.IndexedSlices)
    assert sorted(g.indices.numpy().tolist()) == [0, 1, 1]


def test_mixed_index_dtypes_are_joined(table):
    def two(t):
        return tf.reduce_sum(tf.gather(t, [0])) + tf.reduce_sum(tf.gather(t, np.array([1])))

    g = pull(two, table)
    assert tf.convert_to_tensor(g).numpy().tolist() == [[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]


def test_rows_and_whole_make_whole(table):
    g = pull(lambda t: tf.reduce_sum(tf.gather(t, [0])) + tf.reduce_sum(t * t), table)
    assert g.numpy().tolist() == [[1.0, 3.0], [4.0, 6.0], [8.0, 10.0]]
    g = pull(lambda t: tf.reduce_sum(t * t) + tf.reduce_sum(tf.gather(t, [0])), table)
    assert g.numpy().tolist() == [[1.0, 3.0], [4.0, 6.0], [8.0, 10.0]]


@pytest.mark.parametrize(
    ("function", "by_rows"),
    [
        (lambda t: tf.nn.embedding_lookup(t, [0, 0]), True),
        (lambda t: tf.gather_nd(t, [[0], [1]]), True),
        (lambda t: t.sparse_read([1]), True),
        (lambda t: tf.gather(tf.identity(t), [0]), True),
        (lambda t: tf.gather(t * 1.0, [0]), False),
        (lambda t: tf.gather(t, [0], axis=1), False),
        (lambda t: tf.gather_nd(t, [[0, 1]]), False),
        (lambda t: tf.boolean_mask(t, [True, False, True]), False),
        (lambda t: t[1], False),
    ],
)
def test_which_gradients_are_rows(table, function, by_rows):
    assert isinstance(pull(function, table), tf.IndexedSlices) == by_rows


def test_second_order(table):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(tf.gather(table, [0, 0, 2]) ** 3)
        g = inner.gradient(y, table)
        assert isinstance(g, tf.IndexedSlices)
        z = tf.reduce_sum(tf.convert_to_tensor(g))
    h = outer.gradient(z, table)
    want = 6 * table.numpy() * np.array([[2.0], [0.0], [1.0]])
    np.testing.assert_allclose(tf.convert_to_tensor(h), want)


def test_jacobian_is_whole(table):
    with tf.GradientTape() as tape:
        y = tf.gather(table, [1])
    jacobian = tape.jacobian(y, table)
    assert jacobian.shape == (1, 2, 3, 2)
    assert jacobian.numpy().sum() == 2


def test_rows_of_user_rules(table):
    @tf.custom_gradient
    def third_row(t):
        def grad(g):
            return tf.IndexedSlices(tf.reshape(g, [1, 2]), tf.constant([2]), tf.constant([3, 2]))

        return t[2], grad

    g = pull(lambda t: third_row(t) * 2.0, table)
    assert tf.convert_to_tensor(g).numpy().tolist() == [[0.0, 0.0], [0.0, 0.0], [2.0, 2.0]]


def test_seed_may_be_rows():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = 3.0 * x
    seed = tf.IndexedSlices(tf.constant([5.0]), tf.constant([1]), tf.constant([2]))
    assert tape.gradient(y, x, output_gradients=seed).numpy().tolist() == [0.0, 15.0]


def test_arithmetic():
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([2, 1]))
    assert (-s).values.numpy().tolist() == [[-1.0]]
    assert (tf.ones([2, 1]) + s).numpy().tolist() == [[1.0], [2.0]]
    with pytest.raises(TypeError):
        s * 2
