"""Concrete functions: calls with what was traced, and structures; values of TensorFlow 2.21."""

from collections import namedtuple

import pytest

import tensortape as tf

Pair = namedtuple("Pair", "a b")
X = tf.constant([1.0, 2.0])
SPEC = tf.TensorSpec([2], tf.float32)


def named(name):
    return tf.TensorSpec([2], tf.float32, name=name)


@tf.function
def scaled(x, n=2, training=False):
    return x * n + (1.0 if training else 0.0)


@tf.function
def nested(d):
    return d["a"] + d["b"][0]


def test_calls_with_the_python_arguments_that_were_traced():
    assert scaled.get_concrete_function(X)(X, n=2, training=False).numpy().tolist() == [2.0, 4.0]
    traced = scaled.get_concrete_function(X, 3, training=True)
    assert traced(X).numpy().tolist() == traced(X, 3, True).numpy().tolist() == [4.0, 7.0]
    assert traced(x=X, n=3, training=True).numpy().tolist() == [4.0, 7.0]

    given = {"a": X, "b": [X, 3]}
    traced = nested.get_concrete_function(given)
    for found in (traced(given), traced(d=given), traced(d=X, d_1=X)):
        assert found.numpy().tolist() == [2.0, 4.0]


def test_calls_with_more_positions_and_names():
    function = tf.function(lambda *a, **k: a[0] * a[1] + k["z"])
    traced = function.get_concrete_function(X, 2.0, z=X)
    assert traced(X, 2.0, z=X).numpy().tolist() == [3.0, 6.0]


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((X, 4, False), {}),
        ((X, tf.constant(4), False), {}),
        ((X, 3), {}),
        ((X, 3, False, 1), {}),
        ((X,), {"training": False}),
        ((X,), {"foo": 3}),
        ((), {}),
    ],
)
def test_calls_with_others(args, kwargs):
    with pytest.raises(TypeError):
        scaled.get_concrete_function(X, 3)(*args, **kwargs)


def test_signatures_name_tensors_by_their_way():
    found = nested.get_concrete_function({"a": X, "b": [X, 3]}).structured_input_signature
    assert found == (({"a": named("d_a"), "b": [named("d_b_0"), 3]},), {})

    @tf.function
    def many(x, *r, z=1, **k):
        return x + r[0] + k["u"]

    found = many.get_concrete_function(X, X, (X, 2), u=X).structured_input_signature
    assert found == ((named("x"), named("r_0"), (named("r_1_0"), 2)), {"z": 1, "u": named("u")})

    @tf.function(input_signature=[{"a": SPEC, "b": named("zz")}, SPEC])
    def given(d, k):
        return d["a"] + d["b"] + k

    found = given.get_concrete_function().structured_input_signature
    assert found == (({"a": named("d_a"), "b": named("zz")}, named("k")), {})


def test_structured_results():
    @tf.function
    def results(x):
        return {"a": x, "b": [x, (x + 1, None)], "c": Pair(x, 2), "d": 3.0}

    traced = results.get_concrete_function(tf.TensorSpec([None, 2]))
    found = traced.structured_outputs
    assert tf.is_tensor(found["a"]) and found["b"][1][1] is None
    rows, scalar = tf.TensorShape([None, 2]), tf.TensorShape([])
    shapes = traced.output_shapes
    assert str(shapes["b"][1][1]) == "<unknown>"
    assert shapes["a"].as_list() == shapes["c"].a.as_list() == rows.as_list()
    assert shapes["c"].b == shapes["d"] == scalar
    expected = {
        "a": tf.float32,
        "b": [tf.float32, (tf.float32, None)],
        "c": Pair(tf.float32, tf.int32),
        "d": tf.float32,
    }
    assert traced.output_dtypes == expected
    assert "TensorSpec" in repr(traced)


def test_no_result():
    traced = tf.function(lambda x: None).get_concrete_function(X)
    assert str(traced.output_shapes) == "<unknown>"
    assert traced.output_dtypes is None and traced.structured_outputs is None


def test_results_of_parts():
    @tf.function
    def parts(x):
        slices = tf.IndexedSlices(x, tf.constant([0, 1]), tf.constant([4]))
        return slices, tf.RaggedTensor.from_row_lengths(x, [1, 1])

    traced = parts.get_concrete_function(X)
    assert traced.output_shapes == (([2], [2], [1]), [[2], [3]])
    assert traced.output_dtypes == ((tf.float32, tf.int32, tf.int32), [tf.float32, tf.int64])
