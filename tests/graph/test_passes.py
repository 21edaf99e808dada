"""Passes: the grammar holds between them, answers stay, and each rule does what it says."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program_recording import record, same
from program_samples import STEPS, random_program

import tensortape as tf
from tensortape.arrays.namespace import numpy_namespace as xp
from tensortape.core.op import Op
from tensortape.core.registry import OPS
from tensortape.core.state import quiet
from tensortape.graph.ir import Aval, Late, Node, Program, interpret, verify
from tensortape.graph.passes import (
    PASSES,
    expand,
    fold_constants,
    optimise,
    optimise_for_numpy,
    remove_dead,
    share_common,
)

F32 = np.dtype(np.float32)


def run(program, args):
    with quiet():
        return interpret(program, xp, args)


def agree(before, after, args):
    verify(after)
    assert len(after.params) == len(before.params)
    for left, right in zip(run(before, args), run(after, args), strict=True):
        same(left, right)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 100), st.booleans())
def test_passes_keep_the_answers_and_the_grammar(steps, seed, gradients):
    program, args = random_program(steps, seed, gradients)
    verify(program)
    for improve in (*PASSES, expand):
        agree(program, improve(program), args)
    after = program
    for improve in (*PASSES, expand, *PASSES):
        after = improve(after)
        verify(after)
    agree(program, after, args)
    agree(program, optimise(program), args)
    agree(program, optimise_for_numpy(program), args)


def types(program):
    return [node.op.type for node in program.nodes]


def simplified(function, *shapes):
    rng = np.random.default_rng(0)
    tensors = [tf.constant(rng.normal(size=s).astype(np.float32)) for s in shapes]
    program, args = record(function, *tensors)
    after = optimise(program)
    agree(program, after, args)
    return types(after)


@pytest.mark.parametrize(
    ("function", "shapes", "left"),
    [
        (lambda x: x * 1.0, [(2,)], []),
        (lambda x: 1.0 * x, [()], []),
        (lambda x: x + 0.0, [(2,)], []),
        (lambda x: tf.zeros((2, 3)) + x, [(2, 3)], []),
        (lambda x: tf.zeros((2, 3)) + x, [(3,)], ["BroadcastTo"]),
        (lambda x: x - 0.0, [(2,)], []),
        (lambda x: x / 1.0, [(2,)], []),
        (lambda x: x / 8.0, [(2,)], ["Mul"]),
        (lambda x: x / 3.0, [(2,)], ["RealDiv"]),
        (lambda x: x * -1.0, [(2,)], ["Neg"]),
        (lambda x: tf.negative(-x), [(2,)], []),
        (lambda x, y: x + -y, [(2,), (2,)], ["Sub"]),
        (lambda x, y: -x + y, [(2,), (2,)], ["Sub"]),
        (lambda x, y: x - tf.negative(y), [(2,), (2,)], ["AddV2"]),
        (lambda x, y: -x * -y, [(2,), (2,)], ["Mul"]),
        (lambda x: x**2, [(2,)], ["Square"]),
        (lambda x: x * x, [()], ["Square"]),
        (lambda x: x**1, [(2,)], []),
        (lambda x: 0.0 * x, [(2,)], ["Mul"]),  # NaN and infinities
        (lambda x: tf.transpose(tf.transpose(x)), [(2, 3)], []),
        (lambda x: tf.transpose(tf.transpose(x, [1, 2, 0]), [1, 2, 0]), [(2, 3, 4)], ["Transpose"]),
        (lambda x: tf.transpose(x), [(1, 3)], ["Reshape"]),
        (lambda x: tf.reshape(tf.reshape(x, [6]), [2, 3]), [(2, 3)], []),
        (lambda x: tf.squeeze(tf.expand_dims(x, 0), 0), [(2, 3)], []),
        (lambda x: tf.identity(tf.stop_gradient(tf.identity(x))), [(2,)], []),
        (lambda x: tf.ensure_shape(x, (None, 3)), [(2, 3)], []),
        (lambda x: tf.cast(tf.cast(x, tf.float64), tf.float32), [(2,)], []),
        (lambda x: tf.cast(tf.cast(x, tf.float16), tf.float32), [(2,)], ["Cast", "Cast"]),
        (lambda x: tf.broadcast_to(x, (2, 3)) * tf.ones((2, 3)), [(3,)], ["BroadcastTo"]),
        (lambda x, y: tf.broadcast_to(x, (2, 3)) * y, [(3,), (2, 3)], ["Mul"]),
        (lambda x: tf.exp(tf.broadcast_to(x, (2, 3))), [(3,)], ["Exp", "BroadcastTo"]),
        (lambda x, y: tf.transpose(x) @ y, [(3, 2), (3, 4)], ["MatMul"]),
        (lambda x, y: tf.linalg.matrix_transpose(x) @ y, [(5, 3, 2), (5, 3, 4)], ["BatchMatMulV2"]),
        (lambda x: tf.ones((3, 1)) @ x, [(1, 4)], ["BroadcastTo"]),
        (lambda x: tf.matmul(x, tf.ones((3, 1)), True, True), [(1, 4)], ["Reshape", "BroadcastTo"]),
        (lambda x: tf.ones((3, 2)) @ x, [(2, 4)], ["MatMul"]),
        (lambda x: tf.ones((2, 3, 1)) @ x, [(1, 4)], ["BroadcastTo"]),
        (lambda x: tf.expand_dims(tf.transpose(tf.broadcast_to(x, (2, 3))), 2), [(3,)],
         ["Reshape", "BroadcastTo"]),
        (lambda x, y: tf.transpose(tf.broadcast_to(x, (2, 3, 4)), [1, 0, 2]) * y,
         [(3, 1), (3, 2, 4)], ["Reshape", "Mul"]),
        (lambda x: tf.reshape(tf.broadcast_to(x, (2, 6)), (12,)), [(6,)],
         ["BroadcastTo", "Reshape"]),
        (lambda x: tf.where(tf.ones((2,), tf.bool), x, 2 * x), [(2,)], []),
        (lambda x: tf.unstack(tf.stack([x, 2 * x]))[0], [(2,)], []),
        (lambda x: tf.stack([x, 2 * x])[0], [(2,)], []),
        (lambda x: x[:, :], [(2, 2)], []),
        (lambda x: tf.reduce_sum(x, axis=0), [(1, 4)], ["Reshape"]),
        (lambda x: tf.reduce_sum(x), [()], []),
        (lambda x: tf.nn.relu(tf.nn.relu(x)), [(3,)], ["Relu"]),
        (lambda x: tf.math.add_n([x, x, x]), [(3,)], ["AddV2", "AddV2"]),
        (lambda x: tf.shape(x), [(3, 2)], ["Shape"]),
    ],
)  # fmt: skip
def test_rules(function, shapes, left):
    assert simplified(function, *shapes) == left


def test_zeros_of_which_sign():
    minus = tf.constant([-0.0, 1.0])
    program, args = record(lambda x: [x - 0.0, x + (-0.0), x * 1.0], minus)
    for value in run(optimise(program), args):
        assert np.signbit(value[0])


def test_nothing_infinite_is_lost():
    x = tf.constant([np.inf, -np.inf, np.nan, -0.0, 1e-45, 3e38])

    def function(x):
        return [x / 4.0, x * 1.0, x - 0.0, x + -x, x - x, 0.0 * x, x / 2.0**120, x * 0.5]

    program, args = record(function, x)
    for left, right in zip(run(program, args), run(optimise(program), args), strict=True):
        assert left.tobytes() == right.tobytes() or np.array_equal(left, right, equal_nan=True)


def test_integers_keep_their_rules():
    x = tf.constant([3, -(2**31), 7])
    program, args = record(lambda x: [x * 1, x + 0, x * -1, -(x - 5), x // 2, x**2], x)
    agree(program, optimise(program), args)


def test_folding_computes_what_is_constant():
    program, args = record(lambda x: x + tf.exp(tf.constant([1.0, 2.0])) * 3.0, tf.constant(1.0))
    after = remove_dead(fold_constants(program))
    assert types(after) == ["AddV2"]
    agree(program, after, args)


def test_folding_leaves_large_arrays_and_errors_alone():
    zeros = Node(OPS["Fill"], (1,), (2,), {"shape": (1000, 1000)})
    bad = Node(OPS["Reshape"], (1,), (3,), {"shape": (7,)})
    avals = {0: Aval((), F32), 1: Aval((), F32), 2: Aval((1000, 1000), F32), 3: Aval((7,), F32)}
    program = Program("p", (0,), {1: np.float32(0)}, [zeros, bad], (2, 3), avals)
    assert fold_constants(program) is program


def test_sharing_between_forward_and_backward():
    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.exp(tf.nn.softmax(x))
        return tf.exp(tf.nn.softmax(x)), y, tape.gradient(y, x)

    program, args = record(function, tf.constant([[1.0, 2.0, 4.0]]))
    after = optimise(program)
    assert types(after).count("Softmax") == types(after).count("Exp") == 1
    agree(program, after, args)


def test_cross_entropy_shares_its_exponentials_with_its_gradient():
    labels = tf.constant([1, 0])

    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x)
        return y, tape.gradient(y, x)

    program, args = record(function, tf.constant([[1.0, 2.0, 4.0], [0.5, 0.0, 1.0]]))
    after = optimise_for_numpy(program)
    assert types(after).count("Exp") == 1
    agree(program, after, args)


def test_sharing_respects_order_of_operands_and_attributes():
    def function(x, y):
        return [x + y, y + x, x - y, y - x, tf.reduce_sum(x, 0), tf.reduce_sum(x, 1)]

    program, args = record(function, tf.ones((2, 2)), tf.fill((2, 2), 2.0))
    after = share_common(program)
    assert types(after) == ["AddV2", "Sub", "Sub", "Sum", "Sum"]
    agree(program, after, args)


def test_sharing_tells_constants_apart():
    def function(x):
        return [x * 0.0, x * -0.0, x * tf.constant(1.0), tf.cast(x, tf.int32) * tf.constant(1)]

    program, args = record(function, tf.constant([1.0, 2.0]))
    agree(program, share_common(program), args)
    assert len(share_common(program).constants) == 4


def drawing(calls):
    def kernel(xp, x):
        calls.append(1)
        return x + 1

    return Op("Drawing", kernel, family="random", nondifferentiable="drawn")


def test_stateful_nodes_stay_each():
    calls = []
    op = drawing(calls)
    nodes = [Node(op, (0,), (i,), {}) for i in (1, 2, 3)]
    program = Program("p", (0,), {}, nodes, (1, 2), dict.fromkeys(range(4), Aval((), F32)))
    after = optimise(program)
    assert len(after.nodes) == 3
    run(after, [np.float32(1)])
    assert len(calls) == 3


def test_dead_code_goes():
    program, args = record(lambda x: (tf.exp(x), x + 1.0)[1], tf.constant(1.0))
    after = remove_dead(program)
    assert types(after) == ["AddV2"]
    assert set(after.avals) == {*after.params, *after.constants, *after.nodes[0].outputs}
    agree(program, after, args)


def test_late_attributes_follow_replaced_values():
    x, n = Aval((4,), F32), Aval((), np.dtype(np.int32))
    nodes = [
        Node(OPS["Identity"], (1,), (2,), {}),
        Node(OPS["StridedSlice"], (0,), (3,), {"index": (slice(None, Late((2,), int)),)}),
    ]
    avals = {0: x, 1: n, 2: n, 3: Aval((None,), F32)}
    program = Program("p", (0, 1), {}, nodes, (3,), avals)
    after = optimise(program)
    assert after.nodes[0].late == (1,)
    agree(program, after, [np.arange(4, dtype=F32), np.int32(2)])


def test_programs_within_programs_are_improved():
    inner, _ = record(lambda x: tf.negative(-x) * 1.0, tf.constant(2.0))

    def kernel(xp, x, *, body):
        return interpret(body, xp, [x])[0]

    op = Op("Call", kernel, nondifferentiable="test")
    program = Program(
        "p",
        (0,),
        {},
        [Node(op, (0,), (1,), {"body": inner})],
        (1,),
        {0: Aval((), F32), 1: Aval((), F32)},
    )
    after = optimise(program)
    (body,) = after.nodes[0].programs()
    assert not body.nodes
    agree(program, after, [np.float32(2)])


def test_provenance_survives():
    program, _ = record(lambda x: tf.nn.softmax(x + -x) / 4.0, tf.constant([1.0, 2.0]))
    for node in optimise_for_numpy(program).nodes:
        assert node.line.startswith("user.py:")
        assert node.name


def test_nothing_to_do_gives_the_program_itself():
    program, _ = record(lambda x, y: x * y, tf.constant(1.0), tf.constant(2.0))
    for improve in (*PASSES, expand):
        assert improve(program) is program


def test_two_thousand_nodes_are_quick():
    def function(x):
        for _ in range(400):
            x = tf.tanh(x * 0.5 + tf.reshape(tf.reshape(x, [-1]), [2, 3])) * 1.0
        return x

    program, _ = record(function, tf.ones((2, 3)))
    assert len(program.nodes) >= 2000
    start = time.perf_counter()
    optimise(program)
    assert time.perf_counter() - start < 1.5
