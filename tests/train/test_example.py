"""`tf.train.Example` and its parsing; results recorded from TensorFlow."""

import pickle

import numpy as np
import pytest

import tensortape as tf

F = tf.train.Feature


def ints(*values):
    return F(int64_list=tf.train.Int64List(value=values))


def floats(*values):
    return F(float_list=tf.train.FloatList(value=values))


def texts(*values):
    return F(bytes_list=tf.train.BytesList(value=values))


def example(**features):
    return tf.train.Example(features=tf.train.Features(feature=features))


FIRST = example(a=ints(1, -2, 3), b=floats(0.5, 1.1), c=texts(b'x\xff"\n', b"yy"))
SECOND = example(a=ints(), b=floats(3, 4))
THIRD = example(c=texts(b"z"), idx=ints(2, 0), val=floats(7.0, 8.0))
BATCH = [e.SerializeToString() for e in (FIRST, SECOND, THIRD)]
Fixed, Variable = tf.io.FixedLenFeature, tf.io.VarLenFeature


def test_bytes_and_text():
    assert example(a=ints(1, 2)).SerializeToString() == (
        b"\n\r\n\x0b\n\x01a\x12\x06\x1a\x04\n\x02\x01\x02"
    )
    assert repr(example(c=texts(b"a'\"\t\\\x01"))).split("value: ")[1].split("\n")[0] == (
        r'"a\'\"\t\\\001"'
    )
    shown = [line.split(": ")[1] for line in str(tf.train.FloatList(
        value=[0.1, 1e20, 1, float("nan"), 1e-5, 123456789, 3.4e38])).split("\n")[:-1]]  # fmt: skip
    assert shown == ["0.1", "1e+20", "1", "nan", "1e-05", "123456792", "3.4e+38"]


def test_messages_are_taken_apart_and_put_together():
    read = tf.train.Example.FromString(FIRST.SerializeToString())
    assert read == FIRST
    assert read.features.feature["a"].int64_list.value == [1, -2, 3]
    assert read.features.feature["c"].WhichOneof("kind") == "bytes_list"
    assert not read.features.feature["c"].int64_list.value
    assert read.features.feature["c"].WhichOneof("kind") == "bytes_list"
    made = tf.train.Example()
    assert not made.HasField("features")
    made.features.feature["k"].int64_list.value.extend([1, 2])
    made.features.feature["k"].int64_list.value.append(3)
    assert made == example(k=ints(1, 2, 3))
    made.features.feature["k"].float_list.value.append(1)
    assert made == example(k=floats(1))
    made.CopyFrom(FIRST)
    assert made == FIRST
    assert pickle.loads(pickle.dumps(FIRST)) == FIRST


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: tf.train.Example(features=3), TypeError),
        (lambda: tf.train.Int64List(value=[1.5]), TypeError),
        (lambda: tf.train.BytesList(value=["a"]), TypeError),
        (lambda: F(foo=1), ValueError),
        (lambda: tf.train.Example.FromString(b"\xff"), ValueError),
    ],
)
def test_wrong_values(make, error):
    with pytest.raises(error):
        make()


def test_features_of_any_length():
    read = tf.io.parse_example(BATCH, {"b": Variable(tf.float32), "c": Variable(tf.string)})
    assert read["b"].indices.numpy().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert read["b"].dense_shape.numpy().tolist() == [3, 2]
    assert read["c"].values.numpy().tolist() == [b'x\xff"\n', b"yy", b"z"]
    one = tf.io.parse_single_example(BATCH[0], {"a": Variable(tf.int64)})["a"]
    assert one.indices.numpy().tolist() == [[0], [1], [2]]
    assert one.dense_shape.numpy().tolist() == [3]


def test_features_of_one_shape():
    wanted = {"b": Fixed([2], tf.float32), "z": Fixed([], tf.string, "d")}
    read = tf.io.parse_example(BATCH[:2], wanted)
    np.testing.assert_array_equal(read["b"], np.array([[0.5, 1.1], [3, 4]], np.float32))
    assert read["z"].numpy().tolist() == [b"d", b"d"]
    one = tf.io.parse_single_example(BATCH[0], {"c": Fixed([2, 1], tf.string)})["c"]
    assert one.numpy().tolist() == [[b'x\xff"\n'], [b"yy"]]


