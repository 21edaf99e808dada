"""Optimizers, losses and decaying rates of TensorFlow 1; numbers recorded from TensorFlow."""

import numpy as np
import pytest

import tensortape as tf

train, losses = tf.compat.v1.train, tf.compat.v1.losses
LABELS = np.array([[0, 1], [1, 0], [1, 1]], "f")
GUESSES = np.array([[0.2, 0.7], [0.9, 0.3], [0.5, 2.0]], "f")


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (
            train.GradientDescentOptimizer(0.1),
            [0.512, 1.458, 0.192, 0.216, 0.432],
        ),
        (
            train.MomentumOptimizer(0.1, 0.9),
            [0.062, 0.972, -2.562, -0.54, -1.08],
        ),
        (
            train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
            [-0.10835, 0.65464, -0.91219, -0.4333, -0.86659],
        ),
        (
            train.AdagradOptimizer(0.1),
            [0.7823, 1.7777, 2.77438, 0.78092, 1.77594],
        ),
        (
            train.AdamOptimizer(0.1),
            [0.70159, 1.70062, 2.70038, 0.70159, 1.70062],
        ),
        (
            train.RMSPropOptimizer(0.1),
            [0.57452, 1.54464, 2.29816, 0.45231, 1.33822],
        ),
        (
            train.RMSPropOptimizer(0.1, momentum=0.5, centered=True),
            [0.36832, 1.31987, 1.87647, 0.16468, 0.95372],
        ),
    ],
)  # fmt: skip
def test_three_steps(optimizer, expected):
    x, e = tf.Variable([1.0, 2.0, 3.0]), tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    steps = tf.Variable(0)
    for _ in range(3):
        optimizer.minimize(
            lambda: (
                tf.reduce_sum(x**2 * [1.0, 0.5, 3.0]) + tf.reduce_sum(tf.gather(e, [0, 0]) ** 2)
            ),
            global_step=steps,
        )
    np.testing.assert_allclose([*x.numpy(), *e[0].numpy()], expected, atol=2e-5)
    assert e[1].numpy().tolist() == [3.0, 4.0]
    assert int(steps) == 3


def test_slots():
    optimizer, x = train.AdamOptimizer(0.1), tf.Variable([1.0])
    optimizer.minimize(lambda: x * x)
    assert optimizer.get_slot_names() == ["m", "v"]
    assert optimizer.get_slot(x, "m").numpy() == pytest.approx([0.2])
    assert len(optimizer.variables()) == 2


def test_losses():
    weights = [[1.0], [0.0], [2.0]]
    found = {
        "mean_squared_error": losses.mean_squared_error(LABELS, GUESSES, weights),
        "absolute_difference": losses.absolute_difference(LABELS, GUESSES, weights),
        "smoothed": losses.softmax_cross_entropy(LABELS, GUESSES, label_smoothing=0.1),
        "sigmoid": losses.sigmoid_cross_entropy(LABELS, GUESSES, label_smoothing=0.1),
        "sparse": losses.sparse_softmax_cross_entropy([0, 1, 1], GUESSES),
        "cosine": losses.cosine_distance(LABELS, GUESSES, axis=1),
    }
    expected = {
        "mean_squared_error": 0.6575,
        "absolute_difference": 0.875,
        "smoothed": 0.92475015,
        "sigmoid": 0.52963984,
        "sparse": 0.73765945,
        "cosine": -0.36666664,
    }
    assert {k: float(v) for k, v in found.items()} == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: losses.mean_squared_error(LABELS, GUESSES[:2]), ValueError),
        (lambda: losses.mean_squared_error(None, GUESSES), ValueError),
        (lambda: losses.mean_squared_error(LABELS, GUESSES, [1.0, 2.0]), ValueError),
        (lambda: losses.mean_squared_error(LABELS, GUESSES, reduction="x"), ValueError),
        (lambda: train.AdamOptimizer().minimize(tf.constant(1.0)), RuntimeError),
        (lambda: train.AdagradOptimizer(0.1, 0.0), ValueError),
    ],
)
def test_wrong_arguments(wrong, error):
    with pytest.raises(error):
        wrong()


def test_rates():
    step = tf.Variable(15)
    rates = [
        train.exponential_decay(0.1, step, 10, 0.5),
        train.exponential_decay(0.1, step, 10, 0.5, staircase=True),
        train.polynomial_decay(0.1, step, 20, 0.01, power=2.0),
        train.polynomial_decay(0.1, step, 10, 0.01, cycle=True),
        train.piecewise_constant(step, [10, 20], [1.0, 0.5, 0.1]),
    ]
    values = [float(rate()) for rate in rates]
    np.testing.assert_allclose(values, [0.035355, 0.05, 0.015625, 0.0325, 0.5], atol=1e-6)
