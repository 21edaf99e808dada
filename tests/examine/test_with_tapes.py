"""The report of programs on the real tape."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.examine.model import Group, to_json
from tensortape.examine.page import render
from tensortape.examine.session import ReportSession


def groups_of(program: Any) -> list[Group]:
    with ReportSession() as session:
        program()
    assert not session.recorder.failed
    report = session.report()
    json.dumps(to_json(report), allow_nan=False)
    assert len(render(report)) < 400_000
    return report.groups


def values(group: Group, index: int | None) -> Any:
    assert index is not None
    summary = group.summaries[index]
    assert summary.values is not None
    return np.array(summary.values, dtype=float).reshape(summary.shape)


def test_gradient_descent_is_one_group_with_its_names() -> None:
    def program() -> None:
        x = tf.Variable(0.0)
        for _ in range(20):
            with tf.GradientTape() as tape:
                y = x**2 - 6 * x + 5
            slope = tape.gradient(y, x)
            x.assign_sub(0.1 * slope)

    (group,) = groups_of(program)
    assert group.count == 20
    assert [op.type for op in group.ops] == ["Pow", "Mul", "Sub", "AddV2"]
    assert {v.name for v in group.values if v.name} == {"x", "y"}
    assert values(group, group.calls[0].results[0]) == -6.0
    assert group.series.target[0] == 5.0


def test_backward_values_of_a_network_are_its_gradients() -> None:
    w, u = tf.Variable([[1.0, -2.0]]), tf.Variable([0.5, 0.25])

    def program() -> None:
        x = tf.constant([[0.5], [2.0]])
        with tf.GradientTape() as tape:
            hidden = tf.tanh(tf.matmul(x, w) + u)
            loss = tf.reduce_sum(hidden)
        tape.gradient(loss, [w, u])

    (group,) = groups_of(program)
    (call,) = group.calls
    by_name = {v.name: i for i, v in enumerate(group.values) if v.name}
    hidden = values(group, call.forward[by_name["hidden"]])
    np.testing.assert_array_equal(values(group, call.backward[by_name["hidden"]]), np.ones((2, 2)))
    np.testing.assert_allclose(
        values(group, call.backward[by_name["u"]]), (1 - hidden**2).sum(0), rtol=1e-6
    )


def test_log1pexp_reports_where_the_nan_comes_from() -> None:
    def program() -> None:
        x = tf.Variable(100.0)
        with tf.GradientTape() as tape:
            y = tf.math.log(1 + tf.exp(x))
        tape.gradient(y, x)

    (group,) = groups_of(program)
    nan = group.calls[0].flags[0]
    assert nan.kind == "nan"
    assert group.ops[nan.op].type == "Exp"  # type: ignore[index]
    assert "0 × inf" in nan.message
    assert "softplus" in nan.cure


@pytest.mark.parametrize("kind", ["unwatched", "outside", "round", "integer"])
def test_none_says_why(kind: str) -> None:
    def program() -> None:
        x = tf.constant(2.0) if kind == "unwatched" else tf.Variable(2.0)
        x = tf.constant(2) if kind == "integer" else x
        early = x * x
        with tf.GradientTape() as tape:
            if kind == "outside":
                y = early * 3.0
            elif kind == "round":
                y = tf.round(x) * tf.Variable(1.0)
            else:
                y = tf.cast(x, tf.float32) * 3.0
        tape.gradient(y, x)

    (group,) = groups_of(program)
    (flag,) = group.calls[0].flags
    assert flag.kind == "none"
    expected = {
        "unwatched": "did not watch it",
        "outside": "ran before the tape recorded",
        "round": "Round passes none back",
        "integer": "only floating point",
    }
    assert expected[kind] in flag.message


def test_a_custom_gradient_is_one_operation() -> None:
    @tf.custom_gradient
    def log1pexp(x: Any) -> Any:
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))

    def program() -> None:
        x = tf.Variable(100.0)
        with tf.GradientTape() as tape:
            y = log1pexp(x)
        tape.gradient(y, x)

    (group,) = groups_of(program)
    assert [op.type for op in group.ops] == ["CustomGradient"]
    assert "log1pexp" in group.ops[0].formula
    assert values(group, group.calls[0].results[0]) == 1.0


def test_a_jacobian_has_batched_gradients() -> None:
    def program() -> None:
        x = tf.Variable([1.0, 2.0, 3.0])
        with tf.GradientTape() as tape:
            y = x * x
        tape.jacobian(y, x)

    (group,) = groups_of(program)
    assert group.kind == "jacobian"
    np.testing.assert_array_equal(
        values(group, group.calls[0].results[0]), np.diag([2.0, 4.0, 6.0])
    )


def test_second_derivatives_show_the_operations_of_the_first_backward_pass() -> None:
    def program() -> None:
        x = tf.Variable(2.0)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = x * x * x
            slope = inner.gradient(y, x)
        outer.gradient(slope, x)

    first, second = groups_of(program)
    assert [op.type for op in first.ops] == ["Mul", "Mul"]
    assert values(second, second.calls[0].results[0]) == 12.0


def test_nothing_is_recorded_after_the_session() -> None:
    with ReportSession() as session:
        pass
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    assert session.report().calls == 0


def test_later_calls_of_a_line_name_their_sources() -> None:
    def program() -> None:
        weight = tf.Variable(1.0)
        for start in (1.0, 2.0, 100.0):
            weight.assign(start)
            with tf.GradientTape() as tape:
                y = tf.math.log(1 + tf.exp(weight))
            tape.gradient(y, weight)

    (group,) = groups_of(program)
    assert group.count == 3
    (flag, *_) = group.calls[-1].flags
    assert flag.message.startswith("The gradient of weight is NaN")
    assert "softplus" in flag.cure
