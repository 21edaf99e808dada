"""Dense tables, and tables that change within functions: as TensorFlow 2.21 answers."""

import numpy as np
import pytest

import tensortape as tf

Dense = tf.lookup.experimental.DenseHashTable


def dense(keys=tf.int64, values=tf.int64, default=-1, empty=0, deleted=-1, **options):
    return Dense(keys, values, default, empty, deleted, **options)


def ints(*values):
    return tf.constant(values, tf.int64)


def test_entries_come_and_go():
    table = dense()
    table.insert(ints(11, 12, 13), ints(1, 2, 3))
    assert table.size().numpy() == 3
    assert table.lookup(ints(11, 15)).numpy().tolist() == [1, -1]
    table.remove(ints(12, 99))
    table.insert_or_assign(ints(11, 11), ints(6, 7))
    table.erase(ints(13))
    assert table[ints(11, 12, 13)].numpy().tolist() == [7, -1, -1]
    assert table.name is None


def test_export_gives_free_places_too():
    keys, values = dense(initial_num_buckets=8).export()
    assert keys.shape == values.shape == [8, 1]
    assert not keys.numpy().any()
    table = dense(tf.string, tf.int64, -1, "", "$")
    table.insert(["b"], [2])
    keys, values = (t.numpy() for t in table.export())
    used = keys != b""
    assert keys.shape == (131072, 1)
    assert (keys[used].tolist(), values[used].tolist()) == ([b"b"], [2])


def test_keys_and_values_may_be_vectors():
    table = Dense(tf.int64, tf.int64, ints(-1, -2), ints(0, 0), ints(-1, -1))
    table.insert(tf.constant([[1, 2], [3, 4]], tf.int64), tf.constant([[1, 2], [3, 4]], tf.int64))
    found = table.lookup(tf.constant([[3, 4], [5, 6]], tf.int64))
    assert found.numpy().tolist() == [[3, 4], [-1, -2]]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"end with the table's key shape \[2"):
        table.lookup(ints(1, 2, 3))


@pytest.mark.parametrize("mark, which", [(0, "empty_key"), (-1, "deleted_key")])
def test_marks_are_no_keys(mark, which):
    table, key = dense(), ints(mark)
    for use in (table.lookup, table.remove, lambda k: table.insert(k, ints(1))):
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"the {which} as a table key"):
            use(key)


@pytest.mark.parametrize(
    "make, error",
    [
        (lambda: dense(empty=3, deleted=3), tf.errors.InvalidArgumentError),
        (lambda: dense(initial_num_buckets=3), tf.errors.InvalidArgumentError),
        (lambda: dense(empty=[0, 0], deleted=[-1]), tf.errors.InvalidArgumentError),
        (lambda: dense(tf.float32, tf.int64, 1, 0.0, -1.0), tf.errors.NotFoundError),
        (lambda: dense(tf.int32, tf.int64), tf.errors.NotFoundError),
        (lambda: dense(tf.int64, tf.string, "?"), tf.errors.NotFoundError),
        (lambda: dense().lookup(tf.constant([1])), ValueError),
        (lambda: dense().remove(tf.constant([1])), TypeError),
        (lambda: dense().insert(tf.constant([1]), ints(1)), ValueError),
        (lambda: dense().insert(ints(1), tf.constant([1.0])), ValueError),
        (lambda: dense().insert(ints(1, 2), ints(1)), tf.errors.InvalidArgumentError),
    ],
)
def test_refusals(make, error):
    with pytest.raises(error):
        make()


def test_checkpoints(tmp_path):
    table, other = dense(), dense()
    table.insert(ints(4, 5), ints(4, 5))
    other.insert(ints(9), ints(9))
    path = tf.train.Checkpoint(t=table).save(tmp_path / "c")
    tf.train.Checkpoint(t=other).restore(path).assert_consumed()
    assert other.size().numpy() == 2
    assert other.lookup(ints(4, 5, 9)).numpy().tolist() == [4, 5, -1]


def test_changes_in_a_function_keep_their_order():
    table = tf.lookup.experimental.MutableHashTable(tf.int64, tf.int64, -1)
    traces = []

    @tf.function
    def f(x):
        traces.append(1)
        before = table.lookup(x)
        table.insert(x, x * 2)
        between = table.lookup(x), table.size()
        table.remove(x[:1])
        return before, *between, table.export()

    for _ in range(2):
        before, after, size, (keys, values) = f(ints(4, 5))
        assert (after.numpy().tolist(), int(size)) == ([8, 10], 2)
        assert (keys.numpy().tolist(), values.numpy().tolist()) == ([5], [10])
    assert before.numpy().tolist() == [-1, 10]
    assert traces == [1]


def test_defaults_of_each_key():
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    table.insert(["a"], [1])
    found = table.lookup(tf.constant(["a", "b"]), dynamic_default_values=ints(4, 5))
    assert np.array_equal(found, [1, 5])
