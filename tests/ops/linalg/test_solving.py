"""Identities of linear algebra, for stacks and for complex numbers, and TensorFlow's refusals."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(11)
INVALID = tf.errors.InvalidArgumentError


def square(n=3, lead=(2,), dtype=np.float64):
    x = RNG.normal(size=(*lead, n, n))
    if np.dtype(dtype).kind == "c":
        x = x + 1j * RNG.normal(size=x.shape)
    return tf.constant((x + 3 * np.eye(n)).astype(dtype))


def positive(n=3, lead=(2,), dtype=np.float64):
    x = square(n, lead, dtype)
    return tf.matmul(x, x, adjoint_b=True)


def same(a, b, tolerance=1e-9):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=tolerance)


both = pytest.mark.parametrize("dtype", [np.float64, np.complex128])


@both
def test_inverse(dtype):
    x = square(dtype=dtype)
    eye = np.broadcast_to(np.eye(3), x.shape)
    same(tf.matmul(x, tf.linalg.inv(x)), eye)
    same(tf.linalg.inv(x, adjoint=True), tf.linalg.adjoint(tf.linalg.inv(x)))


@both
def test_solve(dtype):
    x, b = square(dtype=dtype), tf.constant(RNG.normal(size=(2, 3, 4)).astype(dtype))
    same(tf.matmul(x, tf.linalg.solve(x, b)), b)
    same(tf.matmul(x, tf.linalg.solve(x, b, adjoint=True), adjoint_a=True), b)


@both
@pytest.mark.parametrize("n", [3, 70])
def test_triangular_solve(dtype, n):
    x = square(n, dtype=dtype) + 10 * tf.eye(n, dtype=dtype)
    b = tf.constant(RNG.normal(size=(n, 2)).astype(dtype))
    for lower in (True, False):
        part = tf.linalg.band_part(x, -1, 0) if lower else tf.linalg.band_part(x, 0, -1)
        for adjoint in (False, True):
            y = tf.linalg.triangular_solve(x, b, lower=lower, adjoint=adjoint)
            same(tf.matmul(part, y, adjoint_a=adjoint), np.broadcast_to(b, (2, n, 2)))


def test_triangular_solve_with_zeros_divides_by_zero():
    y = tf.linalg.triangular_solve([[1.0, 0.0], [1.0, 0.0]], [[1.0], [1.0]])
    assert y.numpy()[0] == 1
    assert np.isnan(y.numpy()[1])


@both
def test_cholesky(dtype):
    x = positive(dtype=dtype)
    factor = tf.linalg.cholesky(x)
    same(tf.matmul(factor, factor, adjoint_b=True), x)
    b = tf.constant(RNG.normal(size=(2, 3, 1)).astype(dtype))
    same(tf.matmul(x, tf.linalg.cholesky_solve(factor, b)), b)
    same(tf.linalg.logdet(x), np.linalg.slogdet(x.numpy())[1])


def test_cholesky_without_a_root_is_nan():
    good = np.eye(2)
    y = tf.linalg.cholesky(np.stack([good, [[1.0, 2.0], [2.0, 1.0]]])).numpy()
    same(y[0], good)
    assert np.isnan(y[1][np.tril_indices(2)]).all()
    assert y[1][0, 1] == 0


@both
def test_lu(dtype):
    x = square(4, (2, 2), dtype)
    factors, order = tf.linalg.lu(x)
    assert order.dtype == tf.int32
    same(tf.linalg.lu_reconstruct(factors, order), x)
    same(tf.linalg.lu_matrix_inverse(factors, order), tf.linalg.inv(x))
    b = tf.constant(RNG.normal(size=(4, 2)).astype(dtype))
    same(tf.matmul(x, tf.linalg.lu_solve(factors, order, b)), np.broadcast_to(b, (2, 2, 4, 2)))


def test_determinants():
    x = square(4)
    sign, logarithm = tf.linalg.slogdet(x)
    same(sign * tf.exp(logarithm), tf.linalg.det(x))
    singular = tf.linalg.slogdet([[1.0, 2.0], [2.0, 4.0]])
    assert float(singular.log_abs_determinant) == -np.inf


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 4, 3)])
def test_least_squares(shape):
    a, b = RNG.normal(size=shape), RNG.normal(size=(*shape[:-1], 2))
    want = np.linalg.pinv(a) @ b
    same(tf.linalg.lstsq(a, b), want)
    same(tf.linalg.lstsq(a, b, fast=False), want)
    same(tf.linalg.pinv(tf.constant(a)), np.linalg.pinv(a))
    n = shape[-1]
    ridge = np.linalg.solve(
        np.swapaxes(a, -1, -2) @ a + 0.5 * np.eye(n), np.swapaxes(a, -1, -2) @ b
    )
    same(tf.linalg.lstsq(a, b, l2_regularizer=0.5), ridge)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_tridiagonal(n):
    d = RNG.normal(size=(2, 3, n))
    d[:, 1] += 4
    whole = tf.linalg.diag(d, k=(-1, 1), align="LEFT_RIGHT") if n > 1 else tf.constant(d[:, 1:2])
    b = RNG.normal(size=(2, n, 2))
    y = tf.linalg.tridiagonal_solve(d, b)
    same(tf.matmul(whole, y), b)
    same(tf.linalg.tridiagonal_matmul(d, y), b)
    same(tf.linalg.tridiagonal_solve(d, b[..., 0]), y[..., 0])
    same(tf.linalg.tridiagonal_solve([tf.constant(d[:, i]) for i in range(3)], b, "sequence"), y)


@both
def test_functions_of_matrices(dtype):
    x = positive(dtype=dtype)
    root = tf.linalg.sqrtm(x)
    same(tf.matmul(root, root), x)
    values, vectors = np.linalg.eigh(x.numpy() / 9)
    exponential = (vectors * np.exp(values)[:, None]) @ np.conj(np.swapaxes(vectors, -1, -2))
    same(tf.linalg.expm(x / 9), exponential)
    same(tf.linalg.expm(tf.linalg.logm(tf.cast(x, tf.complex128))), x, 1e-7)


def test_roots_that_are_not_real_are_nan():
    assert np.isnan(tf.linalg.sqrtm([[1.0, 0.0], [0.0, -4.0]]).numpy()).all()


def test_ranks():
    a = tf.constant(RNG.normal(size=(4, 2)) @ RNG.normal(size=(2, 5)))
    assert int(tf.linalg.matrix_rank(a)) == 2
    assert tf.linalg.matrix_rank(tf.stack([a, a])).numpy().tolist() == [2, 2]


@pytest.mark.parametrize("function", [tf.linalg.inv, tf.linalg.cholesky, tf.linalg.expm])
def test_empty_stacks(function):
    assert function(tf.zeros([0, 3, 3])).shape == (0, 3, 3)


REFUSED = [
    (lambda: tf.linalg.inv([[1.0, 2.0], [2.0, 4.0]]), INVALID, "Input is not invertible"),
    (lambda: tf.linalg.inv([[1.0, 2.0]]), INVALID, "must be square"),
    (lambda: tf.linalg.inv([1.0]), INVALID, "rank >= 2"),
    (lambda: tf.linalg.inv([[1, 2], [3, 4]]), INVALID, "allowed values"),
    (
        lambda: tf.linalg.solve([[1.0, 1.0], [1.0, 1.0]], [[1.0], [1.0]]),
        INVALID,
        "matrix is not invertible",
    ),
    (lambda: tf.linalg.solve([[1.0, 0.0], [1.0, 1.0]], [1.0, 1.0]), INVALID, "rank >= 2"),
    (lambda: tf.linalg.solve([[1.0, 0.0], [1.0, 1.0]], [[1.0]]), INVALID, "incompatible"),
    (lambda: tf.linalg.triangular_solve([[1.0]], [[1.0], [2.0]]), INVALID, "1 vs. 2"),
    (lambda: tf.linalg.lu([[0.0, 1.0], [0.0, 2.0]]), INVALID, "not invertible"),
    (lambda: tf.linalg.det([[1.0, 2.0]]), INVALID, "must be square"),
    (lambda: tf.linalg.logm([[1.0]]), INVALID, "complex"),
    (lambda: tf.linalg.pinv([1.0]), ValueError, "2 dimensions"),
    (lambda: tf.linalg.matrix_rank(tf.constant([[1]])), TypeError, "float"),
    (lambda: tf.linalg.tridiagonal_solve([[1.0, 2.0]], [1.0, 1.0]), ValueError, "3 diagonals"),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_no_gradient_of_slow_least_squares():
    a = tf.constant([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.linalg.lstsq(a, a, fast=False)
    with pytest.raises(ValueError, match="fast=False"):
        tape.gradient(y, a)


def test_diagonals_of_truth_values():
    matrix = tf.linalg.diag(tf.constant([True, True]))
    assert matrix.numpy().tolist() == [[True, False], [False, True]]
    assert tf.linalg.diag_part(matrix).numpy().tolist() == [True, True]
