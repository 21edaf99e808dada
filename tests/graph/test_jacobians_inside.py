"""Jacobians and tangents of traced functions, through control flow."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf


def branch(x):
    if tf.reduce_sum(x) > 1.0:
        x = tf.sin(x)
    return x


def loop(x):
    while tf.reduce_sum(x) > 1.0:
        x = tf.sin(x)
    return x


def counted(x):
    for _ in tf.range(3):
        x = tf.sin(x)
    return x


@pytest.mark.parametrize("body", [branch, loop, counted])
def test_jacobian_through_control_flow(body):
    def jacobian(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = body(x)
        return tape.jacobian(y, x)

    x = tf.constant([1.0, 2.0])
    traced = tf.function(jacobian)
    np.testing.assert_allclose(traced(x), jacobian(x), rtol=1e-6)


@pytest.mark.parametrize("body", [branch, loop, counted])
def test_tangents_come_without_warnings(body, caplog):
    traced = tf.function(body)
    x, v = tf.constant([1.0, 2.0]), tf.constant([1.0, 0.5])
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        y = traced(x)
    with tf.autodiff.ForwardAccumulator(x, v) as expected:
        z = body(x)
    np.testing.assert_allclose(accumulator.jvp(y), expected.jvp(z), rtol=1e-6)
    assert not caplog.records
