"""``tape.jacobian`` and ``tape.batch_jacobian``: shapes, ``None``s, errors, structure."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.core import events

RNG = np.random.default_rng(3)


def taped(function, x, persistent=True):
    with tf.GradientTape(persistent=persistent) as tape:
        tape.watch(x)
        y = function(x)
    return tape, y


def by_rows(tape, y, x):
    """The Jacobian as a loop of gradients."""
    rows = []
    for place in np.ndindex(*y.shape):
        seed = np.zeros(y.shape)
        seed[place] = 1
        g = tape.gradient(y, x, output_gradients=tf.constant(seed))
        rows.append(tf.convert_to_tensor(g).numpy())
    return np.array(rows).reshape(tuple(y.shape) + tuple(x.shape))


def fixed(*shape):
    """Numbers that depend on the shape alone."""
    return tf.constant(np.cos(np.arange(np.prod(shape)) + 1.0).reshape(shape))


PROGRAMS = {
    "diagonal": (lambda x: tf.sin(x) * x, (5,)),
    "rows": (lambda x: tf.exp(x @ fixed(4, 2)), (3, 4)),
    "mixing": (lambda x: tf.matmul(x, x, transpose_b=True), (3, 4)),
    "softmax": (lambda x: tf.nn.softmax(x * 2.0), (3, 4)),
    "reduction": (lambda x: tf.reduce_mean(x * x, axis=1), (3, 4)),
    "max": (lambda x: tf.reduce_max(x, axis=0), (3, 4)),
    "reshape": (lambda x: tf.reshape(tf.transpose(x) ** 2.0, [2, 6]), (3, 4)),
    "slices": (lambda x: x[:, 1:] * x[:, :-1], (3, 4)),
    "gather": (lambda x: tf.gather(x, [0, 2, 2]) ** 3.0, (3, 4)),
    "gather-columns": (lambda x: tf.gather(x, [0, 2, 2], axis=1), (3, 4)),
    "concat": (lambda x: tf.concat([x, tf.tanh(x), x[:1]], 0), (3, 4)),
    "stack": (lambda x: tf.stack([x, -x], 1), (3, 4)),
    "where": (lambda x: tf.where(x > 0, x * x, x), (3, 4)),
    "einsum": (lambda x: tf.einsum("ij,kj->ik", x, x * 2.0), (3, 4)),
    "one-column": (lambda x: tf.tanh(x) @ fixed(4, 1), (3, 4)),
    "broadcast": (lambda x: x * fixed(2, 3, 1), (3, 4)),
    "clip": (lambda x: tf.clip_by_value(x, -0.5, 0.5), (3, 4)),
    "cumsum": (lambda x: tf.cumsum(x * x, axis=1), (3, 4)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_equals_rows(name):
    function, shape = PROGRAMS[name]
    x = tf.constant(RNG.normal(size=shape))
    tape, y = taped(function, x)
    got = tape.jacobian(y, x)
    assert got.shape == y.shape + x.shape
    np.testing.assert_allclose(got, by_rows(tape, y, x), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", PROGRAMS)
def test_recorded_equals_raw(name):
    """Under an outer tape the same numbers come out, and can be differentiated."""
    function, shape = PROGRAMS[name]
    x = tf.constant(RNG.normal(size=shape))
    tape, y = taped(function, x)
    want = tape.jacobian(y, x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        inner, y = taped(function, x)
        got = inner.jacobian(y, x)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)
    outer.gradient(got, x)


def test_hessian():
    x = tf.constant([1.0, 2.0, 3.0], tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        tape, y = taped(lambda x: tf.reduce_sum(x**3.0) + x[0] * x[1], x)
        g = tape.gradient(y, x)
    np.testing.assert_allclose(outer.jacobian(g, x), [[6, 1, 0], [1, 12, 0], [0, 0, 18]])


def test_jacobian_of_jacobian():
    x = tf.constant([1.0, 2.0], tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        tape, y = taped(lambda x: x**3.0 * x[::-1], x)
        j = tape.jacobian(y, x)
    np.testing.assert_allclose(j, [[6.0, 1.0], [8.0, 12.0]])
    want = np.zeros((2, 2, 2))
    a, b = 1.0, 2.0
    want[0, 0], want[0, 1] = (6 * a * b, 3 * a * a), (3 * a * a, 0)
    want[1, 0], want[1, 1] = (0, 3 * b * b), (3 * b * b, 6 * b * a)
    np.testing.assert_allclose(outer.jacobian(j, x), want)


def network(n, hidden):
    x = tf.constant(np.linspace(-1, 1, n)[:, None])
    w = tf.Variable(RNG.normal(size=(1, hidden)))
    u = tf.Variable(RNG.normal(size=hidden))
    v = tf.Variable(RNG.normal(size=(hidden, 1)))
    with tf.GradientTape(persistent=True) as tape:
        y = (x @ w + u) @ v
    return tape, y, x, [w, u, v]


def test_network():
    tape, y, x, (w, u, v) = network(7, 3)
    jw, ju, jv = tape.jacobian(y, [w, u, v])
    assert [tuple(j.shape) for j in (jw, ju, jv)] == [(7, 1, 1, 3), (7, 1, 3), (7, 1, 3, 1)]
    np.testing.assert_allclose(jw[:, 0, 0], x.numpy() * v.numpy()[:, 0])
    np.testing.assert_allclose(ju[:, 0], np.tile(v.numpy()[:, 0], (7, 1)))
    np.testing.assert_allclose(jv[:, 0, :, 0], x.numpy() @ w.numpy() + u.numpy())


class Fallbacks(events.Observer):
    """What batched walks could not keep sparse."""

    def __init__(self):
        self.found = []

    def gradient_end(self, call, results):
        self.found.append((call.kind, dict(call.data.get("fallbacks", {}))))


def test_structure_is_used_and_reported():
    observer = Fallbacks()
    events.subscribe(observer)
    try:
        tape, y, _, sources = network(40, 8)
        tape.jacobian(y, sources)
        x = tf.constant(RNG.normal(size=(3, 4)))
        tape, y = taped(lambda x: tf.cumsum(x, axis=1), x)
        tape.jacobian(y, x)
    finally:
        events.unsubscribe(observer)
    assert observer.found == [("jacobian", {}), ("jacobian", {"cumsum": "dense"})]


@pytest.mark.parametrize("n", [400])
def test_cost_is_linear_in_points(n):
    """The network's Jacobian on n points holds 3 n H numbers; no array of size n*n is made."""
    import tracemalloc

    tape, y, _, sources = network(n, 16)
    tracemalloc.start()
    tape.jacobian(y, sources)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * n * 16 * 8


