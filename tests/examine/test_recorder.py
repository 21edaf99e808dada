from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from examine_fakes import FakeTensor, FakeVariable, Program, op, square_step

import tensortape as tf
from tensortape.examine.curves import POINTS
from tensortape.examine.groups import KEPT
from tensortape.examine.model import Group, Report
from tensortape.examine.oplog import OpLog
from tensortape.examine.session import ReportSession


def report_of(session: ReportSession) -> Report:
    assert not session.recorder.failed
    return session.report()


def only_group(session: ReportSession) -> Group:
    (group,) = report_of(session).groups
    return group


def figures(group: Group, indices: list[int | None]) -> list[Any]:
    return [None if i is None else group.summaries[i].values for i in indices]


def test_one_call_has_its_operations_values_and_gradients() -> None:
    session = ReportSession()
    x = FakeVariable(3.0)
    square_step(session.recorder, x)
    group = only_group(session)
    assert [o.type for o in group.ops] == ["Mul"]
    assert group.ops[0].formula == "y = a · b"
    (call,) = group.calls
    assert figures(group, call.forward) == [[3.0], [9.0]]
    assert figures(group, call.backward) == [[6.0], [1.0]]
    assert [figures(group, row) for row in call.sent] == [[[3.0], [3.0]]]
    assert figures(group, call.results) == [[6.0]]
    assert [v.role for v in group.values] == ["source", "target"]
    assert call.flags == []


def test_calls_of_a_line_are_grouped_and_thinned() -> None:
    session = ReportSession()
    x = FakeVariable(3.0)
    for i in range(1000):
        x._t = FakeTensor(np.float64(i + 1))
        square_step(session.recorder, x)
    group = only_group(session)
    assert group.count == 1000
    kept = [call.index for call in group.calls]
    assert kept[0] == 0
    assert kept[-1] == 999
    assert 4 <= len(kept) <= KEPT + 1
    assert len({index % 4 for index in kept[:-1]}) > 1  # not always the same item of a loop
    assert len(group.series.index) <= POINTS + 1
    assert group.series.target[-1] == 1000.0**2
    assert figures(group, group.calls[-1].results) == [[2000.0]]


def test_a_none_gradient_names_the_operation_that_cut_it() -> None:
    session = ReportSession()
    program = Program(session.recorder)
    t, v = FakeVariable(1.4, "t:0"), FakeVariable(2.0, "v:0")
    a, b = program.read(t), program.read(v)
    s = program.run(op("Round", "piecewise constant"), 1.0, a, taped=False)
    y = program.run(op("Mul"), 2.0, s, b)
    rules = {
        y._id: (np.float64(1), [np.float64(2), np.float64(1)]),
        b._id: (np.float64(1), [np.float64(1)]),
    }
    program.gradient([y], [t, v], rules, [None, 1.0])
    group = only_group(session)
    (flag,) = group.calls[0].flags
    assert flag.kind == "none"
    assert group.ops[flag.op or 0].type == "Round"
    assert "piecewise constant" in flag.message
    assert group.flag_counts == {"none": 1}


def test_a_nan_gradient_names_the_rule_that_made_it() -> None:
    session = ReportSession()
    program = Program(session.recorder)
    variable = FakeVariable(np.float32(100), "x:0")
    x = program.read(variable)
    e = program.run(op("Exp"), np.float32(np.inf), x)
    y = program.run(op("Log"), np.float32(np.inf), e)
    nan, one, zero = np.float32(np.nan), np.float32(1), np.float32(0)
    rules = {y._id: (one, [zero]), e._id: (zero, [nan]), x._id: (nan, [nan])}
    program.gradient([y], [variable], rules, [nan])
    group = only_group(session)
    flags = {flag.kind: flag for flag in group.calls[0].flags}
    assert group.ops[flags["nan"].op].type == "Exp"  # type: ignore[index]
    assert "0 × inf" in flags["nan"].message and flags["nan"].cure
    assert group.ops[flags["forward-inf"].op].type == "Exp"  # type: ignore[index]


def test_a_zero_gradient_names_the_rule_that_made_it() -> None:
    session = ReportSession()
    program = Program(session.recorder)
    variable = FakeVariable(np.array([-1.0, -2.0]))
    x = program.read(variable)
    r = program.run(op("Relu"), np.zeros(2), x)
    y = program.run(op("Sum"), np.float64(0), r)
    zeros, ones = np.zeros(2), np.ones(2)
    rules = {y._id: (np.float64(1), [ones]), r._id: (ones, [zeros]), x._id: (zeros, [zeros])}
    program.gradient([y], [variable], rules, [zeros])
    (flag,) = only_group(session).calls[0].flags
    assert flag.kind == "zero"
    assert "Relu" in flag.message
    assert "nowhere positive" in flag.message


