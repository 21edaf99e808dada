"""Products and chains in lanes give what they give one after the other, whatever reads what."""

from __future__ import annotations

import io
import threading
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program_recording import record

import tensortape as tf
from tensortape.arrays import blas, blocks, parts
from tensortape.arrays.namespace import numpy_namespace as xp
from tensortape.graph.ir import interpret
from tensortape.graph.passes import optimise_for_numpy
from tensortape.graph.plan import chains, compile_plan, lanes, memory, products, scope, writer
from tensortape.graph.plan.lanes import Group, grouped

SIDE = 24
OPERATIONS = [
    lambda x, y, b: x @ y,
    lambda x, y, b: tf.matmul(x, y, transpose_a=True),
    lambda x, y, b: tf.matmul(x, y, transpose_b=True),
    lambda x, y, b: tf.nn.relu(x + b),
    lambda x, y, b: tf.tanh(x) * y,
    lambda x, y, b: x - 0.1 * y,
    lambda x, y, b: tf.maximum(x, y) * tf.exp(-x * x),
    lambda x, y, b: x * tf.reshape(b, [SIDE, 1]) + y,
    lambda x, y, b: tf.reshape(tf.transpose(x), [SIDE, SIDE]),
    lambda x, y, b: x + tf.reduce_sum(y, axis=0),
    lambda x, y, b: y / (1.0 + tf.reduce_max(tf.abs(x), axis=1, keepdims=True)),
    lambda x, y, b: tf.nn.softmax(x) - y,
    lambda x, y, b: tf.reduce_sum(x, axis=1, keepdims=True) * tf.sigmoid(y),
    lambda x, y, b: tf.concat([x[:, :10], y[:, 10:]], 1),
    lambda x, y, b: x[:, 3:4] @ y[5:6],
]
STEPS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=14
)


