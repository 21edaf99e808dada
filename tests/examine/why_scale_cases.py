"""Small programs whose gradients vanish, explode or are half dead; ``# here`` marks the line."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import why_cases

import tensortape as tf
from tensortape.examine import Reason

CASES: list[Any] = []
case = functools.partial(why_cases.case, into=CASES)


def weights(*shape: int, scale: float, seed: int = 0) -> Any:
    draws = np.random.default_rng(seed).normal(size=shape) * scale
    return tf.Variable(draws.astype(np.float32))


@case(Reason.VANISHING, "Sigmoid")
def deep_sigmoid_chain():
    x = tf.Variable(0.5)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(15):
            y = tf.sigmoid(y)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.VANISHING, "Sigmoid")
def deep_sigmoid_network():
    layers = [weights(8, 8, scale=0.35, seed=i) for i in range(10)]
    with tf.GradientTape() as tape:
        h = tf.ones([16, 8])
        for w in layers:
            h = tf.sigmoid(tf.matmul(h, w))  # here
        loss = tf.reduce_mean(tf.square(h))
    tape.gradient(loss, layers)
    return loss, layers[0]


@case(Reason.VANISHING, "MatMul")
def small_weights():
    layers = [weights(8, 8, scale=0.02, seed=i) for i in range(8)]
    with tf.GradientTape() as tape:
        h = tf.ones([4, 8])
        for w in layers:
            h = tf.matmul(h, w)  # here
        loss = tf.reduce_sum(h)
    tape.gradient(loss, layers)
    return loss, layers[0]


@case(Reason.VANISHING, "MatMul")
def recurrent_memory_fades():
    w, x = weights(4, 4, scale=0.1), tf.Variable(tf.ones([1, 4]))
    with tf.GradientTape() as tape:
        state = x
        for _ in range(20):
            state = tf.tanh(tf.matmul(state, w))  # here
        loss = tf.reduce_sum(state)
    tape.gradient(loss, x)
    return loss, x


@case(Reason.SATURATED, "Tanh")
def nearly_saturated_tanh():
    x = tf.Variable([7.0, -8.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.tanh(x) * 2.0)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.SATURATED, "Softmax")
def saturated_softmax():
    x = tf.Variable([[20.0, 0.0, 1.0]])
    with tf.GradientTape() as tape:
        p = tf.nn.softmax(x)  # here
        y = tf.reduce_sum(p * [[0.0, 1.0, 3.0]])
    tape.gradient(y, x)
    return y, x


@case(Reason.SATURATED, "Sigmoid")
def inputs_not_normalised():
    w = tf.Variable([[0.1], [0.2]])
    data = tf.constant([[100.0, 50.0], [80.0, 60.0]])
    with tf.GradientTape() as tape:
        p = tf.sigmoid(tf.matmul(data, w))  # here
        loss = tf.reduce_mean(tf.square(p))
    tape.gradient(loss, w)
    return loss, w


@case(Reason.SMALL_FACTOR, "Mul")
def tiny_factor():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.sin(x) * 1e-12)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.UNDERFLOW, "Mul")
def float16_loses_its_bits():
    x = tf.Variable(tf.constant(1.0, tf.float16))
    with tf.GradientTape() as tape:
        y = x * tf.constant(3e-7, tf.float16)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.UNDERFLOW, "Exp")
def gaussian_far_out():
    x = tf.Variable([6.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.exp(-x * x))  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.EXPLODING, "MatMul")
def exploding_matmul_chain():
    w, x = weights(8, 8, scale=2.0), tf.Variable(tf.ones([1, 8]))
    with tf.GradientTape() as tape:
        h = x
        for _ in range(12):
            h = tf.matmul(h, w)  # here
        loss = tf.reduce_mean(h)
    tape.gradient(loss, x)
    return loss, x


@case(Reason.EXPLODING, "MatMul")
def exploding_relu_network():
    layers = [weights(16, 16, scale=3.0, seed=i) for i in range(10)]
    with tf.GradientTape() as tape:
        h = tf.ones([4, 16])
        for w in layers:
            h = tf.nn.relu(tf.matmul(h, w))  # here
        loss = tf.reduce_mean(h)
    tape.gradient(loss, layers)
    return loss, layers[0]


@case(Reason.EXPLODING, "Mul")
def exploding_products():
    x = tf.Variable(1.5)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(30):
            y = y * 3.0  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.STEEP, "Log")
def log_near_zero():
    x = tf.Variable([1e-9, 1.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.math.log(x))  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.STEEP, "RealDiv")
def division_by_nearly_zero():
    x = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x / tf.constant([1e-9, 1.0]))  # here
    tape.gradient(y, [x])
    return y, x


@case(Reason.DEAD_UNITS, "Relu")
def most_units_are_dead():
    w, b = weights(4, 8, scale=0.1), tf.Variable([-9.0] * 6 + [1.0] * 2)
    data = tf.constant(np.random.default_rng(1).normal(size=(32, 4)).astype(np.float32))
    with tf.GradientTape() as tape:
        h = tf.nn.relu(tf.matmul(data, w) + b)  # here
        loss = tf.reduce_mean(tf.square(h))
    tape.gradient(loss, [w, b])
    return loss, b


@case(Reason.DEAD_RELU, "Relu")
def all_units_are_dead():
    w, b = weights(4, 8, scale=0.1), tf.Variable([-9.0] * 8)
    data = tf.constant(np.random.default_rng(1).normal(size=(32, 4)).astype(np.float32))
    with tf.GradientTape() as tape:
        h = tf.nn.relu(tf.matmul(data, w) + b)  # here
        loss = tf.reduce_mean(tf.square(h))
    tape.gradient(loss, [w, b])
    return loss, w


# -- Jacobians -------------------------------------------------------------------------------


@case(Reason.VANISHING, "Sigmoid")
def jacobian_of_a_sigmoid_chain():
    x = tf.Variable([0.5, -0.5, 1.0])
    with tf.GradientTape() as tape:
        y = x
        for _ in range(15):
            y = tf.sigmoid(y)  # here
    tape.jacobian(y, x)
    return y, x


@case(Reason.EXPLODING, "MatMul")
def batch_jacobian_of_large_weights():
    x = tf.constant(np.ones((3, 4), np.float32))
    layers = [tf.Variable(np.full((4, 4), 30.0, np.float32)) for _ in range(6)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = x
        for w in layers:
            h = tf.matmul(h, w)  # here
    tape.batch_jacobian(h, x)
    return h, x
