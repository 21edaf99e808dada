"""What an answer says, when the hooks are in place, and how a flow prints."""

from __future__ import annotations

from typing import Any

import pytest
import why_broken_cases
import why_cases

import tensortape as tf
from tensortape.core.tensor import EagerTensor
from tensortape.examine import Examination, Reason


def test_a_nan_is_told_with_index_and_operands() -> None:
    with tf.examine() as ex:
        y, x = why_broken_cases.where_hides_a_log()
    found = ex.why(y, x)
    assert found.kind == "nan"
    assert found.index == (3,)
    assert found.values["input"] == 0.0 and found.values["arrived"] == 0.0
    assert "0 × inf in the gradient of Log at index (3,)" in found.message
    assert found.origin is not None and found.origin.op == "SelectV2"
    assert "double where" in found.cure


@pytest.mark.parametrize(
    ("program", "cure"),
    [
        ("log1pexp", "softplus"),
        ("log1p_of_exp", "softplus"),
        ("softmax_by_hand", "tf.nn.softmax"),
        ("log_of_softmax", "log_softmax"),
        ("float16_overflows", "float32"),
    ],
)
def test_the_stable_form_is_named(program: str, cure: str) -> None:
    with tf.examine() as ex:
        y, x = getattr(why_broken_cases, program)()
    assert cure in ex.why(y, x).cure


def test_log_sigmoid_of_the_negative_is_named() -> None:
    with tf.examine() as ex:
        y, x = why_broken_cases.of(lambda x: tf.math.log(1 - tf.sigmoid(x)), 200.0)
    assert "log_sigmoid(-x)" in ex.why(y, x).cure


def test_logsumexp_is_named() -> None:
    with tf.examine() as ex:
        y, x = why_broken_cases.of(lambda x: tf.math.log(tf.reduce_sum(tf.exp(x))), [1000.0, 1.0])
    assert "logsumexp" in ex.why(y, x).cure


def test_several_obstacles_are_named() -> None:
    with tf.examine() as ex:
        y, x = why_cases.stop_gradient_beside_a_comparison()
    assert ex.why(y, x).also == (Reason.COMPARISON,)


def test_a_flow_prints_its_operations_and_the_verdict() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.sin(x) * 2.0)
        tape.gradient(y, x)
    flow = ex.flow(y, x)
    assert [step.op for step in flow] == ["Sin", "Mul", "Sum"]
    sine = flow.steps[0]
    assert sine.derivative == "dx = g · cos(x)"
    assert sine.outputs[0].gradient.tolist() == [2.0, 2.0]
    assert sine.place.code == "y = tf.reduce_sum(tf.sin(x) * 2.0)"
    text = str(flow)
    assert "Sin" in text and "finite and not zero" in text
    assert not flow.why()
    assert flow.why(x).reason is Reason.HEALTHY


def test_the_methods_are_put_back() -> None:
    before = dict(vars(EagerTensor)), dict(vars(tf.Variable)), dict(vars(tf.GradientTape))
    with tf.examine(), tf.examine():
        assert vars(EagerTensor)["numpy"] is not before[0]["numpy"]
    assert (dict(vars(EagerTensor)), dict(vars(tf.Variable)), dict(vars(tf.GradientTape))) == before
    assert tf.numpy_function.__module__.startswith("tensortape.graph")


def test_it_is_put_back_when_the_program_fails() -> None:
    numpy = vars(EagerTensor)["numpy"]
    with pytest.raises(ZeroDivisionError), tf.examine():
        1 / 0  # noqa: B018
    assert vars(EagerTensor)["numpy"] is numpy


def test_as_a_decorator_it_examines_every_call() -> None:
    @tf.examine()
    def step(x: Any) -> Any:
        with tf.GradientTape() as tape:
            y = tf.round(x)
        tape.gradient(y, x)
        return y

    x = tf.Variable(1.2)
    y = step(x)
    examination = step.examination  # type: ignore[attr-defined]
    assert isinstance(examination, Examination)
    assert examination.why(y, x).reason is Reason.ROUNDING
    assert [a.reason for a in examination.alarms()] == [Reason.ROUNDING]


def test_a_gradient_nobody_asked_for() -> None:
    x = tf.Variable(2.0)
    with tf.examine() as ex:
        y = tf.sin(x)
        z = tf.round(x)
    assert not ex.why(y, x)
    assert ex.why(z, x).reason is Reason.ROUNDING


def test_what_is_no_tensor_is_refused() -> None:
    with tf.examine() as ex:
        pass
    with pytest.raises(TypeError, match="tensor or variable as source"):
        ex.why(tf.constant(1.0), 3.0)
    with pytest.raises(TypeError, match="as target"):
        ex.flow(3.0, tf.Variable(1.0))


def test_an_examination_begun_within_a_tape() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        h = tf.sin(x)
        with tf.examine() as ex:
            y = tf.round(h)
            tape.gradient(y, h)
    assert ex.why(y, h).reason is Reason.ROUNDING


def test_operations_before_the_examination_are_taken_from_the_tape() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        h = tf.sin(x)
        with tf.examine() as ex:
            y = tf.round(h)
            tape.gradient(y, x)
    assert ex.why(y, x).reason is Reason.ROUNDING


def test_a_cause_that_recurs_is_one_alarm() -> None:
    x, unused = tf.Variable(2.0), tf.Variable(1.0, name="unused")
    with tf.examine() as ex:
        for _ in range(3):
            with tf.GradientTape() as tape:
                y = x * x
            tape.gradient(y, [x, unused])
    (alarm,) = ex.alarms()
    assert alarm.reason is Reason.UNUSED_VARIABLE
    assert alarm.source == "unused"


def test_large_calls_are_let_go() -> None:
    x = tf.Variable(tf.ones((512, 1024)))
    with tf.examine() as ex:
        for _ in range(60):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.sin(x) * 2.0)
            tape.gradient(y, x)
    assert 1 < len(ex.journal.asked) < 60
    assert 0 < ex.journal.held <= 256 * 2**20
    assert not ex.why(y, x)


def test_what_is_no_longer_on_record_is_said() -> None:
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.examine() as ex:
        ex.journal.log.max_ops = 10
        with tf.GradientTape() as tape:
            y = x
            for _ in range(50):
                y = y * 1.01
        tape.gradient(y, [x, w])
    assert not ex.why(y, x)
    assert "no longer on record" in ex.why(y, w).message


def test_what_safe_gradients_help_with_says_so() -> None:
    with tf.examine() as ex:
        y, x = why_broken_cases.where_hides_a_log()
        z, w = why_broken_cases.sqrt_at_zero()
    assert "safe_gradients" in ex.why(y, x).cure and "safe_gradients" in ex.why(z, w).cure
    with tf.autodiff.safe_gradients(), tf.examine() as ex:
        y, x = why_broken_cases.where_hides_a_log()
        z, w = why_broken_cases.log1pexp()
    assert not ex.why(y, x)
    found = ex.why(z, w)  # the gradient is finite, the target is not
    assert (found.kind, found.reason, found.op) == ("target", Reason.OVERFLOW, "Exp")
