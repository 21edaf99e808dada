"""What the layout functions refuse, and how."""

from __future__ import annotations

import pytest

import tensortape as tf

Invalid = tf.errors.InvalidArgumentError
x = tf.constant([1.0, 2.0, 3.0])
m = tf.constant([[1.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: tf.reshape(x, [2, 2]), Invalid, "3 values"),
        (lambda: tf.reshape(x, [-1, -1]), Invalid, "not both 0 and 1"),
        (lambda: tf.reshape(x, [2, -1]), Invalid, "multiple of 2"),
        (lambda: tf.reshape(x, [1.5]), Invalid, "int32 or int64"),
        (lambda: tf.transpose(m, [0, 0]), Invalid, "not a permutation"),
        (lambda: tf.transpose(m, [0]), Invalid, "vector of size 2"),
        (lambda: tf.concat([x, m], 0), Invalid, "Ranks"),
        (lambda: tf.concat([x, x], 1), Invalid, "range"),
        (lambda: tf.concat([x, tf.constant([1])], 0), Invalid, "int32"),
        (lambda: tf.stack([x, m]), Invalid, "must match"),
        (lambda: tf.stack([x, x], axis=3), ValueError, "not in range"),
        (lambda: tf.unstack(x, num=2), Invalid, "must equal 2"),
        (lambda: tf.split(x, 2), Invalid, "evenly divide"),
        (lambda: tf.split(x, [1, 1]), Invalid, "Determined shape"),
        (lambda: tf.squeeze(m, 1), Invalid, "expected a dimension of 1"),
        (lambda: tf.expand_dims(x, 3), Invalid, "dim index 3"),
        (lambda: tf.tile(x, [1, 2]), Invalid, "length 1"),
        (lambda: tf.tile(x, [-1]), Invalid, ">= 0"),
        (lambda: tf.pad(x, [[1, -1]]), Invalid, "non-negative"),
        (lambda: tf.pad(x, [[3, 0]], "REFLECT"), Invalid, "less than"),
        (lambda: tf.pad(x, [[1, 1]], "BAD"), ValueError, "BAD"),
        (lambda: tf.repeat(x, [1, 2]), ValueError, "not compatible"),
        (lambda: tf.roll(x, [1, 2], [0]), Invalid, "same size"),
        (lambda: tf.reverse(m, [0, 0]), Invalid, "more than once"),
        (lambda: tf.slice(x, [2], [5]), Invalid, "Expected size"),
        (lambda: tf.broadcast_to(x, [2]), Invalid, "Incompatible shapes"),
        (lambda: tf.meshgrid(x, indexing="zz"), ValueError, "zz"),
        (lambda: tf.ensure_shape(m, [3, None]), Invalid, "not compatible"),
        (
            lambda: tf.space_to_batch(tf.zeros([1, 3, 3, 1]), [2, 2], [[0, 0], [0, 0]]),
            Invalid,
            "divis",
        ),
        (lambda: tf.nn.depth_to_space(tf.zeros([1, 2, 2, 3]), 2), Invalid, "divisible"),
        (lambda: tf.zeros([2, None]), ValueError, "None"),
        (lambda: tf.fill([-1], 1.0), Invalid, "must be >= 0"),
    ],
)
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_refused_operations_are_not_recorded():
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        with pytest.raises(Invalid):
            tf.reshape(v, [3])
        y = tf.reduce_sum(tf.reshape(v, [2, 1]))
    assert tape.gradient(y, v).numpy().tolist() == [1.0, 1.0]
