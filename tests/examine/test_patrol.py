"""Judging each gradient call as it happens."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.examine import Reason
from tensortape.examine.patrol import Patrol, line_dict


def findings(patrol: Patrol) -> list[Any]:
    return [v for line in patrol.lines() for v in line.findings()]


def test_each_of_several_targets_counts() -> None:
    a, b = tf.Variable(2.0), tf.Variable([3.0])
    with Patrol() as patrol:
        with tf.GradientTape() as tape:
            first = a * a
            second = tf.reduce_sum(tf.nn.relu(-b)) * 2.0
        tape.gradient([first, second], [a, b])
    (found,) = findings(patrol)
    assert found.source == "b" and found.diagnosis.reason is Reason.DEAD_RELU
    assert [alarm.reason for alarm in patrol.alarms()] == [Reason.DEAD_RELU]


def test_what_was_harmless_at_first_is_looked_at_again() -> None:
    x, data = tf.Variable([1.0, 1.0]), tf.Variable([0.0, 0.0])
    with Patrol() as patrol:
        for step in range(12):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.square(x - data)) if step < 6 else tf.reduce_sum(x * 0.0)
            tape.gradient(y, x)
            x.assign(data)
    (found,) = findings(patrol)  # zero at the minimum is sound, the factor 0 is not
    assert found.diagnosis.reason is Reason.ZERO_FACTOR
    assert 6 < found.first <= 12


def test_early_findings_outlast_many_calls() -> None:
    x = tf.Variable(0.0)
    with Patrol() as patrol:
        for step in range(400):
            with tf.GradientTape() as tape:
                y = tf.sqrt(x) if step == 3 else x * 2.0
            tape.gradient(y, x)
    (found,) = findings(patrol)
    assert found.diagnosis.reason is Reason.SQRT_AT_ZERO
    assert (found.count, found.first) == (1, 4)
    assert patrol.lines()[0].count == 400
    assert len(patrol.journal.asked) < 400


def test_calls_that_raise() -> None:
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with Patrol() as patrol:
        with tf.GradientTape() as tape:
            y = x * x
        with pytest.raises(Exception, match="shape"):
            tape.gradient(y, [x, w], output_gradients=tf.ones([3, 3]))
    found = findings(patrol)
    assert [f.diagnosis.reason for f in found] == [Reason.RAISED, Reason.RAISED]
    assert [f.source for f in found] == ["x", "w"]
    assert found[0].diagnosis.kind == "error"
    assert "shape" in patrol.lines()[0].error


def test_the_summary_is_json() -> None:
    x = tf.Variable([1.0, 0.0])
    with Patrol() as patrol:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.where(x > 0.0, tf.math.log(x), 0.0))
        tape.gradient(y, x)
    told = json.loads(json.dumps(patrol.summary(), allow_nan=False))
    (call,) = told["calls"]
    (source,) = call["sources"]
    assert source["why"]["reason"] == "MASKED_BRANCH"
    assert source["why"]["index"] == [1]
    assert source["why"]["values"]["output"] == "-Infinity"
    assert line_dict(patrol.lines()[0]) == call


def test_integers_and_empty_results_are_sound() -> None:
    x = tf.Variable(np.zeros((0, 3), np.float32))
    with Patrol() as patrol:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x)
        tape.gradient(y, x)
    assert not patrol.journal.failed
    assert findings(patrol) == []
