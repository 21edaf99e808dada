"""What holds of resizing whatever the numbers are."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(3)
SMOOTH = ("bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


@pytest.mark.parametrize("method", SMOOTH)
@pytest.mark.parametrize("antialias", [False, True])
def test_a_constant_stays_one(method, antialias):
    for size in ([3, 4], [9, 13], [1, 1]):
        y = tf.image.resize(tf.ones([1, 5, 6, 2]), size, method, antialias=antialias)
        np.testing.assert_allclose(y, np.ones((1, *size, 2)), rtol=1e-6)


@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3"])
def test_the_gradient_is_the_transpose(method):
    x, g = RNG.normal(size=(1, 4, 5, 1)), RNG.normal(size=(1, 7, 3, 1)).astype(np.float32)
    v = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = tf.image.resize(v, [7, 3], method)
    back = tape.gradient(y, v, output_gradients=tf.constant(g))
    np.testing.assert_allclose(np.vdot(g, y), np.vdot(back, x), rtol=1e-5)


@pytest.mark.parametrize("method", ["bilinear", "lanczos3"])
def test_nan_stays_where_it_is(method):
    x = np.ones((1, 40, 40, 1), np.float32)
    x[0, 2, 2] = np.nan
    x[0, 37, 37] = np.inf
    y = tf.image.resize(x, [20, 20], method, antialias=True).numpy()[0, ..., 0]
    assert np.isnan(y).any()
    np.testing.assert_allclose(y[10:12, :], np.ones((2, 20)), rtol=1e-5)


def test_jacobian_is_the_weights():
    v = tf.constant(RNG.normal(size=(1, 3, 4, 1)))
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = tf.image.resize(v, [5, 2])
    jacobian = tape.jacobian(y, v).numpy().reshape(10, 12)
    np.testing.assert_allclose(jacobian.sum(1), np.ones(10), rtol=1e-6)
    np.testing.assert_allclose(jacobian @ v.numpy().ravel(), y.numpy().ravel(), rtol=1e-5)


def test_unknown_sizes():
    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)])
    def small(images):
        return tf.image.resize(images, [4, 4], "bicubic")

    for shape in ((1, 7, 5, 3), (2, 3, 9, 3)):
        x = RNG.random(shape).astype(np.float32)
        np.testing.assert_allclose(small(x), tf.image.resize(x, [4, 4], "bicubic"), rtol=1e-6)


def test_gradient_of_float64_images_is_rounded_as_in_tensorflow():
    """Recorded: TensorFlow computes the parts in single precision and adds them in double."""
    x = tf.constant(np.arange(9.0).reshape(1, 3, 3, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.image.resize(x, [5, 4])
    gradient = tape.gradient(y, x)
    assert gradient.dtype == tf.float64
    expected = [
        2.1999999433755875, 1.999999925494194, 2.1999999433755875, 2.474999837577343,
        2.2499998807907104, 2.474999837577343, 2.200000137090683, 2.0000001788139343,
        2.200000137090683,
    ]  # fmt: skip
    np.testing.assert_array_equal(gradient.numpy().ravel(), expected)