def test_unconnected_and_nested():
    x, other, whole = tf.constant([1.0, 2.0, 3.0]), tf.constant([1.0, 2.0]), tf.constant([1, 2])
    tape, y = taped(lambda x: x * x, x)
    found = tape.jacobian(y, {"a": x, "b": [other, (x,)]})
    assert found["b"][0] is None
    np.testing.assert_allclose(found["a"], np.diag([2.0, 4.0, 6.0]))
    np.testing.assert_allclose(found["b"][1][0], np.diag([2.0, 4.0, 6.0]))
    zeros = tape.jacobian(y, other, unconnected_gradients="zero")
    assert zeros.shape == (3, 2) and not zeros.numpy().any() and zeros.dtype == tf.float32
    assert tape.jacobian(y, whole) is None
    assert tape.jacobian(tf.cast(y, tf.int32), x) is None
    np.testing.assert_allclose(tape.jacobian(y, y), np.eye(3))


def test_scalar_and_empty_targets():
    x = tf.constant([1.0, 2.0])
    tape, y = taped(lambda x: tf.reduce_sum(x * x), x)
    np.testing.assert_allclose(tape.jacobian(y, x), [2.0, 4.0])
    x = tf.zeros((0, 3))
    tape, y = taped(lambda x: x * x, x)
    assert tape.jacobian(y, x).shape == (0, 3, 0, 3)
    x = tf.constant(2.0)
    tape, y = taped(lambda x: tf.stack([x, x * x]), x)
    np.testing.assert_allclose(tape.jacobian(y, x), [1.0, 4.0])


