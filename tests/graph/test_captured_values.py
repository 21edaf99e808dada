"""Values computed in a function from tensors of its surroundings alone keep their gradients."""

from __future__ import annotations

import pytest

import tensortape as tf

X = tf.constant(3.0)


def loop(n=2):
    a = X * 3.0
    return tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s * a), (0, a * 1.0))[1]


def branch(p):
    a = X * 3.0
    return tf.cond(p > 0, lambda: a * X, lambda: tf.exp(X))


def within():
    with tf.GradientTape() as tape:
        tape.watch(X)
        y = X * X * X
    return tape.gradient(y, X)


def chain():
    y = X
    for _ in range(2000):
        y = y * 1.0
    return y


PROGRAMS = {
    "product": (lambda: X * 2, 2.0),
    "sum_with_constant": (lambda: tf.constant(1.0) + X, 1.0),
    "several_outputs": (lambda: tf.split(tf.stack([X, X * 2]), 2), 3.0),
    "cut": (lambda: tf.stop_gradient(X * 2) * X, 6.0),
    "chain": (chain, 1.0),
    "loop": (loop, 729.0),
    "branch": (lambda: branch(tf.constant(1.0)), 18.0),
    "other_branch": (lambda: branch(tf.constant(-1.0)), 20.085537),
    "gradient": (within, 18.0),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_reach_what_was_captured(name):
    program, expected = PROGRAMS[name]
    function = tf.function(program)
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(X)
            y = function()
        assert float(tape.gradient(y, X)) == pytest.approx(expected, rel=1e-6)


def test_integers_stay_known():
    sizes = tf.constant([2, 3])
    assert tf.function(lambda: tf.zeros(sizes + 1))().shape == (3, 4)
