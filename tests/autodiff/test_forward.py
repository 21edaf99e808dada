"""``tf.autodiff.ForwardAccumulator``: products along a direction, nesting, exceptions."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

Accumulator = tf.autodiff.ForwardAccumulator


@pytest.fixture
def x():
    return tf.constant(2.0)


@pytest.fixture
def d():
    return tf.constant(1.0)


def test_product():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Accumulator(x, tf.constant([[1.0, 0.0], [0.0, 0.0]])) as acc:
        y = tf.matmul(x, x)
        z = tf.reduce_sum(y, axis=1)
    np.testing.assert_allclose(acc.jvp(y), [[2.0, 2.0], [3.0, 0.0]])
    np.testing.assert_allclose(acc.jvp([z])[0], [4.0, 3.0])


def test_rule_by_transposition():
    """Softmax has a backward rule only."""
    x = tf.constant([[0.1, -0.2, 0.5]], tf.float64)
    t = tf.constant([[1.0, 2.0, -1.0]], tf.float64)
    with Accumulator(x, t) as acc:
        y = tf.nn.softmax(x)
    p = y.numpy()
    np.testing.assert_allclose(acc.jvp(y), p * (t.numpy() - (p * t.numpy()).sum()), rtol=1e-12)


def test_forward_over_backward(x, d):
    with Accumulator(x, d) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x * x
        g = tape.gradient(y, x)
    assert float(acc.jvp(g)) == 12.0


def test_backward_over_forward(x, d):
    with tf.GradientTape() as tape:
        tape.watch(x)
        with Accumulator(x, d) as acc:
            y = x * x * x
        j = acc.jvp(y)
    assert float(tape.gradient(j, x)) == 12.0


def test_backward_over_transposed_rule():
    x = tf.constant([0.1, -0.2, 0.5], tf.float64)
    t = tf.constant([1.0, 2.0, -1.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with Accumulator(x, t) as acc:
            y = tf.nn.softmax(x)
        j = tf.reduce_sum(acc.jvp(y) * tf.constant([1.0, 0.0, 0.0], tf.float64))
    got = tape.gradient(j, x)
    e = 1e-6

    def at(v):
        with Accumulator(v, t) as acc:
            y = tf.nn.softmax(v)
        return acc.jvp(y).numpy()[0]

    steps = np.eye(3) * e
    want = [(at(x + s) - at(x - s)) / (2 * e) for s in steps]
    np.testing.assert_allclose(got, want, rtol=1e-7)


def test_tape_inside_does_not_see_tangents(x, d):
    with Accumulator(x, d) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x * x
        j = acc.jvp(y)
    assert float(j) == 12.0
    assert tape.gradient(j, x) is None


def test_nested(x, d):
    with Accumulator(x, d) as first, Accumulator(x, d) as second:
        with Accumulator(x, d) as third:
            y = x**4
            j = third.jvp(y)
        k = second.jvp(j)
    assert float(j) == 32.0
    assert float(k) == 48.0
    assert float(first.jvp(k)) == 48.0
    assert second.jvp(first.jvp(y)) is None


def test_enter_again(x, d):
    with Accumulator(x, d) as acc:
        y = x * x
    with acc:
        z = y * x
    assert float(acc.jvp(z)) == 12.0
    with pytest.raises(ValueError, match="already recording"), acc, acc:
        pass


def test_variable():
    v = tf.Variable([1.0, 2.0])
    with Accumulator(v, tf.constant([1.0, 0.0])) as acc:
        y = v * v
        v.assign(v * 3.0)
        z = v * v
    np.testing.assert_allclose(acc.jvp(y), [2.0, 0.0])
    np.testing.assert_allclose(acc.jvp(z), [6.0, 0.0])
    np.testing.assert_allclose(acc.jvp(v), [1.0, 0.0])


def test_unconnected(x, d):
    with Accumulator(x, d) as acc:
        y = tf.constant(3.0) * 2
        whole = tf.cast(x, tf.int32)
        stopped = tf.stop_gradient(x * x)
        after = x * 1
    late = x * x
    assert acc.jvp(y) is None
    assert float(acc.jvp(y, unconnected_gradients="zero")) == 0.0
    assert acc.jvp(whole) is None
    assert int(acc.jvp(whole, unconnected_gradients="zero")) == 0
    assert acc.jvp(stopped) is None
    assert acc.jvp(late) is None
    found = acc.jvp([y, {"a": after}, x])
    assert found[0] is None and float(found[1]["a"]) == 1.0 and float(found[2]) == 1.0


def test_custom_gradient_with_a_rule_only(x, d):
    @tf.custom_gradient
    def sine(x):
        return np.sin(x.numpy()), lambda g: g * tf.cos(x)

    with Accumulator(x, d) as acc:
        y = sine(x)
    assert float(acc.jvp(y)) == pytest.approx(np.cos(2.0))


def test_custom_gradient_of_operations(x, d):
    """What was computed by operations has tangents of its own, as in TensorFlow."""

    @tf.custom_gradient
    def f(x):
        return (x * x, np.sin(x.numpy())), lambda g, h: g * 10.0 + h * 7.0

    with Accumulator(x, d) as acc:
        y, z = f(x)
    assert (float(acc.jvp(y)), float(acc.jvp(z))) == (4.0, 7.0)


def test_complex():
    z = tf.constant(1 + 1j, tf.complex64)
    with Accumulator(z, tf.constant(1j, tf.complex64)) as acc:
        y, c, r, e = z * z, tf.math.conj(z), tf.abs(z), tf.exp(z)
    np.testing.assert_allclose(acc.jvp(y), -2 + 2j)
    np.testing.assert_allclose(acc.jvp(c), -1j)
    np.testing.assert_allclose(acc.jvp(r), 0.70710677, rtol=1e-6)
    np.testing.assert_allclose(acc.jvp(e), -2.2873551845550537 + 1.4686938524246216j, rtol=1e-6)


def test_errors(x, d):
    with pytest.raises(ValueError, match="multiple times"):
        Accumulator([x, x], [d, d])
    with pytest.raises(ValueError, match="structure"):
        Accumulator([x], [d, d])
    with pytest.raises(ValueError, match="dtype"):
        Accumulator(x, tf.constant(1, tf.float64))
    with pytest.raises(ValueError):
        Accumulator([x, d], [d, None])
    p = tf.constant([1.0, 2.0])
    wrong = Accumulator(p, tf.constant([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="expected to be of shape"), wrong:
        p * p


def test_jvp_equals_jacobian_product():
    rng = np.random.default_rng(1)
    x = tf.constant(rng.normal(size=(3, 4)))
    t = tf.constant(rng.normal(size=(3, 4)))
    with tf.GradientTape() as tape, Accumulator(x, t) as acc:
        tape.watch(x)
        y = tf.reduce_max(tf.tanh(x @ tf.transpose(x)), axis=0) + tf.gather(x, [0, 2], axis=1)[:, 0]
    want = np.einsum("iab,ab->i", tape.jacobian(y, x).numpy(), t.numpy())
    np.testing.assert_allclose(acc.jvp(y), want, rtol=1e-10)
