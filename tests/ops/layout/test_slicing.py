"""``t[...]`` against NumPy, its errors, iteration, and slices of variables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensortape as tf

SHAPE = (3, 4, 2)


def part(n):
    bound = st.none() | st.integers(-n - 1, n + 1)
    step = st.none() | st.sampled_from([-2, -1, 1, 2])
    return st.integers(-n, n - 1) | st.builds(slice, bound, bound, step)


@st.composite
def indices(draw):
    """A basic index for ``SHAPE``: some axes, perhaps an ellipsis, new axes in between."""
    used = draw(st.integers(0, 3))
    left = draw(st.integers(0, used))
    items = [draw(part(n)) for n in SHAPE[:left]]
    rest = [draw(part(n)) for n in SHAPE[len(SHAPE) - (used - left) :]] if used > left else []
    items += [Ellipsis, *rest] if rest or draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), None)
    return tuple(items)


@given(indices())
def test_basic_index_is_numpys(index):
    array = np.arange(24.0).reshape(SHAPE)
    x = tf.constant(array)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[index]
    np.testing.assert_array_equal(y.numpy(), array[index])
    g = np.zeros(SHAPE)
    g[index] = 1.0
    np.testing.assert_array_equal(tape.gradient(y, x), g)


def test_tensors_are_indices():
    x = tf.constant([10, 20, 30, 40])
    one, three = tf.constant(1), tf.constant(3, tf.int64)
    assert int(x[one]) == 20
    assert x[one:three].numpy().tolist() == [20, 30]
    assert int(x[np.int64(-1)]) == 40
    assert int(x[tf.Variable(2)]) == 30


def test_masks_choose():
    x = tf.constant([1, 2, 3])
    assert x[x > 1].numpy().tolist() == [2, 3]
    assert x[np.array([True, False, True])].numpy().tolist() == [1, 3]


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        (5, tf.errors.InvalidArgumentError, "slice index 5 of dimension 0 out of bounds"),
        ((0, 0), tf.errors.InvalidArgumentError, "input has only 1 dims"),
        ((..., ...), tf.errors.InvalidArgumentError, "Multiple ellipses"),
        (slice(None, None, 0), tf.errors.InvalidArgumentError, "must be non-zero"),
        (1.5, TypeError, "Only integers, slices"),
        ("a", TypeError, "tf.gather"),
        ([0, 1], tf.errors.InvalidArgumentError, "tf.gather"),
        (True, ValueError, "mask cannot be scalar"),
    ],
)
def test_bad_indices(index, error, text):
    with pytest.raises(error, match=text):
        tf.constant([1, 2, 3])[index]


def test_iteration():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert [r.numpy().tolist() for r in x] == [[1.0, 2.0], [3.0, 4.0]]
    a, b = x[0]
    assert float(a + b) == 3.0
    with pytest.raises(TypeError, match="Cannot iterate over a scalar tensor"):
        iter(tf.constant(1.0))


def test_iteration_is_recorded():
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = sum(i * x for i, x in enumerate(v))
    assert tape.gradient(y, v).numpy().tolist() == [0.0, 1.0, 2.0]


def test_strings():
    x = tf.constant([["a", "b"], ["c", "d"]])
    assert x[1, 0].numpy() == b"c"
    assert x[1, 0].shape == ()
    assert tf.reshape(x[0, :1], []).numpy() == b"a"


def test_slice_of_variable_is_assigned():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    before = v[0]
    assert v[0].assign([7.0, 8.0]) is v
    v[:, 1].assign(tf.constant([5.0, 6.0]))
    assert v.numpy().tolist() == [[7.0, 5.0], [3.0, 6.0]]
    assert before.numpy().tolist() == [1.0, 2.0]


def test_strided_slice_masks():
    x = tf.reshape(tf.range(24), [2, 3, 4])
    got = tf.strided_slice(x, [0, 1, 0], [0, 0, 0], [1, 1, 2], end_mask=5, shrink_axis_mask=2)
    np.testing.assert_array_equal(got.numpy(), x.numpy()[:, 1, ::2])
    got = tf.strided_slice(x, [0, 0], [0, 2], ellipsis_mask=1)
    np.testing.assert_array_equal(got.numpy(), x.numpy()[..., 0:2])
