"""What a tape keeps: only values that rules read, only as long as they are needed."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

import tensortape as tf
from tensortape.autodiff import saved
from tensortape.autodiff import tape as tape_module

BIG = 1 << 16


def held(tape):
    return sum(row["bytes"] for row in tape.memory())


def test_sums_keep_nothing_of_their_operands():
    x = tf.Variable(np.ones(BIG))
    with tf.GradientTape() as tape:
        y = x + 1.0
        for _ in range(10):
            y = y + 1.0
        z = tf.reduce_sum(y)
    assert held(tape) < 2 * BIG * 8
    np.testing.assert_array_equal(tape.gradient(z, x).numpy(), np.ones(BIG))


def test_exponentials_keep_their_results_alone():
    x = tf.Variable(np.zeros(BIG))
    with tf.GradientTape() as tape:
        y = tf.exp(x)
        y = tf.exp(y)
    assert held(tape) <= 3 * BIG * 8


def test_memory_names_operation_and_line():
    x = tf.Variable(np.ones(BIG))
    with tf.GradientTape() as tape:
        _ = tf.exp(x)
    row = next(row for row in tape.memory() if row["op"] == "Exp")
    assert row["line"].rsplit(":", 1)[0].endswith("test_memory.py")
    assert row["bytes"] == BIG * 8


def test_the_backward_pass_frees_as_it_goes():
    x = tf.Variable(np.ones(BIG))
    with tf.GradientTape() as tape:
        y = x * 1.0
        for _ in range(40):
            y = tf.exp(y * 0.01)
    gc.collect()
    tracemalloc.start()
    tape.gradient(y, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * BIG * 8


@pytest.mark.parametrize("persistent", [False, True])
def test_tapes_leave_no_cycles(persistent):
    x = tf.Variable([1.0, 2.0])
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(50):
            with tf.GradientTape(persistent=persistent) as tape:
                y = tf.reduce_sum(tf.tanh(x) * x)
            tape.gradient(y, x)
            del tape, y
        grown = len(gc.get_objects()) - before
    finally:
        gc.enable()
    assert grown < 50


def test_a_chain_of_100_000_operations():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * 1.0
        for _ in range(100_000):
            y = y + 1.0
    assert float(tape.gradient(y, x)) == 1.0


def test_rules_read_only_what_they_declare(monkeypatch):
    """Whole programs with every undeclared value taken away."""
    monkeypatch.setattr(saved, "LARGE", -1)
    monkeypatch.setattr(tape_module, "LARGE", -1)
    x = tf.Variable(np.linspace(0.1, 1.0, 6).reshape(2, 3))
    w = tf.Variable(np.linspace(-1.0, 1.0, 12).reshape(3, 4))
    with tf.GradientTape() as tape:
        h = tf.nn.softmax(tf.tanh(x @ w) + tf.sigmoid(x @ w))
        y = tf.reduce_sum(tf.math.log(h) * tf.sqrt(h))
    slim = tape.gradient(y, [x, w])
    monkeypatch.undo()
    with tf.GradientTape() as tape:
        h = tf.nn.softmax(tf.tanh(x @ w) + tf.sigmoid(x @ w))
        y = tf.reduce_sum(tf.math.log(h) * tf.sqrt(h))
    for a, b in zip(slim, tape.gradient(y, [x, w]), strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
