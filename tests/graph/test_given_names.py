"""Names of operations are those the program gave, as in TensorFlow (values recorded there)."""

from __future__ import annotations

import gc
import weakref

import pytest

import tensortape as tf


@pytest.fixture
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def placeholder(name="x"):
    return tf.compat.v1.placeholder(tf.float32, [2], name=name)


def names(graph):
    return [op.name for op in graph.get_operations() if op.type != "Const"]


def test_single_operations(graph):
    x = placeholder()
    a = tf.square(x, name="sq")
    b = tf.square(a, name="sq")
    with tf.name_scope("s"):
        d = tf.add(a, b, name="sum")
        tf.identity(d, name="out")
        tf.matmul(tf.reshape(d, [1, 2]), tf.reshape(d, [2, 1]), name="mm")
    tf.reduce_sum(d, name="total")
    tf.nn.relu(tf.multiply(d, 2.0, name="twice"), name="act")
    tf.cast(d, tf.int32, name="k")
    tf.transpose(tf.stack([a, b], name="st"), name="tr")
    tf.concat([a, b], 0)
    tf.square(x, name="a/b")
    assert names(graph) == [
        *("x", "sq", "sq_1", "s/sum", "s/out", "s/Reshape", "s/Reshape_1", "s/mm", "total"),
        *("twice", "act", "k", "st", "tr", "concat", "a/b"),
    ]
    assert graph.get_tensor_by_name("s/sum:0") is d
    assert graph.get_operation_by_name("sq_1").outputs[0] is b


def test_several_operations_share_a_scope(graph):
    x = placeholder()
    first = tf.math.reduce_std(x, name="std")
    second = tf.math.reduce_std(x, name="std")
    assert (first.name, second.name) == ("std/Sqrt:0", "std_1/Sqrt:0")
    assert names(graph)[1:4] == ["std/Mean", "std/sub", "std/Square"]
    assert graph.get_operation_by_name("std/Mean").outputs[0].name == "std/Mean:0"


def test_calls_of_one_line_are_calls_of_their_own(graph):
    x = placeholder()
    for _ in range(2):
        x = tf.square(x, name="again")
    assert names(graph) == ["x", "again", "again_1"]


def test_in_functions():
    def plain(x):
        return tf.identity(tf.square(x, name="y") + 1.0, name="result")

    for autograph in (True, False):
        concrete = tf.function(plain, autograph=autograph).get_concrete_function(
            tf.TensorSpec([2], tf.float32)
        )
        found = [op.name for op in concrete.graph.get_operations()]
        assert [name for name in found if name in ("x", "y", "result")] == ["x", "y", "result"]


def test_gradients_and_operators_keep_their_names(graph):
    x = placeholder()
    y = x * x + 1.0
    tf.gradients(y, x)
    assert names(graph)[:3] == ["x", "mul", "add"]


def test_no_frame_is_held():
    class Held:
        pass

    def build():
        held = Held()
        with tf.Graph().as_default() as graph:
            tf.square(placeholder(), name="last")
        return weakref.ref(held), graph

    held, graph = build()
    gc.collect()
    assert held() is None
    assert names(graph) == ["x", "last"]
