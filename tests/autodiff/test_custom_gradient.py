"""`tf.custom_gradient` and the registry of gradient functions.

Expectations were confirmed on TensorFlow 2.21,
but for keyword calls, where TensorFlow ignores the rule)."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import tensortape as tf
from tensortape.autodiff.gradient_registry import gradient_registry


@tf.custom_gradient
def tripled(x):
    return x * 2.0, lambda upstream: upstream * 3.0


def test_the_rule_replaces_the_derivative():
    x = tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = tripled(x)
    assert float(y) == 10.0
    assert float(tape.gradient(y, x)) == 3.0


def test_the_rule_is_honoured_for_keyword_arguments():
    x = tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = tripled(x=x)
    assert float(tape.gradient(y, x)) == 3.0


def test_second_order_goes_through_the_rule():
    @tf.custom_gradient
    def f(x):
        return x * 1.0, lambda upstream: upstream * x * x

    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(x)
        d = inner.gradient(y, x)
    assert float(d) == 9.0
    assert float(outer.gradient(d, x)) == 6.0


def test_several_outputs_and_inputs():
    @tf.custom_gradient
    def f(x, y):
        def grad(du, dv):
            return du * 10.0, dv * 100.0

        return (x * y, x + y), grad

    x, y = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        u, v = f(x, y)
        z = u + 2.0 * v
    assert [float(g) for g in tape.gradient(z, [x, y])] == [10.0, 200.0]


def test_variables():
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def grad(upstream, variables=None):
            return upstream * 7.0, [upstream * 11.0 for _ in variables]

        return x * w, grad

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x)
    assert [float(g) for g in tape.gradient(y, [x, w])] == [7.0, 11.0]


def test_a_rule_must_accept_variables_when_some_are_used():
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        return x * w, lambda upstream: upstream

    with pytest.raises(TypeError, match="variables"):
        f(tf.constant(1.0))


def test_the_number_of_gradients_is_checked():
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda upstream: upstream

    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = f(x, x)
    with pytest.raises(ValueError, match="2 gradients"):
        tape.gradient(y, x)


def test_methods():
    class Model:
        @tf.custom_gradient
        def scaled(self, x):
            return x * 2.0, lambda upstream: upstream * 5.0

    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = Model().scaled(x)
    assert float(tape.gradient(y, x)) == 5.0


def test_register_gradient_refuses_a_second_rule():
    with pytest.raises(KeyError, match="Mul"):
        tf.RegisterGradient("Mul")(lambda op, dy: dy)
    with pytest.raises(TypeError):
        tf.RegisterGradient(3)


def test_no_gradient_registers_a_type_without_derivative():
    tf.no_gradient("TestOpWithoutDerivative")
    assert gradient_registry.lookup("TestOpWithoutDerivative") is None


def test_the_registry_shows_every_type():
    keys = gradient_registry._registry.keys()
    assert repr(keys).startswith("dict_keys(['")
    assert {"Mul", "AddV2", "MatMul"} <= set(keys)
    with pytest.raises(LookupError):
        gradient_registry.lookup("NoSuchOperation")


def test_builtin_rules_can_be_called_with_tensorflows_signature():
    class View:
        inputs = (tf.constant(2.0), tf.constant(5.0))
        outputs = (tf.constant(10.0),)

    da, db = gradient_registry.lookup("Mul")(View, tf.constant(1.0))
    np.testing.assert_array_equal([da, db], [5.0, 2.0])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda up: tf.reduce_sum(up), r"float32\[\].*argument 0.*float32\[3\].*reduce_sum"),
        (lambda up: up[:2], r"float32\[2\]"),
        (lambda up: tf.cast(up, tf.float64), r"float64\[3\].*tf.cast"),
        (lambda up: tf.constant([1, 2, 3]), r"int32\[3\]"),
    ],
)
def test_shapes_and_dtypes_of_what_a_rule_returns_are_checked(wrong, message):
    @tf.custom_gradient
    def f(x):
        return x * 2.0, wrong

    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = f(x)
    with pytest.raises(ValueError, match=message):
        tape.gradient(y, x)


def test_numbers_fill_the_shape():
    @tf.custom_gradient
    def f(x):
        return x * 2.0, lambda up: 7

    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = f(x)
    np.testing.assert_array_equal(tape.gradient(y, x), [7.0, 7.0, 7.0])


def test_sparse_rows_stay_sparse():
    @tf.custom_gradient
    def f(x):
        rule = lambda up: tf.IndexedSlices(up, tf.constant([2]))  # noqa: E731
        return x[2:], rule

    x = tf.Variable([[1.0], [2.0], [3.0]])
    with tf.GradientTape() as tape:
        y = f(x)
    g = tape.gradient(y, x)
    assert type(g) is tf.IndexedSlices
    np.testing.assert_array_equal(tf.convert_to_tensor(g), [[0.0], [0.0], [1.0]])


def test_a_rule_keeps_nothing_it_does_not_need():
    @tf.custom_gradient
    def f(x):
        return tf.identity(x), lambda up: up

    x = tf.zeros(100_000)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(f(f(x)))
    assert sum(row["bytes"] for row in tape.memory()) == 0
    assert tape.gradient(y, x).shape == x.shape


def test_on_classes():
    class Model:
        scale = 5.0

        @classmethod
        @tf.custom_gradient
        def of_class(cls, x):
            return x * 2.0, lambda up: up * cls.scale

        @staticmethod
        @tf.custom_gradient
        def alone(x):
            return x * 2.0, lambda up: up * 7.0

    x = tf.Variable(1.0)
    for function, slope in ((Model.of_class, 5.0), (Model.alone, 7.0), (Model().alone, 7.0)):
        with tf.GradientTape() as tape:
            y = function(x)
        assert float(tape.gradient(y, x)) == slope
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(tripled)(x)
    assert (float(y), float(tape.gradient(y, x))) == (2.0, 1.0)


def test_what_a_tape_drops_is_free():
    @tf.custom_gradient
    def f(x):
        return tf.identity(x), lambda up: up * 2.0

    x = tf.zeros(100_000)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
        inside = weakref.ref(y)
        z = f(y)
        del y
    assert inside() is None
    assert tape.gradient(z, x).shape == x.shape


def test_no_cycles_are_left_to_the_garbage_collector():
    @tf.custom_gradient
    def f(x):
        return x * 2.0, lambda up: up * 2.0

    again = tf.recompute_grad(lambda x: tf.sin(x) * x)
    x = tf.Variable(1.0)

    def step():
        with tf.GradientTape() as tape:
            y = again(f(x))
        return tape.gradient(y, x)

    step()
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            step()
        assert gc.collect() < 50
    finally:
        gc.enable()


def test_a_variable_read_by_an_argument_is_no_variable_of_the_function():
    class Holder:
        """As Keras' variables under mixed precision: no tensor, but one can be made of it."""

        value = tf.Variable(2.0)

        def __tf_tensor__(self, dtype=None, name=None):
            return tf.cast(tf.identity(self.value), tf.float32)

    @tf.custom_gradient
    def double(x):
        return tf.convert_to_tensor(x) * 2.0, lambda up, variables=None: up * 2.0

    holder = Holder()
    with tf.GradientTape() as tape:
        y = double(holder)
    assert tape.gradient(y, holder.value).numpy() == 2.0


