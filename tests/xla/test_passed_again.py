"""A tensor that is passed to compiled functions again is known to XLA; nobody can tell."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import tensortape as tf

WIDE = np.array([2**40 + 1, -3, 7], np.int64)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(40_000, dtype=np.float32).reshape(200, 200),
        np.arange(40_001, dtype=np.float32)[1:],
        WIDE,
        np.array([1.0, np.pi, 1e300]),
        np.array([True, False]),
        np.array(3.5, np.float32),
        np.array([1 + 2j], np.complex128),
        np.zeros((0, 3), np.float32),
    ],
)
def test_results_stay_the_same(values):
    f = tf.function(lambda x: (x, tf.stack([x, x])), jit_compile=True)
    x = tf.constant(values)
    for _ in range(4):
        same, twice = f(x)
        assert same.dtype == twice.dtype == x.dtype
        np.testing.assert_array_equal(same.numpy(), values)
        np.testing.assert_array_equal(twice.numpy(), np.stack([values, values]))
    np.testing.assert_array_equal(x.numpy(), values)


def test_it_can_be_used_for_everything_else():
    f = tf.function(lambda x: tf.reduce_sum(x * x), jit_compile=True)
    x = tf.random.stateless_normal((300, 300), (1, 2))
    before = x.numpy().copy()
    for _ in range(3):
        f(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), 2 * before, rtol=1e-6)
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x)), x + 0):
        np.testing.assert_array_equal(other.numpy(), before)
        assert float(f(other)) == float(f(x))


def test_a_result_can_be_passed():
    w = tf.Variable(tf.ones((200, 200)))

    @tf.function(jit_compile=True)
    def step(x):
        w.assign_add(x)
        return w.read_value()

    x = tf.ones((200, 200))
    for k in range(4):
        y = step(x)
        for _ in range(3):
            total = tf.function(lambda t: tf.reduce_sum(t), jit_compile=True)(y)
            assert float(total) == 40_000 * (k + 2)
    np.testing.assert_array_equal(x.numpy(), np.ones((200, 200)))


def test_one_function_may_be_on_xla_and_another_on_the_plan():
    x = tf.ones((100, 300))
    fast = tf.function(lambda t: 2 * t, jit_compile=True)
    slow = tf.function(lambda t: 3 * t, jit_compile=False)
    for _ in range(4):
        assert float(tf.reduce_sum(fast(x) + slow(x))) == 5 * 30_000


def test_positions_out_of_range_are_refused_each_time():
    table = tf.Variable(tf.ones((10, 4)))

    @tf.function(jit_compile=True)
    def step(ids):
        table.assign_add(tf.ones((10, 4)))
        return tf.gather(table, ids)

    bad, good = tf.constant([3, 10]), tf.constant([3, 9])
    for _ in range(3):
        step(good)
        with pytest.raises(tf.errors.InvalidArgumentError):
            step(bad)
    np.testing.assert_array_equal(table.numpy(), np.full((10, 4), 4.0))
