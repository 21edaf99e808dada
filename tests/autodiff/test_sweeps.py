"""Which way a Jacobian is swept, and how much at once: the answer is the same."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensortape as tf
from tensortape.autodiff import jacobian_cost, jacobian_sweeps


class Way:
    """Makes the sweeps go one way wherever that is possible."""

    def __init__(self, forward=None, budget=None):
        self.forward, self.limit = forward, budget
        self.patch = pytest.MonkeyPatch()

    def __enter__(self):
        patch, forward, limit = self.patch, self.forward, self.limit
        if forward is not None:
            patch.setattr(jacobian_sweeps, "FEWER", 0 if forward else 10**12)
        patch.setattr(jacobian_sweeps, "WORTH", 0)
        patch.setattr(jacobian_cost, "GROWTH", 10**9)
        patch.setattr(jacobian_cost, "SMALL", -1)
        patch.setattr(jacobian_sweeps.overrides, "used", False)
        look = jacobian_cost.Metered.look

        def eager(self, entry, g, size):
            if forward and self.price() < float("inf"):
                raise jacobian_cost.GoForward
            look(self, entry, g, size)

        patch.setattr(jacobian_cost.Metered, "look", eager)
        if limit is not None:
            patch.setattr(jacobian_sweeps.Sweeps, "budget", lambda self: limit)

    def __exit__(self, *exc):
        self.patch.undo()


def fixed(*shape):
    """Numbers that depend on the shape alone."""
    return tf.constant(np.cos(np.arange(np.prod(shape)) + 1.0).reshape(shape))


STEPS = {
    "tanh": tf.tanh,
    "square": lambda x: x * x,
    "dense": lambda x: x @ fixed(x.shape[1], 3),
    "wide": lambda x: x @ fixed(x.shape[1], 5) + fixed(5),
    "mix": lambda x: fixed(4, x.shape[0]) @ x,
    "gram": lambda x: tf.matmul(x, x, transpose_b=True),
    "softmax": tf.nn.softmax,
    "transpose": tf.transpose,
    "slice": lambda x: x[:, 1:] * x[:, :-1] if x.shape[1] > 1 else x,
    "gather": lambda x: tf.gather(x, [0, x.shape[0] - 1, 0]),
    "concat": lambda x: tf.concat([x, tf.sin(x)], 1),
    "cumsum": lambda x: tf.cumsum(x, axis=0),
    "mean": lambda x: x - tf.reduce_mean(x, axis=1, keepdims=True),
    "max": lambda x: tf.reduce_max(x, axis=0, keepdims=True) + x,
    "where": lambda x: tf.where(x > 0, x * 2.0, -x),
    "stop": lambda x: x + tf.stop_gradient(x * 3.0),
    "einsum": lambda x: tf.einsum("ij,kj->ik", x, x + 1.0),
    "split": lambda x: tf.add_n(tf.split(tf.concat([x, x * x], 0), 2)),
    "reshape": lambda x: tf.reshape(tf.reshape(x, [-1]), [x.shape[1], x.shape[0]]),
    "pad": lambda x: tf.pad(x, [[1, 0], [0, 1]]),
}
SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 3))
CHAINS = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=5)


def computed(names, shape, forward, budget=None, sources=2):
    """Jacobians of a chain of steps, and how they were computed."""
    x = tf.constant(np.sin(np.arange(np.prod(shape)) + 0.5).reshape(shape))
    c = tf.constant(np.array([0.3, -0.7])[:1])
    with tf.GradientTape() as tape:
        tape.watch([x, c])
        y = x * c
        for name in names:
            y = STEPS[name](y)
    with Way(forward, budget):
        found = tape.jacobian(y, [x, c][:sources])
    return y, found, tape.jacobian_report()


@settings(deadline=None, max_examples=120)
@given(names=CHAINS, shape=SHAPES)
def test_forward_is_backward(names, shape):
    _, want, report = computed(names, shape, False)
    assert report["sweep"] == "backward"
    _, got, report = computed(names, shape, True)
    assert report["sweep"] == "forward"
    for a, b in zip(got, want, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@settings(deadline=None, max_examples=120)
@given(names=CHAINS, shape=SHAPES, forward=st.booleans(), budget=st.sampled_from([8, 100, 400]))
def test_parts_are_the_whole(names, shape, forward, budget):
    _, want, report = computed(names, shape, False)
    assert report["parts"] == 1
    _, got, _ = computed(names, shape, forward, budget)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


ROWS = ("tanh", "square", "dense", "wide", "softmax", "slice", "concat", "mean", "where", "stop")


@settings(deadline=None, max_examples=80)
@given(
    names=st.lists(st.sampled_from(ROWS), min_size=1, max_size=5),
    shape=SHAPES,
    forward=st.booleans(),
    budget=st.sampled_from([None, 8, 300]),
)
def test_batch_jacobian(names, shape, forward, budget):
    def run(way):
        x = tf.constant(np.sin(np.arange(np.prod(shape)) + 0.5).reshape(shape))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * 1.5
            for name in names:
                y = STEPS[name](y)
        with way:
            found = tape.batch_jacobian(y, x)
        return found, tape.jacobian_report()

    want, _ = run(Way(False))
    got, report = run(Way(forward, budget))
    assert report["sweep"] == ("forward" if forward else "backward")
    assert got.shape == want.shape and got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


def test_rows_that_mix_go_backward():
    x = tf.constant(np.arange(6.0).reshape(3, 2))

    def run(forward):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = fixed(3, 3) @ tf.tanh(x)
        with Way(forward):
            return tape.batch_jacobian(y, x), tape.jacobian_report()["sweep"]

    (want, _), (got, sweep) = run(False), run(True)
    assert sweep == "backward"
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.fixture
def fresh(monkeypatch):
    """No ``gradient_override_map`` was ever in force."""
    monkeypatch.setattr(jacobian_sweeps.overrides, "used", False)


def network(inputs, outputs, width=64):
    x = fixed(1, inputs)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.tanh(x @ fixed(inputs, width)) @ fixed(width, outputs)
    return tape, x, y


def test_choice_by_count(fresh):
    """Few elements to many: forward. Many to few: backward; where structure stays, too."""
    tape, x, y = network(3, 3000)
    assert tape.jacobian_report() == {}
    tape.jacobian(y, x)
    assert tape.jacobian_report() == {"sweep": "forward", "parts": 1, "fallbacks": {}}
    tape, x, y = network(3000, 3)
    tape.jacobian(y, x)
    assert tape.jacobian_report()["sweep"] == "backward"
    points, w = fixed(3000, 2), tf.Variable(fixed(2, 1))
    with tf.GradientTape() as tape:
        y = tf.tanh(points @ w)
    tape.jacobian(y, w)
    assert tape.jacobian_report()["sweep"] == "backward"


def test_persistent_and_unconnected():
    tape, x, y = network(3, 3000)
    other = tf.constant(1.0, tf.float64)
    first = tape.jacobian(y, [x, other])
    again = tape.jacobian(y, [x, other], unconnected_gradients="zero")
    assert first[1] is None and again[1].shape == y.shape
    np.testing.assert_array_equal(first[0], again[0])
    row = tape.gradient(y, x, output_gradients=tf.one_hot([5], 3000, dtype=tf.float64))
    np.testing.assert_allclose(first[0][0, 5], row, rtol=1e-12)


def test_custom_gradients_go_backward():
    @tf.custom_gradient
    def doubled(x):
        return x * 2.0, lambda g: g * 5.0

    x = fixed(1, 3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.tanh(doubled(x) @ fixed(3, 64)) @ fixed(64, 3000)
    got = tape.jacobian(y, x)
    assert tape.jacobian_report()["sweep"] == "backward"
    slope = 1 - np.tanh(2 * x.numpy() @ fixed(3, 64).numpy()) ** 2
    want = 5 * (fixed(64, 3000).numpy().T * slope) @ fixed(3, 64).numpy().T
    np.testing.assert_allclose(got[0, :, 0], want, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("forward", [True, False])
def test_nested(forward):
    """The sweep is recorded where an outer tape listens."""
    x = fixed(1, 2)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.sin(x @ fixed(2, 40)) ** 2.0
        with Way(forward):
            j = inner.jacobian(y, x)
        assert inner.jacobian_report()["sweep"] == ("forward" if forward else "backward")
        total = tf.reduce_sum(j * j)
    w = fixed(2, 40).numpy()
    z = x.numpy() @ w
    want = 2 * ((np.sin(2 * z) * 2 * np.cos(2 * z) * (w**2).sum(0)) @ w.T)
    np.testing.assert_allclose(outer.gradient(total, x), want, rtol=1e-9)


def test_accumulator_around():
    x, v = fixed(1, 2), tf.constant([[1.0, -2.0]], tf.float64)

    def run(forward):
        with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.sin(x @ fixed(2, 40)) ** 2.0
            with Way(forward):
                j = tape.jacobian(y, x)
        return accumulator.jvp(j)

    np.testing.assert_allclose(run(True), run(False), rtol=1e-10, atol=1e-12)


def test_within_a_function():
    @tf.function
    def jacobian(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.tanh(x @ fixed(2, 30)) @ fixed(30, 400)
        return tape.jacobian(y, x)

    x = fixed(1, 2)
    np.testing.assert_allclose(jacobian(x), jacobian.python_function(x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("inputs", [2, 40])
def test_memory(inputs):
    """The peak stays within a few times the larger of the answer and the budget of a batch."""
    rows, outputs, width = 400, 40, 400
    x = fixed(rows, inputs)
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = tf.tanh(x @ fixed(inputs, width))
        y = tf.sin(h @ fixed(width, width)) @ fixed(width, outputs)
    tracemalloc.start()
    found = tape.batch_jacobian(y, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * max(found.numpy().nbytes, jacobian_cost.ROOM)