@pytest.mark.parametrize(
    "features",
    [
        {"b": Fixed([2], tf.float32)},  # missing in the third
        {"a": Variable(tf.float32)},
        {"a": Fixed([2], tf.int64)},
        {"a": Fixed([2], tf.int32)},
        {"q": Fixed([2], tf.float32, 9)},
    ],
)
def test_examples_that_do_not_fit(features):
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.io.parse_example(BATCH, features)


def test_blocks_are_padded():
    Sequence = tf.io.FixedLenSequenceFeature
    read = tf.io.parse_example(
        BATCH,
        {"a": Sequence([], tf.int64, True), "c": Sequence([1], tf.string, True, "d")},
    )
    assert read["a"].numpy().tolist() == [[1, -2, 3], [0, 0, 0], [0, 0, 0]]
    assert read["c"].numpy().tolist() == [[[b'x\xff"\n'], [b"yy"]], [[b"d"]] * 2, [[b"z"], [b"d"]]]


def test_indices_and_values_make_a_sparse_tensor():
    read = tf.io.parse_example(BATCH, {"s": tf.io.SparseFeature("idx", "val", tf.float32, 4)})["s"]
    assert read.indices.numpy().tolist() == [[2, 0], [2, 2]]
    assert read.values.numpy().tolist() == [8.0, 7.0]
    assert read.dense_shape.numpy().tolist() == [3, 4]


def test_ragged_features():
    Ragged = tf.io.RaggedFeature
    read = tf.io.parse_example(BATCH, {"a": Ragged(tf.int64)})["a"]
    assert read.to_list() == [[1, -2, 3], [], []]
    assert read.row_splits.dtype == tf.int32
    parts = example(v=floats(1, 2, 3, 4), s=ints(0, 1, 4), n=ints(3, 1), t=ints(0, 1),
                    i=ints(0, 0, 2, 2), u=ints(*[9] * 6)).SerializeToString()  # fmt: skip
    wanted = {
        "s": Ragged(tf.float32, "v", [Ragged.RowSplits("s")]),
        "n": Ragged(tf.float32, "v", [Ragged.RowLengths("n")]),
        "t": Ragged(tf.float32, "v", [Ragged.RowStarts("t")]),
        "i": Ragged(tf.float32, "v", [Ragged.ValueRowIds("i")]),
        "u": Ragged(tf.int64, "u", [Ragged.UniformRowLength(3)]),
    }
    expected = {
        "s": [[1.0], [2.0, 3.0, 4.0]],
        "n": [[1.0, 2.0, 3.0], [4.0]],
        "t": [[1.0], [2.0, 3.0, 4.0]],
        "i": [[1.0, 2.0], [], [3.0, 4.0]],
        "u": [[9, 9, 9], [9, 9, 9]],
    }
    batch = tf.io.parse_example([parts, parts], wanted)
    assert {k: v.to_list() for k, v in batch.items()} == {k: [v, v] for k, v in expected.items()}
    one = tf.io.parse_single_example(parts, wanted)
    assert one["s"].to_list() == expected["s"]
    assert one["u"].numpy().tolist() == expected["u"]


def test_in_a_dataset():
    data = tf.data.Dataset.from_tensor_slices(BATCH[:2])
    features = {"b": Fixed([2], tf.float32), "a": Variable(tf.int64)}
    read = list(data.map(lambda s: tf.io.parse_single_example(s, features)))
    assert [r["b"].numpy().sum() for r in read] == [pytest.approx(1.6), 7.0]
    assert [r["a"].values.numpy().tolist() for r in read] == [[1, -2, 3], []]


@pytest.mark.parametrize("value", [[1.0, 2.0], [[1, 2]], ["a", "b\0"], True, np.zeros((0, 3))])
def test_tensors_as_bytes(value):
    tensor = tf.constant(value)
    data = tf.io.serialize_tensor(tensor)
    again = tf.io.parse_tensor(data, tensor.dtype)
    assert again.shape == tensor.shape
    assert again.numpy().tolist() == tensor.numpy().tolist()
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.io.parse_tensor(data, tf.uint8)


def test_bytes_of_a_tensor_are_those_of_tensorflow():
    assert tf.io.serialize_tensor([1, 2]).numpy() == (
        b'\x08\x03\x12\x04\x12\x02\x08\x02"\x08\x01\x00\x00\x00\x02\x00\x00\x00'
    )
