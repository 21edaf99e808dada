"""Gathers and scatters against loops, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensortape as tf
from tensortape.arrays.eager.indexing import add_rows, scatter_add, take

Invalid = tf.errors.InvalidArgumentError


@st.composite
def gathers(draw):
    """A tensor, indices, axis and batch_dims that go together."""
    rank = draw(st.integers(1, 4))
    shape = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    batch = draw(st.integers(0, rank - 1))
    axis = draw(st.integers(batch, rank - 1))
    extra = tuple(draw(st.lists(st.integers(0, 3), max_size=2)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    indices = rng.integers(0, shape[axis], shape[:batch] + extra)
    return rng.normal(size=shape), indices, axis, batch


def loop(x, indices, axis, batch):
    """The definition: for each index tuple the slice it names."""
    if batch:
        rows = [loop(a, i, axis - 1, batch - 1) for a, i in zip(x, indices, strict=True)]
        return np.stack(rows)
    return np.take(x, indices, axis)


@given(gathers())
def test_take_is_its_definition(case):
    x, indices, axis, batch = case
    np.testing.assert_array_equal(take(x, indices, axis, batch), loop(x, indices, axis, batch))


@given(gathers())
def test_scatter_add_is_the_transpose(case):
    x, indices, axis, batch = case
    y = take(x, indices, axis, batch)
    g = np.random.default_rng(1).normal(size=y.shape)
    back = scatter_add(indices, g, x.shape, axis, batch)
    assert back.shape == x.shape
    np.testing.assert_allclose((g * y).sum(), (back * x).sum(), atol=1e-9)


@pytest.mark.parametrize("width", [1, 3, 300])
def test_rows_that_repeat_add_up(width):
    rng = np.random.default_rng(0)
    positions, rows = rng.integers(0, 5, 40), rng.normal(size=(40, width))
    want = np.zeros((5, width))
    for p, r in zip(positions, rows, strict=True):
        want[p] += r
    np.testing.assert_allclose(add_rows(5, positions, rows), want)


def test_empty_indices():
    x = tf.ones([3, 2])
    assert tf.gather(x, tf.zeros([0], tf.int32)).shape == (0, 2)
    assert tf.gather_nd(x, tf.zeros([0, 1], tf.int32)).shape == (0, 2)
    assert tf.scatter_nd(tf.zeros([0, 1], tf.int32), tf.zeros([0, 2]), [3, 2]).numpy().sum() == 0


def test_maximum_shares_ties():
    x, u = tf.constant([1.0, 5.0]), tf.constant([1.0, 7.0])
    with tf.GradientTape() as tape:
        tape.watch([x, u])
        y = tf.tensor_scatter_nd_max(x, [[0], [1]], u)
    gx, gu = tape.gradient(y, [x, u])
    assert gx.numpy().tolist() == [0.5, 0.0]
    assert gu.numpy().tolist() == [0.5, 1.0]


def test_variables_scatter():
    v = tf.Variable([1.0, 2.0, 3.0])
    before = tf.convert_to_tensor(v)
    assert v.scatter_add(tf.IndexedSlices([1.0, 1.0], [0, 0])) is v
    v.scatter_update(tf.IndexedSlices([9.0], [1]))
    v.scatter_nd_sub([[2]], [3.0])
    v.scatter_max(tf.IndexedSlices([5.0], [2]))
    assert v.numpy().tolist() == [3.0, 9.0, 5.0]
    assert before.numpy().tolist() == [1.0, 2.0, 3.0]
    assert v.gather_nd([[1]]).numpy().tolist() == [9.0]
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    w.batch_scatter_update(tf.IndexedSlices([[9.0], [8.0]], [[0], [1]]))
    assert w.numpy().tolist() == [[9.0, 2.0], [3.0, 8.0]]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: tf.gather([1, 2], [0, 2]), Invalid, r"indices\[1\] = 2 is not in \[0, 2\)"),
        (lambda: tf.gather([1, 2], -1), Invalid, "-1 is not in"),
        (lambda: tf.gather([1, 2], [0.0]), Invalid, "Tindices"),
        (lambda: tf.gather([1, 2], [0], axis=1), Invalid, "range"),
        (lambda: tf.gather([[1], [2]], [[0]], batch_dims=1), Invalid, "must agree"),
        (lambda: tf.gather_nd([1, 2], [[2]]), Invalid, r"indices\[0\] = \[2\]"),
        (lambda: tf.gather_nd([1, 2], [[0, 0]]), Invalid, "innermost dimension"),
        (lambda: tf.scatter_nd([[5]], [1.0], [3]), Invalid, r"\[5\] does not index"),
        (lambda: tf.scatter_nd([[0]], [1.0, 2.0], [3]), Invalid, "expected updates of shape"),
        (lambda: tf.tensor_scatter_nd_update([1.0], [[0]], tf.constant([1])), Invalid, "int32"),
        (lambda: tf.boolean_mask([1, 2], [True]), ValueError, "incompatible"),
        (lambda: tf.boolean_mask([1, 2], True), ValueError, "scalar"),
        (lambda: tf.dynamic_partition([1], [3], 2), Invalid, r"partitions\[0\] = 3"),
        (lambda: tf.unique([[1]]), Invalid, "1D"),
        (lambda: tf.math.bincount([-1]), Invalid, "non-negative"),
        (lambda: tf.math.confusion_matrix([3], [0], 2), Invalid, "`labels` out of bound"),
        (lambda: tf.math.invert_permutation([0, 0]), Invalid, "duplicated"),
        (lambda: tf.searchsorted([[1]], [[1], [2]]), Invalid, "must match"),
        (lambda: tf.Variable([1.0]).scatter_add([1.0]), TypeError, "IndexedSlices"),
        (
            lambda: tf.Variable([1.0]).scatter_add(tf.IndexedSlices([1.0], [4])),
            Invalid,
            "not all in",
        ),
    ],
)
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()
