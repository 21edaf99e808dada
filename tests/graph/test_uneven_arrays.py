"""Elements of different shapes in a ``tf.TensorArray``: graphs of them, and errors."""

import numpy as np
import pytest

import tensortape as tf

X = tf.range(6.0)


def pieces(x, lengths):
    array = tf.TensorArray(tf.float32, size=3, infer_shape=False).split(x, lengths)
    return array.read(0), array.read(1), array.read(2)


@pytest.mark.parametrize("lengths", [[2, 2, 2], [1, 2, 3], [0, 6, 0]])
@pytest.mark.parametrize("traced", [False, True])
def test_pieces(lengths, traced):
    found = (tf.function(pieces, jit_compile=False) if traced else pieces)(X, tf.constant(lengths))
    assert [p.shape[0] for p in found] == lengths
    assert tf.concat(found, 0).numpy().tolist() == X.numpy().tolist()


def plan_of(f, *args):
    concrete = tf.function(f, jit_compile=False).get_concrete_function(*args)
    types = {op.type for op in concrete.graph.get_operations()}
    return concrete, types


def test_pieces_of_one_length_stay_rows_of_a_tensor():
    def f(x):
        return tf.TensorArray(tf.float32, size=3).split(x, [2, 2, 2]).stack()

    concrete, types = plan_of(f, X)
    assert concrete(X).shape == [3, 2]
    assert not any(t.startswith("Uneven") for t in types)


def test_uneven_pieces_are_a_list():
    def f(x, lengths):
        array = tf.TensorArray(tf.float32, size=3).split(x, lengths)
        assert array.element_shape == tf.TensorShape(None)
        assert array.read(1).shape == tf.TensorShape(None)
        return array.concat()

    concrete, types = plan_of(f, X, tf.constant([1, 2, 3]))
    assert concrete(X, tf.constant([3, 2, 1])).numpy().tolist() == X.numpy().tolist()
    assert {"UnevenSplit", "UnevenConcat"} <= types


def raised(f, *args):
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        tf.function(f, jit_compile=False)(*args)
    return str(error.value)


def test_errors():
    def split(lengths):
        return tf.TensorArray(tf.float32, size=3, infer_shape=False).split(X, lengths).concat()

    def stacked():
        array = tf.TensorArray(tf.float32, size=2, infer_shape=False)
        return array.write(0, X[:2]).write(1, X[2:]).stack()

    def unwritten():
        array = tf.TensorArray(tf.float32, size=3, infer_shape=False)
        return array.write(0, X[:2]).write(2, X[2:]).concat()

    def beyond():
        array = tf.TensorArray(tf.float32, size=3, infer_shape=False)
        return array.write(3, X[:2]).size()

    assert "they must add up" in raised(split, tf.constant([1, 2, 4]))
    assert "different shapes" in raised(stacked)
    assert "was not written" in raised(unwritten)
    assert "element 3 in a list with 3 elements" in raised(beyond)


def test_shapes_that_must_fit():
    def f(x):
        array = tf.TensorArray(tf.float32, size=2)
        return array.write(0, x[:2]).write(1, x[2:]).concat()

    def g(x):
        array = tf.TensorArray(tf.float32, size=2, infer_shape=False, element_shape=[None, 2])
        return array.write(0, x).concat()

    for one in (f, g):
        with pytest.raises(ValueError, match="expected"):
            tf.function(one)(X)


def steps(x, sizes):
    array = tf.TensorArray(tf.float32, size=tf.size(sizes), infer_shape=False)
    for i in tf.range(tf.size(sizes)):
        array = array.write(i, x[: sizes[i]] * x[i])
    total = 0.0
    for i in tf.range(tf.size(sizes)):
        row = array.read(i)
        total += tf.reduce_sum(row * row) * tf.cast(i + 1, tf.float32)
    return total


@pytest.mark.parametrize("compiled", [False, True])
def test_derivatives_through_loops(compiled):
    if compiled:
        pytest.importorskip("jax")
    f = tf.function(steps, jit_compile=compiled)
    sizes, found = tf.constant([3, 1, 4, 2]), []
    for one in (steps, f):
        with tf.GradientTape() as second:
            second.watch(X)
            with tf.GradientTape() as first:
                first.watch(X)
                y = one(X, sizes)
            d = first.gradient(y, X)
        found.append([y, d, second.gradient(d, X)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    if compiled:
        f(X, sizes)
        assert (
            "elements whose shapes may differ" in f.get_concrete_function(X, sizes).explain_engine()
        )


def test_forward_mode():
    sizes, v = tf.constant([3, 1, 4, 2]), tf.ones([6])
    found = []
    for one in (steps, tf.function(steps, jit_compile=False)):
        with tf.autodiff.ForwardAccumulator(X, v) as acc:
            y = one(X, sizes)
        found.append(acc.jvp(y))
    np.testing.assert_allclose(*found, rtol=1e-5)


def test_growing_loops_differentiate_twice():
    def f(x, n):
        row = x[:1]
        for i in tf.range(n):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(row, tf.TensorShape([None]))]
            )
            row = tf.concat([row * row, [x[i + 1]]], 0)
        return row

    found = []
    for one in (f, tf.function(f, jit_compile=False)):
        x = tf.constant([1.5, 0.5, 2.0, 1.0])
        with tf.GradientTape() as second:
            second.watch(x)
            with tf.GradientTape() as first:
                first.watch(x)
                y = one(x, tf.constant(3))
            d = first.gradient(y, x)
        found.append([y, d, second.gradient(d, x)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
