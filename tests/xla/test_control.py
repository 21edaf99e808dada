"""Control flow compiled with XLA: values, gradients of both orders, errors."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.op import Op
from tensortape.core.registry import OPS
from tensortape.core.state import quiet
from tensortape.graph.ir import Aval, Node, Program, interpret
from tensortape.xla.engine import compile_xla
from tensortape.xla.errors import Unsupported


def program_of(function, *values):
    tensors = [tf.constant(v) for v in values]
    concrete = tf.function(function, autograph=False).get_concrete_function(*tensors)
    return concrete.program(*tensors), [t._a for t in tensors]


def agree(function, *values):
    program, arrays = program_of(function, *values)
    with quiet():
        want = interpret(program, numpy_namespace, arrays)
    executable = compile_xla(program)
    for got, expected in zip(executable(*arrays), want, strict=True):
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(got, expected, rtol=1e-5)
    return executable


def gradient(function):
    def derived(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)

    return derived


def counted(x):
    step = lambda i, x: (i + 1, tf.sin(x) * x + 1.0)  # noqa: E731
    return tf.while_loop(lambda i, x: i < 7, step, [tf.constant(0), x])[1]


def data_decides(x, most=None):
    step = lambda x: (x * x + 0.5,)  # noqa: E731
    return tf.while_loop(lambda x: x < 100.0, step, [x], maximum_iterations=most)[0]


def bounded(x):
    return data_decides(x, 20)


def branches(x):
    return tf.cond(x > 0, lambda: x * x, lambda: -x)


def choices(x):
    index = tf.cast(x, tf.int32)
    return tf.switch_case(index, [lambda: x, lambda: x * x, lambda: tf.sin(x)])


def squares(x):
    return tf.map_fn(lambda v: v * v + 1.0, x)


def running(x):
    return tf.scan(lambda a, v: a * 0.5 + v * v, x)


def folded(x):
    return tf.foldl(lambda a, v: a + v * v, x)


def broken(x):
    """What AutoGraph makes of a loop over a range with a break."""

    def step(i, x, total, stopped):
        stopped = x > 10.0
        x = tf.cond(stopped, lambda: x, lambda: x * 1.5)
        return i + 1, x, total + x, stopped

    start = [tf.constant(0), x, tf.constant(0.0), tf.constant(False)]
    go_on = lambda i, x, total, stopped: (i < 30) & ~stopped  # noqa: E731
    return tf.while_loop(go_on, step, start)[2]


def nested(x):
    def outer(i, x):
        inner = tf.while_loop(lambda j, y: j < 3, lambda j, y: (j + 1, y * 1.5), [0, x])[1]
        return i + 1, tf.cond(inner > 9.0, lambda: inner - 9.0, lambda: inner)

    return tf.while_loop(lambda i, x: i < 4, outer, [tf.constant(0), x])[1]


VECTOR = np.linspace(-1, 2, 40).astype(np.float32)
FUNCTIONS = {
    "counted": (counted, 1.3),
    "bounded": (bounded, 1.3),
    "branch": (branches, 1.3),
    "other branch": (branches, -1.3),
    "choices": (choices, 1.5),
    "last choice": (choices, 7.5),
    "map": (squares, VECTOR),
    "scan": (running, VECTOR),
    "fold": (folded, VECTOR),
    "nested": (nested, 1.1),
    "broken": (broken, 1.0),
}
each = pytest.mark.parametrize(("function", "value"), FUNCTIONS.values(), ids=FUNCTIONS)


@each
def test_values(function, value):
    assert agree(function, value).hosted == []


@each
def test_gradients(function, value):
    agree(gradient(function), value)


@pytest.mark.parametrize("function", [counted, bounded, branches, nested])
def test_second_gradients(function):
    agree(gradient(gradient(function)), 1.2)


def test_bounded_loops_of_any_length():
    """One compilation serves loops that stop early, late, at once, and at the bound."""
    program, _ = program_of(gradient(bounded), 1.3)
    executable = compile_xla(program)
    for x in (1.3, 0.5, 50.0, 200.0):
        with quiet():
            want = interpret(program, numpy_namespace, [np.float32(x)])
        np.testing.assert_allclose(executable(np.float32(x)), want, rtol=1e-5)
    assert executable.traces == 1


def test_a_loop_that_data_ends():
    agree(data_decides, 1.3)


def test_its_gradient_has_no_form():
    program, arrays = program_of(gradient(data_decides), 1.3)
    with pytest.raises(Unsupported, match="maximum_iterations"):
        compile_xla(program)(*arrays)


def test_errors_in_loops():
    def gathered(x, i):
        step = lambda k, s: (k + 1, s + tf.gather(x, i + k))  # noqa: E731
        return tf.while_loop(lambda k, s: k < 3, step, [tf.constant(0), tf.constant(0.0)])[1]

    executable = agree(gathered, np.arange(5, dtype=np.float32), np.int32(1))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"not in \[0, 5\)"):
        executable(np.arange(5, dtype=np.float32), np.int32(3))


def test_errors_in_branches():
    def picked(x, i):
        return tf.cond(x[0] > 0, lambda: tf.gather(x, i), lambda: x[0])

    executable = agree(picked, np.float32([7, 8]), np.int32(1))
    assert executable(np.float32([-1, 0]), np.int32(5)) == [-1]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"not in \[0, 2\)"):
        executable(np.float32([1, 0]), np.int32(5))


def test_draws_in_loops():
    """The stream advances as on NumPy, draw by draw."""

    def walk(x):
        step = lambda i, x: (i + 1, x + tf.random.normal((2,)))  # noqa: E731
        return tf.while_loop(lambda i, x: i < 50, step, [tf.constant(0), x])[1]

    def fresh():
        tf.random.set_seed(5)
        return program_of(walk, np.zeros(2, np.float32))

    (first, arrays), (second, _) = fresh(), fresh()
    executable = compile_xla(first)
    for _ in range(2):
        want = interpret(second, numpy_namespace, arrays)
        np.testing.assert_allclose(executable(*arrays), want, rtol=1e-5)
    assert executable.hosted == ["sample_stream"]


def test_effects_keep_their_order():
    """Once per call, in the order of the program, whoever uses the results."""
    told = []

    def kernel(xp, x, *, what):
        if x > 100:
            raise ValueError("too large to tell")
        told.append((what, float(x)))
        return ()

    op = Op("Told", kernel, family="effect", outputs=0, nondifferentiable="an effect")
    scalar = {i: Aval((), np.dtype("f4")) for i in range(3)}
    nodes = [
        Node(op, (0,), (), {"what": "first"}),
        Node(OPS["Square"], (0,), (1,), {}),
        Node(op, (1,), (), {"what": "second"}),
    ]
    executable = compile_xla(Program("telling", (0,), {}, nodes, (0,), scalar))
    for x in (2, 3):
        assert executable(np.float32(x)) == [x]
    assert told == [("first", 2), ("second", 4), ("first", 3), ("second", 9)]
    with pytest.raises(tf.errors.InvalidArgumentError, match="too large to tell"):
        executable(np.float32(11))
    assert executable(np.float32(1)) == [1]


def test_gradients_from_outside_of_loops_that_data_ends():
    """What is kept for them has as many rows as there were iterations, not as many as fit."""

    def broken(x):
        y = x
        for _ in tf.range(6):
            if y > 5.0:
                break
            y = y * (x + 2.0)
        return y

    def ended(x):
        y, n = x, 0
        while n < 6 and y < 5.0:
            y = y * (x + 2.0)
            n += 1
        return y

    x = tf.constant(1.0)
    for body in (broken, ended):
        traced = tf.function(body, jit_compile=True)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = traced(x)
        assert float(y) == 9.0
        assert float(tape.gradient(y, x)) == 15.0


def test_texts_beside_numbers():
    traced = tf.function(lambda x: ["text", x * 2.0], jit_compile=True)
    text, number = traced(tf.constant(1.0))
    assert text.numpy() == b"text"
    assert text._a.shape == ()
    assert float(number) == 2.0


def in_a_branch(x):
    y = x
    if x > 0.0:
        for _ in tf.range(6):
            if y > 5.0:
                break
            y = y * (x + 2.0)
    else:
        y = x * 2.0
    return y


def in_a_loop(x):
    y, k = x, 0
    while y < 100.0 and k < 5:
        for _ in tf.range(4):
            y = y * (x + 2.0)
            if y > 10.0:
                break
        k += 1
        y = y * 1.1
    return y


def in_an_array(x):
    rows = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    y = x
    for i in tf.range(6):
        if y > 5.0:
            break
        y = y * (x + 2.0)
        rows = rows.write(i, y)
    return tf.reduce_sum(rows.stack() + 1.0)


@pytest.mark.parametrize("body", [in_a_branch, in_a_loop, in_an_array])
def test_loops_that_data_ends_within_others(body):
    def inside(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = body(x)
        return y, tape.gradient(y, x)

    def found(jit_compile):
        traced = tf.function(body, jit_compile=jit_compile)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = traced(x)
            g = tape.gradient(y, x)
        both = tf.function(inside, jit_compile=jit_compile)(x)
        return [float(v) for v in (y, g, outer.gradient(g, x), *both)]

    x = tf.constant(1.0)
    np.testing.assert_allclose(found(True), found(False), rtol=1e-5)
