"""Products of matrices, and of batches of cotangents, where a quicker way is taken."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.arrays.batched import BatchedNamespace, identity
from tensortape.arrays.batched.structure import MANY, of_rank_one, repeated
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.shared_product import THREADED, of_two

SHAPES = [(1, 1, 1), (1, 1, 5), (5, 1, 1), (4, 1, 3), (3, 4, 1), (1, 4, 3), (3, 0, 2), (0, 3, 2)]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "int32"])
@pytest.mark.parametrize("shape", SHAPES)
def test_product_of_two_matrices(dtype, shape):
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    x = rng.integers(-3, 4, (rows, inner)).astype(dtype)
    y = rng.integers(-3, 4, (columns, inner)).astype(dtype).T
    z = of_two(x, y)
    assert z.dtype == x.dtype and np.array_equal(z, np.matmul(x, y))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (40, 1, 1), (1, 1, 40), (40, 1, 7), (7, 40, 1)])
def test_zero_times_nan_is_nan(dtype, shape):
    rows, inner, columns = shape
    with np.errstate(invalid="ignore"):
        z = of_two(np.full((rows, inner), np.nan, dtype), np.zeros((inner, columns), dtype))
    assert np.isnan(z).all()


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="size-incompatible"):
        tf.matmul(tf.ones([4, 1]), tf.ones([2, 3]))


@pytest.mark.parametrize("rows", [3, 1000, THREADED])
def test_rank_one_products(rows):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows, 1, 1, 1)), rng.normal(size=(1, 1, 2, 4))
    last = repeated(b, (rows, 1, 2, 4))
    product = of_rank_one(a, last)
    assert (product is None) == (8 * rows > THREADED)
    if product is not None:
        assert np.array_equal(product, a * b)
        assert np.array_equal(of_rank_one(last, a), a * b)
    assert of_rank_one(a, rng.normal(size=(rows, 1, 2, 4))) is None


@pytest.mark.parametrize("size", [2, MANY])
def test_the_identity_cannot_be_written(size):
    data = identity(BatchedNamespace(numpy_namespace, (size,)), (size,), np.dtype("float32")).data
    assert data.shape == (1, size) and (data == 1).all()
    with pytest.raises(ValueError, match="read-only"):
        data[0, 0] = 2


@pytest.mark.parametrize("n", [3, 500])
def test_jacobian_of_a_network_of_one_hidden_layer(n):
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(n, 1)))
    w, u, v = (tf.Variable(rng.normal(size=s)) for s in ((1, 16), (16,), (16, 1)))
    with tf.GradientTape() as tape:
        y = (x @ w + u) @ v
    dw, du, dv = tape.jacobian(y, [w, u, v])
    h = x.numpy() @ w.numpy() + u.numpy()
    np.testing.assert_allclose(dw[:, 0], x.numpy()[:, :, None] * v.numpy()[:, 0])
    np.testing.assert_allclose(du[:, 0], np.broadcast_to(v.numpy()[:, 0], (n, 16)))
    np.testing.assert_allclose(dv[:, 0], h[:, :, None])
    for given in (dw, du, dv):
        given.numpy()[...] = 0  # a copy
    np.testing.assert_allclose(du[:, 0], np.broadcast_to(v.numpy()[:, 0], (n, 16)))
