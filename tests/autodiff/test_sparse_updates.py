"""Sparse updates of variables: in place where nobody can see it, never where somebody can."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf


def table(rows=4):
    return tf.Variable(np.arange(rows * 2.0).reshape(rows, 2))


def update(rows=4):
    values = tf.constant([[1.0, 1.0], [2.0, 2.0]], tf.float64)
    return tf.IndexedSlices(values, tf.constant([1, 1]), tf.constant([rows, 2]))


def where(variable):
    return variable._a.__array_interface__["data"][0]


def test_a_table_of_its_own_is_changed_in_place():
    v = table()
    v.assign_add(tf.zeros((4, 2), tf.float64))  # its own array from here on
    before = where(v)
    v.scatter_sub(update())
    assert where(v) == before
    np.testing.assert_array_equal(v.numpy(), [[0, 1], [-1, 0], [4, 5], [6, 7]])


@pytest.mark.parametrize(
    "look",
    [
        lambda v: tf.convert_to_tensor(v),
        lambda v: v.value(),
        lambda v: v.read_value(),
        lambda v: v.numpy(),
        lambda v: np.asarray(v),
        lambda v: tf.identity(v),
        lambda v: tf.reshape(v, [8]),
        lambda v: v[1:],
        lambda v: tf.transpose(v),
        lambda v: tf.Variable(v),
        lambda v: tf.stop_gradient(v),
    ],
)
@pytest.mark.parametrize("method", ["scatter_sub", "scatter_add", "scatter_update", "scatter_max"])
def test_what_was_read_before_keeps_its_value(look, method):
    v = table()
    v.assign_add(tf.zeros((4, 2), tf.float64))
    seen = look(v)
    before = np.array(seen)
    getattr(v, method)(update())
    np.testing.assert_array_equal(np.array(seen), before)
    assert not np.array_equal(v.numpy().ravel(), np.arange(8.0)) or method == "scatter_max"


def test_the_array_given_at_first_is_not_changed():
    given = np.zeros((4, 2))
    v = tf.Variable(given)
    v.scatter_add(update())
    assert not given.any()
    w = tf.Variable(tf.constant(given))
    v.assign(w)
    v.scatter_add(update())
    assert not w.numpy().any()


def test_a_tape_differentiates_at_the_value_of_the_time():
    v = table()
    v.assign_add(tf.zeros((4, 2), tf.float64))
    with tf.GradientTape() as tape:
        y = v * v
    v.scatter_sub(update())
    np.testing.assert_array_equal(tape.gradient(y, v), 2 * np.arange(8.0).reshape(4, 2))


def test_large_tables_on_a_tape():
    v = tf.Variable(np.ones((5000, 2)))
    v.assign_add(tf.ones((5000, 2), tf.float64))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.sin(v))
    expected = np.cos(v.numpy())
    v.scatter_sub(update(5000))
    np.testing.assert_allclose(tape.gradient(y, v), expected)
