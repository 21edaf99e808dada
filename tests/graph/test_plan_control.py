"""Loops and branches in plans: parts are written in where they are small, else called."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.graph import engine


@pytest.fixture
def plans(monkeypatch):
    """The plans made by functions, in their order; XLA is not chosen where JAX is installed."""
    made = []
    monkeypatch.setattr(engine, "have_jax", lambda: False)
    original = engine.plans.plan_of

    def plan_of(program):
        made.append(original(program))
        return made[-1]

    monkeypatch.setattr(engine.plans, "plan_of", plan_of)
    return made


def test_variables_that_change_places(plans):
    @tf.function
    def fibonacci(n):
        return tf.while_loop(
            lambda i, a, b: i < n, lambda i, a, b: (i + 1, b, a + b), (0, tf.constant(0), 1)
        )

    for n in (0, 1, 10):
        i, a, b = fibonacci(tf.constant(n))
        assert (int(i), int(a), int(b)) == (n, *{0: (0, 1), 1: (1, 1), 10: (55, 89)}[n])
    assert "while True:" in plans[0].source


def test_loops_within_branches_within_loops(plans):
    @tf.function
    def collatz(n):
        def halve(n):
            return tf.while_loop(lambda m: m % 2 == 0, lambda m: (m // 2,), (n,))[0]

        def step(n, count):
            return tf.cond(n % 2 == 0, lambda: halve(n), lambda: 3 * n + 1), count + 1

        return tf.while_loop(lambda n, count: n > 1, step, (n, tf.constant(0)))[1]

    assert [int(collatz(tf.constant(n))) for n in (1, 2, 6, 7)] == [0, 1, 5, 10]
    assert plans[0].source.count("while True:") == 2
    assert "else:" in plans[0].source


def test_most_iterations(plans):
    @tf.function
    def doubled(x):
        return tf.while_loop(lambda x: x < 100, lambda x: (2 * x,), (x,), maximum_iterations=3)[0]

    assert float(doubled(tf.constant(1.0))) == 8.0
    assert float(doubled(tf.constant(60.0))) == 120.0


@pytest.mark.parametrize("size", [3, 40_000])
def test_gradients_of_loops(plans, size):
    @tf.function
    def power(x, n):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, tf.sin(y * x)), (0, x))[1]
        return y, tape.gradient(y, x)

    def by_hand(x, n):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(n):
                y = tf.sin(y * x)
        return y, tape.gradient(y, x)

    x = tf.constant(np.linspace(0, 1, size, dtype=np.float32))
    for n in (0, 1, 5):
        for left, right in zip(by_hand(x, n), power(x, tf.constant(n)), strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)
    assert "while True:" in plans[0].source
    assert ("part(" in plans[0].source) == (size > 3)


def test_several_branches(plans):
    @tf.function
    def choose(i, x):
        return tf.switch_case(
            i, [lambda: x + 1.0, lambda: x * x, lambda: tf.zeros_like(x)], default=lambda: -x
        )

    x = tf.constant(3.0)
    assert [float(choose(tf.constant(i), x)) for i in (0, 1, 2, 3, 7, -1)] == [4, 9, 0, -3, -3, -3]


def test_errors_within_loops_name_the_line():
    @tf.function
    def gathered(x, n):
        return tf.while_loop(
            lambda i, s: i < n, lambda i, s: (i + 1, s + tf.gather(x, i)), (0, 0.0)
        )

    x = tf.constant([1.0, 2.0])
    assert float(gathered(x, tf.constant(2))[1]) == 3.0
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"is not in \[0, 2\)") as caught:
        gathered(x, tf.constant(3))
    assert "test_plan_control.py" in str(caught.value)
    assert "return tf.while_loop" in str(caught.value) or ":" in str(caught.value)


def test_effects_keep_their_order():
    seen = []

    def note(x):
        seen.append(float(x))
        return x

    @tf.function
    def loop(x):
        def body(i, x):
            y = tf.py_function(note, [x], tf.float32)
            y.set_shape(())
            return i + 1, y + 1.0

        return tf.while_loop(lambda i, x: i < 3, body, (0, x))[1]

    assert float(loop(tf.constant(5.0))) == 8.0
    assert seen == [5.0, 6.0, 7.0]


def test_branches_known_while_tracing_are_taken_over(plans):
    @tf.function
    def function(x):
        chosen = tf.constant(2) > 1
        return tf.cond(chosen, lambda: tf.exp(x) + 1.0, lambda: tf.sin(x))

    x = tf.constant(np.zeros(40_000, np.float32))
    assert (function(x).numpy() == 2.0).all()
    assert "If" not in plans[0].source
    assert "exp(" in plans[0].source and "sin(" not in plans[0].source


def by_hand(x, n, m):
    y = x
    for _ in range(n):
        z = y
        for _ in range(m):
            z = tf.sin(z) * x
        y = tf.where(z > 0, z, -z) if float(y) > 0.2 else z + y
    return y


def test_gradients_of_nested_loops_and_branches(plans):
    @tf.function
    def function(x, n, m):
        def inner(y):
            return tf.while_loop(lambda j, z: j < m, lambda j, z: (j + 1, tf.sin(z) * x), (0, y))[1]

        def outer(i, y):
            z = inner(y)
            return i + 1, tf.cond(y > 0.2, lambda: tf.where(z > 0, z, -z), lambda: z + y)

        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.while_loop(lambda i, y: i < n, outer, (0, x))[1]
        return y, tape.gradient(y, x)

    for value, n, m in ((0.7, 0, 2), (0.7, 3, 2), (0.1, 4, 1), (0.9, 2, 0)):
        x = tf.constant(value, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = by_hand(x, n, m)
        found = function(x, tf.constant(n), tf.constant(m))
        for left, right in zip((y, tape.gradient(y, x)), found, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-12)


def test_stacks_that_are_needed_whole(plans):
    @tf.function
    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            squares = tf.map_fn(lambda row: tf.square(row) * x[0], x)
            y = tf.reduce_sum(squares, 0) + squares[1]
        return squares, y, tape.gradient(y, x)

    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        squares = tf.square(x) * x[0]
        y = tf.reduce_sum(squares, 0) + squares[1]
    for left, right in zip((squares, y, tape.gradient(y, x)), function(x), strict=True):
        np.testing.assert_allclose(left, right)
