"""`tf.compat.v1.nn.fused_batch_norm`: the last four numbers of TensorFlow 2.21's results."""

import numpy as np
import pytest

import tensortape as tf

fused_batch_norm = tf.compat.v1.nn.fused_batch_norm
X = tf.reshape(tf.range(16.0), [2, 2, 2, 2]) ** 1.5
SCALE, OFFSET = tf.constant([1.0, 2.0]), tf.constant([0.5, -0.5])
KEPT = {"mean": tf.constant([3.0, 4.0]), "variance": tf.constant([9.0, 16.0])}
TRAINED = [1.62322, 1.73729, 2.23503, 2.91448]


def last(tensors):
    return [np.ravel(t)[-4:] for t in tensors]


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, [TRAINED, [21.716, 25.54332], [357.04626, 415.47305]]),
        (
            KEPT | {"exponential_avg_factor": 0.9},
            [TRAINED, [19.8444, 23.38898], [322.24164, 375.52576]],
        ),
        (
            KEPT | {"is_training": False},
            [[13.35569, 20.93541, 16.96015, 26.54653], [3.0, 4.0], [9.0, 16.0]],
        ),
    ],
)
def test_results(options, expected):
    for found in (
        fused_batch_norm(X, SCALE, OFFSET, **options),
        tf.function(lambda x: fused_batch_norm(x, SCALE, OFFSET, **options))(X),
    ):
        for a, b in zip(last(found), expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-5)
    turned = tf.transpose(X, [0, 3, 1, 2])
    other = fused_batch_norm(turned, SCALE, OFFSET, data_format="NCHW", **options)[0]
    back = tf.transpose(other, [0, 2, 3, 1])
    np.testing.assert_allclose(last([back])[0], expected[0], rtol=2e-5)


@pytest.mark.parametrize(
    "options, expected",
    [
        (
            {},
            [[1.05954, -0.51335, -1.9125, -2.87041], [-1.12158, -2.54311], [-1.71972, 1.24667]],
        ),
        (
            KEPT | {"is_training": False},
            [[8.64303, -5.6987, -14.6595, -26.52607], [-17.33588, -5.40771], [-1.71972, 1.24667]],
        ),
    ],
)
def test_gradients(options, expected):
    with tf.GradientTape() as tape:
        tape.watch([X, SCALE, OFFSET])
        y = fused_batch_norm(X, SCALE, OFFSET, **options)[0]
        loss = tf.reduce_sum(y * tf.cos(X))
    for a, b in zip(last(tape.gradient(loss, [X, SCALE, OFFSET])), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16])
def test_narrow_images(dtype):
    y, mean, _ = fused_batch_norm(tf.cast(X, dtype), SCALE, OFFSET)
    assert (y.dtype, mean.dtype) == (dtype, tf.float32)


def test_refusals():
    invalid = tf.errors.InvalidArgumentError
    for options in ({"is_training": False}, {"exponential_avg_factor": 0.5}):
        with pytest.raises(ValueError, match="Both `mean` and `variance`"):
            fused_batch_norm(X, SCALE, OFFSET, **options)
    with pytest.raises(invalid):
        fused_batch_norm(X, SCALE, OFFSET, data_format="XX")
    with pytest.raises(invalid):
        fused_batch_norm(tf.ones([2, 2]), SCALE, OFFSET)
    with pytest.raises(invalid):
        fused_batch_norm(X, tf.ones([3]), OFFSET)
    with pytest.raises(invalid):
        fused_batch_norm(*[tf.cast(t, tf.float64) for t in (X, SCALE, OFFSET)])
