"""`tf.gradients` and `tf.hessians` in graphs; eagerly TensorFlow's `RuntimeError`."""

from __future__ import annotations

import pytest

import tensortape as tf


def placeholder(*shape):
    return tf.compat.v1.placeholder(tf.float32, list(shape))


def test_shapes_of_gradients():
    with tf.Graph().as_default():
        x, w = placeholder(2, 3), placeholder(3, 4)
        dx, dw = tf.gradients(tf.nn.softmax(tf.matmul(x, w)), [x, w])
    assert (dx.shape.as_list(), dw.shape.as_list()) == ([2, 3], [3, 4])


def test_unconnected_and_stopped():
    with tf.Graph().as_default():
        x, unused = placeholder(2), placeholder(3)
        y = x * x
        z = tf.reduce_sum(y * 2.0)
        assert tf.gradients(z, [unused]) == [None]
        (zero,) = tf.gradients(z, unused, unconnected_gradients="zero")
        assert zero.shape.as_list() == [3]
        assert tf.gradients(z, [x], stop_gradients=[y]) == [None]
        (dx,) = tf.gradients([y, z], x, grad_ys=[y, None])
        assert dx.shape.as_list() == [2]


def test_gradients_of_gradients():
    with tf.Graph().as_default():
        x = placeholder(2, 2)
        (g,) = tf.gradients(tf.reduce_sum(x**3), x)
        (gg,) = tf.gradients(g, x)
        (h,) = tf.hessians(tf.reduce_sum(x**3), x)
    assert gg.shape.as_list() == [2, 2]
    assert h.shape.as_list() == [2, 2, 2, 2]


def test_eagerly_the_tape_is_named():
    x = tf.Variable(3.0)
    for function in (tf.gradients, tf.hessians):
        with pytest.raises(RuntimeError, match="GradientTape"):
            function(x * x, x)
