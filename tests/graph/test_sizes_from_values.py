"""Operations whose results have as many elements as values say, in functions, as in TensorFlow.

Expected values were recorded from TensorFlow 2.21. Each function has a graph, and is saved.
"""

import numpy as np
import pytest

import tensortape as tf

IDS = tf.TensorSpec([None], tf.int32)
ROWS = tf.TensorSpec([None, None], tf.int32)
NUMBERS = tf.TensorSpec([None], tf.float32)


def function(body, *signature):
    """The function on the plan; it must have a graph."""
    made = tf.function(body, input_signature=signature, jit_compile=False)
    assert made.get_concrete_function().graph.get_operations()
    return made


def listed(values):
    return [v.numpy().tolist() for v in values]


def test_distinct_values():
    f = function(lambda x: tuple(tf.unique(x)), IDS)
    assert listed(f([4, 1, 4, 2, 1])) == [[4, 1, 2], [0, 1, 0, 2, 1]]
    assert listed(f(np.zeros(0, np.int32))) == [[], []]
    assert [t.shape.as_list() for t in f.get_concrete_function().outputs] == [[None], [None]]
    texts = function(
        lambda x: tuple(tf.unique_with_counts(x, tf.int64)), tf.TensorSpec([3], tf.string)
    )
    found = texts(["b", "a", "b"])
    assert listed(found) == [[b"b", b"a"], [0, 1, 0], [2, 1]]
    assert [t.dtype for t in found] == [tf.string, tf.int64, tf.int64]
    shapes = [t.shape.as_list() for t in texts.get_concrete_function().outputs]
    assert shapes == [[None], [3], [None]]


def test_distinct_values_of_a_matrix_are_refused():
    with pytest.raises(ValueError, match="rank 1"):
        tf.function(lambda x: tf.unique(x).y)(tf.constant([[1, 1, 2]]))


def test_sums_by_distinct_value():
    def body(ids, w):
        y, i = tf.unique(ids)
        with tf.GradientTape() as t:
            t.watch(w)
            sums = tf.math.unsorted_segment_sum(w * w, i, tf.size(y))
            loss = tf.reduce_sum(sums * sums)
        return sums, t.gradient(loss, w)

    f = function(body, IDS, NUMBERS)
    found = f([7, 3, 7, 3, 9], [1.0, 2.0, 3.0, 4.0, 5.0])
    assert listed(found) == [[10.0, 20.0, 25.0], [40.0, 160.0, 120.0, 320.0, 500.0]]