def test_a_failure_of_the_recorder_warns_once_and_stops_it() -> None:
    session = ReportSession()
    with pytest.warns(RuntimeWarning, match="not affected"):
        session.recorder.log_op(op("Mul"), (object(),), (FakeTensor(1.0),), {})
    session.recorder.log_op(op("Mul"), (object(),), (FakeTensor(1.0),), {})
    assert session.report().calls == 0


def test_the_log_is_bounded_in_operations_and_bytes() -> None:
    log = OpLog(max_ops=100, max_bytes=10 * 8000)
    for _ in range(500):
        log.add(op("Exp"), (FakeTensor(np.zeros(2)),), (FakeTensor(np.zeros(1000)),), {}, None)
    assert len(log.producer) == 100
    assert log.bytes <= 10 * 8000
    held = [node for node in log.producer.values() if node.arrays]
    assert len(held) < 10
    assert all(node.specs for node in log.producer.values() if not node.arrays)


def test_values_that_were_released_are_left_out() -> None:
    session = ReportSession()
    session.recorder.log.max_bytes = 100
    program = Program(session.recorder)
    variable = FakeVariable(np.ones(100))
    x = program.read(variable)
    a = program.run(op("Exp"), np.ones(100), x)
    b = program.run(op("Exp"), np.ones(100), a)
    y = program.run(op("Exp"), np.ones(100), b)
    rules = {t._id: (np.ones(100), [np.ones(100)]) for t in (y, b, a, x)}
    program.gradient([y], [variable], rules, [np.ones(100)])
    group = only_group(session)
    gc.collect()
    assert [v.shape for v in group.values] == [[100]] * 4
    assert group.calls[0].forward[1] is None


def test_very_long_computations_show_their_end() -> None:
    session = ReportSession()
    program = Program(session.recorder)
    variable = FakeVariable(1.0)
    t = program.read(variable)
    rules = {t._id: (np.float64(1), [np.float64(1)])}
    for _ in range(1_500):
        t = program.run(op("Identity"), 1.0, t)
        rules[t._id] = (np.float64(1), [np.float64(1)])
    program.gradient([t], [variable], rules, [1.0])
    group = only_group(session)
    assert len(group.ops) == 1_000
    assert group.omitted_ops == 500


def test_sources_that_suffer_from_the_same_thing_share_a_finding() -> None:
    session = ReportSession()
    program = Program(session.recorder)
    variables = [FakeVariable(0.0, f"v{i}:0") for i in range(3)]
    a, b, c = (program.read(v) for v in variables)
    total = program.run(op("AddN"), np.float64(0), a, b, c)
    y = program.run(op("Square"), np.float64(0), total)
    zero, one = np.float64(0), np.float64(1)
    rules = {y._id: (one, [zero]), total._id: (zero, [zero] * 3)}
    rules.update({t._id: (zero, [zero]) for t in (a, b, c)})
    program.gradient([y], variables, rules, [0.0, 0.0, 0.0])
    (flag,) = only_group(session).calls[0].flags
    assert flag.message.startswith("The gradient of v0, v1 and v2 is zero from Square on")
    assert flag.sources == [0, 1, 2]


def test_gradients_that_vanish_are_one_finding_of_all_their_sources() -> None:
    layers = [tf.Variable(np.full((4, 4), 0.1, np.float32)) for _ in range(10)]
    session = ReportSession()
    with session:
        for _ in range(3):
            with tf.GradientTape() as tape:
                h = tf.ones((2, 4))
                for w in layers:
                    h = tf.sigmoid(tf.matmul(h, w))
                loss = tf.reduce_sum(h)
            tape.gradient(loss, layers[:2])
    group = only_group(session)
    assert group.flag_counts == {"vanishing": 3}
    flags = group.calls[0].flags
    assert [flag.kind for flag in flags] == ["vanishing"] and flags[0].sources == [0, 1]
    assert flags[0].message.startswith("The gradients of layers[0] and layers[1] vanish: ")
    assert group.ops[flags[0].op or 0].type == "Sigmoid"
