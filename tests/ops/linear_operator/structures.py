"""One operator of each structure as a function of its arrays, for batches and complex numbers."""

import numpy as np

import tensortape as tf

L = tf.linalg


def draw(*shape, seed=0, kind="f", positive=False):
    rng = np.random.default_rng(seed + 7 * sum(shape) + len(shape))
    x = rng.normal(size=shape)
    if positive:
        x = np.abs(x) + 0.5
    return x + 1j * rng.normal(size=shape) if kind == "c" else x


def regular(n, lead=(), **how):
    return draw(*lead, n, n, **how) + 3 * np.eye(n)


def positive(n, lead=(), **how):
    x = draw(*lead, n, n, **how)
    square = x @ np.conj(np.swapaxes(x, -1, -2))  # self-adjoint but for the rounding of some BLAS
    return (square + np.conj(np.swapaxes(square, -1, -2))) / 2 + n * np.eye(n)


def full(x, **hints):
    return L.LinearOperatorFullMatrix(x, **hints)


def triangular_blocks(x, y, z):
    rows = [[full(x)], [full(y), L.LinearOperatorLowerTriangular(z)]]
    return L.LinearOperatorBlockLowerTriangular(rows)


def low_rank(d, u, v, e):
    return L.LinearOperatorLowRankUpdate(L.LinearOperatorDiag(d), u, e, v)


def low_rank_positive(d, u):
    return L.LinearOperatorLowRankUpdate(L.LinearOperatorDiag(d, is_positive_definite=True), u)


def circulants(lead, kind):
    makers = (L.LinearOperatorCirculant, L.LinearOperatorCirculant2D, L.LinearOperatorCirculant3D)
    for depth, shape in ((1, (4,)), (2, (2, 3)), (3, (2, 2, 2))):
        maker = makers[depth - 1]
        spectrum = draw(*lead, *shape, kind=kind) + 4
        yield f"circulant{depth}", lambda x, m=maker: m(x, tf.complex128), [spectrum]
        axes = tuple(range(-depth, 0))
        column = np.fft.fftn(draw(*lead, *shape), axes=axes)
        yield f"real_circulant{depth}", lambda x, m=maker: m(x, tf.float64), [column]


def structures(lead=(), kind="f"):
    """Name, maker, arrays, for every structure; ``lead`` is the shape of the batch."""

    def a(*shape, **how):
        return draw(*shape, kind=kind, **how)

    sa = {"is_self_adjoint": True, "is_positive_definite": True}
    square, spd = regular(3, lead, kind=kind), positive(3, lead, kind=kind)
    yield "full", full, [square]
    yield "positive", lambda x: full(x, **sa), [spd]
    yield "self_adjoint", lambda x: full(x, is_self_adjoint=True), [spd - 2 * np.eye(3)]
    yield "diag", L.LinearOperatorDiag, [a(*lead, 3)]
    yield "lower", L.LinearOperatorLowerTriangular, [square]
    yield "scaled", lambda x: L.LinearOperatorScaledIdentity(3, x), [a(*lead) + 2]
    yield "householder", L.LinearOperatorHouseholder, [a(*lead, 3)]
    yield "toeplitz", L.LinearOperatorToeplitz, [a(*lead, 3) + 3, a(3, seed=1)]
    yield "tridiag", L.LinearOperatorTridiag, [a(*lead, 3, 4)]
    band = np.triu(np.tril(a(*lead, 4, 4), 1), -1)
    yield "tridiag_matrix", lambda x: L.LinearOperatorTridiag(x, "matrix"), [band]
    three = [a(*lead, 4, seed=s) for s in range(3)]
    yield "tridiag_three", lambda *x: L.LinearOperatorTridiag(x, "sequence"), three
    parts = [a(*lead, 4), a(*lead, 4, 2), a(4, 2, seed=5), a(*lead, 2, seed=6)]
    yield "low_rank", low_rank, parts
    yield "low_rank_positive", low_rank_positive, [draw(*lead, 4, positive=True), draw(4, 2)]
    pair = [regular(2, lead, kind=kind), regular(3, kind=kind)]
    yield "kronecker", lambda x, y: L.LinearOperatorKronecker([full(x), full(y)]), pair
    yield "blocks", lambda x, y: L.LinearOperatorBlockDiag([full(x), full(y)]), pair
    yield "lower_blocks", triangular_blocks, [pair[0], a(3, 2), square]
    yield "composed", lambda x, y: full(x).matmul(L.LinearOperatorDiag(y)), [square, a(3)]
    yield "adjoint", lambda x: full(x).H, [square]
    yield "inverse", lambda x: full(x, is_non_singular=True).inverse(), [square]
    yield from circulants(lead, kind)


def others(lead=None):
    """Structures without arrays to differentiate."""
    perm = [2, 0, 1] if lead is None else [[2, 0, 1], [1, 0, 2]]
    yield L.LinearOperatorIdentity(3, lead, dtype=tf.float64)
    yield L.LinearOperatorPermutation(perm, dtype=tf.float64)
    yield L.LinearOperatorZeros(3, batch_shape=lead, dtype=tf.float64)
