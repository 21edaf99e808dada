"""Long training is seen now and then, and gives the numbers it gives unobserved."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.examine.diagnosed import FIRST, STEP
from tensortape.examine.session import ReportSession

CALLS = FIRST + 3 * STEP
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(CALLS, 2, 3)), RNG.normal(size=(CALLS, 2, 1))


class Training:
    """A linear model that takes its batches from an iterator; ``ran`` counts the Python runs."""

    def __init__(self, x=X, random=False):
        self.w = tf.Variable(np.ones((3, 1)))
        self.batches = iter(tf.data.Dataset.from_tensor_slices((x, Y)).repeat())
        self.random, self.ran = random, 0
        self.step = tf.function(self.written)

    def written(self):
        self.ran += 1
        x, y = next(self.batches)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ self.w - y) ** 2)
        self.w.assign_sub(0.01 * tape.gradient(loss, self.w))
        if self.random:
            self.w.assign_add(tf.random.normal((3, 1), stddev=1e-3, dtype=tf.float64))
        return loss

    def train(self, calls=CALLS, **options):
        """The losses, and the group of the report if there is to be one."""
        tf.random.set_seed(1)
        if not options:
            return np.array([self.step() for _ in range(calls)]), None
        with ReportSession(**options) as session:
            losses = np.array([self.step() for _ in range(calls)])
        report = session.report()
        assert report.calls == sum(group.count for group in report.groups)
        return losses, report.groups


def test_most_calls_run_compiled_and_nothing_changes():
    training, plain = Training(), Training()
    losses, (group,) = training.train(every_call=False)
    assert np.array_equal(losses, plain.train()[0])
    assert np.array_equal(training.w, plain.w)
    seen = group.count - group.unseen
    assert group.count == CALLS
    assert FIRST < seen <= FIRST + 4
    assert training.ran == seen + 1  # and the trace
    assert len(group.series.index) == seen
    assert group.series.index[: FIRST + 1] == list(range(FIRST + 1))
    assert group.series.index[-1] > FIRST + STEP


def test_every_call():
    training = Training()
    losses, (group,) = training.train(every_call=True)
    assert np.array_equal(losses, Training().train()[0])
    assert (group.count, group.unseen, training.ran) == (CALLS, 0, CALLS)


def test_functions_without_gradients_are_seen():
    ran = []

    @tf.function
    def double(x):
        ran.append(1)
        return 2 * x

    with ReportSession():
        for _ in range(CALLS):
            double(tf.constant(1.0))
    assert len(ran) == CALLS


@pytest.mark.parametrize("bad", [FIRST + 5, FIRST + 11])
def test_the_call_that_breaks_is_seen(bad):
    x = X.copy()
    x[bad, 1, 2] = 1e200  # its square is too large
    groups = {}
    for every_call in (True, False):
        losses, found = Training(x).train(every_call=every_call)
        assert np.array_equal(losses, Training(x).train()[0], equal_nan=True)
        groups[every_call] = found
    for (group,) in groups.values():
        first = next(call for call in group.calls if call.flags)
        assert first.index == bad
    messages = [
        next(call for call in found[0].calls if call.flags).flags[0].message
        for found in groups.values()
    ]
    assert messages[0] == messages[1]
    assert groups[False][0].unseen


def test_functions_with_random_numbers_are_seen():
    training = Training(random=True)
    _, (group,) = training.train(every_call=False)
    assert (group.count, group.unseen) == (CALLS, 0)


def test_the_end_of_the_data():
    training = Training()
    training.batches = iter(tf.data.Dataset.from_tensor_slices((X, Y)))
    ended = (StopIteration, tf.errors.OutOfRangeError)
    with ReportSession() as session, pytest.raises(ended):
        for _ in range(CALLS + 1):
            training.step()
    assert session.report().calls == CALLS


def test_a_function_under_a_tape_is_seen():
    training = Training()
    outer = tf.Variable(2.0)
    with ReportSession() as session:
        for _ in range(FIRST + 8):
            training.step()
        with tf.GradientTape() as tape:
            loss = tf.cast(training.step(), tf.float32) * outer
        assert tape.gradient(loss, outer) is not None
    assert sum(group.count for group in session.report().groups) == FIRST + 10


def test_the_page_says_what_was_seen(tmp_path):
    training = Training()
    with ReportSession() as session:
        for _ in range(CALLS):
            training.step()
    session.write(tmp_path / "report.html")
    assert '"unseen":' in (tmp_path / "report.html").read_text()
