"""Keras models: the weights and heads that have no gradient."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

import tensortape as tf
from tensortape.examine import Reason

if importlib.util.find_spec("keras") is None:
    pytest.skip("Keras is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def keras() -> Any:
    return tf.keras


def test_an_unused_layer_and_a_moving_average(keras: Any) -> None:
    trunk, used, unused = (keras.layers.Dense(2, name=n) for n in "abc")
    norm = keras.layers.BatchNormalization()
    x = tf.ones((3, 2))
    unused.build((None, 2))
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(used(norm(tf.tanh(trunk(x)), training=False))))
        weights = [used.kernel, unused.kernel, norm.moving_mean]
        tape.gradient(loss, weights)
    assert not ex.why(loss, used.kernel)
    found = ex.why(loss, unused.kernel)
    assert found.reason is Reason.UNUSED_WEIGHT
    assert "c/kernel" in found.message
    assert ex.why(loss, norm.moving_mean).reason is Reason.NOT_TRAINABLE


def test_the_output_of_another_call_of_a_layer(keras: Any) -> None:
    layer, head = keras.layers.Dense(2), keras.layers.Dense(1)
    x = tf.ones((3, 2))
    layer(x)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = head(layer(x))
            features = layer(x)
        tape.gradient(y, features)
    assert ex.why(y, features).reason is Reason.RECOMPUTED


def test_fit_raises_no_alarm(keras: Any) -> None:
    model = keras.Sequential([keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    with tf.examine() as ex:
        model.fit(tf.random.normal((16, 3)), tf.ones((16, 1)), verbose=0)
    assert not ex.journal.failed
    assert ex.alarms() == []
