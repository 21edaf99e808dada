"""Each rule of the batched namespace against the same computation entry by entry."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf  # noqa: F401  (registers the operations)
from tensortape.arrays.batched import Batched, BatchedNamespace, dense
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.core.state import state

BASES = {"numpy": numpy_namespace, "recorded": recorded}
RNG = np.random.default_rng(7)


def value(ns, shape, ties):
    """A random batched value of logical ``shape`` with the given ties."""
    lead = tuple(1 if q else n for n, q in zip(ns.batch, ties, strict=True))
    data = RNG.normal(size=lead + shape)
    return Batched(ns, data if ns.raw else state.tensor(data), ties)


def raw(x):
    return np.asarray(getattr(x, "_a", x))


# what to compute, batch shape, logical shapes with their ties (None: an operand without a batch)
ROWS = {
    "negative": (lambda xp, x: -x, (3, 4), [((3, 4), (-2, -1))]),
    "exp": (lambda xp, x: xp.exp(x), (3,), [((3, 4), (-2,))]),
    "sin": (lambda xp, x: xp.sin(x), (3, 2), [((3, 4), (-2, 0))]),
    "scale": (lambda xp, x, y: x * y, (3, 4), [((3, 4), (-2, -1)), ((3, 4), None)]),
    "scale-left": (lambda xp, x, y: y * x, (3, 4), [((3, 4), (-2, -1)), ((4,), None)]),
    "scale-more-axes": (lambda xp, x, y: x * y, (3, 4), [((3, 4), (-2, -1)), ((2, 3, 4), None)]),
    "scale-both": (lambda xp, x, y: x * y, (3, 4), [((3, 4), (-2, -1)), ((3, 4), (0, -1))]),
    "number": (lambda xp, x: 2 * x / 3, (3, 4), [((3, 4), (-2, 0))]),
    "divide": (lambda xp, x, y: x / y, (3,), [((3, 4), (-2,)), ((3, 1), None)]),
    "add": (lambda xp, x, y: x + y, (3, 4), [((3, 4), (-2, -1)), ((3, 4), (-2, 0))]),
    "add-other-rank": (lambda xp, x, y: x + y, (3,), [((2, 3), (-1,)), ((3,), (-1,))]),
    "add-constant": (lambda xp, x, y: x - y, (3,), [((3, 4), (-2,)), ((3, 4), None)]),
    "maximum": (lambda xp, x, y: xp.maximum(x, y), (3,), [((3, 4), (-2,)), ((1, 4), None)]),
    "where-zero": (
        lambda xp, x, y: xp.where(y > 0, x, xp.zeros_like(y)),
        (3,),
        [((3, 4), (-2,)), ((3, 4), None)],
    ),
    "where-scalar": (
        lambda xp, x, y: xp.where(y > 0, x, xp.zeros((), y.dtype)),
        (3,),
        [((3, 4), (-2,)), ((2, 3, 4), None)],
    ),
    "where-constant": (
        lambda xp, x, y: xp.where(y > 0, y, x),
        (3,),
        [((3, 4), (-2,)), ((3, 4), None)],
    ),
    "where-batched": (lambda xp, x: xp.where(x > 0, x, x * 2), (3,), [((3, 4), (-2,))]),
    "reshape-split": (lambda xp, x: xp.reshape(x, (3, 2, 2)), (3, 4), [((3, 4), (-2, -1))]),
    "reshape-new": (lambda xp, x: xp.reshape(x, (1, 3, 1, 4)), (3, 4), [((3, 4), (-2, -1))]),
    "reshape-merge": (lambda xp, x: xp.reshape(x, (2, 12)), (2, 3), [((2, 3, 4), (-3, -2))]),
    "transpose": (lambda xp, x: xp.transpose(x, (2, 0, 1)), (2, 4), [((2, 3, 4), (-3, -1))]),
    "transpose-all": (lambda xp, x: xp.transpose(x), (2,), [((2, 3, 4), (-3,))]),
    "broadcast": (lambda xp, x: xp.broadcast_to(x, (5, 3, 4)), (3,), [((3, 1), (-2,))]),
    "expand": (lambda xp, x: xp.expand_dims(x, 1), (3, 4), [((3, 4), (-2, -1))]),
    "squeeze": (lambda xp, x: xp.squeeze(x, (1,)), (3, 4), [((3, 1, 4), (-3, -1))]),
    "concatenate": (
        lambda xp, x, y: xp.concatenate([x, y], 1),
        (3,),
        [((3, 4), (-2,)), ((3, 2), (-2,))],
    ),
    "concatenate-tied": (
        lambda xp, x, y: xp.concatenate([x, y], 0),
        (3,),
        [((3, 4), (-2,)), ((2, 4), None)],
    ),
    "stack": (lambda xp, x, y: xp.stack([x, y], 1), (3,), [((3, 4), (-2,)), ((3, 4), (-2,))]),
    "stack-constant": (
        lambda xp, x, y: xp.stack([y, x], 0),
        (3,),
        [((3, 4), (-2,)), ((3, 4), None)],
    ),
    "flip": (lambda xp, x: xp.flip(x, (1,)), (3, 4), [((3, 4), (-2, -1))]),
    "tile": (lambda xp, x: xp.tile(x, (1, 3)), (3, 4), [((3, 4), (-2, -1))]),
    "pad": (lambda xp, x: xp.pad(x, ((0, 0), (1, 2))), (3, 4), [((3, 4), (-2, -1))]),
    "getitem": (
        lambda xp, x: xp.getitem(x, (slice(None), None, slice(1, None, 2))),
        (3, 4),
        [((3, 4), (-2, -1))],
    ),
    "getitem-int": (lambda xp, x: xp.getitem(x, (Ellipsis, 1)), (3,), [((3, 2, 4), (-3,))]),
    "setitem": (
        lambda xp, x: xp.setitem_zeros(x, (slice(None), 1), (3, 5, 4)),
        (3, 4),
        [((3, 4), (-2, -1))],
    ),
    "take": (
        lambda xp, x: xp.take(x, np.array([[0, 1], [1, 1]]), 1),
        (3, 4),
        [((3, 2, 4), (-3, -1))],
    ),
    "take-tied": (lambda xp, x: xp.take(x, np.array([0, 2, 2]), 0), (3,), [((3, 4), (-2,))]),
    "take-batch-dims": (
        lambda xp, x: xp.take(x, np.array([[0, 1], [1, 1], [1, 0]]), 1, 1),
        (3,),
        [((3, 2, 4), (-3,))],
    ),
    "scatter-add": (
        lambda xp, x: xp.scatter_add(np.array([1, 1, 4]), x, (5, 4), 0),
        (3, 4),
        [((3, 4), (-2, -1))],
    ),
    "scatter-add-inner": (
        lambda xp, x: xp.scatter_add(np.array([[1, 1], [0, 4]]), x, (3, 5, 4), 1),
        (3, 4),
        [((3, 2, 2, 4), (-4, -1))],
    ),
    "scatter-add-rows": (
        lambda xp, x: xp.scatter_add(np.array([1, 1, 4]), x, (2, 5, 4), 1),
        (2, 3, 4),
        [((2, 3, 4), (-3, -2, -1))],
    ),
    "scatter-add-two": (
        lambda xp, x: xp.scatter_add(np.array([[1, 1, 2], [0, 4, 0]]), x, (5, 4), 0),
        (3, 4, 2),
        [((2, 3, 4), (-2, -1, -3))],
    ),
    "gather-nd": (
        lambda xp, x: xp.gather_nd(x, np.array([[0, 1], [2, 0]])),
        (4,),
        [((3, 2, 4), (-1,))],
    ),
    "scatter-nd": (
        lambda xp, x: xp.scatter_nd(np.array([[0, 1], [2, 0]]), x, (3, 2, 4)),
        (4, 2),
        [((2, 4), (-1, -2))],
    ),
    "scatter-update": (
        lambda xp, x: xp.scatter_update(np.ones((4, 2)), np.array([[1], [3]]), x),
        (2,),
        [((2, 2), (-2,))],
    ),
    "solve": (
        lambda xp, x, y: xp.solve(y, x),
        (3, 2),
        [((5, 3, 2), (-2, -1)), ((5, 3, 3), None)],
    ),
    "determinant": (lambda xp, x: xp.determinant(x), (5,), [((5, 3, 3), (-3,))]),
    "softmax": (lambda xp, x: xp.softmax(x, 0), (3,), [((3, 4), (-2,))]),
    "conv-input-grad": (
        lambda xp, g, w: xp.conv_input_grad(g, w, (1, 2), ((1, 0), (0, 1)), (1, 1), 1, (4, 5)),
        (3, 2),
        [((3, 4, 2, 2), (-4, -1)), ((2, 3, 3, 2), None)],
    ),
    "conv-filter-grad": (
        lambda xp, g, x: xp.conv_filter_grad(x, g, (1, 2), ((1, 0), (0, 1)), (1, 1), 1, (2, 3)),
        (3, 4, 2, 2),
        [((3, 4, 2, 2), (-4, -3, -2, -1)), ((3, 4, 5, 3), None)],
    ),
    "conv-filter-grad-groups": (
        lambda xp, g, x: xp.conv_filter_grad(x, g, (1, 1), ((1, 0), (0, 1)), (1, 1), 2, (2, 3)),
        (3, 4),
        [((3, 4, 4, 4), (-4, -1)), ((3, 4, 5, 2), None)],
    ),
    "sum": (lambda xp, x: xp.sum(x), (3, 4), [((3, 4), (-2, -1))]),
    "sum-tied": (lambda xp, x: xp.sum(x, (0,)), (3, 4), [((3, 4), (-2, -1))]),
    "sum-free": (lambda xp, x: xp.sum(x, (1,), True), (3,), [((3, 4), (-2,))]),
    "sum-mixed": (lambda xp, x: xp.sum(x, (0, 2)), (2, 3), [((2, 3, 4), (-3, -2))]),
    "sum-to": (lambda xp, x: xp.sum_to(x, (3, 1)), (2, 4), [((2, 3, 4), (-3, -1))]),
    "max": (lambda xp, x: xp.max(x, (1,)), (3,), [((3, 4), (-2,))]),
    "max-tied": (lambda xp, x: xp.max(x, (0,)), (3,), [((3, 4), (-2,))]),
    "cumsum": (lambda xp, x: xp.cumsum(x, 1), (3,), [((3, 4), (-2,))]),
    "rows@": (lambda xp, x, y: xp.matmul(x, y), (3, 4), [((3, 4), (-2, 0)), ((4, 2), None)]),
    "inner@": (lambda xp, x, y: xp.matmul(x, y), (3, 4), [((3, 4), (-2, -1)), ((4, 2), None)]),
    "@inner": (lambda xp, x, y: xp.matmul(y, x), (3, 4), [((3, 4), (-2, -1)), ((2, 3), None)]),
    "@columns": (lambda xp, x, y: xp.matmul(y, x), (3, 4), [((3, 4), (0, -1)), ((2, 3), None)]),
    "inner-T@": (
        lambda xp, x, y: xp.matmul(x, y, True, False),
        (3, 4),
        [((3, 4), (-2, -1)), ((3, 2), None)],
    ),
    "@inner-T": (
        lambda xp, x, y: xp.matmul(y, x, False, True),
        (3, 4),
        [((3, 4), (-2, -1)), ((2, 4), None)],
    ),
    "T@T": (
        lambda xp, x, y: xp.matmul(y, x, True, True),
        (3, 4),
        [((3, 4), (-2, -1)), ((4, 2), None)],
    ),
    "stack@": (
        lambda xp, x, y: xp.matmul(x, y),
        (5, 3),
        [((5, 3, 4), (-3, -2)), ((5, 4, 2), None)],
    ),
    "stack@inner": (
        lambda xp, x, y: xp.matmul(x, y),
        (5, 4),
        [((3, 4), (0, -1)), ((5, 4, 2), None)],
    ),
    "both@": (
        lambda xp, x, y: xp.matmul(x, y),
        (5, 4),
        [((5, 3, 4), (-3, -1)), ((5, 4, 2), (-3, 0))],
    ),
    "einsum-rows": (
        lambda xp, x, y: xp.einsum("ij,jk->ik", x, y),
        (3, 4),
        [((3, 4), (-2, -1)), ((4, 2), None)],
    ),
    "einsum-transposed": (
        lambda xp, x, y: xp.einsum("ij,jk->ki", x, y),
        (3, 4),
        [((3, 4), (-2, -1)), ((4, 2), None)],
    ),
    "einsum-outer": (
        lambda xp, x, y: xp.einsum("ij,kl->ikjl", x, y),
        (3, 4),
        [((3, 4), (-2, -1)), ((4, 2), None)],
    ),
    "einsum-both": (
        lambda xp, x, y: xp.einsum("ij,kj->ik", x, y),
        (3, 4),
        [((3, 4), (-2, -1)), ((5, 4), (0, -1))],
    ),
    "einsum-conflict": (
        lambda xp, x, y: xp.einsum("ij,jk->ik", x, y),
        (3,),
        [((3, 3), (-2,)), ((3, 3), (-2,))],
    ),
    "nested-dense": (lambda xp, x: xp.exp(x) + 1, (3, 4), [((3, 4), (0, 0))]),
}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", ROWS)
def test_rule_equals_loop(name, base):
    function, batch, operands = ROWS[name]
    ns = BatchedNamespace(BASES[base], batch)
    args = [
        value(ns, shape, ties) if ties is not None else plain(ns, RNG.normal(size=shape))
        for shape, ties in operands
    ]
    got = raw(dense(ns, function(ns, *args)))
    whole = [raw(dense(ns, a)) if type(a) is Batched else None for a in args]
    for b in np.ndindex(*batch):
        one = [raw(a) if w is None else w[b] for a, w in zip(args, whole, strict=True)]
        want = function(numpy_namespace, *one)
        np.testing.assert_allclose(got[b], want, rtol=1e-12, atol=1e-14)
    assert "loop" not in ns.fallbacks.values()


def plain(ns, array):
    return array if ns.raw else state.tensor(array)


def test_structure_survives_a_network():
    """The cotangent of row i stays a block of its own through a matrix product and a map."""
    ns = BatchedNamespace(numpy_namespace, (50, 1))
    from tensortape.arrays.batched import identity

    g = identity(ns, (50, 1), np.dtype("float64"))
    g = ns.matmul(g, RNG.normal(size=(1, 8))) * RNG.normal(size=(50, 8))
    assert g.ties == (-2, 0)
    assert g.data.shape == (1, 1, 50, 8)
    assert ns.matmul(RNG.normal(size=(50, 3)), g, True, False).ties == (0, 0)
    assert ns.fallbacks == {}


def test_unknown_primitive_is_a_loop_and_says_so():
    ns = BatchedNamespace(numpy_namespace, (3,))
    x = value(ns, (3, 3), (0,))
    try:
        numpy_namespace.determinant_for_test = lambda a: np.linalg.det(a)
        got = dense(ns, ns.determinant_for_test(x))
    finally:
        del numpy_namespace.determinant_for_test
    np.testing.assert_allclose(got, np.linalg.det(dense(ns, x)))
    assert ns.fallbacks == {"determinant_for_test": "loop"}
