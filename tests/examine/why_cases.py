"""Small programs whose gradients are None; the line to blame is marked ``# here``."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

import tensortape as tf
from tensortape.examine import Reason

CASES: list[Any] = []


class Case:
    """A program that returns target and source, and what should be said of it."""

    def __init__(self, program: Callable[[], Any], reason: Reason, op: str) -> None:
        self.program, self.reason, self.op = program, reason, op
        lines, first = inspect.getsourcelines(program)
        marked = [first + i for i, text in enumerate(lines) if text.rstrip().endswith("# here")]
        self.line = marked[0] if marked else 0

    def __repr__(self) -> str:
        return self.program.__name__


def case(reason: Reason, op: str = "", into: list[Any] = CASES) -> Callable[[Any], Any]:
    def decorate(program: Any) -> Any:
        into.append(Case(program, reason, op))
        return program

    return decorate


def through(op_on: Callable[[Any], Any]) -> tuple[Any, Any]:
    """A variable through one function, and on to a target."""
    x = tf.Variable([1.5, 2.5, 3.5])
    with tf.GradientTape() as tape:
        y = tf.cast(op_on(x * 2.0), tf.float32) * 3.0
    assert tape.gradient(y, x) is None
    return y, x


# -- the source ------------------------------------------------------------------------------


@case(Reason.NOT_WATCHED, "Mul")
def not_watched():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.INTEGER_CONSTANT)
def integer_constant():
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x, tf.float32) * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.BOOL_CONSTANT)
def bool_constant():
    x = tf.constant(True)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x, tf.float32) * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.INTEGER_VARIABLE)
def integer_variable():
    x = tf.Variable([1, 2])
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float32) * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.BOOL_VARIABLE)
def bool_variable():
    x = tf.Variable([True, False])
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float32) * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.NOT_TRAINABLE, "Square")
def not_trainable():
    x = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = tf.square(x)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.VARIABLES_NOT_WATCHED, "Square")
def variables_not_watched():
    x = tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = tf.square(x)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.VARIABLE_REPLACED, "AddV2")
def variable_replaced():
    x = tf.Variable(2.0)
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x + 1.0
        tape.gradient(y, x)
        used, x = x, x + 1.0  # here
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    del used
    return y, x


@case(Reason.RECOMPUTED, "Mul")
def recomputed():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        square = x * x
        y = square * 3.0
    again = x * x  # here
    tape.gradient(y, again)
    return y, again


@case(Reason.SOURCE_AFTER_TARGET, "Mul")
def source_after_target():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.sin(x)
        z = y * 3.0  # here
    tape.gradient(y, z)
    return y, z


# -- out of TensorFlow -----------------------------------------------------------------------


@case(Reason.NUMPY_METHOD, "numpy")
def numpy_method():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        h = tf.sin(x)
        y = tf.reduce_sum(tf.constant(h.numpy() * 2))  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.NUMPY_METHOD, "numpy")
def numpy_method_of_a_variable():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x.numpy() * 2)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.NUMPY_FUNCTION_USED, "__array__")
def numpy_function_used():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        h = x * 2.0
        y = tf.reduce_sum(np.sin(h))  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.NUMPY_FUNCTION_USED, "__array__")
def numpy_mean():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.square(np.mean(x, axis=0))  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.PYTHON_NUMBER, "__float__")
def python_number():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        number = float(x) ** 2  # here
        y = tf.constant(number) * 3.0
    tape.gradient(y, x)
    return y, x


@case(Reason.PYTHON_NUMBER, "__float__")
def python_number_as_target():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = float(x * x)  # here
    with contextlib.suppress(AttributeError):
        tape.gradient(y, x)
    return y, x


@case(Reason.TF_NUMPY_FUNCTION, "numpy_function")
def tf_numpy_function():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        h = tf.numpy_function(np.sin, [x * 2.0], tf.float32)  # here
        y = tf.reduce_sum(h)
    tape.gradient(y, x)
    return y, x


@case(Reason.TF_DATA, "from_tensor_slices")
def tf_data():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        data = tf.data.Dataset.from_tensor_slices(x * 1.0)  # here
        y = tf.constant(0.0)
        for item in data:
            y += item * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.ASSIGNED, "assign_add")
def assigned():
    x, state = tf.Variable(2.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        state.assign_add(x * 3.0)  # here
        y = state * state
    tape.gradient(y, x)
    return y, x


# -- the time --------------------------------------------------------------------------------


@case(Reason.AFTER_TAPE, "Mul")
def after_tape():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        h = tf.sin(x)
    y = h * 3.0  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.AFTER_TAPE, "Sin")
def all_after_tape():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        pass
    y = tf.sin(x)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.BEFORE_TAPE, "Sin")
def before_tape():
    x = tf.Variable(2.0)
    h = tf.sin(x)  # here
    with tf.GradientTape() as tape:
        y = h * x * 0.0 + h if False else h * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.WATCHED_TOO_LATE, "Mul")
def watched_too_late():
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        y = x * x  # here
        tape.watch(x)
    tape.gradient(y, x)
    return y, x


@case(Reason.STOPPED_RECORDING, "Sin")
def stopped_recording():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        h = x * 2.0
        with tape.stop_recording():
            s = tf.sin(h)  # here
        y = s * 3.0
    tape.gradient(y, x)
    return y, x


@case(Reason.TAPE_USED_TWICE)
def tape_used_twice():
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * w
    tape.gradient(y, x)
    with contextlib.suppress(RuntimeError):
        tape.gradient(y, w)  # here
    return y, w


# -- operations ------------------------------------------------------------------------------


@case(Reason.STOP_GRADIENT, "StopGradient")
def stop_gradient():
    return through(lambda h: tf.stop_gradient(h))  # here


@case(Reason.STOP_GRADIENT, "StopGradient")
def stop_gradient_beside_a_comparison():
    return through(lambda h: tf.where(h > 4.0, tf.stop_gradient(h), 0.0))  # here


@case(Reason.ROUNDING, "Round")
def rounding():
    return through(lambda h: tf.round(h))  # here


@case(Reason.ROUNDING, "Floor")
def floor():
    return through(lambda h: tf.floor(h))  # here


@case(Reason.ROUNDING, "Ceil")
def ceil():
    return through(lambda h: tf.math.ceil(h))  # here


@case(Reason.ROUNDING, "Rint")
def rint():
    return through(lambda h: tf.math.rint(h))  # here


@case(Reason.ARGMAX, "ArgMax")
def argmax():
    return through(lambda h: tf.argmax(h))  # here


@case(Reason.ARGSORT, "Argsort")
def argsort():
    return through(lambda h: tf.argsort(h))  # here


@case(Reason.COMPARISON, "Greater")
def comparison():
    return through(lambda h: h > 4.0)  # here


@case(Reason.INTEGER_CAST, "Cast")
def cast_to_truth_values():
    x = tf.Variable([1.0, 0.0])
    with tf.GradientTape() as tape:
        ok = tf.reduce_any(tf.cast(x, tf.bool))  # here
        y = tf.cast(ok, tf.float32)
    tape.gradient(y, x)
    return y, x


@case(Reason.INTEGER_CAST, "Cast")
def integer_cast():
    return through(lambda h: tf.cast(h, tf.int32))  # here


@case(Reason.ARGMAX, "ArgMax")
def one_hot_of_argmax():
    return through(lambda h: tf.one_hot(tf.argmax(h), 3))  # here


@case(Reason.ONE_HOT, "OneHot")
def one_hot():
    x = tf.Variable(7.0)
    with tf.GradientTape() as tape:
        y = tf.one_hot([0, 2], 3, on_value=x * 1.0, off_value=0.0)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.FLOOR_DIVISION, "FloorDiv")
def floor_division():
    return through(lambda h: h // 2.0)  # here


@case(Reason.SHAPE, "Shape")
def shape():
    return through(lambda h: tf.shape(h))  # here


@case(Reason.HISTOGRAM, "histogram_fixed_width_bins")
def histogram():
    return through(lambda h: tf.histogram_fixed_width_bins(h, [0.0, 9.0]))  # here


@case(Reason.HISTOGRAM, "histogram_fixed_width")
def histogram_counts():
    return through(lambda h: tf.histogram_fixed_width(h, [0.0, 9.0]))  # here


@case(Reason.SEARCH, "searchsorted")
def search():
    return through(lambda h: tf.searchsorted(h, [4.0]))  # here


@case(Reason.CONSTANT_LIKE, "ZerosLike")
def zeros_like():
    return through(lambda h: tf.zeros_like(h))  # here


@case(Reason.CONSTANT_LIKE, "OnesLike")
def ones_like():
    return through(lambda h: tf.ones_like(h))  # here


@case(Reason.RANDOM, "random.normal")
def random_like():
    return through(lambda h: tf.random.normal(tf.shape(h)))  # here


@case(Reason.RANDOM, "Multinomial")
def random_choice():
    return through(lambda h: tf.random.categorical(h[None], 2))  # here


@case(Reason.MISSING_RULE, "Unique")
def missing_rule():
    x = tf.Variable([1.5, 2.5, 3.5])
    with tf.GradientTape() as tape:
        y = tf.unique(x * 2.0)[0] * 3.0  # here
    with contextlib.suppress(LookupError):
        tape.gradient(y, x)
    return y, x


@case(Reason.MISSING_RULE, "MatrixLogarithm")
def missing_rule_raises():
    x = tf.Variable(tf.eye(2, dtype=tf.complex64))
    with tf.GradientTape() as tape:
        y = tf.linalg.logm(x)  # here
    with contextlib.suppress(LookupError):
        tape.gradient(y, x)
    return y, x


@case(Reason.RULE_GAVE_NONE, "CustomGradient")
def rule_gave_none():
    @tf.custom_gradient
    def twice(a):
        return a * 2.0, lambda upstream: None

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = twice(x)
    tape.gradient(y, x)
    return y, x


# -- no way ----------------------------------------------------------------------------------


@case(Reason.UNUSED_VARIABLE)
def unused_variable():
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, [x, w])
    return y, w


@case(Reason.LINEAR)
def linear():
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * 3.0
        slope = inner.gradient(y, x)  # here
    outer.gradient(slope, x)
    return slope, x


@case(Reason.NOT_RECORDED, "Sin")
def not_recorded():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        x * 1.0
        y = tf.sin(x)  # here
        tape.reset()
        x * 1.0
    tape.gradient(y, x)
    return y, x


@case(Reason.BEFORE_TAPE, "Sin")
def read_before_the_tape():
    x = tf.Variable(2.0)
    value = x.value()
    with tf.GradientTape() as tape:
        y = tf.sin(value)  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.UNUSED_HEAD, "Mul")
def unused_head():
    x, a, b = tf.Variable(2.0), tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        hidden = tf.tanh(x)
        y = hidden * a
        other = hidden * b  # here
    tape.gradient(y, [a, b])
    del other
    return y, b


@case(Reason.UNCONNECTED, "Sin")
def unconnected_parts():
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = tf.sin(w)  # here
    tape.gradient(y, [x, w])
    del z
    return y, w


# -- rare ------------------------------------------------------------------------------------


@case(Reason.STRING_SOURCE)
def text():
    x = tf.constant("12")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.strings.to_number(x) * 2.0
    tape.gradient(y, x)
    return y, x


@case(Reason.INTEGER_RESULT, "CustomGradient")
def own_rule_gives_integers():
    @tf.custom_gradient
    def bins(a):
        return tf.cast(a, tf.int32), lambda upstream: None

    return through(lambda h: bins(h))  # here


@case(Reason.NO_DERIVATIVE, "range")
def steps_up_to_a_value():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.range(x * 2.0))  # here
    tape.gradient(y, x)
    return y, x


@case(Reason.TARGET_NOT_FLOAT, "Cast")
def integer_target():
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape() as tape:
        y = tf.cast(x * 2.0, tf.int32)  # here
    tape.gradient(y, x)
    return y, x
