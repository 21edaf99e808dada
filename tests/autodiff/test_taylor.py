"""Taylor mode where others listen: inside of tapes, accumulators and functions."""

import numpy as np
import pytest

import tensortape as tf
from tensortape import autodiff

FUNCTIONS = {
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "softplus": tf.nn.softplus,
    "sin": tf.sin,
    "gelu": tf.nn.gelu,
    "silu": tf.nn.silu,
    "erf": tf.math.erf,
    "atan": tf.atan,
    "exp": lambda x: tf.exp(x * 0.3),
    "log": lambda x: tf.math.log(3.0 + x * x),
    "sqrt": lambda x: tf.sqrt(1.0 + x * x),
    "power": lambda x: (1.0 + x * x) ** 0.7,
    "cube": lambda x: x**3,
    "divide": lambda x: x / (1.0 + x * x),
    "softmax": lambda x: tf.nn.softmax(x),
    "log_softmax": lambda x: tf.nn.log_softmax(x),
    "concat": lambda x: tf.concat([x[:, :2], tf.sin(x[:, 2:])], 1),
    "where": lambda x: tf.where(x > 0, tf.sin(x), x * x),
    "largest": lambda x: x * tf.reduce_max(x, 1, keepdims=True) ** 2,
    "stop_gradient": lambda x: x * tf.stop_gradient(x) * x,
}
POINTS = tf.constant(np.random.default_rng(0).normal(size=(4, 3)))
WEIGHTS = tf.Variable(np.random.default_rng(1).normal(size=(3, 4)))
MORE = tf.Variable(np.random.default_rng(2).normal(size=(4, 4)))


def network(function, x):
    return tf.reduce_sum(function(function(x @ WEIGHTS) @ MORE), 1)


def second(f, x, step):
    """The second derivative along ``step``, by tapes."""
    t = tf.zeros((len(x), 1), tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(t)
        with tf.GradientTape() as inner:
            inner.watch(t)
            y = f(x + t * step)
        slope = inner.gradient(y, t)
    return outer.gradient(slope, t, unconnected_gradients="zero")[:, 0]


def laplacian(f, x):
    return sum(second(f, x, step) for step in tf.eye(x.shape[1], dtype=tf.float64))


CASES = {
    "second": (
        lambda f, x: autodiff.derivatives(f, x, 2)[2],
        lambda f, x: second(f, x, tf.ones(3, tf.float64)),
    ),
    "laplacian": (autodiff.laplacian, laplacian),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_heard_by_tapes_and_functions(case, name):
    direct, reference = CASES[case]

    def f(x):
        return network(FUNCTIONS[name], x)

    def loss(way):
        with tf.GradientTape() as tape:
            value = way(f, POINTS)
            total = tf.reduce_sum(value**2)
        return value, tape.gradient(total, [WEIGHTS, MORE])

    value, gradients = loss(reference)
    close = {"rtol": 1e-7, "atol": 1e-7}
    np.testing.assert_allclose(direct(f, POINTS), value, **close)
    traced = tf.function(lambda: loss(direct), autograph=False)
    compiled = tf.function(lambda x: direct(f, x), autograph=False)
    np.testing.assert_allclose(compiled(POINTS), value, **close)
    for found, slopes in (loss(direct), traced()):
        np.testing.assert_allclose(found, value, **close)
        for ours, theirs in zip(slopes, gradients, strict=True):
            np.testing.assert_allclose(ours, theirs, **close)


def test_polynomials_stay_short():
    """Coefficients beyond the degree are not computed, and are zeros in the answer."""
    found = autodiff.derivatives(lambda x: 3.0 * x * x + 1.0, tf.constant([2.0, 3.0]), 5)
    assert [d.numpy().tolist() for d in found] == [
        [13.0, 28.0], [12.0, 18.0], [6.0, 6.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0],
    ]  # fmt: skip


def test_in_an_accumulator():
    x = tf.constant([0.3, 0.7], tf.float64)
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        bend = autodiff.derivatives(tf.sin, x, 2)[2]
    np.testing.assert_allclose(accumulator.jvp(bend), -np.cos(x), rtol=1e-12)


def test_direction_and_variables():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        value = autodiff.derivatives(lambda x: x[0] * x[1] ** 2, x, 2, direction=[0.0, 1.0])[2]
    assert float(value) == 2.0
    assert tape.gradient(value, x).numpy().tolist() == [2.0, 0.0]


def test_unknown_sizes():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float64)], autograph=False)
    def step(x):
        f = lambda x: network(tf.tanh, x)  # noqa: E731
        return autodiff.derivatives(f, x, 3)[3], autodiff.laplacian(f, x)

    third, bend = step(POINTS)
    expected = autodiff.derivatives(lambda x: network(tf.tanh, x), POINTS, 3)[3]
    np.testing.assert_allclose(third, expected, rtol=1e-10)
    np.testing.assert_allclose(bend, laplacian(lambda x: network(tf.tanh, x), POINTS), rtol=1e-8)


