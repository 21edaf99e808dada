"""`tf.recompute_grad`: gradients as without it, and memory for the arguments only."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf


def layer(x, w):
    h = tf.matmul(x, w)
    return tf.tanh(h) * tf.sigmoid(h) + x


@pytest.fixture
def stack():
    rng = np.random.default_rng(0)
    weights = [tf.Variable(rng.normal(size=(64, 64)) / 8) for _ in range(20)]
    return tf.constant(rng.normal(size=(200, 64))), weights


def run(x, weights, wrap):
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = x
        for w in weights:
            h = wrap(lambda h, w=w: layer(h, w))(h)
        y = tf.reduce_mean(h * h)
    held = sum(row["bytes"] for row in tape.memory())
    return tape.gradient(y, [x, *weights]), held


def test_same_gradients_for_a_fraction_of_the_memory(stack):
    plain, held = run(*stack, lambda f: f)
    again, held_again = run(*stack, tf.recompute_grad)
    for a, b in zip(plain, again, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    values = 200 * 64 * 8
    weights = 20 * 64 * 64 * 8
    assert held > 20 * 3 * values
    assert held_again < 23 * values + weights


def test_blocks_within_blocks(stack):
    x, weights = stack

    def block(h):
        for w in weights[:5]:
            h = tf.recompute_grad(lambda h, w=w: layer(h, w))(h)
        return h

    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.recompute_grad(block)(x))
    again = tape.gradient(y, weights[:5])
    with tf.GradientTape() as tape:
        h = x
        for w in weights[:5]:
            h = layer(h, w)
        y = tf.reduce_sum(h)
    for a, b in zip(tape.gradient(y, weights[:5]), again, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_the_same_argument_twice():
    f = tf.recompute_grad(lambda x, y: x * x * y)
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, x)
    assert float(tape.gradient(y, x)) == 27.0


def test_the_same_variable_twice_and_inside():
    v = tf.Variable(3.0)
    f = tf.recompute_grad(lambda x, y: x * x * y * v)
    with tf.GradientTape() as tape:
        y = f(v, v)
    assert float(tape.gradient(y, v)) == 4 * 27.0


def test_tensors_by_keyword_and_in_nests():
    f = tf.recompute_grad(lambda pair, *, scale, power: (pair["a"] + pair["b"]) ** power * scale)
    a, b, s = (tf.Variable(v) for v in (1.0, 2.0, 5.0))
    with tf.GradientTape() as tape:
        pair = {"a": a * 1.0, "b": b * 1.0}
        y = f(pair, scale=s * 1.0, power=2)
    assert [float(g) for g in tape.gradient(y, [a, b, s])] == [30.0, 30.0, 9.0]


def test_second_order():
    f = tf.recompute_grad(lambda x: x**4)
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(x)
        g = inner.gradient(y, x)
    assert (float(g), float(outer.gradient(g, x))) == (32.0, 48.0)


def test_jacobian_and_forward_mode():
    f = tf.recompute_grad(lambda x: tf.sin(x) * x[::-1])
    plain = f.__wrapped__
    x = tf.constant([1.0, 2.0, 3.0])
    np.testing.assert_allclose(
        tf.autodiff.jacobian(f, x), tf.autodiff.jacobian(plain, x), rtol=1e-6
    )
    t = tf.constant([1.0, 0.0, 2.0])
    np.testing.assert_allclose(
        tf.autodiff.jvp(f, (x,), (t,))[1], tf.autodiff.jvp(plain, (x,), (t,))[1], rtol=1e-6
    )


def test_integer_and_other_arguments():
    f = tf.recompute_grad(lambda x, i, mode: tf.gather(x, i) * (2.0 if mode == "double" else 1.0))
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = f(x, tf.constant([0, 2]), "double")
    np.testing.assert_array_equal(tf.convert_to_tensor(tape.gradient(y, x)), [2.0, 0.0, 2.0])


def test_an_argument_that_is_not_used():
    f = tf.recompute_grad(lambda x, y: x * 2.0)
    x, y = tf.Variable(1.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        z = f(x, y)
    gx, gy = tape.gradient(z, [x, y])
    assert float(gx) == 2.0
    assert gy is None


def test_exceptions_leave_nothing_behind():
    f = tf.recompute_grad(lambda x: {}["missing"])
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        with pytest.raises(KeyError):
            f(x)
        y = x * 3.0
    assert float(tape.gradient(y, x)) == 3.0
