"""Gradients of functions that assign variables: a variable is watched, not what is put into it.

The expected numbers are what TensorFlow gave.
"""

from __future__ import annotations

import pytest

import tensortape as tf


def from_argument(v, x):
    v.assign(x * 2.0)
    return v * x


def before_and_after(v, x):
    y = v * v * x
    v.assign(10.0)
    z = v * y
    v.assign_add(x)
    return z * v


def in_a_loop(v, x):
    y = tf.constant(0.0)
    for _ in tf.range(3):
        y += v * x
        v.assign_add(x * y)
    return y * v


def in_a_branch(v, x):
    if x > 0.0:
        v.assign(x * v)
    else:
        v.assign(x)
    return v * v * x


def within_another(v, x):
    @tf.function
    def inner(x):
        v.assign_sub(x * v)
        return v * x

    return inner(x) * (inner(x) * v)


CASES = [
    (from_argument, 18.0, 6.0, 3.0),
    (before_and_after, 1560.0, 520.0, 1836.0),
    (in_a_loop, 1712160.0, 570720.0, 22122.0),
    (in_a_branch, 108.0, 36.0, 36.0),
    (within_another, -2304.0, -1536.0, 0.0),
]


@pytest.mark.parametrize(("body", "value", "dx", "dv"), CASES, ids=[c[0].__name__ for c in CASES])
@pytest.mark.parametrize("place", ["outside", "inside", "forward"])
def test_gradients_go_to_the_variable(body, value, dx, dv, place):
    v, x = tf.Variable(2.0), tf.constant(3.0)
    function = tf.function(lambda x: body(v, x), jit_compile=False)
    if place == "inside":

        @tf.function(jit_compile=False)
        def function(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = body(v, x)
            return y, tape.gradient(y, [x, v])

        y, found = function(x)
    elif place == "forward":
        with tf.autodiff.ForwardAccumulator([x, v], [tf.constant(1.0), tf.constant(0.0)]) as acc:
            y = function(x)
        assert float(acc.jvp(y)) == pytest.approx(dx)
        return
    else:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        found = tape.gradient(y, [x, v])
    assert float(y) == value
    assert [float(g) for g in found] == [dx, dv]


def test_symbolic_gradients_go_to_the_variable():
    v = tf.Variable(2.0)

    @tf.function(jit_compile=False)
    def f(x):
        return tf.gradients(from_argument(v, x), [x, v])

    assert [float(g) for g in f(tf.constant(3.0))] == [6.0, 3.0]
