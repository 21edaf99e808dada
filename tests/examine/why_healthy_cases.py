"""Programs whose gradients are as they should be, with things in them that look suspicious."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tensortape as tf

PROGRAMS: list[Any] = []
program = PROGRAMS.append

POINTS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "square": (lambda x: x * x, 3.0),
    "polynomial": (lambda x: x**3 - 2 * x + 1, [1.0, -2.0]),
    "relu_partly_dead": (lambda x: tf.nn.relu(x), [-1.0, 2.0]),
    "double_where": (
        lambda x: tf.where(x > 0, tf.math.log(tf.where(x > 0, x, 1.0)), 0.0),
        [0.0, 2.0],
    ),
    "softplus": (tf.nn.softplus, 100.0),
    "logsumexp": (tf.reduce_logsumexp, [1000.0, 1.0]),
    "log_softmax": (tf.nn.log_softmax, [5.0, 1.0]),
    "norm": (tf.norm, [3.0, 4.0]),
    "std": (tf.math.reduce_std, [1.0, 2.0, 4.0]),
    "round_beside": (lambda x: x * 2.0 + tf.stop_gradient(tf.round(x)), 1.2),
    "straight_through": (lambda x: x + tf.stop_gradient(tf.round(x) - x), 1.2),
    "where": (lambda x: tf.where(x > 1.0, x, x * 0.1), [0.5, 2.0]),
    "mean_over_shape": (
        lambda x: tf.reduce_sum(x) / tf.cast(tf.size(x), tf.float32),
        [1.0, 2.0],
    ),
    "clip_inside": (lambda x: tf.clip_by_value(x, -5.0, 5.0), [1.0, 9.0]),
    "gather": (lambda x: tf.gather(x, tf.argsort(x)), [3.0, 1.0]),
    "maximum": (lambda x: tf.reduce_max(x), [3.0, 1.0]),
    "matmul": (lambda x: tf.matmul(x, x, transpose_b=True), [[1.0, 2.0]]),
    "cross_entropy": (
        lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits([1], x),
        [[2.0, -1.0]],
    ),
    "complex": (lambda x: tf.math.real(tf.cast(x, tf.complex64) * (1 + 2j)), 2.0),
    "infinite_elsewhere": (lambda x: tf.minimum(x, np.float32("inf")), [1.0, 2.0]),
    "minimum_of_polynomial": (lambda x: x**2 - 6 * x + 5, 3.0),
    "minimum_of_square": (tf.square, 0.0),
    "cosine_at_zero": (tf.cos, 0.0),
    "reparametrised": (lambda x: x + 0.1 * tf.random.normal([2]), [1.0, 2.0]),
    "dropout": (lambda x: tf.nn.dropout(x, 0.2, seed=1), [1.0] * 50),
    "mean_of_many": (tf.reduce_mean, np.ones(200_000, np.float32)),
    "mean_of_many_by_hand": (lambda x: tf.reduce_sum(x) / 2e5, np.ones(200_000, np.float32)),
    "sum_of_many": (lambda x: tf.reduce_sum(x * x), np.ones(200_000, np.float32)),
    "near_a_minimum": (lambda x: tf.square(x - 3.0), 3.0 + 1e-6),
    "large_numbers": (lambda x: x**3, 1000.0),
    "exponential": (tf.exp, 12.0),
    "converged_classifier": (
        lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits([0], x),
        [[16.0, 0.0]],
    ),
    "weight_decay": (lambda x: tf.reduce_sum(tf.sin(x)) + 1e-6 * tf.reduce_sum(x * x), [1.0, 2.0]),
    "sigmoid_of_three": (tf.sigmoid, [3.0, -3.0]),
    "log_of_small": (tf.math.log, [1e-4, 1.0]),
    "float16": (lambda x: tf.reduce_mean(tf.cast(x, tf.float16) ** 2), [1.0] * 100),
    "softmax_sharp": (lambda x: tf.nn.softmax(x)[0, 0], [[4.0, 0.0, 1.0]]),
}


def at_point(name: str, function: Any, value: Any) -> Any:
    def run() -> None:
        x = tf.Variable(value)
        with tf.GradientTape() as tape:
            y = function(x)
        tape.gradient(y, x)

    run.__name__ = name
    return run


def jacobian_at_point(name: str, function: Any, value: Any) -> Any:
    def run() -> None:
        x = tf.Variable(value)
        with tf.GradientTape() as tape:
            y = function(x)
        tape.jacobian(y, x)

    run.__name__ = f"jacobian_{name}"
    return run


LARGE = 1_000
PROGRAMS += [at_point(name, *what) for name, what in POINTS.items()]
PROGRAMS += [
    jacobian_at_point(name, *what) for name, what in POINTS.items() if np.size(what[1]) < LARGE
]


@program
def descent() -> None:
    x = tf.Variable(0.0)
    for _ in range(5):
        with tf.GradientTape() as tape:
            y = x**2 - 6 * x + 5
        slope = tape.gradient(y, x)
        x.assign_sub(0.1 * slope)
        print(float(x), x.numpy(), np.asarray(y))


@program
def second_derivative() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        slope = inner.gradient(y, x)
    outer.gradient(slope, x)


@program
def watched_constant() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.exp(x)
        z = tf.reduce_sum(y)
    tape.gradient(z, x)
    tape.gradient(z, y)
    tape.jacobian(y, x)


@program
def network() -> None:
    w, u = tf.Variable([[1.0, -2.0]]), tf.Variable([0.5, 0.25])
    x = tf.constant([[0.5], [2.0]])
    with tf.GradientTape() as tape:
        hidden = tf.tanh(tf.matmul(x, w) + u)
        loss = tf.reduce_mean(tf.square(hidden - 1.0))
    tape.gradient(loss, [w, u])


@program
def own_rule() -> None:
    @tf.custom_gradient
    def log1pexp(x: Any) -> Any:
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))

    x = tf.Variable(50.0)
    with tf.GradientTape() as tape:
        y = log1pexp(x)
    tape.gradient(y, x)


@program
def assigned_before_use() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        x.assign_add(1.0)
        y = x * x
    tape.gradient(y, x)


@program
def function() -> None:
    @tf.function
    def f(a: Any) -> Any:
        return tf.reduce_sum(a * a)

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = f(x)
    tape.gradient(y, x)


@program
def suspended_for_logging() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            print(tf.round(y))
        z = y * 3.0
    tape.gradient(z, x)


def network_of(layers: int, scale: float, activation: Any, skip: bool = False) -> None:
    draw = np.random.default_rng(5).normal
    weights = [
        tf.Variable((draw(size=(16, 16)) * scale / 4).astype(np.float32)) for _ in range(layers)
    ]
    data = tf.constant(draw(size=(32, 16)).astype(np.float32))
    with tf.GradientTape() as tape:
        h = data
        for w in weights:
            h = activation(tf.matmul(h, w)) + (h if skip else 0.0)
        loss = tf.reduce_mean(tf.square(h - 1.0))
    tape.gradient(loss, weights)


@program
def relu_network() -> None:
    network_of(12, 1.41, tf.nn.relu)


@program
def tanh_network() -> None:
    network_of(12, 1.0, tf.tanh)


@program
def residual_sigmoids() -> None:
    network_of(20, 0.5, tf.sigmoid, skip=True)


@program
def layer_norm() -> None:
    x = tf.Variable([[1.0, 2.0, 4.0], [0.0, 1.0, -3.0]])
    with tf.GradientTape() as tape:
        mean = tf.reduce_mean(x, axis=-1, keepdims=True)
        spread = tf.math.reduce_variance(x, axis=-1, keepdims=True)
        y = tf.reduce_sum(tf.square((x - mean) / tf.sqrt(spread + 1e-6)) * [1.0, 2.0, 3.0])
    tape.gradient(y, x)


@program
def adam_by_hand() -> None:
    w, m, v = tf.Variable([1.0, 2.0]), tf.Variable([0.0, 0.0]), tf.Variable([0.0, 0.0])
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(w) * [1.0, 10.0])
        g = tape.gradient(loss, w)
        m.assign(0.9 * m + 0.1 * g)
        v.assign(0.999 * v + 0.001 * g * g)
        w.assign_sub(0.1 * m / (tf.sqrt(v) + 1e-7))


@program
def equal_rows_through_relus() -> None:
    draw = np.random.default_rng(0).normal
    weights = [tf.Variable((draw(size=(32, 32)) / 6).astype(np.float32)) for _ in range(4)]
    with tf.GradientTape() as tape:
        h = tf.ones([16, 32])
        for w in weights:
            h = tf.nn.relu(tf.matmul(h, w))
        loss = tf.reduce_mean(tf.square(h - 1.0))
    tape.gradient(loss, weights)


@program
def generator_and_discriminator() -> None:
    draw = np.random.default_rng(0).normal
    g, d = (tf.Variable((draw(size=(4, 4)) / 2).astype(np.float32)) for _ in range(2))
    noise = tf.constant(draw(size=(8, 4)).astype(np.float32))
    with tf.GradientTape() as made, tf.GradientTape() as judged:
        fake = tf.nn.sigmoid(tf.matmul(tf.tanh(tf.matmul(noise, g)), d))
        fools = -tf.reduce_mean(tf.math.log(fake))
        sees = -tf.reduce_mean(tf.math.log(1.0 - fake))
    made.gradient(fools, g)
    judged.gradient(sees, d)


@program
def attention() -> None:
    draw = np.random.default_rng(0).normal
    x = tf.Variable(draw(size=(2, 5, 4)).astype(np.float32))
    with tf.GradientTape() as tape:
        scores = tf.matmul(x, x, transpose_b=True) / 2.0
        y = tf.reduce_mean(tf.square(tf.matmul(tf.nn.softmax(scores), x)))
    tape.gradient(y, x)


@program
def recurrence() -> None:
    w = tf.Variable(np.eye(4, dtype=np.float32) * 0.95)
    with tf.GradientTape() as tape:
        state = tf.ones([2, 4])
        for _ in range(50):
            state = tf.tanh(tf.matmul(state, w)) + 0.1
        loss = tf.reduce_mean(state)
    tape.gradient(loss, w)
