"""The same causes inside of functions that were traced before anybody examined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.examine import Reason


def log_behind_where(x: Any) -> Any:
    h = tf.math.log(x)  # here
    return tf.reduce_sum(tf.where(x > 0.0, h, 0.0))


def rounded(x: Any) -> Any:
    return tf.reduce_sum(tf.round(x) * 3.0)  # here


def stopped(x: Any) -> Any:
    return tf.reduce_sum(tf.stop_gradient(tf.sin(x)))  # here


def chain(x: Any) -> Any:
    for _ in tf.range(20):
        x = tf.sigmoid(x)  # here
    return tf.reduce_sum(x)


def dead(x: Any) -> Any:
    return tf.reduce_sum(tf.nn.relu(x - 10.0))  # here


def overflow(x: Any) -> Any:
    return tf.reduce_sum(tf.math.log(1.0 + tf.exp(x * 1000.0)))  # here


def branch(x: Any) -> Any:
    if tf.reduce_sum(x) > 0.0:
        return tf.reduce_sum(tf.floor(x))  # here
    return tf.reduce_sum(x)


CASES = [
    (log_behind_where, Reason.MASKED_BRANCH, "Log"),
    (rounded, Reason.ROUNDING, "Round"),
    (stopped, Reason.STOP_GRADIENT, "StopGradient"),
    (chain, Reason.VANISHING, "Sigmoid"),
    (dead, Reason.DEAD_RELU, "Relu"),
    (overflow, Reason.OVERFLOW, "Exp"),
    (branch, Reason.ROUNDING, "Floor"),
]


@pytest.mark.parametrize(
    ("program", "reason", "op"), CASES, ids=lambda c: getattr(c, "__name__", "")
)
def test_a_traced_function(program: Any, reason: Reason, op: str) -> None:
    function = tf.function(program)
    x = tf.Variable([1.0, 0.0])
    function(x)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = function(x)
        tape.gradient(y, x)
    found = ex.why(y, x)
    assert (found.reason, found.op) == (reason, op), str(found)
    assert found.place.code.endswith("# here")


def test_a_step_that_is_a_function() -> None:
    x = tf.Variable(4.0)

    @tf.function
    def step() -> Any:
        with tf.GradientTape() as tape:
            y = tf.sqrt(x)
        slope = tape.gradient(y, x)
        x.assign_sub(slope)
        return y

    step()
    x.assign(0.0)
    with tf.examine() as ex:
        step()
    assert [a.reason for a in ex.alarms()] == [Reason.SQRT_AT_ZERO]
    x.assign(4.0)
    assert float(step()) == 2.0
    with tf.examine.GradientHealth(every=2) as health:
        for _ in range(4):
            step()
    assert [row.step for row in health.rows("x")] == [0, 2]
    assert all(row.update == pytest.approx(row.gradient, rel=1e-5) for row in health.rows("x"))


def test_results_are_the_same_while_examining() -> None:
    function = tf.function(lambda a, b: tf.reduce_sum(tf.tanh(tf.matmul(a, b))))
    a, b = tf.Variable(np.ones((2, 3), np.float32)), tf.Variable(np.ones((3, 2), np.float32))

    def gradient() -> Any:
        with tf.GradientTape() as tape:
            y = function(a, b)
        return [g.numpy() for g in tape.gradient(y, [a, b])]

    plain = gradient()
    with tf.examine():
        examined = gradient()
    for one, other in zip(plain, examined, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
