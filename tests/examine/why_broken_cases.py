"""Small programs whose gradients are zero, NaN or infinite; ``# here`` marks the line to blame."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import why_cases

import tensortape as tf
from tensortape.examine import Reason

CASES: list[Any] = []
case = functools.partial(why_cases.case, into=CASES)


def of(function: Callable[[Any], Any], value: Any) -> tuple[Any, Any]:
    x = tf.Variable(value)
    with tf.GradientTape() as tape:
        y = function(x)
    tape.gradient(y, x)
    return y, x


# -- NaN and infinity ------------------------------------------------------------------------


@case(Reason.MASKED_BRANCH, "Log")
def where_hides_a_log():
    return of(lambda x: tf.where(x > 0.0, tf.math.log(x), 0.0), [1.0, 2.0, 3.0, 0.0])  # here


@case(Reason.MASKED_BRANCH, "Acos")
def where_hides_an_arc():
    return of(lambda x: tf.where(x < 1.0, tf.acos(x), 0.0), [0.5, 1.0])  # here


@case(Reason.MASKED_BRANCH, "RealDiv")
def where_hides_a_quotient():
    return of(lambda x: tf.where(x > 0.0, 1.0 / x, 0.0), [1.0, 0.0])  # here


@case(Reason.SQRT_AT_ZERO, "Sqrt")
def sqrt_at_zero():
    return of(lambda x: tf.sqrt(x), 0.0)  # here


@case(Reason.NORM_AT_ZERO, "Sqrt")
def norm_at_zero():
    return of(lambda x: tf.norm(x), [0.0, 0.0])  # here


@case(Reason.NORM_AT_ZERO, "Sqrt")
def distance_of_equal_points():
    return of(lambda x: tf.sqrt(tf.reduce_sum(tf.square(x - x[0]))), [1.0, 1.0])  # here


@case(Reason.STD_OF_CONSTANT, "Sqrt")
def std_of_a_constant():
    return of(lambda x: tf.math.reduce_std(x), [2.0, 2.0])  # here


@case(Reason.OVERFLOW, "Exp")
def log1pexp():
    return of(lambda x: tf.math.log(1 + tf.exp(x)), 100.0)  # here


@case(Reason.OVERFLOW, "Exp")
def log1p_of_exp():
    return of(lambda x: tf.math.log1p(tf.exp(x)), 100.0)  # here


@case(Reason.OVERFLOW, "Exp")
def softmax_by_hand():
    return of(lambda x: tf.exp(x) / tf.reduce_sum(tf.exp(x)), [1000.0, 1.0])  # here


@case(Reason.OVERFLOW, "Exp")
def exp_overflows():
    return of(lambda x: tf.exp(x), 200.0)  # here


@case(Reason.OVERFLOW, "Mul")
def float16_overflows():
    x = tf.constant(0.0, tf.float16)
    return of(lambda x: (tf.sin(x) * 60_000.0) * 2.0, x)  # here


@case(Reason.DOMAIN_EDGE, "Acos")
def acos_at_one():
    return of(lambda x: tf.acos(x), 1.0)  # here


@case(Reason.OUT_OF_DOMAIN, "Acos")
def acos_beyond_one():
    return of(lambda x: tf.acos(x), 1.5)  # here


@case(Reason.OUT_OF_DOMAIN, "Log")
def log_of_a_negative():
    return of(lambda x: tf.math.log(x) * tf.math.log(x), -1.0)  # here


@case(Reason.OUT_OF_DOMAIN, "Sqrt")
def sqrt_of_a_negative():
    return of(lambda x: tf.sqrt(x), -1.0)  # here


@case(Reason.LOG_OF_ZERO, "Log")
def log_of_zero():
    return of(lambda x: tf.math.log(x), 0.0)  # here


@case(Reason.LOG_OF_ZERO, "Log")
def log_of_softmax():
    return of(lambda x: tf.math.log(tf.nn.softmax(x)), [0.0, 200.0])  # here


@case(Reason.ZERO_BY_ZERO, "RealDiv")
def zero_by_zero():
    return of(lambda x: tf.reduce_sum(tf.sin(x) / x), [0.0, 1.0])  # here


@case(Reason.DIVISION_BY_ZERO, "RealDiv")
def one_by_zero():
    return of(lambda x: 1.0 / x, 0.0)  # here


@case(Reason.POWER_AT_ZERO, "Pow")
def power_at_zero():
    return of(lambda x: tf.pow(x, 0.5), 0.0)  # here


@case(Reason.NOT_FINITE_INPUT)
def data_with_nan():
    data = tf.constant([1.0, np.nan])
    return of(lambda x: tf.reduce_sum(x * data), [1.0, 2.0])


@case(Reason.NOT_FINITE_SEED)
def seed_with_nan():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.sin(x)
    tape.gradient(y, x, output_gradients=tf.constant(np.nan, tf.float32))
    return y, x


@case(Reason.ZERO_TIMES_INFINITY, "Mul")
def square_of_mask_times_log():
    mask = [0.0, 1.0]
    return of(lambda x: tf.reduce_sum(tf.square(mask * tf.math.log(x))), [0.0, 1.0])  # here


@case(Reason.ZERO_TIMES_INFINITY, "Log")
def mask_times_log():
    return of(lambda x: tf.reduce_sum([0.0, 1.0] * tf.math.log(x)), [0.0, 1.0])  # here


@case(Reason.ZERO_TIMES_INFINITY, "Atan2")
def nothing_of_an_angle():
    return of(lambda x: tf.math.atan2(x * 1.0, x * 2.0) * 0.0, 0.0)  # here


@case(Reason.INFINITE_SLOPE, "Atan2")
def angle_at_the_origin():
    return of(lambda x: tf.math.atan2(x * 1.0, x * 2.0), 0.0)  # here


@case(Reason.INFINITE_SLOPE, "CustomGradient")
def own_rule_divides_by_zero():
    @tf.custom_gradient
    def twice(a):
        return a * 2.0, lambda upstream: upstream / 0.0

    return of(lambda x: twice(x), 2.0)  # here


@case(Reason.INFINITY_MINUS_INFINITY, "MatMul")
def product_overflows_both_ways():
    return of(lambda x: tf.reduce_sum(tf.matmul(x, [[3.0], [3.0]])), [[3e38, -3e38]])  # here


@case(Reason.OVERFLOW, "Exp")
def difference_of_exponentials():
    return of(lambda x: tf.exp(x) - tf.exp(2.0 * x), [100.0])  # here


@case(Reason.DIVISION_BY_ZERO, "Rsqrt")
def normalised_zero():
    return of(lambda x: tf.reduce_sum(tf.math.l2_normalize(x, epsilon=0.0)), [0.0, 0.0])  # here


@case(Reason.DOMAIN_EDGE, "Acosh")
def acosh_at_one():
    return of(lambda x: tf.acosh(x), 1.0)  # here


@case(Reason.FLAT, "SelfAdjointEigV2")
def equal_eigenvalues():
    m = [[1.0, 2.0], [3.0, 4.0]]
    return of(lambda x: tf.reduce_sum(tf.linalg.eigh(x)[1] * m), np.eye(2, dtype="f"))  # here


# -- zero ------------------------------------------------------------------------------------


@case(Reason.DEAD_RELU, "Relu")
def dead_relu():
    return of(lambda x: tf.nn.relu(x * 2.0), [-1.0, -2.0])  # here


@case(Reason.SATURATED, "Sigmoid")
def saturated_sigmoid():
    return of(lambda x: tf.sigmoid(x), 200.0)  # here


@case(Reason.SATURATED, "Tanh")
def saturated_tanh():
    return of(lambda x: tf.tanh(x), [50.0, -50.0])  # here


@case(Reason.CLIPPED, "Minimum")
def clipped():
    return of(lambda x: tf.clip_by_value(x, 0.0, 1.0), 3.0)  # here


@case(Reason.CLIPPED, "Maximum")
def below_a_maximum():
    return of(lambda x: tf.maximum(x, 1.0), -3.0)  # here


@case(Reason.MASKED, "SelectV2")
def masked():
    return of(lambda x: tf.where(x > 5.0, x * 2.0, 1.0), [1.0, 2.0])  # here


@case(Reason.ZERO_FACTOR, "Mul")
def zero_factor():
    return of(lambda x: tf.sin(x) * tf.constant(0.0), 2.0)  # here


@case(Reason.ZERO_FACTOR, "MatMul")
def zero_weights():
    zeros = tf.zeros([2, 1])
    return of(lambda x: tf.matmul(x, zeros), [[1.0, 2.0]])  # here


@case(Reason.FLAT, "Sign")
def sign():
    return of(lambda x: tf.sign(x), 2.0)  # here


@case(Reason.CANCELLED, "Sub")
def cancelled():
    return of(lambda x: x - x, 2.0)  # here


@case(Reason.UNDERFLOW, "Exp")
def exp_underflows():
    return of(lambda x: tf.exp(x), -200.0)  # here


@case(Reason.UNDERFLOW, "Mul")
def float16_underflows():
    small = tf.constant(1e-4, tf.float16)
    return of(lambda x: (x * small) * small, tf.constant(1.0, tf.float16))  # here


@case(Reason.UNDERFLOW, "Prod")
def product_underflows():
    return of(lambda x: tf.reduce_prod(x), [1e-30, 1e-30, 1e-30])  # here


@case(Reason.MASKED, "TensorScatterUpdate")
def overwritten():
    return of(lambda x: tf.tensor_scatter_nd_update(x, [[0]], [5.0])[0], [1.0, 2.0])  # here


@case(Reason.OTHER_RESULT, "FunctionResults")
def other_result():
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    both = tf.function(lambda: (x * x, w * 2.0))
    with tf.GradientTape() as tape:
        y, _ = both()  # here
    tape.gradient(y, w)
    return y, w


@case(Reason.UNCONNECTED_ZERO)
def unconnected_zero():
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, w, unconnected_gradients="zero")
    return y, w


@case(Reason.ZERO_SEED)
def zero_seed():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.sin(x)
    tape.gradient(y, x, output_gradients=tf.constant(0.0))
    return y, x


@case(Reason.STATIONARY, "Square")
def a_minimum_is_healthy():
    return of(lambda x: tf.square(x), 0.0)  # here
