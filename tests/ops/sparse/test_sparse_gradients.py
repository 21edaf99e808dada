"""Derivatives through sparse tensors, against the same written with dense ones."""

import numpy as np
import pytest

import tensortape as tf
from tensortape.ops.sparse.matmul import sparse_product

PLACES = [[0, 1], [1, 0], [1, 3], [2, 2]]
VALUES = np.array([0.5, -1.5, 0.8, 2.0])
MATRIX = np.linspace(-1, 1, 12).reshape(4, 3)


def whole(x):
    return tf.scatter_nd(PLACES, x, [3, 4])


def at(dense):
    return tf.gather_nd(dense, PLACES)


PROGRAMS = {
    "product": (
        lambda s: tf.sparse.sparse_dense_matmul(s, tf.constant(MATRIX)),
        lambda x: whole(x) @ tf.constant(MATRIX),
    ),
    "product of the transpose": (
        lambda s: tf.sparse.sparse_dense_matmul(s, tf.constant(MATRIX[:3]), adjoint_a=True),
        lambda x: tf.transpose(whole(x)) @ tf.constant(MATRIX[:3]),
    ),
    "product from the left": (
        lambda s: tf.sparse.sparse_dense_matmul(tf.constant(MATRIX[:, :3]), s),
        lambda x: tf.constant(MATRIX[:, :3]) @ whole(x),
    ),
    "product of two sparse ones": (
        lambda s: tf.sparse.to_dense(sparse_product(s, tf.sparse.transpose(tf.sin(s)))),
        lambda x: whole(x) @ tf.transpose(whole(tf.sin(x))),
    ),
    "sum": (
        lambda s: tf.sparse.reduce_sum(tf.square(s), 1),
        lambda x: tf.reduce_sum(whole(x) ** 2, 1),
    ),
    "sum of two": (
        lambda s: tf.sparse.to_dense(tf.sparse.add(tf.sin(s), tf.sparse.eye(3, 4, tf.float64))),
        lambda x: whole(tf.sin(x)) + tf.eye(3, 4, dtype=tf.float64),
    ),
    "transposed": (
        lambda s: tf.sparse.to_dense(tf.sparse.transpose(tf.exp(s))),
        lambda x: tf.transpose(whole(tf.exp(x))),
    ),
    "reshaped": (
        lambda s: tf.sparse.to_dense(tf.sparse.reshape(tf.square(s), [2, -1])),
        lambda x: tf.reshape(whole(x * x), [2, -1]),
    ),
    "part": (
        lambda s: tf.sparse.to_dense(tf.sparse.slice(tf.square(s), [1, 0], [2, 3])),
        lambda x: whole(x * x)[1:3, :3],
    ),
    "softmax": (
        lambda s: tf.sparse.softmax(s).values,
        lambda x: tf.concat([[1.0], tf.nn.softmax(x[1:3]), [1.0]], 0) + 0.0 * x,
    ),
    "times a column": (
        lambda s: (s * tf.constant(MATRIX[:3, :1])).values,
        lambda x: x * at(tf.broadcast_to(tf.constant(MATRIX[:3, :1]), [3, 4])),
    ),
    "largest of two": (
        lambda s: tf.sparse.to_dense(tf.sparse.maximum(s, tf.sparse.transpose(s, [0, 1]) * 0.5)),
        lambda x: tf.maximum(whole(x), 0.5 * whole(x)),
    ),
    "kept": (
        lambda s: tf.sparse.to_dense(tf.sparse.retain(s, [True, False, True, True])) ** 2,
        lambda x: whole(x * [1.0, 0.0, 1.0, 1.0]) ** 2,
    ),
}


def derivatives(function):
    """Value, gradient of a sum, its own gradient, and a directional derivative."""
    x = tf.constant(VALUES)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = function(x)
            total = tf.reduce_sum(tf.sin(value))
        first = tf.convert_to_tensor(inner.gradient(total, x))
    second = tf.convert_to_tensor(outer.gradient(first, x, output_gradients=tf.cos(x)))
    with tf.autodiff.ForwardAccumulator(x, tf.sin(x)) as accumulator:
        again = function(x)
    return value, first, second, accumulator.jvp(again)


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_are_those_of_the_dense_program(name):
    sparse, dense = PROGRAMS[name]
    ours = derivatives(lambda x: sparse(tf.SparseTensor(PLACES, x, [3, 4])))
    for mine, wanted in zip(ours, derivatives(dense), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-12)


def test_a_huge_shape_costs_only_its_elements():
    big = tf.SparseTensor([[7, 10**9], [10**9, 3]], [1.0, 2.0], [2 * 10**9, 2 * 10**9])
    total = tf.sparse.add(big, tf.sparse.transpose(big))
    assert total.indices.numpy().tolist() == [[3, 10**9], [7, 10**9], [10**9, 3], [10**9, 7]]
    assert total.values.numpy().tolist() == [2.0, 1.0, 2.0, 1.0]


def test_concat_has_no_gradient_as_in_tensorflow():
    x = tf.constant(VALUES)
    with tf.GradientTape() as tape:
        tape.watch(x)
        s = tf.SparseTensor(PLACES, x, [3, 4])
        y = tf.sparse.to_dense(tf.sparse.concat(0, [s, s]))
    assert tape.gradient(y, x) is None


def test_batches_of_sparse_matrices_are_multiplied():
    rng = np.random.default_rng(0)
    a = (rng.normal(size=(2, 3, 4)) * (rng.random((2, 3, 4)) < 0.5)).astype(np.float32)
    b = (rng.normal(size=(2, 4, 5)) * (rng.random((2, 4, 5)) < 0.5)).astype(np.float32)
    product = sparse_product(tf.sparse.from_dense(a), tf.sparse.from_dense(b))
    np.testing.assert_allclose(tf.sparse.to_dense(product).numpy(), a @ b, atol=1e-6)
    empty = sparse_product(tf.sparse.from_dense(a * 0), tf.sparse.from_dense(b))
    assert empty.dense_shape.numpy().tolist() == [2, 3, 5]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot multiply"):
        sparse_product(tf.sparse.from_dense(a), tf.sparse.from_dense(b[:1]))


def test_counts_of_a_sparse_vector():
    counts = tf.sparse.bincount(tf.sparse.from_dense([1, 1, 2]), axis=-1)
    assert counts.indices.numpy().tolist() == [[1], [2]]
    assert counts.values.numpy().tolist() == [2, 1]
    assert counts.dense_shape.numpy().tolist() == [3]
