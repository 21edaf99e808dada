"""Flows to look at: of a few lines, of a convolutional model, of five thousand operations."""

from __future__ import annotations

from typing import Any

import numpy as np

import tensortape as tf


def activation(z: Any) -> Any:
    return tf.tanh(z) * tf.sigmoid(z)


def small_flow(name: str = "x") -> Any:
    """Two scopes, a function, a branch without a gradient."""
    x, w, b = tf.Variable([1.5, 2.5], name=name), tf.Variable(2.0), tf.Variable(0.5)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            with tf.name_scope("layer"):
                h = x * w + b
                a = activation(h)
            steps = tf.round(a)
            loss = tf.reduce_sum(a**2) + tf.reduce_sum(steps)
        tape.gradient(loss, [x, w, b])
    return ex.flow(loss, [x, w, b])


def nan_flow() -> Any:
    x = tf.Variable([1.0, 0.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.where(x > 0.0, tf.math.log(x), 0.0))
        tape.gradient(y, x)
    return ex.flow(y, x)


def cell(h: Any, x: Any, w: Any) -> Any:
    h = tf.tanh(h * w)
    h = h + 0.01 * x
    return h * 1.001


def long_flow(rounds: int = 1000) -> Any:
    """Five operations a round."""
    x, w = tf.Variable([0.5, 0.2, 0.9]), tf.Variable([1.01, 0.99, 1.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            h: Any = x
            for _ in range(rounds):
                h = cell(h, x, w)
            loss = tf.reduce_sum(h * h)
        tape.gradient(loss, [x, w])
    return ex.flow(loss, [x, w])


def conv_flow() -> Any:
    """A convolutional model."""
    keras = tf.keras
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(4, 3, activation="relu", name="conv_1"),
            layers.MaxPooling2D(name="pool"),
            layers.Conv2D(8, 3, activation="relu", name="conv_2"),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(name="flatten"),
            layers.Dense(16, activation="relu", name="hidden"),
            layers.Dense(3, name="logits"),
        ],
        name="classifier",
    )
    images = np.random.default_rng(0).normal(size=(8, 12, 12, 1)).astype("float32")
    labels = np.arange(8) % 3
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = loss_of(labels, logits)
        tape.gradient(loss, model.trainable_variables)
    return ex.flow(loss, model.trainable_variables)
