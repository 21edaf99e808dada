"""The direct functions: against nested tapes, finite differences and each other."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

ad = tf.autodiff
RNG = np.random.default_rng(3)
W = tf.constant(RNG.normal(size=(3, 4)))
B = tf.constant(RNG.normal(size=4))
V = tf.constant(RNG.normal(size=(4, 1)))
POINTS = tf.constant(RNG.normal(size=(5, 3)))


def network(x):
    return tf.tanh(x @ W + B) @ V


def nested(f, order):
    if order == 0:
        return f

    def derivative(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = nested(f, order - 1)(x)
        return tape.gradient(y, x)

    return derivative


SCALAR_MAPS = {
    "exp-sin": lambda x: tf.exp(tf.sin(x)) * x,
    "quotient": lambda x: tf.math.log(1 + tf.exp(x)) / (x * x + 2),
    "sqrt": lambda x: tf.sqrt(x * x + 1),
    "softplus": tf.nn.softplus,
    "erf": tf.math.erf,
    "power": lambda x: (x + 3) ** 2.5,
    "integer-power": lambda x: x**5,
    "gelu": tf.nn.gelu,
    "atan": tf.math.atan,
    "hyperbolic": lambda x: tf.sinh(x) - tf.cosh(2 * x),
    "sigmoid": lambda x: tf.sigmoid(x) ** 2,
    "cosine": lambda x: tf.cos(3 * x),
    "choice": lambda x: tf.where(x > 0, x**3, tf.exp(x)),
    "relu": lambda x: tf.nn.relu(x) * x,
    "extremes": lambda x: tf.maximum(x, 0.1) * tf.abs(x) + tf.minimum(x, x * x),
    "layout": lambda x: tf.reshape(tf.stack([x, x * x], axis=1), (2, -1))[0, :3],
    "softmax": lambda x: tf.nn.softmax(tf.stack([x, x * x]), axis=0)[1],
}


@pytest.mark.parametrize("name", SCALAR_MAPS)
def test_derivatives_equal_nested_tapes(name):
    f = SCALAR_MAPS[name]
    x = tf.constant(np.linspace(-1.1, 1.3, 6))
    if name == "layout":
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
            y = f(x)
        d = ad.derivatives(f, x, 1)
        np.testing.assert_allclose(d[1], acc.jvp(y), rtol=1e-12)
        return
    found = ad.derivatives(f, x, 4)
    for order in range(5):
        want = nested(f, order)(x)
        want = np.zeros(6) if want is None else want  # a slope that is constant
        np.testing.assert_allclose(found[order], want, rtol=1e-9, atol=1e-11)


def test_sixth_derivative_of_a_network():
    x = tf.constant(np.linspace(-1, 1, 5)[:, None])

    def f(x):
        return tf.tanh(tf.tanh(x @ W[:1] + B) @ V)

    found = ad.derivatives(f, x, 6)
    np.testing.assert_allclose(found[3], nested(f, 3)(x), rtol=1e-9)
    assert len(found) == 7


def test_derivatives_of_a_constant_and_of_order_zero():
    assert [float(d) for d in ad.derivatives(lambda x: tf.constant(3.0), tf.constant(1.0), 2)] == [
        3,
        0,
        0,
    ]
    assert [float(d) for d in ad.derivatives(lambda x: x * x, tf.constant(3.0), 0)] == [9]
    with pytest.raises(ValueError, match="order"):
        ad.derivatives(lambda x: x, tf.constant(1.0), -1)


ROW_MAPS = {
    "network": lambda x: network(x)[:, 0],
    "exp-sin": lambda x: tf.reduce_sum(tf.exp(x) * tf.sin(x), 1),
    "quotient": lambda x: tf.reduce_sum(x, 1) / (1 + tf.reduce_sum(x * x, 1)),
    "products": lambda x: tf.nn.softplus(x[:, 0] * x[:, 1]) - x[:, 2] ** 3,
    "joined": lambda x: tf.reduce_sum(tf.concat([x**2, tf.cos(x)], axis=1) ** 2, 1),
    "subtraction": lambda x: tf.reduce_sum(1.0 - tf.square(x) - x, 1),
}


@pytest.mark.parametrize("name", ROW_MAPS)
def test_laplacian_is_the_trace_of_the_hessian(name):
    f = ROW_MAPS[name]
    traces = [
        np.trace(ad.hessian(lambda x: f(x)[0], POINTS[i : i + 1]).numpy().reshape(3, 3))
        for i in range(5)
    ]
    np.testing.assert_allclose(ad.laplacian(f, POINTS), traces, rtol=1e-10)


def test_laplacian_of_one_point_and_of_something_constant():
    x = tf.constant([1.0, 2.0])
    assert float(ad.laplacian(lambda x: tf.reduce_sum(x**4), x)) == 12 + 48
    assert float(ad.laplacian(lambda x: tf.constant(1.0), x)) == 0


def test_value_and_gradient_with_structure_argnums_and_aux():
    def f(scale, parameters):
        value = scale * tf.reduce_sum(parameters["a"] * parameters["b"])
        return value, {"scaled": scale * 2}

    parameters = {"a": tf.constant([1.0, 2.0]), "b": tf.constant([3.0, 4.0])}
    (value, aux), (ds, dp) = ad.value_and_gradient(f, 2.0, parameters, argnums=(0, 1), has_aux=True)
    assert float(value) == 22.0
    assert float(aux["scaled"]) == 4.0
    assert float(ds) == 11.0
    np.testing.assert_array_equal(dp["a"], [6.0, 8.0])
    np.testing.assert_array_equal(dp["b"], [2.0, 4.0])


def test_vjp_and_jvp_are_adjoint():
    t = tf.constant(RNG.normal(size=(5, 3)))
    g = tf.constant(RNG.normal(size=(5, 1)))
    y, dy = ad.jvp(network, (POINTS,), (t,))
    y2, pullback = ad.vjp(network, POINTS)
    np.testing.assert_array_equal(y, y2)
    left, right = tf.reduce_sum(dy * g), tf.reduce_sum(pullback(g)[0] * t)
    np.testing.assert_allclose(left, right, rtol=1e-12)


def test_hvp_is_the_hessian_times_the_vector():
    def f(x):
        return tf.reduce_sum(network(x) ** 2)

    v = tf.constant(RNG.normal(size=(5, 3)))
    product = ad.hvp(f, (POINTS,), (v,))[0]
    hessian = ad.hessian(f, POINTS)
    np.testing.assert_allclose(product, tf.tensordot(hessian, v, 2), rtol=1e-10)
    diagonal = hessian.numpy().reshape(15, 15).diagonal().reshape(5, 3)
    np.testing.assert_allclose(ad.hessian_diag(f, POINTS), diagonal)


def test_hessian_blocks_of_several_arguments():
    x, y = tf.constant([2.0]), tf.constant([3.0])
    blocks = ad.hessian(lambda x, y: tf.reduce_sum(x * x * y), x, y, argnums=(0, 1))
    values = [[b.numpy().item() for b in row] for row in blocks]
    assert values == [[6.0, 4.0], [4.0, 0.0]]


def test_gauss_newton_equals_its_definition():
    v = tf.constant(RNG.normal(size=(5, 3)))
    product = ad.gauss_newton_vp(network, lambda r: tf.reduce_sum(tf.cosh(r)), (POINTS,), (v,))[0]
    jac = ad.jacobian(network, POINTS).numpy().reshape(5, 15)
    curvature = np.cosh(network(POINTS).numpy()[:, 0])
    want = jac.T @ (curvature * (jac @ v.numpy().reshape(-1)))
    np.testing.assert_allclose(product.numpy().reshape(-1), want, rtol=1e-10)


def test_per_example_gradients_equal_a_loop():
    w, b = tf.Variable(W), tf.Variable(B)

    def losses(x):
        return tf.reduce_sum(tf.tanh(x @ w + b) ** 2, 1)

    together = ad.per_example_gradients(losses, [w, b], POINTS)
    for i in range(5):
        with tf.GradientTape() as tape:
            loss = losses(POINTS[i : i + 1])[0]
        for one, many in zip(tape.gradient(loss, [w, b]), together, strict=True):
            np.testing.assert_allclose(many[i], one, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ad.value_and_gradient(lambda x: x, tf.constant([1.0, 2.0])), ValueError, "scalar"),
        (lambda: ad.value_and_gradient(lambda x: x, 1.0, argnums=3), ValueError, "argnums"),
        (lambda: ad.value_and_gradient(lambda x: x, 1), ValueError, "int32"),
        (lambda: ad.value_and_gradient(3, 1.0), TypeError, "function"),
        (lambda: ad.value_and_gradient(lambda x: x, 1.0, has_aux=True), ValueError, "auxiliary"),
        (lambda: ad.laplacian(lambda x: x, 1.0), ValueError, "axis"),
    ],
)
def test_mistakes_are_told(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_failing_function_leaves_everything_as_it_was():
    def fails(x):
        raise ZeroDivisionError

    for call in (ad.derivatives,):
        with pytest.raises(ZeroDivisionError):
            call(fails, tf.constant(1.0), 2)
    with pytest.raises(ZeroDivisionError):
        ad.laplacian(fails, tf.constant([1.0]))
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert float(tape.gradient(y, x)) == 4.0


def test_same_tensor_twice():
    """Arguments are differentiated apart, also where they are one tensor."""
    x = tf.constant([1.0, 2.0, 3.0])

    def dot(a, b):
        return tf.reduce_sum(a * b)

    _, (da, db) = tf.autodiff.value_and_gradient(dot, x, x, argnums=(0, 1))
    np.testing.assert_allclose([da, db], [[1, 2, 3], [1, 2, 3]])
    blocks = tf.autodiff.hessian(dot, x, x, argnums=(0, 1))
    np.testing.assert_allclose(blocks[0][1], np.eye(3))
    np.testing.assert_allclose(blocks[0][0], np.zeros((3, 3)))
    _, tangent = tf.autodiff.jvp(dot, (x, x), (x, 0.0 * x))
    assert float(tangent) == 14.0


def test_tensor_read_from_outside_is_constant():
    x = tf.constant([1.0, 2.0])
    _, g = tf.autodiff.value_and_gradient(lambda a: tf.reduce_sum(a * x), x)
    np.testing.assert_allclose(g, x)
    with tf.GradientTape() as tape:  # a tape around sees both
        tape.watch(x)
        _, g = tf.autodiff.value_and_gradient(lambda a: tf.reduce_sum(a * a * x), x)
    np.testing.assert_allclose(tape.gradient(g, x), [4.0, 8.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        curves = tf.autodiff.derivatives(lambda a: a**3.0 * x, x, 2)[2]
    np.testing.assert_allclose(tape.gradient(curves, x), 12.0 * x)
