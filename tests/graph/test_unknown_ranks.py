"""Branches and loops of several ranks: what is known while tracing, and the engines."""

import numpy as np
import pytest

import tensortape as tf
from tensortape.graph.ir import verify

CHOSEN = [[2.0, 0.5, 3.0], [-0.5, 2.0, 1.0]]


def vector_or_matrix(x):
    return tf.cond(x[0] > 0.0, lambda: x * x, lambda: x[:, None] * x)


SHAPES = {  # what TensorFlow infers, or more
    "unknown": lambda y: y,
    "unknown ": lambda y: y * 2.0 + 1.0,
    "unknown  ": lambda y: tf.cast(tf.sin(y), tf.float64),
    "unknown   ": lambda y: tf.where(y > 0.0, y, 0.0),
    "()": lambda y: tf.reduce_sum(y),
    "() ": lambda y: tf.rank(y),
    "()  ": lambda y: tf.size(y),
    "(None,)": lambda y: tf.shape(y),
    "(None,) ": lambda y: tf.reshape(y, [-1]),
    "(3, 3)": lambda y: tf.ensure_shape(y, [3, 3]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_static_shapes(shape):
    seen = []

    @tf.function(jit_compile=False)
    def f(x):
        y = SHAPES[shape](vector_or_matrix(x))
        seen.append(y.shape)
        return y

    f.get_concrete_function(tf.TensorSpec([3]))
    expected = None if "unknown" in shape else eval(shape)
    assert seen == [tf.TensorShape(expected)]


def test_shape_that_is_asked_for():
    @tf.function(jit_compile=False)
    def f(x):
        y = vector_or_matrix(x)
        assert y.shape.rank is None
        with pytest.raises(ValueError, match="unknown rank"):
            len(y.shape)
        with pytest.raises(ValueError, match="unknown TensorShape"):
            y.shape.as_list()
        y.set_shape([3])
        assert y.shape == [3]
        return y + 1.0

    assert f.get_concrete_function(tf.TensorSpec([3])).output_shapes == [3]


@pytest.mark.parametrize("x", CHOSEN)
def test_plan(x):
    f = tf.function(lambda x: tf.sin(vector_or_matrix(x)) * 2.0, jit_compile=False)
    concrete = f.get_concrete_function(tf.TensorSpec([3]))
    assert concrete.output_shapes == tf.TensorShape(None)
    program = concrete.program()
    verify(program)
    assert "float32[...]" in str(program)
    x = tf.constant(x)
    np.testing.assert_array_equal(concrete(x), tf.sin(vector_or_matrix(x)) * 2.0)
    assert concrete.engine == "plan"


def test_results_of_another_shape_are_no_surprise():
    f = tf.function(lambda x: tf.ensure_shape(vector_or_matrix(x), [3]), jit_compile=False)
    assert f(tf.constant(CHOSEN[0])).shape == [3]
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible"):
        f(tf.constant(CHOSEN[1]))


def test_what_has_no_graph_runs_as_plain_python():
    f = tf.function(lambda x: tf.map_fn(tf.sin, vector_or_matrix(x)), jit_compile=False)
    for x in CHOSEN:
        x = tf.constant(x)
        np.testing.assert_array_equal(f(x), tf.sin(vector_or_matrix(x)))
    assert "the rank of a tensor is needed" in f.explain_traces()


def test_xla_says_why_not():
    pytest.importorskip("jax")
    f = tf.function(lambda x: tf.sin(vector_or_matrix(x)), jit_compile=True)
    for x in CHOSEN:
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        np.testing.assert_array_equal(y, tf.sin(vector_or_matrix(x)))
        assert tape.gradient(y, x).shape == [3]
    concrete = f.get_concrete_function(x)
    concrete(x)
    assert concrete.engine == "plan"
    assert "the branches give results of different shapes" in concrete.explain_engine()


@pytest.mark.parametrize("x", CHOSEN)
def test_forward_mode(x):
    def f(x):
        return tf.sin(vector_or_matrix(x)) * 2.0

    x, v = tf.constant(x), tf.constant([1.0, -2.0, 0.5])
    found = []
    for g in (f, tf.function(f, jit_compile=False)):
        with tf.autodiff.ForwardAccumulator(x, v) as acc:
            y = g(x)
        found.append(acc.jvp(y))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
