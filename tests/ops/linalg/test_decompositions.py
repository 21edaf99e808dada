"""Factors multiply to what was factored; norms, products and diagonals against NumPy."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(13)


def draw(*shape, dtype=np.float64):
    x = RNG.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * RNG.normal(size=shape)
    return x.astype(dtype)


def same(a, b, tolerance=1e-9):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=tolerance)


both = pytest.mark.parametrize("dtype", [np.float64, np.complex128])
shapes = pytest.mark.parametrize("shape", [(3, 3), (2, 4, 3), (2, 3, 4)])


@both
@shapes
@pytest.mark.parametrize("full", [False, True])
def test_svd(shape, dtype, full):
    x = draw(*shape, dtype=dtype)
    s, u, v = tf.linalg.svd(x, full_matrices=full)
    assert s.dtype == tf.float64
    k = min(shape[-2:])
    whole = tf.matmul(u[..., :k] * tf.cast(s, u.dtype)[..., None, :], v[..., :k], adjoint_b=True)
    same(whole, x)
    same(tf.linalg.svd(x, compute_uv=False), s)


@both
@shapes
@pytest.mark.parametrize("full", [False, True])
def test_qr(shape, dtype, full):
    x = draw(*shape, dtype=dtype)
    q, r = tf.linalg.qr(x, full_matrices=full)
    same(tf.matmul(q, r), x)
    same(tf.linalg.band_part(r, 0, -1), r)


@both
def test_eigh(dtype):
    x = draw(2, 3, 3, dtype=dtype)
    x = x + np.conj(np.swapaxes(x, -1, -2))
    values, vectors = tf.linalg.eigh(x)
    same(tf.matmul(x, vectors), vectors * values[..., None, :])
    same(tf.linalg.eigvalsh(x), values)
    lower = np.tril(x) + np.triu(np.ones_like(x), 1)
    same(tf.linalg.eigvalsh(lower), values)


def test_eig():
    x = draw(2, 3, 3)
    values, vectors = tf.linalg.eig(tf.constant(x))
    assert values.dtype == tf.complex128
    same(tf.matmul(tf.cast(x, tf.complex128), vectors), vectors * values[..., None, :])
    same(np.sort_complex(tf.linalg.eigvals(x)), np.sort_complex(values))


def test_eigenvalues_of_tridiagonal_matrices():
    a, b = draw(5), draw(4)
    want = np.linalg.eigvalsh(np.diag(a) + np.diag(b, -1) + np.diag(b, 1))
    same(tf.linalg.eigh_tridiagonal(a, b), want)
    same(tf.linalg.eigh_tridiagonal(a, b, select="i", select_range=[1, 3]), want[1:4])
    middle = tf.linalg.eigh_tridiagonal(
        a, b, select="v", select_range=[want[0] + 1e-6, want[2] + 1e-6]
    )
    same(middle, want[1:3])
    _, vectors = tf.linalg.eigh_tridiagonal(a, b, eigvals_only=False)
    same(tf.reduce_sum(vectors**2, 0), np.ones(5))


@pytest.mark.parametrize("order", ["euclidean", 1, 2, 3, np.inf])
@pytest.mark.parametrize("axis", [0, -1])
def test_norms_of_vectors(order, axis):
    x = draw(3, 4)
    number = 2 if order == "euclidean" else order
    same(tf.norm(x, order, axis), np.linalg.norm(x, number, axis))
    same(tf.norm(x, order, axis, keepdims=True), np.linalg.norm(x, number, axis, True))


@pytest.mark.parametrize("order", ["fro", 1, 2, np.inf])
def test_norms_of_matrices(order):
    x = draw(3, 4, 5)
    same(tf.norm(x, order, axis=[1, 2]), np.linalg.norm(x, order, (1, 2)))
    same(tf.norm(x, order, axis=[0, -1]), np.linalg.norm(x, order, (0, 2)))


@pytest.mark.parametrize(
    ("order", "axis", "words"),
    [
        ("bad", None, "vector norm"),
        (0, None, "vector norm"),
        (3, [0, 1], "matrix norm"),
        (2, [0, 1, 2], "axis"),
        (2, [0, 0], "axis"),
    ],
)
def test_norms_that_do_not_exist(order, axis, words):
    with pytest.raises(ValueError, match=words):
        tf.norm(draw(2, 2), order, axis)


@pytest.mark.parametrize("axes", [0, 1, 2, [[0, 2], [1, 0]], [[-1], [0]]])
def test_tensordot(axes):
    a, b = (
        draw(3, 4, 3),
        draw(3, 3, 4) if isinstance(axes, list) else draw(*(4, 3)[-axes or 2 :], 2),
    )
    same(tf.tensordot(a, b, axes), np.tensordot(a, b, axes))


@pytest.mark.parametrize("axes", [-1, 4, [[0]], [[0, 1], [0]]])
def test_tensordot_refuses(axes):
    with pytest.raises(ValueError):
        tf.tensordot(draw(2, 2), draw(2, 2), axes)


def test_vectors():
    a, b = draw(2, 3), draw(2, 3)
    same(tf.linalg.cross(a, b), np.cross(a, b))
    same(tf.linalg.matvec(draw(4, 3) * 0 + 1, a[0]), np.full(4, a[0].sum()))
    same(tf.linalg.trace(draw(2, 3, 4) * 0 + 1), [3, 3])
    with pytest.raises(tf.errors.FailedPreconditionError):
        tf.linalg.cross([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.linalg.cross([1.0, 2.0, 3.0], [[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError):
        tf.linalg.adjoint([1.0])


def by_hand(x, k, align, padding):
    """Stored diagonals, element by element."""
    low, high = k
    found = [np.diagonal(x, d) for d in range(high, low - 1, -1)]
    width = max(map(len, found))
    out = np.full((len(found), width), padding, x.dtype)
    above, below = align.split("_")
    for row, (d, line) in enumerate(zip(range(high, low - 1, -1), found, strict=True)):
        left = (d >= 0 and above == "LEFT") or (d <= 0 and below == "LEFT")
        start = 0 if left else width - len(line)
        out[row, start : start + len(line)] = line
    return out


@pytest.mark.parametrize("align", ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"])
@pytest.mark.parametrize("k", [(-1, 1), (0, 2), (-2, 0), (-2, 3)])
def test_diagonals(k, align):
    x = draw(3, 4)
    d = tf.linalg.diag_part(x, k=k, align=align, padding_value=9)
    same(d, by_hand(x, k, align, 9))
    back = tf.linalg.diag(d, k=k, num_rows=3, num_cols=4, align=align)
    same(back, tf.linalg.band_part(x, -k[0], k[1]) if k[0] <= 0 else back)
    same(tf.linalg.set_diag(x, d, k=k, align=align), x)
    same(tf.linalg.set_diag(np.zeros((3, 4)), d, k=k, align=align), back)


def test_diagonals_of_tensors():
    d = draw(2, 3)
    whole = tf.linalg.tensor_diag(d)
    assert whole.shape == (2, 3, 2, 3)
    same(tf.linalg.tensor_diag_part(whole), d)


REFUSED = [
    lambda: tf.linalg.diag_part([1.0, 2.0]),
    lambda: tf.linalg.diag_part([[1.0, 2.0]], k=5),
    lambda: tf.linalg.diag_part([[1.0, 2.0]], k=(1, 0)),
    lambda: tf.linalg.diag_part([[1.0, 2.0]], align="LEFT"),
    lambda: tf.linalg.diag(1.0),
    lambda: tf.linalg.diag([[1.0, 2.0]], k=(-1, 1)),
    lambda: tf.linalg.diag([1.0, 2.0], num_rows=1),
    lambda: tf.linalg.diag([1.0, 2.0], num_rows=3, num_cols=4),
    lambda: tf.linalg.set_diag(np.eye(3), [1.0, 2.0]),
    lambda: tf.linalg.band_part([[1.0, 2.0]], 5, 0),
    lambda: tf.linalg.tensor_diag_part([[1.0, 2.0]]),
    lambda: tf.linalg.trace([1.0]),
    lambda: tf.linalg.svd([1.0, 2.0]),
    lambda: tf.linalg.eigh([[1.0, 2.0]]),
    lambda: tf.linalg.eigh_tridiagonal([1.0, 2.0], [1.0], select="i", select_range=[1, 0]),
]


@pytest.mark.parametrize("call", REFUSED)
def test_refusals(call):
    with pytest.raises(tf.errors.InvalidArgumentError):
        call()