def test_errors_leave_no_listener():
    from tensortape.core.state import state

    x = tf.constant([[2.0, 1.0], [1.0, 3.0]])
    with tf.GradientTape():
        before = state.listeners
        with pytest.raises(NotImplementedError):
            autodiff.laplacian(tf.linalg.inv, x)
        assert state.listeners == before


def rosenbrock(x):
    return tf.reduce_sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


EYE = 9.0 * tf.eye(3, dtype=tf.float64)
SCALARS = {
    "separate": lambda x: tf.reduce_sum(tf.sin(x) * x**2 / (1.0 + tf.exp(x))),
    "shifted": rosenbrock,
    "mixed": lambda x: tf.reduce_logsumexp(x) * tf.reduce_prod(1.0 + 0.1 * x),
    "reversed": lambda x: tf.reduce_sum(x * x[::-1] * x),
    "product": lambda x: tf.reduce_sum(tf.tanh(x[None] @ tf.ones((12, 5), tf.float64)) ** 2),
    "linear": lambda x: tf.reduce_sum(3.0 * x),
    "constant": lambda x: tf.constant(2.0, tf.float64),
    "no series": lambda x: tf.linalg.logdet(
        tf.reshape(x[:9], (3, 3)) + 9.0 * tf.eye(3, dtype=x.dtype)
    ),
}


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("budget", ["ample", "small"])
def test_diagonal_of_the_hessian(name, budget, monkeypatch):
    if budget == "small":
        monkeypatch.setattr("tensortape.autodiff.taylor.BUDGET", 400)
    x = tf.constant(np.random.default_rng(3).normal(size=12))
    f = SCALARS[name]
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x) + 0.0 * tf.reduce_sum(x)
        gradient = inner.gradient(y, x)
    matrix = outer.jacobian(gradient, x, unconnected_gradients="zero")
    expected = np.diagonal(matrix)
    np.testing.assert_allclose(autodiff.hessian_diag(f, x), expected, rtol=1e-9, atol=1e-9)
    traced = tf.function(lambda x: autodiff.hessian_diag(f, x), autograph=False)
    np.testing.assert_allclose(traced(x), expected, rtol=1e-9, atol=1e-9)


def test_diagonal_has_the_shape_of_the_point():
    x = tf.reshape(tf.range(6.0), (2, 3))
    found = autodiff.hessian_diag(lambda x: tf.reduce_sum(x**4), x)
    np.testing.assert_allclose(found, 12.0 * x.numpy() ** 2)
    assert float(autodiff.hessian_diag(lambda x: x**3, tf.constant(2.0))) == 12.0
    with pytest.raises(ValueError, match="scalar result"):
        autodiff.hessian_diag(lambda x: x**2, x)


def test_diagonal_of_what_is_separate_stays_small():
    n = 200_000
    found = autodiff.hessian_diag(lambda x: tf.reduce_sum(tf.sin(x)), tf.ones(n))
    np.testing.assert_allclose(found, np.full(n, -np.sin(np.float32(1.0))), rtol=1e-6)
