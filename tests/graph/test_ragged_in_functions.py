"""Ragged tensors whose rows are found when a function runs, as in TensorFlow 2.21."""

import pytest

import tensortape as tf

TEXTS = tf.TensorSpec([None], tf.string)
NUMBERS = tf.TensorSpec([None])
LONG = tf.TensorSpec([None], tf.int64)
LINES = ["a b c", "", "d "]


def traced(body, *signature):
    """The function on the plan; it must have a graph."""
    made = tf.function(body, input_signature=signature, jit_compile=False)
    assert made.get_concrete_function().graph.get_operations()
    return made


def plain(value):
    return value.to_list() if isinstance(value, tf.RaggedTensor) else value.numpy().tolist()


def numbers(x):
    return tf.strings.to_number(tf.strings.split(x))


OF_LINES = {
    "split": (tf.strings.split, [[b"a", b"b", b"c"], [], [b"d"]]),
    "split at": (lambda x: tf.strings.split(x, " ", 1), [[b"a", b"b c"], [b""], [b"d", b""]]),
    "bytes": (
        tf.strings.bytes_split,
        [[b"a", b" ", b"b", b" ", b"c"], [], [b"d", b" "]],
    ),
    "dense": (
        lambda x: tf.strings.split(x).to_tensor(),
        [[b"a", b"b", b"c"], [b"", b"", b""], [b"d", b"", b""]],
    ),
    "dense of a width": (
        lambda x: tf.strings.split(x).to_tensor("?", shape=[None, 2]),
        [[b"a", b"b"], [b"?", b"?"], [b"d", b"?"]],
    ),
    "dense of a shape": (
        lambda x: tf.strings.split(x).to_tensor("?", shape=[2, 4]),
        [[b"a", b"b", b"c", b"?"], [b"?", b"?", b"?", b"?"]],
    ),
    "lengths": (lambda x: tf.strings.split(x).row_lengths(), [3, 0, 1]),
    "rows": (lambda x: tf.strings.split(x).nrows(), 3),
    "row ids": (lambda x: tf.strings.split(x).value_rowids(), [0, 0, 0, 2]),
    "starts": (lambda x: tf.strings.split(x).row_starts(), [0, 3, 3]),
    "limits": (lambda x: tf.strings.split(x).row_limits(), [3, 3, 4]),
    "bounds": (lambda x: tf.strings.split(x).bounding_shape(), [3, 3]),
    "upper": (lambda x: tf.strings.upper(tf.strings.split(x)), [[b"A", b"B", b"C"], [], [b"D"]]),
    "size": (lambda x: tf.size(tf.strings.split(x)), 4),
    "batch size": (lambda x: tf.shape(tf.strings.split(x))[0], 3),
    "sizes": (
        lambda x: tf.ragged.map_flat_values(tf.strings.length, tf.strings.split(x)),
        [[1, 1, 1], [], [1]],
    ),
}


@pytest.mark.parametrize("name", OF_LINES)
def test_of_lines(name):
    body, expected = OF_LINES[name]
    assert plain(traced(body, TEXTS)(LINES)) == expected


OF_NUMBERS = {
    "sum": (lambda x: tf.reduce_sum(numbers(x), axis=1), [3.0, 3.0]),
    "mean": (lambda x: tf.reduce_mean(numbers(x), axis=1), [1.5, 3.0]),
    "max": (lambda x: tf.reduce_max(numbers(x), axis=-1), [2.0, 3.0]),
    "kept": (lambda x: tf.reduce_sum(numbers(x), axis=1, keepdims=True), [[3.0], [3.0]]),
    "whole": (lambda x: tf.reduce_sum(numbers(x)), 6.0),
    "arithmetic": (lambda x: numbers(x) * 2.0 + 1.0, [[3.0, 5.0], [7.0]]),
    "counts": (
        lambda x: tf.math.bincount(
            tf.cast(numbers(x), tf.int32), minlength=3, maxlength=3, axis=-1
        ),
        [[0, 1, 1], [0, 0, 0]],
    ),
    "counts up to the largest": (
        lambda x: tf.math.bincount(tf.cast(numbers(x), tf.int32), axis=-1),
        [[0, 1, 1, 0], [0, 0, 0, 1]],
    ),
    "counts of all": (
        lambda x: tf.math.bincount(tf.cast(numbers(x), tf.int32), minlength=3),
        [0, 1, 1, 1],
    ),
}


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_of_numbers(name):
    body, expected = OF_NUMBERS[name]
    assert plain(traced(body, TEXTS)(["1 2", "3"])) == expected


