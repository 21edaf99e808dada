"""Positions that need no check in a compiled program: those of arguments, and those of loops."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.xla import assured


def compiled(function, *args):
    concrete = function.get_concrete_function(*args)
    concrete(*args)
    (run,) = concrete.function._executors.values()
    return run.compiled


@tf.function(jit_compile=True)
def words(table, x):
    at = tf.where(x < 0, x + 4, x)
    return tf.gather(table, at) + tf.gather(table, tf.reshape(at, (-1,)))


def test_arguments_are_looked_at_before_the_call():
    table, x = tf.reshape(tf.range(8.0), (4, 2)), tf.constant([0, -1, 3])
    run = compiled(words, table, x)
    assert run._assured.nodes and not run._failures
    np.testing.assert_array_equal(words(table, x), 2 * np.arange(8.0).reshape(4, 2)[[0, 3, 3]])
    for wrong in ([0, 4, 1], [0, -5, 1]):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not in \[0, 4\)"):
            words(table, tf.constant(wrong))


def test_many_positions_are_looked_at_by_the_program():
    table, x = tf.ones((4, 2)), tf.zeros(assured.MOST + 1, tf.int32)
    run = compiled(words, table, x)
    assert not run._assured.nodes and run._failures
    with pytest.raises(tf.errors.InvalidArgumentError):
        words(table, x + 9)


def test_positions_of_variables_stay_checks_of_the_program():
    at = tf.Variable(0)

    @tf.function(jit_compile=True)
    def next_of(table):
        found = tf.gather(table, at)
        at.assign_add(1)
        return found

    table = tf.constant([5.0, 6.0])
    assert [float(next_of(table)), float(next_of(table))] == [5.0, 6.0]
    for _ in range(2):
        with pytest.raises(tf.errors.InvalidArgumentError):
            next_of(table)
    assert int(at) == 2


def powers(w, x, z, trips):
    for i in tf.range(trips):
        x = tf.tanh(tf.linalg.matmul(x, w)) * tf.gather(z, trips - 1 - i)
    return tf.reduce_sum(x**2)


@pytest.mark.parametrize("trips", [1, 3])
def test_loops_know_their_positions_and_keep_what_stays_once(trips):
    w = tf.constant(np.linspace(-1, 1, 9, dtype=np.float32).reshape(3, 3))
    x, z = tf.ones((2, 3)), tf.constant([[1.0], [2.0], [3.0]])

    def slope(w, x, z):
        with tf.GradientTape() as tape:
            tape.watch([w, x])
            y = powers(w, x, z, trips)
        return tape.gradient(y, [w, x], unconnected_gradients="zero")

    plan = tf.function(slope, jit_compile=False)
    xla = tf.function(slope, jit_compile=True)
    for found, wanted in zip(xla(w, x, z), plan(w, x, z), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    assert not compiled(xla, w, x, z)._failures


def test_a_loop_that_leaves_its_array_still_fails():
    @tf.function(jit_compile=True)
    def beyond(x):
        total = tf.constant(0.0)
        for i in tf.range(4):
            total += tf.gather(x, i)
        return total

    assert float(beyond(tf.ones(4))) == 4.0
    with pytest.raises(tf.errors.InvalidArgumentError):
        beyond(tf.ones(3))