def test_complex_follows_tensorflow():
    x = tf.constant([1 + 1j, 2])
    tape, y = taped(lambda x: x * x, x)
    np.testing.assert_allclose(tape.jacobian(y, x), [[2 - 2j, 0], [0, 4]])


def test_custom_gradient():
    @tf.custom_gradient
    def doubled(x):
        return x * x, lambda g: tf.reverse(g, [0]) * 10.0

    x = tf.constant([1.0, 2.0], tf.float64)
    tape, y = taped(lambda x: doubled(x) * 2.0, x)
    np.testing.assert_allclose(tape.jacobian(y, x), by_rows(tape, y, x))
    with tf.GradientTape() as outer:
        outer.watch(x)
        inner, y = taped(doubled, x)
        j = inner.jacobian(y, x)
    np.testing.assert_allclose(j, [[0, 10], [10, 0]])


def test_errors():
    x = tf.constant([1.0, 2.0, 3.0])
    tape, y = taped(lambda x: x * x, x, persistent=False)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.jacobian(y, x, experimental_use_pfor=False)
    tape.jacobian(y, x)
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.jacobian(y, x)
    tape, y = taped(lambda x: x * x, x)
    tape.jacobian(y, x, experimental_use_pfor=False)
    with pytest.raises(AttributeError):
        tape.jacobian([y, y], x)
    with pytest.raises(AttributeError):
        tape.jacobian(3.0, x)
    with pytest.raises(ValueError):
        tape.jacobian(y, x, unconnected_gradients="foo")
    with pytest.raises(RuntimeError):
        tf.GradientTape().jacobian(x, x)


def test_variable_target():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        x * x
    np.testing.assert_allclose(tape.jacobian(x, x), np.eye(2))


def test_batch_jacobian():
    x = tf.constant(RNG.normal(size=(5, 3, 2)))
    m = tf.constant(RNG.normal(size=(2, 4)))
    tape, y = taped(lambda x: tf.tanh(x) @ m, x)
    got = tape.batch_jacobian(y, x)
    assert got.shape == (5, 3, 4, 3, 2)
    full = tape.jacobian(y, x).numpy()
    np.testing.assert_allclose(got, np.stack([full[b, :, :, b] for b in range(5)]))


def test_batch_jacobian_of_two_axes():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    tape, y = taped(lambda x: x * x, x, persistent=False)
    np.testing.assert_allclose(tape.batch_jacobian(y, x), [[[2, 0], [0, 4]], [[6, 0], [0, 8]]])
    tape, y = taped(lambda x: x * x, x)
    assert tape.batch_jacobian(tf.ones((2, 2)), x).numpy().tolist() == np.zeros((2, 2, 2)).tolist()
    with tf.GradientTape() as outer:
        outer.watch(x)
        inner, y = taped(lambda x: x**3, x)
        j = inner.batch_jacobian(y, x)
    np.testing.assert_allclose(outer.gradient(j, x), 6 * x.numpy())


def test_batch_jacobian_errors():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    tape, y = taped(lambda x: x * x, x)
    with pytest.raises(ValueError, match="rank at least 2"):
        tape.batch_jacobian(y[0], x)
    with pytest.raises(ValueError, match="Need first dimension"):
        tape.batch_jacobian(y[:1], x)
    with pytest.raises(AttributeError):
        tape.batch_jacobian(y, [x])
    tape, y = taped(lambda x: x * x, x, persistent=False)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.batch_jacobian(y, x, experimental_use_pfor=False)