@pytest.fixture(scope="module", autouse=True)
def small_things_count_as_large():
    """Two threads, and every product and every chain is worth sharing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks.helpers, "idle", lambda: True)
        patch.setattr(memory, "LARGE_BYTES", 64)
        patch.setattr(chains, "LARGE", 64)
        patch.setattr(chains, "BLOCK", 4 * SIDE)
        patch.setattr(products, "SHARED", 1)
        for name, value in {"THREADED": 1, "SHARED": 1, "FEWEST": 5, "ROUND": 1}.items():
            patch.setattr(lanes, name, value)
        for module in (chains, lanes, products, scope, writer):
            patch.setattr(module, "cores", lambda: 2)
        yield


def matrices(*seeds):
    return [
        tf.constant(np.random.default_rng(s).normal(size=(SIDE, SIDE)).astype(np.float64) / 5)
        for s in seeds
    ]


def compared(function, *args):
    """The plan, whose results were those of the operations, three times, and stayed so."""
    program, arrays = record(function, *args)
    want = interpret(program, xp, arrays)
    plan = compile_plan(optimise_for_numpy(program))
    runs = [plan(*arrays) for _ in range(3)]
    for got in runs:
        for left, right in zip(want, got, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9 * np.max(np.abs(left)))
    return plan


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.lists(st.integers(0, 15), min_size=1, max_size=4))
def test_random_programs(steps, chosen):
    def function(x, w, v, bias):
        values = [x, w, v]
        for kind, i, j in steps:
            operation = OPERATIONS[kind % len(OPERATIONS)]
            left, right = values[-1 - i % len(values)], values[-1 - j % len(values)]
            values.append(operation(left, right, bias))
        return [values[-1], *[values[k % len(values)] for k in chosen]]

    bias = tf.constant(np.linspace(-1, 1, SIDE, dtype=np.float64))
    compared(function, *matrices(1, 2, 3), bias)


def layers(*seeds):
    """Weights and biases in turn."""
    biases = [np.linspace(-0.1, 0.1 * s, SIDE, dtype=np.float64) for s in seeds]
    pairs = zip(matrices(*seeds), map(tf.constant, biases), strict=True)
    return [p for pair in pairs for p in pair]


def perceptron(x, *parameters):
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        y = x
        for k in range(0, len(parameters), 2):
            y = tf.nn.relu(y @ parameters[k] + parameters[k + 1])
        loss = tf.reduce_mean(y * y)
    grads = tape.gradient(loss, parameters)
    return [loss, *[p - 0.1 * g for p, g in zip(parameters, grads, strict=True)]]


def text_of(lane, plan):
    """The functions of a lane, or of what is written like one."""
    parts = plan.source.split("def ")
    return "".join(part for part in parts if part.startswith(f"{lane}"))


def runs(plan):
    """How often all threads meet."""
    return sum(
        line.strip().startswith("parts") for line in plan.source.split("def plan")[1].split("\n")
    )


def test_layers_run_on_from_one_to_the_next():
    plan = compared(perceptron, *matrices(7), *layers(4, 5, 6))
    assert text_of("lane0_0", plan).count("matmul(") >= 3


def test_gradients_of_weights_of_one_shape_are_one_lane():
    plan = compared(perceptron, *matrices(7), *layers(4, 5, 6))
    assert "def lane0_1_" in plan.source
    assert "def lane0_2_" not in plan.source
    assert "shared_product(" not in plan.source


def test_gradients_of_weights_of_other_shapes_are_one_group():
    first, bias, second, last = layers(4, 5)
    parameters = [tf.concat([first, first], 1), tf.concat([bias, bias], 0)]
    parameters += [tf.concat([second, second], 0), last]
    program, _ = record(perceptron, *matrices(7), *parameters)
    program = optimise_for_numpy(program)
    items = grouped(chains.Schedule(program).items, program.avals)
    assert [len(item.lanes) for item in items if isinstance(item, Group)] == [1, 2]
    order = [i for item in items for i in item.outputs]
    assert len(order) == len({*order})
    compared(perceptron, *matrices(7), *parameters)


def test_nothing_moves_before_what_it_reads():
    def function(x, w, v, bias):
        y = x @ w
        b = tf.reduce_sum(v, axis=0) + bias
        z = tf.nn.relu(y + b) * 2.0
        u = tf.matmul(z, tf.transpose(z)) + y
        return [u @ v, z]

    bias = tf.constant(np.linspace(-1, 1, SIDE, dtype=np.float64))
    compared(function, *matrices(1, 2, 3), bias)


def test_threads_of_the_library_and_busy_machines(monkeypatch):
    monkeypatch.setattr(blocks.helpers, "idle", lambda: False)
    compared(perceptron, *matrices(1), *layers(2, 3))
    monkeypatch.setattr(blas.one_thread, "set", None)
    compared(perceptron, *matrices(1), *layers(2, 3))


def test_an_error_in_a_lane_is_that_of_the_operation():
    def function(x, w):
        return [tf.tanh(x @ w) @ w]

    program, arrays = record(function, *matrices(1, 2))
    plan = compile_plan(optimise_for_numpy(program))
    with pytest.raises(tf.errors.InvalidArgumentError):
        plan(arrays[0], arrays[1][:5])


def test_a_softmax_between_products_is_part_of_the_lane():
    def function(x, w, v):
        return [tf.nn.softmax(tf.nn.relu(x @ w) @ v) @ w]

    plan = compared(function, *matrices(1, 2, 3))
    assert runs(plan) == 1
    lane = text_of("lane0_0", plan)
    assert lane.count("matmul(") == 3
    assert "divide(" in lane


def test_gradients_of_weights_wait_for_the_rows_they_need_and_no_more():
    first, bias, second, last = layers(4, 5)
    parameters = [tf.concat([first, first], 1), tf.concat([bias, bias], 0)]
    parameters += [tf.concat([second, second], 0), last]
    plan = compared(perceptron, *matrices(7), *parameters)
    assert runs(plan) == 1
    assert "def lane0_0_1(" in plan.source  # whose first part the gradients of the last layer need
    assert text_of("aside0", plan).count("subtract(") + text_of("aside0", plan).count(" - ") >= 2


def test_what_comes_before_is_looked_at_once():
    """Each number is read twice by the next one: 2**60 ways from the last to the first."""

    def function(x, w, v):
        y = tf.nn.relu(x @ w)
        z = tf.reduce_sum(v[:1, :3])
        for _ in range(60):
            z = tf.sin(z * z + z)
        return [tf.nn.relu((y * z) @ v) @ w]

    compared(function, *matrices(1, 2, 3))


def test_what_has_effects_stays_where_it_is():
    said = io.StringIO()

    @tf.function(jit_compile=False)
    def function(x, w, v):
        y = tf.nn.relu(x @ w) @ w
        total = tf.reduce_sum(y)
        tf.print("before", total, output_stream=said)
        z = tf.nn.relu(tf.transpose(y) @ v) @ w
        tf.print("after", tf.reduce_sum(z), output_stream=said)
        return z

    x, w, v = matrices(1, 2, 3)
    z = function(x, w, v)
    y = tf.nn.relu(x @ w) @ w
    np.testing.assert_allclose(z, tf.nn.relu(tf.transpose(y) @ v) @ w)
    words = said.getvalue().split()
    assert words[::2] == ["before", "after"]
    want = [tf.reduce_sum(y), tf.reduce_sum(z)]
    np.testing.assert_allclose([float(word) for word in words[1::2]], want)


def test_a_label_out_of_range_is_refused_before_anything_changes():
    weights = tf.Variable(matrices(1)[0])
    before = weights.numpy()

    @tf.function(jit_compile=False)
    def step(x, labels):
        with tf.GradientTape() as tape:
            scores = tf.nn.relu(x @ weights) @ weights
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores)
            )
        weights.assign_sub(0.1 * tape.gradient(loss, weights))
        return loss

    (x,) = matrices(2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="label value of 24"):
        step(x, tf.constant([24] * SIDE))
    np.testing.assert_array_equal(weights, before)
    assert np.isfinite(step(x, tf.constant([3] * SIDE)))


class Recorder:
    """Bodies of lanes that note what they did, some of them slow or failing."""

    def __init__(self):
        self.done = []

    def body(self, name, wait=0.0, fails=False):
        def run(low, high, scratch, given):
            time.sleep(wait * (low == 0))
            if fails and low == 0:
                raise ZeroDivisionError(name)
            self.done.append((name, low, high, given))

        return run


BOUNDS = (0, 5, 10)


@pytest.mark.parametrize("slow", ["first", "second", "both"])
def test_parts_wait_for_the_gates_they_need(slow):
    for _ in range(5):
        notes = Recorder()
        first = notes.body("a", 0.01 if slow != "second" else 0)
        second = notes.body("b", 0.01 if slow != "first" else 0)
        parts.Parts(
            ((first, second), BOUNDS, 2, []),
            ((notes.body("c"),), BOUNDS, 1, [(0, 0)]),
            ((notes.body("d"),), (0, 10), 0, [(0, 1), (1, 0)]),
        ).run((None, None), ("x",), ("y",), ("z",))
        names = "".join(name for name, *_ in notes.done)
        assert sorted(names) == list("aabbccd")
        assert names.rindex("a") < names.index("c")
        assert names[-1] == "d"
        assert {(name, given) for name, _, _, given in notes.done} == {
            *zip("abcd", "xxyz", strict=True)
        }


def test_one_thread_takes_whole_lanes(monkeypatch):
    monkeypatch.setattr(blocks.helpers, "idle", lambda: False)
    notes = Recorder()
    parts.Parts(
        ((notes.body("a"), notes.body("b")), BOUNDS, 1, []),
        ((notes.body("c"),), BOUNDS, 0, [(0, 0)]),
    ).run((None, None), (1,), (2,))
    assert notes.done == [("a", 0, 10, 1), ("b", 0, 10, 1), ("c", 0, 10, 2)]


@pytest.mark.parametrize("wait", [0.0, 0.01])
def test_nobody_waits_for_what_failed(wait):
    for _ in range(10):
        notes = Recorder()
        work = parts.Parts(
            ((notes.body("a", wait, fails=True), notes.body("b")), BOUNDS, 2, []),
            ((notes.body("c"),), BOUNDS, 1, [(0, 0)]),
            ((notes.body("d"),), BOUNDS, 0, [(1, 0)]),
        )
        with pytest.raises(ZeroDivisionError, match="a"):
            work.run((None, None), (0,), (0,), (0,))
        assert not {name for name, *_ in notes.done} & {"c", "d"}


def test_nobody_waits_for_a_part_that_did_not_begin(monkeypatch):
    """As after Ctrl-C between taking a part and running it."""
    notes = Recorder()
    work = parts.Parts(
        ((notes.body("a", 0.01),), BOUNDS, 1, []), ((notes.body("b"),), BOUNDS, 0, [(0, 0)])
    )
    begin, main = work._part, threading.get_ident()

    def interrupted(*args):
        if threading.get_ident() == main:
            raise KeyboardInterrupt
        begin(*args)

    monkeypatch.setattr(work, "_part", interrupted)
    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            work.run((None, None), (0,), (0,))
