"""What may be an argument of a traced function, when it is traced anew, what it may do with it."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf


def traces(*calls, **options):
    """How many traces there were after each call."""
    count = []

    @tf.function(jit_compile=False, **options)
    def function(*args, **kwargs):
        count.append(1)
        return 1

    found = []
    for call in calls:
        call(function)
        found.append(len(count))
    return found


def test_a_trace_with_unknown_sizes_serves_calls():
    spec = tf.TensorSpec([None])
    assert traces(
        lambda f: f.get_concrete_function(spec),
        lambda f: f(tf.ones([1])),
        lambda f: f(tf.ones([2])),
        lambda f: f(tf.ones([2, 2])),
    ) == [1, 1, 1, 2]
    assert traces(
        lambda f: f(tf.ones([1])),
        lambda f: f.get_concrete_function(spec),
        lambda f: f(tf.ones([2])),
        lambda f: f(tf.ones([1])),
    ) == [1, 2, 2, 2]


def test_the_nearest_trace_serves():
    seen = []

    @tf.function(jit_compile=False)
    def function(x):
        seen.append(str(x.shape))
        return tf.constant(len(seen))

    narrow = function.get_concrete_function(tf.TensorSpec([None, 2]))
    function.get_concrete_function(tf.TensorSpec([None, None]))
    assert int(function(tf.ones([3, 2]))) == 1
    assert int(function(tf.ones([3, 3]))) == 2
    assert function.get_concrete_function(tf.TensorSpec([1, 2])) is narrow


def test_nan_is_one_value():
    assert traces(lambda f: f(float("nan")), lambda f: f(float("nan"))) == [1, 1]


def test_none_beside_sizes_that_change():
    calls = [lambda f, n=n: f(tf.ones([n]), None) for n in (1, 2, 3)]
    assert traces(*calls, reduce_retracing=True) == [1, 2, 2]


def test_defaults_of_arguments_given_by_name():
    count = []

    @tf.function(jit_compile=False)
    def function(x, y=2, *, z=3):
        count.append(1)
        return x + y + z

    assert [int(function(1)), int(function(1, 2)), int(function(1, 2, z=3))] == [6, 6, 6]
    assert len(count) == 1


def test_attrs_classes():
    attr = pytest.importorskip("attr")

    @attr.s
    class Point:
        x = attr.ib()

    function = tf.function(lambda p: p.x * 2.0, jit_compile=False)
    assert float(function(Point(tf.constant(1.0)))) == 2.0
    assert float(function(Point(tf.constant(3.0)))) == 6.0
    assert function.experimental_get_tracing_count() == 1


def test_a_method_that_is_a_function_already():
    class Scale:
        factor = 2.0

        @tf.function(jit_compile=False)
        def call(self, x, y=2.0, *, z=1.0):
            return self.factor * x + y + z

    scale = Scale()
    function = tf.function(scale.call, jit_compile=False)
    assert float(function(tf.constant(1.0))) == 5.0
    assert float(function(tf.constant(1.0), y=4.0)) == 7.0


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        (lambda a: a.append(1), []),
        (lambda a: a.update(b=1), {"a": 1}),
        (lambda a: a["inner"].pop(), {"inner": [1, 2]}),
        (lambda a: a.__setitem__(0, a[0] + 1), [tf.constant(1)]),
    ],
)
def test_arguments_are_not_to_be_changed(change, argument):
    @tf.function(jit_compile=False, autograph=False)
    def function(x, given):
        change(given)
        return x

    with pytest.raises(ValueError, match=r"should not modify its Python input .* given"):
        function(tf.constant(1.0), argument)


def test_a_variable_has_no_value_while_a_function_is_traced():
    v = tf.Variable(1.0)
    with pytest.raises(NotImplementedError, match="has no value while"):
        tf.function(lambda: v.numpy(), jit_compile=False)()
    for convert in (float, bool):
        with pytest.raises(TypeError):
            tf.function(lambda: convert(v), jit_compile=False, autograph=False)()  # noqa: B023
    with pytest.raises(NotImplementedError):
        tf.function(lambda: np.sin(np.asarray(v)), jit_compile=False)()


def test_first_values_that_are_computed_from_arguments():
    slots = {}

    @tf.function(jit_compile=False)
    def accumulate(x):
        if "sum" not in slots:
            slots["sum"] = tf.Variable(tf.zeros_like(x) + 2.0 * x)
        return slots["sum"].assign_add(x)

    assert accumulate(tf.constant([1.0, 2.0])).numpy().tolist() == [3.0, 6.0]
    assert accumulate(tf.constant([1.0, 2.0])).numpy().tolist() == [4.0, 8.0]


def test_a_place_that_is_data_is_assigned():
    v = tf.Variable(tf.zeros([4]))

    @tf.function(jit_compile=False)
    def write(i, x):
        v[i].assign(7.0)
        v[i + 1 : i + 3].assign(x)
        return v.read_value()

    assert write(tf.constant(0), tf.constant([1.0, 2.0])).numpy().tolist() == [7.0, 1.0, 2.0, 0.0]
    assert write(tf.constant(1), tf.constant(5.0)).numpy().tolist() == [7.0, 7.0, 5.0, 5.0]


def test_constants_made_of_tensors():
    function = tf.function(lambda x: tf.constant([x, x + 1.0]) * 2.0, jit_compile=False)
    assert function(tf.constant(1.0)).numpy().tolist() == [2.0, 4.0]
    function = tf.function(lambda x: tf.constant(x, shape=[2]), jit_compile=False)
    assert function(tf.constant(1.0)).numpy().tolist() == [1.0, 1.0]


def test_concrete_functions_take_what_they_were_traced_with():
    v = tf.Variable(3.0)
    function = tf.function(lambda v: v * 2.0, jit_compile=False)
    assert float(function.get_concrete_function(v)(v)) == 6.0
    with pytest.raises(TypeError):
        function.get_concrete_function(v)(tf.Variable(1.0))


def test_specifications_must_fit_the_signature():
    @tf.function(input_signature=[{"a": tf.TensorSpec([None]), "b": tf.TensorSpec([])}])
    def function(given):
        return given["a"] * given["b"]

    function({"a": tf.ones([2]), "b": tf.constant(2.0)})
    (spec,), _ = function.get_concrete_function().structured_input_signature
    assert spec["a"].shape.as_list() == [None]
    with pytest.raises(TypeError):
        function.get_concrete_function({"a": tf.TensorSpec([3], tf.int32), "b": tf.TensorSpec([])})
