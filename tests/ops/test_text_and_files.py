"""`tf.strings`, `tf.io` and `tf.audio`: values and errors as TensorFlow's."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

# what TensorFlow 2.21 answers
ROWS = [
    (lambda: tf.strings.as_string([1.5, 2]), [b"1.500000", b"2.000000"]),
    (lambda: tf.strings.as_string([True]), [b"true"]),
    (lambda: tf.strings.as_string(3.0, scientific=True), b"3.000000e+00"),
    (lambda: tf.strings.as_string(3.0, shortest=True), b"3"),
    (lambda: tf.strings.as_string(5, width=4, fill="0"), b"0005"),
    (lambda: tf.strings.as_string(1 + 2j), b"(1.000000,2.000000)"),
    (lambda: tf.strings.to_hash_bucket_strong(["a", "b"], 1000, [1, 2]), [646, 184]),
    (lambda: tf.strings.regex_replace("hello world", "o(r)?", r"<\1>"), b"hell<> w<r>ld"),
    (lambda: tf.strings.regex_full_match(["ab", "abc"], "ab"), [True, False]),
    (lambda: tf.strings.length(["aé"], unit="UTF8_CHAR"), [2]),
    (lambda: tf.strings.substr("hello", -3, 2), b"ll"),
    (lambda: tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=0, separator="-"),
     [b"a-c", b"b-d"]),
    (lambda: tf.strings.upper("aé", encoding="utf-8"), b"A\xc3\x89"),
    (lambda: tf.strings.upper("aé"), b"A\xc3\xa9"),
    (lambda: tf.strings.split("a,b,", sep=","), [b"a", b"b", b""]),
    (lambda: tf.strings.split(["a b  c", "d"]).to_list(), [[b"a", b"b", b"c"], [b"d"]]),
    (lambda: tf.strings.unicode_decode("aé", "UTF-8"), [97, 233]),
    (lambda: tf.strings.unicode_split(["ab", "c"], "UTF-8").to_list(), [[b"a", b"b"], [b"c"]]),
    (lambda: tf.strings.unsorted_segment_join(["a", "b", "c"], [0, 1, 0], 2), [b"ac", b"b"]),
    (lambda: tf.io.decode_csv(["1,a,2.5"], [0, "", 0.0])[1], [b"a"]),
    (lambda: tf.io.decode_base64("YWI"), b"ab"),
    (lambda: tf.compat.as_text(b"a"), "a"),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_values(row):
    call, expected = ROWS[row]
    found = call()
    found = found.numpy() if hasattr(found, "numpy") else found
    assert (found.tolist() if isinstance(found, np.ndarray) else found) == expected


@pytest.mark.parametrize(
    ("call", "kind", "told"),
    [
        (lambda: tf.strings.to_number(["1", "x"]), tf.errors.InvalidArgumentError, "x"),
        (lambda: tf.strings.substr("ab", 5, 1), tf.errors.InvalidArgumentError, "pos 5"),
        (lambda: tf.strings.join([["a"], ["b", "c"]]), tf.errors.InvalidArgumentError, "vs."),
        (lambda: tf.strings.lower(1), tf.errors.InvalidArgumentError, "int32"),
        (lambda: tf.io.read_file("/no/such"), tf.errors.NotFoundError, "/no/such"),
        (lambda: tf.io.decode_csv(["1"], [0, 0]), tf.errors.InvalidArgumentError, "2 fields"),
        (lambda: tf.io.decode_image("nonsense"), tf.errors.InvalidArgumentError, "Unknown image"),
        (lambda: tf.Module(name="a b"), ValueError, "a b"),
    ],
)
def test_errors(call, kind, told):
    with pytest.raises(kind, match=told):
        call()


def test_files(tmp_path):
    path = tf.io.gfile.join(str(tmp_path), "a", "b.bin")
    tf.io.write_file(path, tf.io.encode_base64("x"))
    assert tf.io.read_file(path).numpy() == b"eA"
    assert tf.io.gfile.exists(path) and tf.io.gfile.listdir(str(tmp_path)) == ["a"]
    with tf.io.gfile.GFile(path) as file:
        assert file.read() == "eA"
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.io.gfile.copy(path, path)
    tf.io.gfile.rmtree(str(tmp_path / "a"))
    assert not tf.io.gfile.exists(path)


def test_bytes_at_the_end_of_a_file_are_kept(tmp_path):
    (tmp_path / "a").write_bytes(b"\x01\x00\x02\x00")
    read = tf.io.read_file(str(tmp_path / "a"))
    assert tf.io.decode_raw(read, tf.int16).numpy().tolist() == [1, 2]


def test_modules_find_variables_as_tensorflow_does():
    class Inner(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable(5.0, name="vv")

    class MyLayer(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(1.0, name="w")
            self.b = tf.Variable(2.0, trainable=False)
            self.l = [tf.Variable(3.0)]
            self.d = {"z": tf.Variable(1.0), "a": Inner()}

        @tf.Module.with_name_scope
        def __call__(self):
            self.q = tf.Variable(1.0, name="q")
            return self.q.name, self.name_scope.name

    layer = MyLayer()
    assert layer() == ("my_layer/q:0", "my_layer/")
    plain = "Variable:0"
    assert [v.name for v in layer.variables] == [
        plain, plain, plain, "my_layer/q:0", "w:0", "vv:0"
    ]  # fmt: skip
    assert len(layer.trainable_variables) == 5 and len(layer.non_trainable_variables) == 1
    assert [type(m) for m in layer.submodules] == [Inner]
