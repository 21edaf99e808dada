"""Reading serialized ``tf.train.SequenceExample``: what TensorFlow 2.21 says of the same bytes."""

import pytest

import tensortape as tf


def example(words, xs, label):
    made = tf.train.SequenceExample()
    made.context.feature["label"].int64_list.value.append(label)
    made.context.feature["tags"].bytes_list.value.extend([b"a"] * label)
    for one in words:
        made.feature_lists.feature_list["words"].feature.add().bytes_list.value.extend(one)
    for one in xs:
        made.feature_lists.feature_list["xs"].feature.add().float_list.value.extend(one)
    return made.SerializeToString()


BATCH = [
    example([[b"a", b"b"], [b"c"]], [[1, 2], [3, 4], [5, 6]], 1),
    example([], [[7, 8]], 2),
    example([[], [b"d"]], [[0, 9], [0, 1]], 0),
]
CONTEXT = {
    "label": tf.io.FixedLenFeature([], tf.int64, default_value=-1),
    "tags": tf.io.VarLenFeature(tf.string),
}
STEPS = {
    "xs": tf.io.FixedLenSequenceFeature([2], tf.float32),
    "words": tf.io.VarLenFeature(tf.string),
    "none": tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
}


def shown(value):
    if isinstance(value, tf.sparse.SparseTensor):
        parts = (value.indices, value.values, value.dense_shape)
        return tuple(part.numpy().tolist() for part in parts)
    return value.to_list() if isinstance(value, tf.RaggedTensor) else value.numpy().tolist()


def all_shown(parts):
    return [{key: shown(value) for key, value in part.items()} for part in parts]


def test_a_batch():
    context, lists, lengths = all_shown(tf.io.parse_sequence_example(BATCH, CONTEXT, STEPS))
    assert context == {
        "label": [1, 2, 0],
        "tags": ([[0, 0], [1, 0], [1, 1]], [b"a"] * 3, [3, 2]),
    }
    assert lists == {
        "none": [[], [], []],
        "words": (
            [[0, 0, 0], [0, 0, 1], [0, 1, 0], [2, 1, 0]],
            [b"a", b"b", b"c", b"d"],
            [3, 2, 2],
        ),
        "xs": [[[1, 2], [3, 4], [5, 6]], [[7, 8], [0, 0], [0, 0]], [[0, 9], [0, 1], [0, 0]]],
    }
    assert lengths == {"none": [0, 0, 0], "xs": [3, 1, 2]}


def test_ragged_lists():
    features = {"words": tf.io.RaggedFeature(tf.string), "nothing": tf.io.VarLenFeature(tf.int64)}
    _, lists, _ = tf.io.parse_sequence_example(BATCH, None, features)
    assert lists["words"].row_splits.dtype == tf.int32
    assert shown(lists["words"]) == [[[b"a", b"b"], [b"c"]], [], [[], [b"d"]]]
    assert shown(lists["nothing"]) == ([], [], [3, 0, 0])
    one = tf.io.parse_single_sequence_example(BATCH[2], None, features)[1]
    assert (shown(one["words"]), shown(one["nothing"])) == ([[], [b"d"]], ([], [], [0, 0]))


def test_one_example():
    found = all_shown(tf.io.parse_single_sequence_example(BATCH[0], CONTEXT, STEPS))
    assert found == [
        {"label": 1, "tags": ([[0]], [b"a"], [1])},
        {
            "none": [],
            "words": ([[0, 0], [0, 1], [1, 0]], [b"a", b"b", b"c"], [2, 2]),
            "xs": [[1, 2], [3, 4], [5, 6]],
        },
    ]
    assert all_shown(tf.io.parse_sequence_example(BATCH[0], CONTEXT))[0] == found[0]


def test_in_a_dataset():
    read = lambda data: tf.io.parse_single_sequence_example(data, None, {"xs": STEPS["xs"]})  # noqa: E731
    dataset = tf.data.Dataset.from_tensor_slices(BATCH).map(lambda data: read(data)[1]["xs"])
    assert dataset.element_spec.shape.as_list() == [None, 2]
    assert [x.tolist() for x in dataset.as_numpy_iterator()][1] == [[7, 8]]


@pytest.mark.parametrize(
    ("feature", "error", "message"),
    [
        (tf.io.FixedLenSequenceFeature([3], tf.float32), tf.errors.InvalidArgumentError,
         "Key: xs, Index: 0.  Number of values != expected"),
        (tf.io.FixedLenSequenceFeature([2], tf.int64), tf.errors.InvalidArgumentError,
         "Feature list: xs, Index: 0.  Data types don't match"),
        (tf.io.FixedLenFeature([2], tf.float32), ValueError, "Unsupported FixedLenFeature"),
        (tf.io.FixedLenSequenceFeature([2], tf.float32, default_value=1.0), ValueError,
         "must be None"),
    ],
)  # fmt: skip
def test_features_that_do_not_fit(feature, error, message):
    for read in (tf.io.parse_sequence_example, tf.io.parse_single_sequence_example):
        data = BATCH if read is tf.io.parse_sequence_example else BATCH[0]
        with pytest.raises(error, match=message):
            read(data, None, {"xs": feature})


def test_what_cannot_be_read():
    missing = {"zz": tf.io.FixedLenSequenceFeature([], tf.int64)}
    with pytest.raises(tf.errors.InvalidArgumentError, match="Feature list 'zz' is required"):
        tf.io.parse_sequence_example(BATCH, None, missing)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Name: b, Key: xs"):
        wide = {"xs": tf.io.FixedLenSequenceFeature([2], tf.float32)}
        odd = [BATCH[0], example([], [[1]], 0)]
        tf.io.parse_sequence_example(odd, None, wide, ["a", "b"])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid protocol message"):
        tf.io.parse_single_sequence_example(b"x", CONTEXT, STEPS)
    for read in (tf.io.parse_sequence_example, tf.io.parse_single_sequence_example):
        with pytest.raises(ValueError, match="are None"):
            read(BATCH[0])
