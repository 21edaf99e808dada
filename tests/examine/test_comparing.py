"""Where two flows, two runs, or a flow and finite differences part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.examine.comparing import distance


def recorded(dtype: str = "float32", change: Any = None, scale: float = 5.0) -> tuple[Any, Any]:
    x = tf.Variable(tf.constant([1.0, 2.0, 3.0], dtype))
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            h = tf.exp(x * scale)
            h = h if change is None else change(h)
            y = tf.reduce_sum(h - tf.math.log1p(h))
        tape.gradient(y, x)
    return ex, ex.flow(y, x)


def test_rounding_is_no_difference() -> None:
    found = tf.examine.compare(recorded()[1], recorded("float64")[1])
    assert not found and found.first is None
    assert str(found) == "No difference in 5 operations."
    assert len(tf.examine.compare(recorded()[1], recorded("float64")[1], 1e-9)) > 3


def test_overflow_in_half_precision_is_found() -> None:
    found = tf.examine.compare(recorded()[1], recorded("float16")[1])
    assert found.first is not None
    assert (found.first.kind, found.first.op) == ("value", "Exp")
    assert found.first.place.code == "h = tf.exp(x * scale)"
    text = str(found)
    assert "→" in text and "7 differences in 5 operations" in text
    assert text.index("Exp") < text.index("Log1p")
    assert [d.kind for d in found][-1] == "result"


def test_another_operation_is_a_difference_of_the_graph() -> None:
    found = tf.examine.compare(recorded()[1], recorded(change=tf.tanh)[1])
    assert found.first is not None
    assert (found.first.kind, found.first.op, found.first.first) == ("graph", "Tanh", None)


def test_the_same_values_with_another_rule() -> None:
    @tf.custom_gradient
    def doubled(a: Any) -> Any:
        return a * 1.0, lambda upstream: upstream * 2.0

    @tf.custom_gradient
    def tripled(a: Any) -> Any:
        return a * 1.0, lambda upstream: upstream * 3.0

    found = tf.examine.compare(recorded(change=doubled)[1], recorded(change=tripled)[1])
    assert found.first is not None
    assert (found.first.kind, found.first.op) == ("gradient", "CustomGradient")


def descent(steps: int, odd: int | None = None) -> Any:
    x = tf.Variable(1.0)
    with tf.examine() as ex:
        for step in range(steps):
            with tf.GradientTape() as tape:
                y = tf.sin(x) if step == odd else tf.square(x)
            x.assign_sub(0.1 * tape.gradient(y, x))
    return ex


def test_runs_are_compared_call_by_call() -> None:
    assert not tf.examine.compare(descent(6), descent(6))
    found = tf.examine.compare(descent(6), descent(6, odd=4))
    assert found.first is not None and found.first.kind == "graph"
    assert {d.op for d in found if d.kind == "graph"} == {"Square", "Sin"}
    found = tf.examine.compare(descent(6), descent(5))
    assert found.first is not None and (found.first.first, found.first.second) == (6, 5)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(TypeError, match="two flows or two examinations"):
        tf.examine.compare(recorded()[1], 3.0)


def test_distances() -> None:
    assert distance(None, None) == 0.0 and distance(None, np.zeros(2)) == np.inf
    assert distance(np.zeros(2), np.zeros(3)) == np.inf
    assert distance(np.array([np.nan, 1.0]), np.array([np.nan, 1.0])) == 0.0
    assert distance(np.array([np.nan, 1.0]), np.array([0.0, 1.0])) == np.inf
    assert distance(np.array([True]), np.array([False])) == np.inf
    assert distance(np.array([2j]), np.array([1j])) == 0.5


def test_right_rules_agree_with_finite_differences() -> None:
    x, w = tf.Variable([[1.0, -2.0, 0.0]]), tf.Variable(np.ones((3, 2), np.float32))
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            h = tf.nn.relu(tf.matmul(x, w) - 1.0) + tf.nn.softmax(tf.matmul(tf.abs(x), w))
            y = tf.reduce_mean(tf.sqrt(h * h + 1.0))
        tape.gradient(y, [x, w])
    found = tf.examine.check(ex.flow(y, [x, w]))
    assert not found and found.compared >= 8


def test_a_wrong_rule_is_named() -> None:
    @tf.custom_gradient
    def wrong(a: Any) -> Any:
        return tf.sin(a) * 2.0, lambda upstream: upstream * tf.cos(a)

    x = tf.Variable([1.0, -2.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.square(wrong(x * 2.0)))  # here
        tape.gradient(y, x)
    (found,) = tf.examine.check(ex.flow(y, x))
    assert (found.kind, found.op) == ("rule", "CustomGradient")
    assert found.place.code.endswith("# here")
    assert found.first == pytest.approx(found.second / 2, rel=1e-3)
