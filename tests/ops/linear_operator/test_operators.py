"""Every structure does what its dense matrix does, values and gradients."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import tensortape as tf

_SPEC = importlib.util.spec_from_file_location(
    "structures", Path(__file__).with_name("structures.py")
)
assert _SPEC is not None and _SPEC.loader is not None
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

CASES = [
    pytest.param(make, arrays, id=f"{name}-{kind}{len(lead)}")
    for kind in "fc"
    for lead in ((), (2,))
    for name, make, arrays in made.structures(lead, kind)
]
# Factors read one triangle, and products three diagonals, of what `to_dense` gives whole: the
# structure is put into the argument first.
PREPARED = {
    "positive": lambda x: (x + tf.transpose(x)) / 2,
    "self_adjoint": lambda x: (x + tf.transpose(x)) / 2,
    "tridiag_matrix": lambda x: tf.linalg.band_part(x, 1, 1),
}


def prepared(name, make):
    return (lambda x: make(PREPARED[name](x))) if name in PREPARED else make


REAL = [
    pytest.param(prepared(name, make), arrays, id=name)
    for name, make, arrays in made.structures((), "f")
]
OTHERS = [
    pytest.param(operator, id=f"{type(operator).__name__}{operator.tensor_rank}")
    for lead in (None, [2])
    for operator in made.others(lead)
]


def h(x):
    return np.conj(np.swapaxes(x, -1, -2))


def same(a, b, tolerance=1e-8):
    a, b = np.asarray(a), np.asarray(b)
    assert a.dtype == b.dtype
    np.testing.assert_allclose(*np.broadcast_arrays(a, b), rtol=tolerance, atol=tolerance)


def vectors(operator, columns=2):
    kind = "c" if operator.dtype.is_complex else "f"
    return made.draw(operator.shape[-1], columns, seed=9, kind=kind)


def check_products(operator):
    dense, x = operator.to_dense().numpy(), vectors(operator)
    assert dense.shape == tuple(operator.shape) == tuple(operator.shape_tensor().numpy())
    for adjoint, matrix in ((False, dense), (True, h(dense))):
        same(operator.matmul(x, adjoint=adjoint), matrix @ x)
        same(operator.matmul(h(x), adjoint=adjoint, adjoint_arg=True), matrix @ x)
        same(operator.matvec(x[:, 0], adjoint=adjoint), matrix @ x[:, 0])
        stacked = np.stack([x, 2 * x])[:, None]
        same(operator.matmul(stacked, adjoint=adjoint), matrix @ stacked)
    same(operator @ x, dense @ x)
    same(tf.constant(h(x)) @ operator, h(x) @ dense)
    same(operator.add_to_tensor(dense), dense + dense)
    same(operator.diag_part(), np.diagonal(dense, axis1=-2, axis2=-1))
    same(operator.trace(), np.trace(dense, axis1=-2, axis2=-1))
    same(operator.adjoint().to_dense(), h(dense))


@pytest.mark.parametrize("make, arrays", CASES)
def test_products(make, arrays):
    check_products(make(*map(tf.constant, arrays)))


@pytest.mark.parametrize("operator", OTHERS)
def test_products_of_constants(operator):
    check_products(operator)


@pytest.mark.parametrize("make, arrays", CASES)
def test_solutions(make, arrays):
    operator = make(*map(tf.constant, arrays))
    dense, x = operator.to_dense().numpy(), vectors(operator)
    for adjoint, matrix in ((False, dense), (True, h(dense))):
        expected = np.linalg.solve(matrix, np.broadcast_to(x, (*matrix.shape[:-2], *x.shape)))
        same(operator.solve(x, adjoint=adjoint), expected)
        same(operator.solve(h(x), adjoint=adjoint, adjoint_arg=True), expected)
        same(operator.solvevec(x[:, 0], adjoint=adjoint), expected[..., 0])
        stacked = np.stack([x, 2 * x])[:, None]
        shape = np.broadcast_shapes(stacked.shape[:-2], matrix.shape[:-2])
        wide = np.broadcast_to(matrix, (*shape, *matrix.shape[-2:]))
        rhs = np.broadcast_to(stacked, (*shape, *x.shape))
        same(operator.solve(stacked, adjoint=adjoint), np.linalg.solve(wide, rhs))
    same(operator.inverse().to_dense(), np.linalg.inv(dense))
    operator.assert_non_singular()


@pytest.mark.parametrize("make, arrays", CASES)
def test_numbers(make, arrays):
    operator = make(*map(tf.constant, arrays))
    dense = operator.to_dense().numpy()
    same(operator.determinant(), np.linalg.det(dense))
    same(np.real(operator.log_abs_determinant()), np.linalg.slogdet(dense)[1])
    same(np.real(operator.cond()), np.linalg.cond(dense))
    if operator.is_self_adjoint:
        found = np.sort(np.real(operator.eigvals()), axis=-1)
        same(found, np.linalg.eigvalsh(dense))
        operator.assert_self_adjoint()
    else:
        with pytest.raises(NotImplementedError, match="self-adjoint"):
            operator.eigvals()


@pytest.mark.parametrize("make, arrays", CASES)
def test_part_of_a_batch(make, arrays):
    operator = make(*map(tf.constant, arrays))
    dense = operator.to_dense().numpy()
    if operator.batch_shape.rank:
        same(operator[0].to_dense(), dense[0])
        same(operator[..., 1:].to_dense(), dense[1:])
    same(operator[tf.newaxis].to_dense(), dense[None])


def first_and_second(function, arrays):
    """Gradient of a number, and of a projection of that gradient."""
    xs = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as outer:
        outer.watch(xs)
        with tf.GradientTape() as inner:
            inner.watch(xs)
            y = tf.reduce_sum(tf.sin(tf.math.real(function(xs))))
        first = inner.gradient(y, xs)
        z = tf.reduce_sum([tf.reduce_sum(g**2) for g in first if g is not None])
    return first, outer.gradient(z, xs, unconnected_gradients="zero")


METHODS = {
    "matmul": (lambda o, x: o.matmul(x), lambda m, x: tf.matmul(m, x)),
    "solve": (lambda o, x: o.solve(x), lambda m, x: tf.linalg.solve(m, x)),
    "log_abs_determinant": (
        lambda o, x: o.log_abs_determinant(),
        lambda m, x: tf.linalg.slogdet(m)[1],
    ),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make, arrays", REAL)
def test_gradients_are_those_of_the_dense_matrix(make, arrays, method):
    structured, plain = METHODS[method]
    x = tf.constant(vectors(make(*map(tf.constant, arrays))))
    found = first_and_second(lambda a: structured(make(*a), x), arrays)
    expected = first_and_second(lambda a: plain(make(*a).to_dense(), x), arrays)
    for ours, theirs in zip(found, expected, strict=True):
        for x, a, b in zip(arrays, ours, theirs, strict=True):
            same(*(np.zeros_like(x) if g is None else g for g in (a, b)), 1e-6)
