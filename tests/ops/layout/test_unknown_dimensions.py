"""Layout, reductions and gathers of tensors whose first dimension is not known yet."""

from __future__ import annotations

import pytest

import tensortape as tf

CASES = {
    "reshape": (lambda x: tf.reshape(x, [-1, 2, 2]), [None, 2, 2]),
    "reshape by shape": (lambda x: tf.reshape(x, [tf.shape(x)[0], 2, 2]), [None, 2, 2]),
    "transpose": (tf.transpose, [4, None]),
    "concat": (lambda x: tf.concat([x, x], 1), [None, 8]),
    "stack": (lambda x: tf.stack([x, x], 1), [None, 2, 4]),
    "split": (lambda x: tf.split(x, 2)[0], [None, 4]),
    "unstack": (lambda x: tf.unstack(x, axis=1)[0], [None]),
    "repeat": (lambda x: tf.repeat(x, 2, axis=0), [None, 4]),
    "pad": (lambda x: tf.pad(x, [[0, 0], [1, 2]]), [None, 7]),
    "slice": (lambda x: x[1:, 0], [None]),
    "zeros": (lambda x: tf.zeros([tf.shape(x)[0], 3]), [None, 3]),
    "range": (lambda x: tf.range(tf.shape(x)[0]), [None]),
    "sum": (lambda x: tf.reduce_sum(x, 0), [4]),
    "logsumexp": (lambda x: tf.reduce_logsumexp(x, 1), [None]),
    "argmax": (lambda x: tf.argmax(x, 1), [None]),
    "top_k": (lambda x: tf.math.top_k(x, 2).values, [None, 2]),
    "gather": (lambda x: tf.gather(x, tf.argmax(x, 1), batch_dims=1), [None]),
    "boolean_mask": (lambda x: tf.boolean_mask(x, x[:, 0] > 0), [None, 4]),
    "one_hot": (lambda x: tf.one_hot(tf.argmax(x, 1), 4), [None, 4]),
}


@pytest.mark.parametrize("name", CASES)
def test_shape(name):
    function, shape = CASES[name]
    with tf.Graph().as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None, 4])
        assert function(x).shape.as_list() == shape
