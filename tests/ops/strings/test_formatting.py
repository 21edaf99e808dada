"""Tensors written into text, and runs of neighbouring texts: what TensorFlow 2.21 gives."""

import pytest

import tensortape as tf

FORMATTED = [
    (lambda: (tf.range(10), 3), b"[0 1 2 ... 7 8 9]"),
    (lambda: (tf.range(10), -1), b"[0 1 2 3 4 5 6 7 8 9]"),
    (lambda: (tf.constant([["a", "b"], ["c", "d"]]), 3), b'[["a" "b"]\n ["c" "d"]]'),
    (lambda: (tf.constant([True]), 3), b"[1]"),
    (lambda: (tf.constant(1 / 3), 3), b"0.333333343"),
    (lambda: (tf.constant([1 / 3, 1e10], tf.float64), 3), b"[0.33333333333333331 10000000000]"),
    (lambda: (tf.constant([], tf.string), 3), b"[]"),
    (lambda: (tf.reshape(tf.range(8), (4, 2)), 1), b"[[0 1]\n ...\n [6 7]]"),
]


@pytest.mark.parametrize("row", range(len(FORMATTED)))
def test_tensors_are_written(row):
    make, expected = FORMATTED[row]
    value, edge = make()
    assert tf.strings.format("{}", value, summarize=edge).numpy() == expected


def test_templates():
    several = (tf.constant([1.5, 2]), tf.constant("x"))
    assert tf.strings.format("a {} b {}", several).numpy() == b'a [1.5 2] b "x"'
    assert tf.strings.format("@@ {}", tf.constant(1), placeholder="@@").numpy() == b"1 {}"
    with pytest.raises(ValueError, match="expects 2 tensors"):
        tf.strings.format("{} {}", (1,))
    traced = tf.function(lambda x: tf.strings.format("{}!", x))
    assert traced(tf.constant([1, 2])).numpy() == b"[1 2]!"


RUNS = [
    (["a", "b", "c"], 2, {}, [b"a b", b"b c"]),
    ([["a", "b"], ["c", "d"]], 2, {}, [[b"a b"], [b"c d"]]),
    (["a", "b", "c"], (1, 2), {}, [b"a", b"b", b"c", b"a b", b"b c"]),
    (["a", "b"], [2, 3], {"separator": "-", "pad_values": ("L", "R")},
     [b"L-a", b"a-b", b"b-R", b"L-L-a", b"L-a-b", b"a-b-R", b"b-R-R"]),
    (["a", "b"], 5, {}, []),
    (["a", "b"], 5, {"preserve_short_sequences": True}, [b"a b"]),
    (["a"], 3, {"pad_values": "P", "padding_width": 1}, [b"P a P"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "width", "options", "expected"), RUNS)
def test_runs(data, width, options, expected):
    assert tf.strings.ngrams(data, width, **options).numpy().tolist() == expected


def test_runs_of_ragged_rows():
    data = tf.ragged.constant([[["a", "b", "c"], ["d"]], [[]]])
    assert tf.strings.ngrams(data, 2).to_list() == [[[b"a b", b"b c"], []], [[]]]


def test_refused_runs():
    for data, width, options in (
        ("a", 2, {}),
        (["a"], 0, {}),
        (["a"], 2, {"padding_width": 1}),
        (["a"], 2, {"pad_values": "x", "padding_width": 0}),
    ):
        with pytest.raises(ValueError):
            tf.strings.ngrams(data, width, **options)
    with pytest.raises(TypeError, match="pad_values"):
        tf.strings.ngrams(["a"], 2, pad_values=1)
