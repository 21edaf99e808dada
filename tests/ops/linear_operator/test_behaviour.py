"""Hints, refusals, products of operators, blocks, functions and traces: what TensorFlow does."""

import numpy as np
import pytest

import tensortape as tf

L = tf.linalg
INVALID = tf.errors.InvalidArgumentError
FULL = L.LinearOperatorFullMatrix
MATRIX = tf.constant([[4.0, 1.0], [1.0, 3.0]])
SPD = FULL(MATRIX, is_self_adjoint=True, is_positive_definite=True)
DIAG = L.LinearOperatorDiag([1.0, 2.0], is_non_singular=True)
LOWER = L.LinearOperatorLowerTriangular([[1.0, 0.0], [2.0, 3.0]], is_non_singular=True)
EYE, SCALED = L.LinearOperatorIdentity(2), L.LinearOperatorScaledIdentity(2, 3.0)
ZEROS = L.LinearOperatorZeros(2)
CIRCULANT = L.LinearOperatorCirculant(tf.constant([1.0, 2.0], tf.complex64))
BLOCKS = L.LinearOperatorBlockDiag([DIAG, FULL([[5.0]])])

REFUSED = [
    (lambda: FULL([[1, 2], [3, 4]]), TypeError, "must have dtype"),
    (lambda: FULL([1.0, 2.0]), ValueError, "at least 2 dimensions"),
    (
        lambda: FULL(MATRIX, is_non_singular=False, is_positive_definite=True),
        ValueError,
        "non-sing",
    ),
    (lambda: FULL(MATRIX, is_square=False).is_square, ValueError, "is_square hint"),
    (lambda: FULL(MATRIX, is_square=False, is_self_adjoint=True), ValueError, "always square"),
    (lambda: DIAG.matmul([[1.0, 2.0]]), ValueError, "Dimensions 2 and 1 are not compatible"),
    (lambda: DIAG.matmul(tf.constant([[1], [2]])), TypeError, "Expected argument to have dtype"),
    (lambda: L.LinearOperatorDiag(1.0), ValueError, "at least 1 dimension"),
    (lambda: L.LinearOperatorDiag([1.0], is_self_adjoint=False), ValueError, "self adjoint"),
    (lambda: L.LinearOperatorDiag([1.0], is_square=False), ValueError, "square"),
    (lambda: FULL([[1.0, 2.0]]).solve([[1.0]]), NotImplementedError, "not square"),
    (lambda: FULL([[1.0, 2.0]]).determinant(), NotImplementedError, "not square"),
    (lambda: FULL([[1.0, 2.0]]).inverse(), ValueError, "no inverse"),
    (lambda: FULL(MATRIX).cholesky(), ValueError, "Cholesky"),
    (lambda: FULL(MATRIX).eigvals(), NotImplementedError, "self-adjoint"),
    (lambda: FULL(MATRIX).assert_positive_definite(), NotImplementedError, "is_self_adjoint"),
    (lambda: FULL(-MATRIX, is_self_adjoint=True).assert_positive_definite(), INVALID, "positive"),
    (lambda: FULL([[1.0, 1.0], [1.0, 1.0]]).assert_non_singular(), INVALID, "Singular matrix"),
    (lambda: FULL([[1.0, 2.0], [0.0, 1.0]]).assert_self_adjoint(), INVALID, "adjoint"),
    (lambda: L.LinearOperatorDiag([0.0]).assert_non_singular(), INVALID, "zero values"),
    (lambda: L.LinearOperatorDiag([-1.0]).assert_positive_definite(), INVALID, "positive"),
    (lambda: ZEROS.solve([[1.0], [1.0]]), NotImplementedError, "singular"),
    (lambda: ZEROS.assert_non_singular(), INVALID, "non-invertible"),
    (lambda: L.LinearOperatorZeros(2, 3), ValueError, "num_rows"),
    (lambda: L.LinearOperatorIdentity(-1), ValueError, "non-negative"),
    (lambda: L.LinearOperatorIdentity([2]), ValueError, "0-D"),
    (lambda: L.LinearOperatorIdentity(2.0), TypeError, "integer"),
    (lambda: L.LinearOperatorIdentity(2, batch_shape=3), ValueError, "1-D"),
    (lambda: L.LinearOperatorIdentity(2, is_square=False), ValueError, "is_square"),
    (lambda: L.LinearOperatorPermutation([0, 0]), ValueError, "unique"),
    (lambda: L.LinearOperatorPermutation([0.0, 1.0]), TypeError, "integer"),
    (lambda: L.LinearOperatorToeplitz([1.0], [1.0, 2.0]), ValueError, "mismatched"),
    (lambda: L.LinearOperatorTridiag([[1.0]], "rows"), ValueError, "diagonals_format"),
    (lambda: L.LinearOperatorHouseholder([1.0], is_positive_definite=True), ValueError, "reflec"),
    (lambda: L.LinearOperatorHouseholder([1.0]).assert_positive_definite(), INVALID, "never|non-p"),
    (lambda: L.LinearOperatorCirculant2D([1.0]), ValueError, "at least 2"),
    (lambda: L.LinearOperatorAdjoint(DIAG, is_non_singular=False), ValueError, "adjoint"),
    (lambda: L.LinearOperatorInversion(ZEROS), ValueError, "inverse"),
    (lambda: L.LinearOperatorComposition([]), ValueError, "non-empty"),
    (lambda: L.LinearOperatorComposition([DIAG, CIRCULANT]), TypeError, "same dtype"),
    (lambda: L.LinearOperatorComposition([DIAG], is_non_singular=False), ValueError, "factors"),
    (lambda: L.LinearOperatorBlockDiag([DIAG], is_non_singular=False), ValueError, "blocks"),
    (lambda: L.LinearOperatorBlockLowerTriangular([[DIAG], [DIAG]]), ValueError, "2. blocks"),
    (lambda: DIAG.matmul(L.LinearOperatorIdentity(3)), ValueError, "incompatible"),
    (lambda: L.LinearOperator(tf.float32), TypeError, "abstract"),
    (lambda: list(DIAG), TypeError, "iterable"),
    (lambda: L.experimental.conjugate_gradient(DIAG, [1.0, 1.0]), ValueError, "positive definite"),
    (lambda: L.logdet(DIAG), ValueError, "self-adjoint positive definite"),
]


