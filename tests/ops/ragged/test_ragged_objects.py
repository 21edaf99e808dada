"""Ragged and sparse tensors as Python objects, and among functions and assertions."""

import copy
import pickle

import pytest

import tensortape as tf

ROWS = [[1.0, 2.0], [], [3.0]]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_equal(duplicate):
    ragged = tf.RaggedTensor.from_tensor([[1, 2], [3, 4]])
    again = duplicate(ragged)
    assert again.to_list() == ragged.to_list()
    assert again.shape == ragged.shape == [2, 2]
    sparse = tf.SparseTensor([[0, 1]], [5.0], [2, 2])
    assert repr(duplicate(sparse)) == repr(sparse)


@pytest.mark.parametrize("function", [tf.cast, tf.reduce_sum, tf.concat, tf.add])
def test_functions_with_overloads_still_pickle(function):
    assert pickle.loads(pickle.dumps(function)) is function


def test_in_a_function():
    @tf.function
    def doubled(r):
        return tf.reduce_sum(r * 2.0, 1)

    assert doubled(tf.ragged.constant(ROWS)).numpy().tolist() == [6.0, 0.0, 6.0]


def test_assertions_compare_rows():
    ragged = tf.ragged.constant(ROWS)
    tf.debugging.assert_equal(ragged, ragged)
    tf.debugging.assert_less(ragged, 4.0)
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.debugging.assert_equal(ragged, ragged + 1.0)


def test_components():
    ragged = tf.ragged.constant(ROWS)
    flat, splits = tf.nest.flatten(ragged, expand_composites=True)
    assert tf.nest.pack_sequence_as(ragged, [flat + 1.0, splits], True).to_list() == [
        [2.0, 3.0],
        [],
        [4.0],
    ]
    spec = tf.type_spec_from_value(ragged)
    assert spec == tf.RaggedTensorSpec([3, None], tf.float32, 1)
    assert tf.RaggedTensorSpec([None, None]).is_compatible_with(ragged)
    assert not tf.RaggedTensorSpec([2, None]).is_compatible_with(ragged)


def test_ragged_places_along_an_inner_axis_of_a_tensor():
    table = tf.constant([[1, 2, 3], [4, 5, 6]])
    rows = tf.ragged.constant([[0, 1], [1]])
    expected = [[[1, 2], [2]], [[4, 5], [5]]]
    assert tf.gather(table, rows, axis=1).to_list() == expected
    assert tf.gather(table, rows, axis=-1).shape.as_list() == [2, 2, None]
    deep = tf.gather([table.numpy().tolist()], rows, axis=2)
    assert deep.to_list() == [expected]
    deeper = tf.ragged.constant([[[0], [1, 1]], [[1]]])
    assert tf.gather(table, deeper, axis=1).to_list()[1] == [[[4], [5, 5]], [[5]]]


def test_gathered_rows_may_be_of_any_length():
    ragged = tf.RaggedTensor.from_tensor([[1, 2], [3, 4], [5, 6]])
    assert tf.gather(ragged, [2, 0]).shape.as_list() == [2, None]
    assert tf.gather(ragged, [2, 0]).to_list() == [[5, 6], [1, 2]]


def test_text_is_stacked():
    stacked = tf.stack([tf.constant(b"ab"), tf.constant(b"c")])
    assert stacked.numpy().tolist() == [b"ab", b"c"]
    assert tf.convert_to_tensor([stacked[0], b"d"]).numpy().tolist() == [b"ab", b"d"]
