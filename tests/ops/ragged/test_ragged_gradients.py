"""Derivatives through ragged tensors, against the same written row by row with dense ones."""

import numpy as np
import pytest

import tensortape as tf

LENGTHS = [2, 0, 3, 1]
FLAT = np.array([0.3, -1.2, 0.7, 2.1, -0.4, 1.5])


def rows_of(x):
    return tf.split(x, LENGTHS)


def stacked(values):
    return tf.stack(list(values))


PROGRAMS = {
    "sum of rows": (
        lambda r, x: tf.reduce_sum(tf.sin(r), 1),
        lambda x: stacked(tf.reduce_sum(tf.sin(row)) for row in rows_of(x)),
    ),
    "products of rows": (
        lambda r, x: tf.reduce_prod(r, 1),
        lambda x: stacked(tf.reduce_prod(row) for row in rows_of(x)),
    ),
    "largest of rows": (
        lambda r, x: tf.reduce_max(r, 1)[2:],
        lambda x: stacked(tf.reduce_max(row) for row in rows_of(x)[2:]),
    ),
    "squares by a column": (
        lambda r, x: (r * r / [[1.0], [2.0], [3.0], [4.0]]).flat_values,
        lambda x: tf.concat([row**2 / (i + 1.0) for i, row in enumerate(rows_of(x))], 0),
    ),
    "first of rows": (
        lambda r, x: tf.exp(r[:, :1]).flat_values,
        lambda x: tf.concat([tf.exp(row[:1]) for row in rows_of(x)], 0),
    ),
    "chosen rows": (
        lambda r, x: tf.gather(r * r, [2, 2, 0]).flat_values,
        lambda x: tf.concat([rows_of(x)[i] ** 2 for i in (2, 2, 0)], 0),
    ),
    "padded": (
        lambda r, x: tf.reduce_sum(r.to_tensor() ** 3),
        lambda x: tf.reduce_sum(x**3),
    ),
    "joined": (
        lambda r, x: tf.reduce_sum(tf.concat([r, 2.0 * r], 1) ** 2, 1),
        lambda x: stacked(5.0 * tf.reduce_sum(row**2) for row in rows_of(x)),
    ),
    "softmax": (
        lambda r, x: tf.nn.softmax(r).flat_values,
        lambda x: tf.concat([tf.nn.softmax(row) for row in rows_of(x) if row.shape[0]], 0),
    ),
    "mean over columns": (
        lambda r, x: tf.reduce_mean(tf.square(r), axis=0),
        lambda x: stacked(
            [(x[0] ** 2 + x[2] ** 2 + x[5] ** 2) / 3, (x[1] ** 2 + x[3] ** 2) / 2, x[4] ** 2]
        ),
    ),
}


def derivatives(function):
    """Value, Jacobian, second derivatives of the sum, and a directional derivative."""
    x = tf.constant(FLAT)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = function(x)
            total = tf.reduce_sum(tf.sin(value))
        first = tf.convert_to_tensor(inner.gradient(total, x))
    second = tf.convert_to_tensor(outer.gradient(first, x, output_gradients=tf.cos(x)))
    with tf.autodiff.ForwardAccumulator(x, tf.sin(x)) as accumulator:
        again = function(x)
    return value, first, second, accumulator.jvp(again)


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_are_those_of_the_rows(name):
    ragged, dense = PROGRAMS[name]
    ours = derivatives(lambda x: ragged(tf.RaggedTensor.from_row_lengths(x, LENGTHS), x))
    for mine, wanted in zip(ours, derivatives(dense), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-12)


def test_a_ragged_tensor_is_watched_and_differentiated():
    r = tf.RaggedTensor.from_row_lengths(tf.constant(FLAT), LENGTHS)
    with tf.GradientTape() as tape:
        tape.watch(r)
        y = r * r
    gradient = tape.gradient(y, r)
    assert gradient.row_lengths().numpy().tolist() == LENGTHS
    np.testing.assert_allclose(gradient.flat_values, 2 * FLAT)


def test_rows_of_one_length_repeat_and_others_must_agree():
    r = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with pytest.raises(tf.errors.InvalidArgumentError):
        r + tf.ragged.constant([[1.0], [3.0]])
    assert (r + tf.constant([[10.0], [20.0]])).to_list() == [[11.0, 12.0], [23.0]]


def test_the_refusal_of_a_plain_call_stands():
    with pytest.raises(TypeError):
        tf.add("a")
    with pytest.raises((TypeError, tf.errors.InvalidArgumentError)):
        tf.add(tf.constant(1.0), tf.constant(1))
    with pytest.raises(ValueError, match="unsupported type"):
        tf.linalg.inv(tf.ragged.constant([[1.0]]))
