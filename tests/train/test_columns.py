"""Descriptions of columns, as TensorFlow names them and reads them."""

import pytest

import tensortape as tf

F = tf.feature_column
NUMBER = F.numeric_column("n")
BUCKETS = F.bucketized_column(NUMBER, [1.0, 2.0, 3.0])
WORDS = F.categorical_column_with_vocabulary_list("v", ["a", "b"])
HASHED = F.categorical_column_with_hash_bucket("h", 10)


@pytest.mark.parametrize(
    ("column", "name", "spec"),
    [
        (NUMBER, "n", "{'n': FixedLenFeature(shape=(1,), dtype=tf.float32, default_value=None)}"),
        (
            F.numeric_column("m", (2,), [1, 2]),
            "m",
            "{'m': FixedLenFeature(shape=(2,), dtype=tf.float32, default_value=(1, 2))}",
        ),
        (
            BUCKETS,
            "n_bucketized",
            "{'n': FixedLenFeature(shape=(1,), dtype=tf.float32, default_value=None)}",
        ),
        (WORDS, "v", "{'v': VarLenFeature(dtype=tf.string)}"),
        (F.indicator_column(WORDS), "v_indicator", "{'v': VarLenFeature(dtype=tf.string)}"),
        (F.embedding_column(HASHED, 3), "h_embedding", "{'h': VarLenFeature(dtype=tf.string)}"),
        (
            F.weighted_categorical_column(F.categorical_column_with_identity("w", 3), "ww"),
            "w_weighted_by_ww",
            "{'w': VarLenFeature(dtype=tf.int64), 'ww': VarLenFeature(dtype=tf.float32)}",
        ),
        (
            F.crossed_column([BUCKETS, "b"], 7),
            "b_X_n_bucketized",
            "{'n': FixedLenFeature(shape=(1,), dtype=tf.float32, default_value=None), "
            "'b': VarLenFeature(dtype=tf.string)}",
        ),
    ],
)
def test_names_and_features(column, name, spec):
    assert column.name == name
    assert repr(F.make_parse_example_spec([column])) == spec


def test_sizes():
    assert BUCKETS.variable_shape == [1, 4]
    assert BUCKETS.num_buckets == 4
    assert F.indicator_column(WORDS).variable_shape == [1, 2]
    assert F.embedding_column(HASHED, 3).initializer([2, 3]).shape == [2, 3]


@pytest.mark.parametrize(
    "make",
    [
        lambda: F.numeric_column(3),
        lambda: F.numeric_column("a", shape=(0,)),
        lambda: F.numeric_column("a", dtype=tf.string),
        lambda: F.bucketized_column(NUMBER, [3.0, 1.0]),
        lambda: F.bucketized_column(NUMBER, []),
        lambda: F.categorical_column_with_identity("i", 0),
        lambda: F.categorical_column_with_hash_bucket("i", 0),
        lambda: F.categorical_column_with_vocabulary_list("i", []),
        lambda: F.categorical_column_with_vocabulary_list("i", ["a", "a"]),
        lambda: F.embedding_column(HASHED, 0),
        lambda: F.indicator_column("x"),
        lambda: F.make_parse_example_spec("x"),
        lambda: F.crossed_column(["a"], 3),
        lambda: F.crossed_column([NUMBER, "a"], 3),
        lambda: F.make_parse_example_spec([WORDS, F.numeric_column("v")]),
    ],
)
def test_wrong_arguments(make):
    with pytest.raises(ValueError):
        make()
