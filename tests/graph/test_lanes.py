"""Products and chains in lanes give what they give one after the other, whatever reads what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program_recording import record

import tensortape as tf
from tensortape.arrays import blas, blocks
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


def test_layers_run_on_from_one_to_the_next():
    plan = compared(perceptron, *matrices(7), *layers(4, 5, 6))
    forward = plan.source.index("lane0_0(")
    assert plan.source.count("matmul(", forward, plan.source.index("def", forward)) >= 3
    assert plan.source.count("run_lanes((") < 6


def test_gradients_of_weights_of_one_shape_are_one_lane():
    plan = compared(perceptron, *matrices(7), *layers(4, 5, 6))
    assert plan.source.count("run_lanes((") == 2
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
    assert plan.source.count("run_lanes((") == 1
    lane = plan.source[plan.source.index("def lane0_0(") : plan.source.index("def plan(")]
    assert lane.count("matmul(") == 3 and "divide(" in lane
