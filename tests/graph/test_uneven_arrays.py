"""Elements of different shapes in a ``tf.TensorArray``: never wrong answers."""

import pytest

import tensortape as tf


def pieces(x, lengths):
    array = tf.TensorArray(tf.float32, size=3).split(x, lengths)
    return array.read(0), array.read(1), array.read(2)


@pytest.mark.parametrize("lengths", [[2, 2, 2], [1, 2, 3]])
def test_eager_pieces(lengths):
    found = pieces(tf.range(6.0), lengths)
    assert [p.shape[0] for p in found] == lengths
    assert tf.concat(found, 0).numpy().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_traced_pieces():
    traced = tf.function(pieces)
    expected = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    found = traced(tf.range(6.0), tf.constant([2, 2, 2]))
    assert [p.numpy().tolist() for p in found] == expected
    with pytest.raises(tf.errors.InvalidArgumentError, match="different lengths"):
        traced(tf.range(6.0), tf.constant([1, 2, 3]))
    with pytest.raises(tf.errors.UnimplementedError, match="different shapes"):
        traced(tf.range(6.0), [1, 2, 3])


def test_elements_of_a_loop():
    @tf.function
    def rows(sizes):
        array = tf.TensorArray(tf.float32, size=tf.size(sizes), infer_shape=False)
        for i in tf.range(tf.size(sizes)):
            array = array.write(i, tf.fill([sizes[i]], tf.cast(i, tf.float32)))
        return array.concat()

    assert rows(tf.constant([2, 2])).numpy().tolist() == [0.0, 0.0, 1.0, 1.0]
    with pytest.raises(tf.errors.UnimplementedError, match="different shapes"):
        rows(tf.constant([1, 2]))