@pytest.mark.parametrize("scale", [3.0, tf.constant(3.0), 3])
def test_rule_may_leave_keywords_out(scale):
    """As TensorFlow's rules do, which see no keywords."""

    @tf.custom_gradient
    def scaled(x, scale=2.0):
        return x * tf.cast(scale, tf.float32), lambda dy: dy * 100.0

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scaled(x, scale=scale)
    np.testing.assert_allclose(y, [3.0, 6.0])
    np.testing.assert_allclose(tape.gradient(y, x), [100.0, 100.0])


def test_rule_may_leave_keywords_out_with_variables():
    v = tf.Variable(2.0)

    @tf.custom_gradient
    def scaled(x, scale=2.0):
        def rule(dy, variables=None):
            return dy * 10.0, [tf.reduce_sum(dy) * 5.0 for _ in variables]

        return x * v * scale, rule

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scaled(x, scale=3.0)
    gx, gv = tape.gradient(y, [x, v])
    np.testing.assert_allclose(gx, [10.0, 10.0])
    assert float(gv) == 10.0


def test_a_tape_whose_rule_failed_does_not_answer_with_none():
    @tf.custom_gradient
    def broken(x):
        def grad(g):
            raise ValueError("broken rule")

        return x * 2.0, grad

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = broken(x * 3.0) * 5.0
    with pytest.raises(ValueError, match="broken rule"):
        tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="only be used to compute one set"):
        tape.gradient(y, x)
    with tape:  # entered again it begins anew
        y = x * x
    assert float(tape.gradient(y, x)) == 4.0
