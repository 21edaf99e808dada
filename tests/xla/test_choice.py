"""Which engine runs a program when nobody said."""

from __future__ import annotations

import numpy as np
import pytest
from program_recording import record

import tensortape as tf
from tensortape.core.registry import OPS
from tensortape.xla import support, work
from tensortape.xla.choice import choose, obstacle


def program(function, *shapes):
    return record(function, *[tf.constant(np.ones(s, np.float32)) for s in shapes])[0]


def waves(x):
    for _ in range(20):
        x = tf.tanh(x) * 1.01
    return x


def loss(x, w):
    return tf.reduce_sum((x @ w) ** 2)


@pytest.mark.parametrize(
    ("function", "shapes", "engine"),
    [
        (lambda x: x**2 - 6.0 * x + 5.0, [()], "plan"),
        (waves, [(10,)], "plan"),
        (waves, [(200_000,)], "xla"),
        (loss, [(32, 784), (784, 128)], "plan"),
        (loss, [(1024, 784), (784, 512)], "plan"),
        (loss, [(32, 784), (784, 2048)], "plan"),
        (loss, [(64, 256, 256), (64, 256, 256)], "xla"),
    ],
)
def test_by_size(function, shapes, engine, monkeypatch):
    monkeypatch.setattr(work, "is_narrow", lambda: False)
    choice = choose(program(function, *shapes), have_xla=True)
    assert choice.engine == engine, choice
    assert (choice.calls > 0) == (engine == "xla")
    assert "estimated" in choice.reason


@pytest.mark.parametrize(
    ("shapes", "engine"), [([(32, 784), (784, 128)], "plan"), ([(1024, 784), (784, 512)], "xla")]
)
def test_where_numpy_multiplies_in_half_the_width(shapes, engine, monkeypatch):
    monkeypatch.setattr(work, "is_narrow", lambda: True)
    assert choose(program(loss, *shapes), have_xla=True).engine == engine


def test_without_jax():
    assert choose(program(waves, (200_000,)), have_xla=False) == ("plan", "JAX is not installed", 0)


def test_obstacles():
    assert obstacle(program(waves, (3,))) is None
    dynamic = program(lambda x: tf.where(x > 0), (3,))
    assert obstacle(dynamic).startswith("Where: how many elements are true")
    assert "user.py" in obstacle(dynamic)
    text = record(lambda x: x + "!", tf.constant(["a"]))[0]
    assert choose(text, have_xla=True).reason == "XLA has no strings"


def test_what_is_passed_but_not_read_is_no_obstacle():
    passed = record(lambda x, s: tf.sin(x), tf.zeros([3]), tf.constant("an iterator"))[0]
    assert obstacle(passed) is None


def test_products_are_counted():
    found = program(lambda a, b: a @ b, (30, 40), (40, 50))
    assert work.product_flops(found, found.nodes[0]) == pytest.approx(2 * 30 * 40 * 50)
    found = program(lambda a, b: a @ b, (7, 30, 40), (7, 40, 50))
    assert work.product_flops(found, found.nodes[0]) == pytest.approx(7 * 2 * 30 * 40 * 50)


def test_convolutions_are_counted():
    def gradients(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = tf.reduce_sum(tf.nn.conv2d(x, w, 1, "SAME") ** 2)
        return tape.gradient(y, [x, w])

    found = program(gradients, (2, 8, 8, 3), (3, 3, 3, 5))
    counted = [work.convolution_flops(found, n) for n in found.nodes if "Conv" in n.op.type]
    assert counted == [2 * (2 * 8 * 8 * 5) * 27] * 3


@tf.function
def repeated(x):
    return tf.while_loop(lambda i, x: i < 40, lambda i, x: (i + 1, tf.sin(x)), [tf.constant(0), x])


def test_loops_are_counted():
    x = tf.constant(1.0)
    (node,) = repeated.get_concrete_function(x).program(x).nodes
    found = repeated.get_concrete_function(x).program(x)
    assert work.decided_by(found, node).trips() == 40
    assert work.decided_by(found, node).trips(longest=10) is None
    assert work.of_node(found, node).plan > 40 * work.SCALAR_NODE.plan


def test_loops_of_gradients_run_as_often_as_their_loops():
    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = repeated(x)
        return tape.gradient(y, x)

    x = tf.constant(1.0)
    found = slope.get_concrete_function(x).program(x)
    loops = [node for node in found.nodes if node.op.type == "While"]
    assert [work.trips_of(found, node) for node in loops] == [40, 40]


def test_every_operation_has_a_status():
    words = {name: support.status(name) for name in OPS}
    assert set(words.values()) == {"native", "host", "no"}
    for name, word in words.items():
        assert bool(support.reason(name)) == (word != "native")
    inner = [n for n in OPS if OPS[n].kernel.__module__ in support.WITHOUT_FORM_MODULES]
    assert sum(word == "native" for word in words.values()) > 0.7 * (len(words) - len(inner))
