"""`tf.experimental.numpy.random`: the numbers, dtypes and refusals of TensorFlow."""

import numpy as np
import pytest

import tensortape as tf

random = tf.experimental.numpy.random

AFTER_SEED_7 = [
    (
        lambda: random.randn(2, 2),
        "float64",
        [[0.20519252883303313, 0.8614592553089337], [-0.8625686539541282, 0.9763989878548032]],
    ),
    (lambda: random.standard_normal(), "float64", 0.20519252883303313),
    (lambda: random.uniform(1, 5, (2,)), "float64", [3.702524537096669, 1.1488637033600302]),
    (lambda: random.uniform([1, 2], [3.0, 4]), "float64", [2.3512622685483344, 2.074431851680015]),
    (lambda: random.rand(2), "float64", [0.6756311342741672, 0.03721592584000755]),
    (lambda: random.random(), "float64", 0.6756311342741672),
    (lambda: random.poisson(5.0, (2, 2)), "int64", [[4, 4], [3, 4]]),
    (lambda: random.poisson([1.0, 20.0]), "int64", [0, 15]),
    (lambda: random.randint(5, size=4), "int64", [4, 0, 1, 1]),
    (lambda: random.randint(2, 9, 3, dtype=np.int32), "int32", [5, 4, 4]),
]


@pytest.mark.parametrize(("draw", "dtype", "expected"), AFTER_SEED_7)
def test_numbers_are_those_of_tensorflow(draw, dtype, expected):
    random.seed(7)
    numbers = draw()
    assert numbers.dtype.name == dtype
    np.testing.assert_allclose(numbers.numpy(), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: random.uniform(size=3), tf.errors.InvalidArgumentError),
        (lambda: random.random(3), tf.errors.InvalidArgumentError),
        (lambda: random.randint(9, 2, 3), tf.errors.InvalidArgumentError),
        (lambda: random.randint(2, 9, dtype=float), ValueError),
        (lambda: random.randint(2, 9, dtype=np.uint8), ValueError),
        (lambda: random.randint([1, 2], [4, 5]), TypeError),
        (lambda: random.seed("a"), ValueError),
    ],
)
def test_refused(call, error):
    with pytest.raises(error):
        call()


def test_uniform_has_gradients_of_its_bounds():
    low = tf.constant([1.0, 2.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(low)
        y = tf.reduce_sum(random.uniform(low, 4.0))
    g = tape.gradient(y, low).numpy()
    assert ((g > 0) & (g < 1)).all()
