"""Positions in tensors without rows: tracing asks nothing of them, as in TensorFlow."""

import pytest

import tensortape as tf

ROW = tf.TensorSpec([0], tf.float32)
INDEX = tf.TensorSpec([], tf.int32)


@pytest.mark.parametrize(
    "read",
    [lambda x, i: x[i], tf.gather, lambda x, i: tf.gather_nd(x, [i])],
    ids=["item", "gather", "gather_nd"],
)
def test_loops_over_no_rows(read):
    @tf.function
    def total(x):
        i, found = 0, 0.0
        while i < tf.shape(x)[0]:
            found += read(x, i) ** 2
            i += 1
        return found

    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = total(x)
        return tf.convert_to_tensor(tape.gradient(y, x))

    assert float(total(tf.zeros([0]))) == 0.0
    assert slope(tf.zeros([0])).shape == (0,)
    assert float(total(tf.constant([1.0, 2.0]))) == 5.0
    assert slope(tf.constant([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    ("function", "specs", "shape"),
    [
        (tf.gather, [ROW, INDEX], ()),
        (lambda x: tf.gather(x, 3), [tf.TensorSpec([2], tf.float32)], ()),
        (
            lambda x, i: tf.gather(x, i, batch_dims=1),
            [tf.TensorSpec([2, 0], tf.float32), tf.TensorSpec([2, 1], tf.int32)],
            (2, 1),
        ),
        (
            tf.gather_nd,
            [tf.TensorSpec([0, 3], tf.float32), tf.TensorSpec([2, 1], tf.int32)],
            (2, 3),
        ),
        (
            lambda x, i: tf.math.unsorted_segment_sum(x, i, 0),
            [tf.TensorSpec([2], tf.float32), tf.TensorSpec([2], tf.int32)],
            (0,),
        ),
        (
            lambda x, i: tf.math.in_top_k(i, x, 1),
            [tf.TensorSpec([2, 0], tf.float32), tf.TensorSpec([2], tf.int32)],
            (2,),
        ),
    ],
)
def test_shapes_of_what_cannot_run(function, specs, shape):
    assert tf.function(function).get_concrete_function(*specs).output_shapes == shape


def test_what_runs_is_checked():
    with pytest.raises(tf.errors.InvalidArgumentError, match="3 is not in"):
        tf.function(lambda x: tf.gather(x, 3))(tf.zeros([2]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="0 is not in"):
        tf.function(tf.gather)(tf.zeros([0]), tf.constant(0))


def test_a_branch_that_is_not_taken():
    @tf.function
    def chosen(x, i):
        return tf.cond(i > 0, lambda: tf.gather(x, i), lambda: 0.0)

    assert float(chosen(tf.zeros([0]), tf.constant(0))) == 0.0


@pytest.mark.parametrize(
    "function",
    [
        lambda i, u: tf.scatter_nd(i, u, [0]),
        lambda i, u: tf.tensor_scatter_nd_add(tf.zeros([0]), i, u),
    ],
)
def test_updates_for_nothing(function):
    given = tf.constant([[0]]), tf.constant([1.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="for empty"):
        function(*given)
    with pytest.raises(ValueError, match="for empty"):
        tf.function(function)(*given)


def test_a_static_index_beyond_the_end():
    with pytest.raises(ValueError, match="out of bounds"):
        tf.function(lambda x: x[3])(tf.zeros([2]))
