"""Tables: values of keys of all kinds of tensors, defaults, changes, refusals."""

import pytest

import tensortape as tf


def static(keys=("a", "b"), values=(1, 2), default=-1):
    entries = tf.lookup.KeyValueTensorInitializer(list(keys), list(values))
    return tf.lookup.StaticHashTable(entries, default)


def test_lookup_keeps_the_form_of_the_keys():
    table = static()
    assert table.lookup(tf.constant("b")).numpy() == 2
    assert table[tf.constant([["b", "?"]])].numpy().tolist() == [[2, -1]]
    ragged = table.lookup(tf.ragged.constant([["a"], ["b", "q"]]))
    assert repr(ragged) == "<tf.RaggedTensor [[1], [2, -1]]>"
    sparse = table.lookup(tf.SparseTensor([[1]], ["b"], [2]))
    assert sparse.values.numpy().tolist() == [2]
    assert table.size().numpy() == 2


def test_texts_are_values_too():
    table = static([1, 2], ["x", "y"], "?")
    assert table[tf.constant([1, 9])].numpy().tolist() == [b"x", b"?"]
    keys, values = table.export()
    assert keys.numpy().tolist() == [1, 2]
    assert values.numpy().tolist() == [b"x", b"y"]


def test_refusals():
    with pytest.raises(tf.errors.FailedPreconditionError, match="different value for same key"):
        static(["a", "a"], [1, 2])
    with pytest.raises(TypeError, match="Dtype of argument `keys`"):
        static().lookup(tf.constant([1]))


def test_a_mutable_table_changes():
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.float32, [0.0, 0.0])
    table.insert(["a", "b"], [[1.0, 2.0], [3.0, 4.0]])
    assert table.lookup(tf.constant(["b", "?"])).numpy().tolist() == [[3.0, 4.0], [0.0, 0.0]]
    table.insert(["b"], [[5.0, 6.0]])
    table.remove(tf.constant(["a", "z"]))
    assert table.export()[1].numpy().tolist() == [[5.0, 6.0]]
