"""Numbers for known and unknown words, recorded from TensorFlow."""

import pytest

import tensortape as tf

Initializer, Table = tf.lookup.KeyValueTensorInitializer, tf.lookup.StaticVocabularyTable
WORDS = Initializer(["a", "b"], tf.constant([0, 1], tf.int64))
NUMBERS = Initializer(tf.constant([10, 20], tf.int64), tf.constant([0, 1], tf.int64))


def test_words():
    table = Table(WORDS, 5)
    words = tf.constant(["b", "zz", "q", "a", "xyz", "hello world, this is a long key"])
    assert table.lookup(words).numpy().tolist() == [1, 4, 5, 0, 2, 3]
    assert int(table.size()) == 7
    assert table[tf.ragged.constant([["a", "q"], ["zz"]])].to_list() == [[0, 5], [4]]
    assert table[tf.SparseTensor([[0, 1]], ["q"], [1, 2])].values.numpy().tolist() == [5]
    assert Table(None, 4).lookup(tf.constant(["a", "b"])).numpy().tolist() == [3, 2]


@pytest.mark.parametrize("dtype", [tf.int64, tf.int32])
def test_numbers(dtype):
    table = Table(NUMBERS, 3, lookup_key_dtype=dtype)
    found = table.lookup(tf.constant([10, 20, 30, -4, 99], dtype))
    assert found.numpy().tolist() == [0, 1, 4, 3, 2]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Table(WORDS, 0), ValueError),
        (lambda: Table(Initializer(["a"], [0]), 1), TypeError),
        (lambda: Table(WORDS, 2, lookup_key_dtype=tf.int64), TypeError),
        (lambda: Table(WORDS, 5).lookup(tf.constant([1])), TypeError),
    ],
)
def test_wrong_arguments(make, error):
    with pytest.raises(error):
        make()