def test_characters():
    given = ["añ", "c"]
    f = traced(lambda x: tf.strings.unicode_split(x, "UTF-8"), TEXTS)
    assert plain(f(given)) == [[b"a", b"\xc3\xb1"], [b"c"]]
    f = traced(lambda x: tf.strings.unicode_decode(x, "UTF-8"), TEXTS)
    assert plain(f(given)) == [[97, 241], [99]]


def test_neighbours():
    given = ["a b c", "", "d e"]
    f = traced(lambda x: tf.strings.ngrams(tf.strings.split(x), 2), TEXTS)
    assert plain(f(given)) == [[b"a b", b"b c"], [], [b"d e"]]
    f = traced(lambda x: tf.strings.ngrams(tf.strings.split(x), (1, 2)), TEXTS)
    assert plain(f(given)) == [[b"a", b"b", b"c", b"a b", b"b c"], [], [b"d", b"e", b"d e"]]


def test_one_text_and_tables_of_texts():
    assert plain(traced(tf.strings.split, tf.TensorSpec([], tf.string))("a b")) == [b"a", b"b"]
    f = traced(tf.strings.split, tf.TensorSpec([None, 2], tf.string))
    expected = [[[b"a", b"b"], [b"c"]], [[], [b"d", b"e", b"f"]]]
    assert plain(f([["a b", "c"], ["", "d e f"]])) == expected


def test_gradients():
    """Embeddings of the numbers in lines, padded and summed."""

    def body(x, e):
        with tf.GradientTape() as tape:
            tape.watch(e)
            places = tf.strings.to_number(tf.strings.split(x), tf.int32)
            rows = tf.ragged.map_flat_values(lambda v: tf.gather(e, v), places)
            dense = rows.to_tensor()
            loss = tf.reduce_sum(dense * dense) + tf.reduce_sum(tf.reduce_sum(rows, 1) ** 2)
        return dense, tf.convert_to_tensor(tape.gradient(loss, e))

    f = traced(body, TEXTS, tf.TensorSpec([3, 2]))
    dense, gradient = f(["0 1", "2", ""], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert plain(dense) == [
        [[1.0, 2.0], [3.0, 4.0]],
        [[5.0, 6.0], [0.0, 0.0]],
        [[0.0, 0.0], [0.0, 0.0]],
    ]
    assert plain(gradient) == [[10.0, 16.0], [14.0, 20.0], [20.0, 24.0]]


def test_rows_of_parts():
    make = tf.RaggedTensor
    f = traced(lambda v, s: make.from_row_splits(v, s), NUMBERS, LONG)
    assert plain(f([1.0, 2.0], [0, 2, 2])) == [[1.0, 2.0], []]
    for wrong in ([0, 3, 2], [1, 2], [0, 1]):
        with pytest.raises(tf.errors.InvalidArgumentError):
            f([1.0, 2.0], wrong)
    f = traced(lambda v, s: make.from_row_lengths(v, s), NUMBERS, LONG)
    assert plain(f([1.0, 2.0], [0, 2])) == [[], [1.0, 2.0]]
    f = traced(lambda v, s: make.from_value_rowids(v, s), NUMBERS, LONG)
    assert plain(f([1.0, 2.0], [0, 2])) == [[1.0], [], [2.0]]
    with pytest.raises(tf.errors.InvalidArgumentError):
        f([1.0, 2.0], [2, 0])
    f = traced(lambda v, s: make.from_value_rowids(v, s, 4), NUMBERS, LONG)
    assert plain(f([1.0, 2.0], [0, 2])) == [[1.0], [], [2.0], []]


def test_ragged_arguments():
    f = tf.function(lambda r: (r * 2.0, tf.reduce_sum(r, 1), r.to_tensor()), jit_compile=False)
    r = tf.ragged.constant([[1.0, 2.0], [3.0]])
    assert f.get_concrete_function(r).graph.get_operations()
    expected = [[[2.0, 4.0], [6.0]], [3.0, 3.0], [[1.0, 2.0], [3.0, 0.0]]]
    assert [plain(v) for v in f(r)] == expected


def test_saved(tmp_path):
    module = tf.Module()
    module.f = traced(lambda x: tf.strings.ngrams(tf.strings.split(x), 2).to_tensor("-"), TEXTS)
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path)).f
    expected = [[b"a b", b"b c"], [b"-", b"-"], [b"-", b"-"]]
    assert plain(loaded(tf.constant(LINES))) == expected


def test_how_one_is_shown():
    shown = []
    traced(lambda x: shown.append(repr(tf.strings.split(x))) or x, TEXTS)
    assert shown[0].startswith("tf.RaggedTensor(values=")
