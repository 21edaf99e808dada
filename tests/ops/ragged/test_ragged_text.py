"""Functions of text on rows of different lengths."""

import tensortape as tf

WORDS = [["a b", "C"], [], ["dd"]]


def words():
    return tf.ragged.constant(WORDS)


def test_functions_of_each_text_keep_the_rows():
    assert tf.strings.upper(words()).to_list() == [[b"A B", b"C"], [], [b"DD"]]
    assert tf.strings.length(words()).to_list() == [[3, 1], [], [2]]
    assert tf.strings.join([words(), words()], "_").to_list()[0] == [b"a b_a b", b"C_C"]


def test_splitting_adds_an_axis_of_rows():
    assert tf.strings.split(words()).to_list() == [[[b"a", b"b"], [b"C"]], [], [[b"dd"]]]


def test_rows_join_into_one_text_each():
    joined = tf.strings.reduce_join(words(), axis=1, separator=" ")
    assert joined.numpy().tolist() == [b"a b C", b"", b"dd"]
    apart = tf.strings.split(words())
    assert tf.strings.reduce_join(apart, -1, separator="+").to_list() == [
        [b"a+b", b"C"],
        [],
        [b"dd"],
    ]
