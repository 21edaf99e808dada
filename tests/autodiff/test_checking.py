"""`check_gradients`: right gradients pass, wrong ones are named, kinks are not misjudged."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

check = tf.autodiff.check_gradients
X = np.random.default_rng(0).normal(size=(3, 2))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tf.sin(x) * x,
        lambda x: tf.nn.softmax(x),
        lambda x: tf.reduce_sum(x) ** 3,
        lambda x: {"a": tf.exp(x), "b": (x @ tf.transpose(x),)},
        lambda x: tf.abs(x),
    ],
)
def test_right_gradients_pass(f):
    verdict = check(f, (X,))
    assert verdict, str(verdict)


def test_float32_and_complex():
    assert check(lambda x: tf.tanh(x), (X.astype(np.float32),))
    z = tf.constant(X[:, 0] + 1j * X[:, 1])
    assert check(lambda z: z * z * tf.math.conj(z), (z,))
    assert check(lambda z: tf.abs(z), (z,))


def test_a_wrong_rule_is_named_with_its_worst_entry():
    @tf.custom_gradient
    def f(x):
        factor = tf.constant([[1.0, 1.0], [1.0, 1.5], [1.0, 1.0]], tf.float64)
        return x**2, lambda upstream: upstream * 2 * x * factor

    verdict = check(f, (X,))
    assert not verdict
    assert verdict.rows[0].entry == "[1, 1]"
    assert "FAIL gradient by argument 0" in str(verdict)


def test_a_wrong_second_derivative_is_found():
    @tf.custom_gradient
    def f(x):
        return tf.sin(x), lambda upstream: upstream * tf.stop_gradient(tf.cos(x))

    verdict = check(f, (X,))
    assert [row.passed for row in verdict.rows] == [True, True, False]
    assert verdict.worst.what == "second order"
    assert check(f, (X,), order=1)


def test_kinks_are_recognised():
    verdict = check(lambda x: tf.nn.relu(x), (np.array([0.0, 1.0, -1.0]),), order=1)
    assert verdict
    assert verdict.rows[0].kinks == 1


def test_a_wrong_slope_at_a_kink_is_still_wrong():
    @tf.custom_gradient
    def f(x):
        return tf.nn.relu(x), lambda upstream: upstream * 7.0

    assert not check(f, (np.array([0.0]),), order=1)


def test_mistakes():
    with pytest.raises(ValueError, match="floating"):
        check(lambda x: x, (tf.constant([1, 2]),))
    with pytest.raises(ValueError, match="no floating result"):
        check(lambda x: tf.cast(x, tf.int32), (X,))
    with pytest.raises(TypeError, match="function"):
        check(3, (X,))


def test_compute_gradient_returns_both_jacobians():
    theory, numbers = tf.test.compute_gradient(
        lambda x, y: x * y, [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    )
    np.testing.assert_allclose(theory[0], np.diag([3.0, 4.0]))
    np.testing.assert_allclose(theory[1], np.diag([1.0, 2.0]))
    for a, b in zip(theory, numbers, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-3)
    with pytest.raises(ValueError, match="list"):
        tf.test.compute_gradient(lambda x: x, tf.constant(1.0))


def test_kink_of_the_slope():
    """At a kink of the function the gradient jumps: no verdict on its derivative there."""
    check = tf.autodiff.check_gradients(tf.abs, (tf.constant([0.0, 1.0], tf.float64),))
    assert check and check.rows[-1].kinks == 1
    assert "kinks" in str(check.rows[-1])


def test_wrong_second_order_is_no_kink():
    @tf.custom_gradient
    def cubed(x):
        def rule(dy):
            return dy * tf.stop_gradient(3.0 * x * x)

        return x**3.0, rule

    assert not tf.autodiff.check_gradients(cubed, (tf.constant([0.5, 1.0], tf.float64),))
