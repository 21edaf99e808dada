"""`tf.print`: what TensorFlow prints, called eagerly and traced."""

import collections
import sys

import numpy as np
import pytest

import tensortape as tf

t = tf.constant
Point = collections.namedtuple("Point", "a b")

PRINTED = {
    "[1, [1 2]] {'a': 3, 'b': [\"x\"]} (1,) Point(a=1, b=2)": lambda: (
        [t(1), t([1.0, 2.0])],
        {"a": t(3), "b": [t("x")]},
        (t(1),),
        Point(t(1), t(2)),
    ),
    "['a', 1, 2.5, None, True] ('x',) {'k': 'v'} plain None 1.0 b'by'": lambda: (
        ["a", 1, 2.5, None, True],
        ("x",),
        {"k": "v"},
        "plain",
        None,
        1.0,
        b"by",
    ),
    '"str" ["a" "b"] 1 [1 0] 1 1e-10 1e+10 0.333333343 0.33333333333333331 ?': lambda: (
        t("str"),
        t(["a", "b"]),
        t(True),
        t([True, False]),
        t(1.0),
        t(1e-10),
        t(1e10),
        t(1 / 3),
        t(np.float64(1 / 3)),
        t(1 + 2j),
    ),
    "nan [inf -inf] 0.1 [0.1 1e-08] 100000 1e+06 123456792": lambda: (
        t(float("nan")),
        t([float("inf"), -float("inf")]),
        t(0.1),
        t([0.1, 1e-8]),
        t(100000.0),
        t(1e6),
        t(123456789.0),
    ),
    "0.0999755859 [1 2] 5 [\n ...] [] [0.100097656]": lambda: (
        t(np.float16(0.1)),
        t([1, 2], tf.uint8),
        t(5, tf.int64),
        t([[]]),
        t([]),
        tf.cast([0.1], tf.bfloat16),
    ),
    "array([1, 2, 3]) np.float32(1.5) tf.float32 TensorShape([1, None])": lambda: (
        np.array([1, 2, 3]),
        np.float32(1.5),
        tf.float32,
        tf.TensorShape([1, None]),
    ),
    "[1 2] [1]": lambda: (tf.Variable([1.0, 2.0]), [tf.Variable(1)]),
    "[[1, 2, 3, ..., 6, 7, 8], [3]] [['a', 'b'], []] [[1.500000], [2.000000]]": lambda: (
        tf.ragged.constant([[1, 2, 3, 4, 5, 6, 7, 8], [3]]),
        tf.ragged.constant([["a", "b"], []]),
        tf.ragged.constant([[1.5], [2.0]]),
    ),
    "'SparseTensor(indices=[[0 0]\n [1 1]], values=[1 2], shape=[2 2])'": lambda: (
        tf.sparse.from_dense([[1, 0], [0, 2]]),
    ),
    "[[[0 1 2 ... 5 6 7]]]": lambda: (tf.reshape(tf.range(8), [1, 1, 8]),),
    "alone": lambda: (t("alone"),),
    '["alone"]': lambda: ([t("alone")],),
    "with {} braces 1": lambda: ("with {} braces", t(1)),
}


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize("text", PRINTED)
def test_text(text, traced, capsys):
    values = PRINTED[text]()
    show = lambda: tf.print(*values, output_stream=sys.stdout)  # noqa: E731
    tf.function(show)() if traced else show()
    assert capsys.readouterr().out == text + "\n"


def test_structures_of_arguments(tmp_path):
    path = tmp_path / "log"

    @tf.function
    def f(x, v):
        rows = tf.RaggedTensor.from_row_lengths(v, [1, 1])
        tf.print([x, v], {"a": x}, "s", Point(x, v), rows, sep="|", output_stream=f"file://{path}")

    f(t(3), t([1.5, 2.5]))
    f(t(4), t([0.5, 2.5]))
    lines = path.read_text().splitlines()
    assert lines[0] == "[3, [1.5 2.5]]|{'a': 3}|s|Point(a=3, b=[1.5 2.5])|[[1.500000], [2.500000]]"
    assert lines[1].startswith("[4, [0.5 2.5]]|{'a': 4}|")


def test_a_text_without_tensors_is_printed_at_every_call(capsys):
    @tf.function
    def f():
        tf.print("hello", output_stream=sys.stdout)

    f()
    f()
    assert capsys.readouterr().out == "hello\nhello\n"


def test_unknown_streams_are_refused():
    with pytest.raises(ValueError, match="stream"):
        tf.print(1, output_stream="nowhere")
