"""`tf.gradients` and `tf.hessians` in graphs; eagerly TensorFlow's `RuntimeError`."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf


def placeholder(*shape):
    return tf.compat.v1.placeholder(tf.float32, list(shape))


def test_shapes_of_gradients():
    with tf.Graph().as_default():
        x, w = placeholder(2, 3), placeholder(3, 4)
        dx, dw = tf.gradients(tf.nn.softmax(tf.matmul(x, w)), [x, w])
    assert (dx.shape.as_list(), dw.shape.as_list()) == ([2, 3], [3, 4])


def test_unconnected_and_stopped():
    with tf.Graph().as_default():
        x, unused = placeholder(2), placeholder(3)
        y = x * x
        z = tf.reduce_sum(y * 2.0)
        assert tf.gradients(z, [unused]) == [None]
        (zero,) = tf.gradients(z, unused, unconnected_gradients="zero")
        assert zero.shape.as_list() == [3]
        assert tf.gradients(z, [x], stop_gradients=[y]) == [None]
        (dx,) = tf.gradients([y, z], x, grad_ys=[y, None])
        assert dx.shape.as_list() == [2]


def test_gradients_of_gradients():
    with tf.Graph().as_default():
        x = placeholder(2, 2)
        (g,) = tf.gradients(tf.reduce_sum(x**3), x)
        (gg,) = tf.gradients(g, x)
        (h,) = tf.hessians(tf.reduce_sum(x**3), x)
    assert gg.shape.as_list() == [2, 2]
    assert h.shape.as_list() == [2, 2, 2, 2]


def test_eagerly_the_tape_is_named():
    x = tf.Variable(3.0)
    for function in (tf.gradients, tf.hessians):
        with pytest.raises(RuntimeError, match="GradientTape"):
            function(x * x, x)


def test_overridden_gradients():
    seen = []

    @tf.RegisterGradient("OverrideOfRelu")
    def _(op, dy):
        seen.append((op.type, [t.shape.as_list() for t in (*op.inputs, *op.outputs, dy)]))
        return dy * 3.0

    graph = tf.Graph()
    with graph.as_default():
        x = placeholder(2, 2)
        plain = tf.nn.relu(x)
        with graph.gradient_override_map({"Relu": "OverrideOfRelu"}):
            other = tf.nn.relu(x)
        tf.gradients(plain, x)
        assert not seen
        tf.gradients(other * 2.0, x)
        assert seen == [("Relu", [[2, 2]] * 3)]
        with graph.gradient_override_map({"Relu": "OverrideOfRelu"}), tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.relu(x) * 2.0
        tape.gradient(y, x)
        assert len(seen) == 2


def test_overrides_that_cannot_be():
    graph = tf.Graph()
    with graph.as_default():
        x = placeholder(2)
        with graph.gradient_override_map({"Tanh": "NobodyRegisteredThis"}):
            y = tf.tanh(x)
        with pytest.raises(LookupError, match="NobodyRegisteredThis"):
            tf.gradients(y, x)
        with pytest.raises(TypeError, match="dictionary"), graph.gradient_override_map([1]):
            pass
        with pytest.raises(TypeError, match="strings"), graph.gradient_override_map({"Tanh": 3}):
            pass


def test_a_type_declared_without_gradient():
    tf.no_gradient("OverrideWithNothing")
    graph = tf.Graph()
    with graph.as_default():
        x = placeholder(2)
        with graph.gradient_override_map({"Sigmoid": "OverrideWithNothing"}):
            y = tf.sigmoid(x)
        assert tf.gradients(y, x) == [None]


def test_override_in_the_default_graph():
    """The way it is usually written: the default graph is that of the function being traced."""

    @tf.RegisterGradient("FiveOfATest")
    def _five(op, dy):
        return dy * 5.0

    @tf.function
    def slope(x):
        with tf.compat.v1.get_default_graph().gradient_override_map({"Relu": "FiveOfATest"}):
            y = tf.nn.relu(x)
        return tf.gradients(y, x)[0]

    assert slope(tf.constant([-1.0, 2.0])).numpy().tolist() == [5.0, 5.0]
    outside = tf.compat.v1.get_default_graph()
    assert outside is tf.compat.v1.get_default_graph() and outside.get_operations() == []


def test_variables_that_a_function_reads():
    v = tf.Variable(2.0)

    @tf.function
    def slopes(x):
        y = tf.sin(x) * v
        return tf.gradients(y, [x, v])

    found = [float(g) for g in slopes(tf.constant(1.0))]
    np.testing.assert_allclose(found, [2 * np.cos(1.0), np.sin(1.0)], rtol=1e-6)


def test_functions_that_ask_for_them_run_traced_while_somebody_examines():
    v = tf.Variable(2.0)

    @tf.function
    def slope(x):
        return tf.gradients(tf.sin(x) * v, x)[0]

    x = tf.Variable(1.0)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = slope(x * 2.0) * 3.0
        found = tape.gradient(y, [x, v])
    expected = [-12 * np.sin(2.0), 3 * np.cos(2.0)]
    np.testing.assert_allclose([float(g) for g in found], expected, rtol=1e-6)
    assert not ex.journal.failed and not ex.why(y, x)
    with pytest.raises(RuntimeError, match="GradientTape"):
        tf.gradients(x, x)