@pytest.mark.parametrize("call, kind, message", REFUSED)
def test_refusals(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


PRODUCTS = [
    (DIAG, DIAG, "Diag"), (DIAG, SCALED, "Diag"), (SCALED, DIAG, "Diag"),
    (SCALED, SCALED, "ScaledIdentity"), (DIAG, LOWER, "LowerTriangular"),
    (LOWER, DIAG, "LowerTriangular"), (EYE, DIAG, "Diag"), (DIAG, EYE, "Diag"),
    (SPD, ZEROS, "Zeros"), (ZEROS, SPD, "Zeros"), (SPD, DIAG, "Composition"),
    (CIRCULANT, CIRCULANT, "Circulant"), (BLOCKS, BLOCKS, "BlockDiag"),
]  # fmt: skip


@pytest.mark.parametrize("a, b, kind", PRODUCTS)
def test_products_of_operators_keep_the_structure(a, b, kind):
    product = a @ b
    assert type(product).__name__ == "LinearOperator" + kind
    expected = a.to_dense().numpy() @ b.to_dense().numpy()
    np.testing.assert_allclose(product.to_dense(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("a, b", [(a, b) for a, b, _ in PRODUCTS if ZEROS not in (a, b)])
def test_solutions_that_are_operators(a, b):
    expected = np.linalg.solve(a.to_dense().numpy(), b.to_dense().numpy())
    np.testing.assert_allclose(a.solve(b).to_dense(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("operator", [SPD, BLOCKS, LOWER, CIRCULANT, SCALED, DIAG])
def test_inverse_of_the_inverse_and_adjoint_of_the_adjoint(operator):
    dense = operator.to_dense().numpy()
    np.testing.assert_allclose(operator.inverse().inverse().to_dense(), dense, rtol=1e-6)
    np.testing.assert_allclose(operator.H.H.to_dense(), dense, rtol=1e-6)


def positive(operator, *more):
    return operator(*more, is_self_adjoint=True, is_positive_definite=True)


@pytest.mark.parametrize("operator", [
    SPD, EYE, positive(L.LinearOperatorScaledIdentity, 2, 4.0),
    positive(L.LinearOperatorDiag, [1.0, 9.0]), L.LinearOperatorBlockDiag([SPD, SPD]),
    L.LinearOperatorKronecker([SPD, SPD]), LOWER @ L.LinearOperatorAdjoint(LOWER),
])  # fmt: skip
def test_cholesky_factors(operator):
    factor = operator.cholesky().to_dense().numpy()
    dense = operator.to_dense().numpy()
    np.testing.assert_allclose(factor @ factor.T, dense, rtol=1e-5)
    np.testing.assert_allclose(factor, np.linalg.cholesky(dense), rtol=1e-5)


def test_blocks_by_block():
    found = BLOCKS.matvec([tf.constant([1.0, 1.0]), tf.constant([1.0])])
    assert [y.numpy().tolist() for y in found] == [[1.0, 2.0], [5.0]]
    found = BLOCKS.solvevec([tf.constant([1.0, 2.0]), tf.constant([10.0])])
    assert [y.numpy().tolist() for y in found] == [[1.0, 1.0], [2.0]]
    rows = [[SPD], [FULL([[1.0, 2.0]]), FULL([[2.0]])]]
    lower = L.LinearOperatorBlockLowerTriangular(rows)
    x = [tf.constant([[1.0], [2.0]]), tf.constant([[3.0]])]
    back = lower.solve(lower.matmul(x))
    for a, b in zip(back, x, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_variables_are_kept():
    v = tf.Variable([1.0, 2.0])
    operator = L.LinearOperatorBlockDiag([L.LinearOperatorDiag(v), EYE])
    assert operator.trainable_variables == (v,)
    v.assign([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = operator.trace()
    assert float(y) == 9.0
    assert tape.gradient(y, v).numpy().tolist() == [1.0, 1.0]


def test_functions_take_operators():
    lines = tf.ones([2, 1])
    assert isinstance(L.inv(DIAG), L.LinearOperatorDiag)
    assert isinstance(L.adjoint(LOWER), L.LinearOperatorAdjoint)
    assert isinstance(L.cholesky(SPD), L.LinearOperatorLowerTriangular)
    assert L.solve(DIAG, lines).numpy().tolist() == [[1.0], [0.5]]
    assert tf.matmul(DIAG, lines).numpy().tolist() == [[1.0], [2.0]]
    assert tf.matmul(a=lines, b=DIAG, adjoint_a=True).numpy().tolist() == [[1.0, 2.0]]
    assert isinstance(tf.matmul(DIAG, DIAG), L.LinearOperatorDiag)
    assert isinstance(L.inv(input=LOWER, adjoint=True), L.LinearOperatorAdjoint)
    with pytest.raises(ValueError, match="needs a matrix that is one"):
        L.solve(MATRIX, rhs=DIAG)
    assert L.matvec(DIAG, [1.0, 1.0]).numpy().tolist() == [1.0, 2.0]
    assert (float(L.det(DIAG)), float(L.trace(DIAG))) == (2.0, 3.0)
    assert float(L.logdet(SPD)) == pytest.approx(np.log(11.0))
    assert L.diag_part(SPD).numpy().tolist() == [4.0, 3.0]


def test_operators_pass_through_nests_and_functions():
    both = L.LinearOperatorKronecker([DIAG, L.LinearOperatorLowRankUpdate(SPD, [[1.0], [1.0]])])
    assert len(tf.nest.flatten(both, expand_composites=True)) == 3
    doubled = tf.nest.map_structure(lambda x: 2 * x, DIAG, expand_composites=True)
    assert doubled.diag_part().numpy().tolist() == [2.0, 4.0]
    assert doubled._type_spec == DIAG._type_spec != SPD._type_spec

    @tf.function
    def total(operator, x):
        return tf.reduce_sum(operator.matvec(x))

    x = tf.constant([1.0, 1.0])
    assert float(total(DIAG, x)) == 3.0
    assert float(total(doubled, x)) == 6.0


@pytest.mark.parametrize("make", [
    FULL, L.LinearOperatorLowerTriangular, lambda m: L.LinearOperatorTridiag(m, "matrix"),
    lambda m: L.LinearOperatorDiag(m[..., 0]), lambda m: L.LinearOperatorHouseholder(m[..., 0]),
    lambda m: L.LinearOperatorToeplitz(m[..., 0], m[..., 0]),
    lambda m: L.LinearOperatorLowRankUpdate(L.LinearOperatorDiag(m[..., 0]), m[..., :1]),
])  # fmt: skip
def test_unknown_shapes_in_functions(make):
    unknown = tf.TensorSpec([None, None, None])

    @tf.function(input_signature=[unknown, unknown])
    def traced(m, x):
        operator = make(m)
        return operator.matmul(x), operator.to_dense(), operator.shape_tensor(), operator.trace()

    rng = np.random.default_rng(0)
    m = rng.normal(size=(2, 3, 3)).astype("f") + 3 * np.eye(3, dtype="f")
    x = rng.normal(size=(2, 3, 1)).astype("f")
    operator = make(tf.constant(m))
    expected = (operator.matmul(x), operator.to_dense(), [2, 3, 3], operator.trace())
    for a, b in zip(traced(m, x), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_conjugate_gradient():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(2, 5, 5))
    a = a @ np.swapaxes(a, -1, -2) + np.eye(5)
    b = tf.constant(rng.normal(size=(2, 5)))
    operator = FULL(tf.constant(a), is_self_adjoint=True, is_positive_definite=True)
    scale = L.LinearOperatorDiag(1 / operator.diag_part())
    for how in ({}, {"preconditioner": scale}, {"x": b}):
        state = L.experimental.conjugate_gradient(operator, b, tol=1e-10, max_iter=50, **how)
        np.testing.assert_allclose(state.x, np.linalg.solve(a, b.numpy()[..., None])[..., 0])
        assert state.i.dtype == tf.int32 and 4 <= int(state.i) <= 9
    assert int(L.experimental.conjugate_gradient(operator, b, max_iter=2).i) == 2
