"""What random functions refuse, and what they tell tapes."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

Invalid = tf.errors.InvalidArgumentError

BAD = [
    (lambda: tf.random.uniform(3), Invalid, "must be a vector"),
    (lambda: tf.random.uniform([-1]), Invalid, "Dimension -1 must be >= 0"),
    (lambda: tf.random.uniform([2.5]), Invalid, "not in the list of allowed values"),
    (lambda: tf.random.uniform(None), ValueError, "None"),
    (lambda: tf.random.uniform([2], dtype=tf.uint8), ValueError, "Accepted dtypes"),
    (lambda: tf.random.uniform([2], dtype=tf.int32), ValueError, "Must specify maxval"),
    (lambda: tf.random.uniform([2], 5, 5, tf.int32), Invalid, "Need minval < maxval, got 5 >= 5"),
    (lambda: tf.random.uniform([2], [1, 2], 3, tf.int32), Invalid, "minval must be 0-D"),
    (lambda: tf.random.uniform([2], seed="a"), TypeError, "integer"),
    (lambda: tf.random.normal([2], dtype=tf.int32), TypeError, "int32"),
    (lambda: tf.random.normal([2], mean=tf.constant(1)), ValueError, "mean"),
    (lambda: tf.random.normal([2], mean=[1.0, 2.0, 3.0]), Invalid, "shapes"),
    (lambda: tf.random.categorical([1.0, 2.0], 3), Invalid, "should be a matrix"),
    (lambda: tf.random.categorical([[1.0]], -3), Invalid, "non-negative, got -3"),
    (lambda: tf.random.categorical([[1.0]], 3, dtype=tf.float32), ValueError, "Accepted dtypes"),
    (lambda: tf.random.stateless_uniform([2], [1]), Invalid, r"seed must have shape \[2\]"),
    (lambda: tf.random.stateless_uniform([2], [1.0, 2.0]), Invalid, "int32, int64"),
    (lambda: tf.random.stateless_uniform([2], [1, 2], alg="nope"), ValueError, "philox"),
    (lambda: tf.random.stateless_uniform([2], [1, 2], alg=2.5), TypeError, "alg"),
    (
        lambda: tf.random.stateless_uniform([2], [1, 2], None, 3, tf.int32),
        ValueError,
        "both None or not None",
    ),
    (
        lambda: tf.random.stateless_uniform([2], [1, 2], 1, 3, tf.uint32),
        ValueError,
        "unsigned integers",
    ),
    (lambda: tf.random.stateless_gamma([2], [1, 2], [1.0, 2.0, 3.0]), Invalid, "must end with"),
    (
        lambda: tf.random.stateless_parameterized_truncated_normal([2], [1, 2], minvals=3.0),
        Invalid,
        "Invalid parameters",
    ),
    (
        lambda: tf.random.experimental.index_shuffle(tf.zeros([1, 2], tf.int32), [1, 2], 3),
        Invalid,
        "vector",
    ),
    (lambda: tf.random.experimental.index_shuffle([1, 5], [1, 2], 3), Invalid, "max_index"),
    (lambda: tf.random.Generator.from_seed(1, "nope"), ValueError, "threefry"),
    (lambda: tf.random.Generator.from_state([1, 2], "philox"), ValueError, "incompatible"),
    (
        lambda: tf.random.Generator.from_seed(1, "threefry").normal([2]),
        tf.errors.UnimplementedError,
        "ThreeFry",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "shape", [[2, 1], (2, 1), tf.TensorShape([2, 1]), np.array([2, 1]), tf.constant([2, 1])]
)
def test_shapes_in_every_form(shape):
    assert tf.random.normal(shape).shape == (2, 1)


def test_parameters_are_differentiable():
    mean, spread = tf.constant([1.0, 2.0]), tf.constant(3.0)
    tf.random.set_seed(1)
    standard = tf.random.normal([2]).numpy()
    tf.random.set_seed(1)
    with tf.GradientTape() as tape:
        tape.watch([mean, spread])
        y = tf.random.normal([2], mean, spread)
    by_mean, by_spread = tape.gradient(y, [mean, spread])
    np.testing.assert_allclose(by_mean, [1.0, 1.0])
    np.testing.assert_allclose(by_spread, standard.sum(), rtol=1e-6)


def test_draws_themselves_are_constants():
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.random.shuffle(x) * 2.0
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize("alpha", [0.3, 1.0, 4.0, 60.0])
def test_gamma_gradient_is_that_of_the_quantile(alpha):
    from scipy.special import gammainc, gammaincinv

    a = tf.constant(alpha, tf.float64)
    tf.random.set_seed(3)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.random.gamma([], a, dtype=tf.float64)
    step = 1e-6 * alpha
    p = gammainc(alpha, float(y))
    wanted = (gammaincinv(alpha + step, p) - gammaincinv(alpha - step, p)) / (2 * step)
    np.testing.assert_allclose(tape.gradient(y, a), wanted, rtol=1e-6)


def test_bounded_normal_gradient_is_that_of_the_quantile():
    """In TensorFlow mean and deviation move the sample as if the bounds moved with them."""
    from scipy.special import ndtr, ndtri

    def quantile(p, m, s, low, high):
        bottom, top = ndtr((low - m) / s), ndtr((high - m) / s)
        return m + s * ndtri(bottom + p * (top - bottom))

    values = (0.3, 1.5, -0.5, 2.5)
    inputs = [tf.constant(v, tf.float64) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = tf.random.stateless_parameterized_truncated_normal([], [1, 2], *inputs)
    m, s, low, high = values
    bottom, top = ndtr((low - m) / s), ndtr((high - m) / s)
    p = (ndtr((float(y) - m) / s) - bottom) / (top - bottom)
    gradients = tape.gradient(y, inputs)
    np.testing.assert_allclose(gradients[:2], [1.0, (float(y) - m) / s])
    for i in (2, 3):
        up, down = list(values), list(values)
        up[i] += 1e-6
        down[i] -= 1e-6
        wanted = (quantile(p, *up) - quantile(p, *down)) / 2e-6
        np.testing.assert_allclose(gradients[i], wanted, rtol=1e-6)


def test_building_a_graph_leaves_the_streams_alone():
    tf.random.set_seed(1)
    expected = [tf.random.uniform([2]).numpy() for _ in range(2)]
    tf.random.set_seed(1)
    first = tf.random.uniform([2]).numpy()
    with tf.Graph().as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None, 3])
        assert tf.random.normal(tf.shape(x)).shape.as_list() == [None, 3]
        assert tf.random.shuffle(x).shape.as_list() == [None, 3]
        assert tf.random.gamma([2], tf.exp(x)).shape.as_list() == [2, None, 3]
        assert tf.random.stateless_uniform(tf.shape(x), [1, 2]).shape.as_list() == [None, 3]
        assert tf.get_static_value(tf.random.uniform([2])) is None
        assert tf.random.uniform([2]).shape == (2,)
    np.testing.assert_array_equal([first, tf.random.uniform([2]).numpy()], expected)


def test_a_seed_scope_numbers_operations_and_goes_on_when_replayed():
    from tensortape.core.random_state import SeedScope, seed_scope

    tf.random.set_seed(5)
    scope = SeedScope(5)
    runs = []
    for _ in range(2):
        scope.replay()
        with seed_scope(scope):
            runs.append([tf.random.uniform([2]).numpy(), tf.random.uniform([2], seed=3).numpy()])
    # What tf.function gives for the two calls of a function with these operations.
    np.testing.assert_allclose(runs[0], [[0.18286479, 0.68998957], [0.2886784, 0.6889242]])
    np.testing.assert_allclose(runs[1], [[0.9363872, 0.651327], [0.50560665, 0.73339117]])
