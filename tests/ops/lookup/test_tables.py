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


def test_an_initializer_of_ones_own_enters_what_it_likes():
    class Nothing(tf.lookup.KeyValueTensorInitializer):
        key_dtype, value_dtype = tf.string, tf.int64

        def __init__(self):
            pass

        def initialize(self, table):
            pass

    assert tf.lookup.StaticHashTable(Nothing(), -1).size().numpy() == 0


INDEX = tf.lookup.TextFileIndex
COLUMNS = [
    ((tf.string, INDEX.WHOLE_LINE, tf.int64, INDEX.LINE_NUMBER), {}, {b"a\t3": 0, b"c\t4": 1}),
    ((tf.string, 0, tf.int64, INDEX.LINE_NUMBER), {"value_index_offset": 2}, {b"a": 2, b"c": 3}),
    ((tf.string, 0, tf.int64, 1), {"vocab_size": 1}, {b"a": 3}),
    ((tf.int64, INDEX.LINE_NUMBER, tf.string, 0), {}, {0: b"a", 1: b"c"}),
    ((tf.int64, 1, tf.float32, 1), {}, {3: 3.0, 4: 4.0}),
]


@pytest.mark.parametrize(("columns", "options", "expected"), COLUMNS)
def test_entries_of_a_file(columns, options, expected, tmp_path):
    path = tmp_path / "entries.txt"
    path.write_text("a\t3\r\nc\t4")
    entries = tf.lookup.TextFileInitializer(str(path), *columns, **options)
    default = "?" if columns[2] is tf.string else -1
    keys, values = tf.lookup.StaticHashTable(entries, default).export()
    found = zip(keys.numpy().tolist(), values.numpy().tolist(), strict=True)
    assert dict(found) == expected


def test_files_that_are_refused(tmp_path):
    path = tmp_path / "entries.txt"
    path.write_text("a\t3\n\n")

    def made(*columns, **options):
        entries = tf.lookup.TextFileInitializer(path, *columns, **options)
        return tf.lookup.StaticHashTable(entries, -1)

    invalid = tf.errors.InvalidArgumentError
    with pytest.raises(invalid, match="empty line found at position 1"):
        made(tf.string, INDEX.WHOLE_LINE, tf.int64, INDEX.LINE_NUMBER)
    with pytest.raises(invalid, match="expected at least 8 got 2"):
        made(tf.string, 0, tf.int64, 7)
    with pytest.raises(invalid, match="Field a in line 0 is not a valid int64"):
        made(tf.string, 1, tf.int64, 0)
    path.write_text("a\t3\n")
    with pytest.raises(invalid, match="expected 2 but got 1"):
        made(tf.string, 0, tf.int64, 1, vocab_size=2)
    with pytest.raises(ValueError, match="must be int64"):
        made(tf.string, INDEX.LINE_NUMBER, tf.int64, 1)
    path.unlink()
    with pytest.raises(tf.errors.NotFoundError):
        made(tf.string, 0, tf.int64, 1)