VECTOR, MATRIX = [1, 1, 3, 0, 6], [[1, 1, 3], [0, 6, 1]]
COUNTS = {
    "plain": ({}, [1, 2, 0, 1, 0, 0, 1], [1, 3, 0, 1, 0, 0, 1]),
    "minlength": ({"minlength": 9}, [1, 2, 0, 1, 0, 0, 1, 0, 0], [1, 3, 0, 1, 0, 0, 1, 0, 0]),
    "maxlength": ({"maxlength": 3}, [1, 2, 0], [1, 3, 0]),
    "both": ({"minlength": 5, "maxlength": 5}, [1, 2, 0, 1, 0], [1, 3, 0, 1, 0]),
    "binary": ({"binary_output": True}, [1, 1, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 0, 1]),
    "float": ({"dtype": tf.float32}, [1, 2, 0, 1, 0, 0, 1], [1, 3, 0, 1, 0, 0, 1]),
    "rows": (
        {"axis": -1},
        [1, 2, 0, 1, 0, 0, 1],
        [[0, 2, 0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0, 1]],
    ),
    "axis 0": ({"axis": 0}, [1, 2, 0, 1, 0, 0, 1], [1, 3, 0, 1, 0, 0, 1]),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    arguments, of_vector, of_matrix = COUNTS[name]
    found = function(lambda x: tf.math.bincount(x, **arguments), IDS)(VECTOR)
    assert found.numpy().tolist() == of_vector
    assert found.dtype == arguments.get("dtype", tf.int32)
    found = function(lambda x: tf.math.bincount(x, **arguments), ROWS)(MATRIX)
    assert found.numpy().tolist() == of_matrix


def test_weighted_counts():
    weights = [[0.5, 1.0, 2.0], [4.0, 8.0, 16.0]]
    spec = tf.TensorSpec([None, None])
    f = function(lambda x, w: tf.math.bincount(x, w), ROWS, spec)
    assert f(MATRIX, weights).numpy().tolist() == [4.0, 17.5, 0.0, 2.0, 0.0, 0.0, 8.0]
    f = function(lambda x, w: tf.math.bincount(x, w, maxlength=3, axis=-1), ROWS, spec)
    assert f(MATRIX, weights).numpy().tolist() == [[0.0, 1.5, 0.0], [4.0, 16.0, 0.0]]


def test_sizes_of_counts():
    fixed = function(lambda x: tf.math.bincount(x, minlength=4, maxlength=4, axis=-1), ROWS)
    assert fixed.get_concrete_function().outputs[0].shape.as_list() == [None, 4]
    assert fixed(np.zeros((0, 3), np.int32)).shape == (0, 4)
    given = function(
        lambda x, n: tf.math.bincount(x, minlength=n, maxlength=n), IDS, tf.TensorSpec([], tf.int32)
    )
    assert given([1, 2], 4).numpy().tolist() == [0, 1, 1, 0]
    assert given([1, 2], 2).numpy().tolist() == [0, 1]
    empty = function(lambda x: tf.math.bincount(x), IDS)
    assert empty(np.zeros(0, np.int32)).numpy().tolist() == []
    with pytest.raises(tf.errors.InvalidArgumentError, match="non-negative"):
        empty([-1, 2])


DATA = [[1.0, 2.0], [3.0, 5.0], [3.0, 7.0], [2.0, 0.5]]
SEGMENTS = {
    "sum": (
        [[1.0, 2.0], [6.0, 12.0], [0.0, 0.0], [2.0, 0.5]],
        [[2.0, 4.0], [12.0, 24.0], [12.0, 24.0], [4.0, 1.0]],
    ),
    "mean": (
        [[1.0, 2.0], [3.0, 6.0], [0.0, 0.0], [2.0, 0.5]],
        [[2.0, 4.0], [3.0, 6.0], [3.0, 6.0], [4.0, 1.0]],
    ),
    "prod": (
        [[1.0, 2.0], [9.0, 35.0], [1.0, 1.0], [2.0, 0.5]],
        [[2.0, 4.0], [54.0, 490.0], [54.0, 350.0], [4.0, 1.0]],
    ),
    "max": (
        [[1.0, 2.0], [3.0, 7.0], [0.0, 0.0], [2.0, 0.5]],
        [[2.0, 4.0], [3.0, 0.0], [3.0, 14.0], [4.0, 1.0]],
    ),
    "min": (
        [[1.0, 2.0], [3.0, 5.0], [0.0, 0.0], [2.0, 0.5]],
        [[2.0, 4.0], [3.0, 10.0], [3.0, 0.0], [4.0, 1.0]],
    ),
}
PAIRS = tf.TensorSpec([None, 2])


@pytest.mark.parametrize("name", SEGMENTS)
def test_sorted_segments(name, tmp_path):
    """Values and gradients, inside the function, outside of it, and of a saved one."""
    reduce = getattr(tf.math, f"segment_{name}")
    values, gradient = SEGMENTS[name]

    def inside(x, ids):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = reduce(x, ids)
            loss = tf.reduce_sum(y * y)
        return y, tape.gradient(loss, x)

    assert listed(function(inside, PAIRS, IDS)(DATA, [0, 1, 1, 3])) == [values, gradient]
    f = function(lambda x, ids: reduce(x, ids), PAIRS, IDS)
    module = tf.Module()
    module.f = f
    tf.saved_model.save(module, str(tmp_path))
    for one in (f, tf.saved_model.load(str(tmp_path)).f):
        x = tf.constant(DATA)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = one(x, tf.constant([0, 1, 1, 3]))
            loss = tf.reduce_sum(y * y)
        assert y.numpy().tolist() == values
        assert tape.gradient(loss, x).numpy().tolist() == gradient
        assert one(tf.zeros([0, 2]), tf.zeros([0], tf.int32)).shape == (0, 2)


@pytest.mark.parametrize("ids", [[0, 2, 1, 3], [-1, 0, 1, 3], [0, 1]])
def test_segments_that_are_none(ids):
    f = function(lambda x, ids: tf.math.segment_sum(x, ids), PAIRS, IDS)
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(DATA, ids)


def test_sums_of_chosen_slices():
    f = function(lambda x, at, ids: tf.sparse.segment_sum(x, at, ids), PAIRS, IDS, IDS)
    assert f(DATA, [0, 3, 1], [0, 0, 1]).numpy().tolist() == [[3.0, 2.5], [3.0, 5.0]]
