"""Ways that are taken for many numbers give what those for few give."""

import numpy as np

import tensortape as tf

X = np.concatenate(
    [np.linspace(-12, 12, 20_001), [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-30]]
).astype(np.float32)


def test_error_function():
    exact = tf.math.erf(X.astype(np.float64)).numpy()
    found = tf.math.erf(X).numpy()
    np.testing.assert_allclose(found, exact, atol=5e-7)
    assert np.abs(found[np.isfinite(found)]).max() == 1.0
    assert found[np.float32(1e-30) == X] > 0


def test_softplus():
    exact = tf.nn.softplus(X.astype(np.float64)).numpy()
    np.testing.assert_allclose(tf.nn.softplus(X).numpy(), exact, rtol=5e-7, atol=1e-30)


def test_complement_of_the_error_function():
    exact = tf.math.erfc(X.astype(np.float64)).numpy()
    np.testing.assert_allclose(tf.math.erfc(X).numpy(), exact, rtol=1e-5, atol=1e-37)


def test_gelu():
    exact = tf.nn.gelu(X.astype(np.float64)).numpy()
    np.testing.assert_allclose(tf.nn.gelu(X).numpy(), exact, rtol=1e-4, atol=1e-36)
