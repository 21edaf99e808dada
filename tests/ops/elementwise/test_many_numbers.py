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


def test_logarithm_of_the_gamma_function():
    parts = [X, np.geomspace(1e-30, 1e30, 5000), 1 + np.linspace(-1e-3, 1 + 1e-3, 5000)]
    x = np.concatenate(parts).astype(np.float32)
    exact = tf.math.lgamma(x.astype(np.float64)).numpy()
    found = tf.math.lgamma(x).numpy()
    np.testing.assert_allclose(found, exact, rtol=6e-7, atol=1e-12)
    assert not np.signbit(found[x == 1]).any()


def test_logarithm_of_the_gamma_function_of_large_and_of_small_numbers():
    for x in (np.linspace(4.1, 90, 5000), np.linspace(0.1, 0.9, 5000)):
        x = x.astype(np.float32)
        exact = tf.math.lgamma(x.astype(np.float64)).numpy()
        np.testing.assert_allclose(tf.math.lgamma(x).numpy(), exact, rtol=6e-7)


def test_softplus():
    exact = tf.nn.softplus(X.astype(np.float64)).numpy()
    np.testing.assert_allclose(tf.nn.softplus(X).numpy(), exact, rtol=5e-7, atol=1e-30)


def test_complement_of_the_error_function():
    exact = tf.math.erfc(X.astype(np.float64)).numpy()
    np.testing.assert_allclose(tf.math.erfc(X).numpy(), exact, rtol=1e-5, atol=1e-37)


def test_gelu():
    exact = tf.nn.gelu(X.astype(np.float64)).numpy()
    np.testing.assert_allclose(tf.nn.gelu(X).numpy(), exact, rtol=1e-4, atol=1e-36)


def test_softmax_of_many_rows():
    for shape in ((300, 1000), (3, 70, 1000), (2, 200_000)):
        x = np.random.default_rng(0).normal(size=shape).astype(np.float32) * 5
        x.reshape(-1)[[0, 5]] = 40, -np.inf
        for function in (tf.nn.softmax, tf.nn.log_softmax):
            exact = function(x.astype(np.float64)).numpy()
            np.testing.assert_allclose(function(x).numpy(), exact, rtol=4e-6, atol=1e-6)
            first = function(x[:1, ..., :100]).numpy()
            np.testing.assert_array_equal(function(np.asfortranarray(x[:1, ..., :100])), first)
