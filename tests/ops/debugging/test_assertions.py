"""Assertions: what passes, what is raised, and what the message shows."""

import doctest

import numpy as np
import pytest

import tensortape as tf
from tensortape.core.registry import PUBLIC

INVALID, VALUE, TYPE = tf.errors.InvalidArgumentError, ValueError, TypeError
d = tf.debugging

ROWS = [
    (d.assert_equal, ([1, 2], [1, 3]), INVALID, "Condition x == y did not hold"),
    (d.assert_none_equal, ([1, 2], [3, 2]), INVALID, "Condition x != y"),
    (d.assert_less, ([1, 2], 2), INVALID, "Condition x < y"),
    (d.assert_less_equal, ([1, 3], 2), INVALID, "Condition x <= y"),
    (d.assert_greater, ([1, 3], 2), INVALID, "Condition x > y"),
    (d.assert_greater_equal, ([1, 3], 2), INVALID, "Condition x >= y"),
    (d.assert_positive, ([1.0, 0.0],), INVALID, "Condition x > 0"),
    (d.assert_negative, ([-1.0, 0.0],), INVALID, "Condition x < 0"),
    (d.assert_non_negative, ([-1.0, 0.0],), INVALID, "Condition x >= 0"),
    (d.assert_non_positive, ([1.0, 0.0],), INVALID, "Condition x <= 0"),
    (d.assert_near, ([1.0], [1.1]), INVALID, "not equal to tolerance"),
    (d.Assert, (False, ["look", tf.constant([1, 2])]), INVALID, "look"),
    (d.assert_rank, ([[1]], 1), VALUE, "must have rank 1.  Received rank 2"),
    (d.assert_rank, ([[1]], [1]), VALUE, "Rank must be a scalar"),
    (d.assert_rank_at_least, ([1], 2), VALUE, "at least 2"),
    (d.assert_rank_in, ([1], [0, 2]), VALUE, "rank in"),
    (d.assert_scalar, ([1],), VALUE, "Expected scalar shape"),
    (d.assert_type, ([1.0], tf.int32), TYPE, "must be of type tf.int32; got tf.float32"),
    (d.assert_integer, ([1.0],), TYPE, "integer type"),
    (d.assert_same_float_dtype, ([tf.constant(1.0)], tf.float64), VALUE, "same type"),
    (d.assert_proper_iterable, ("abc",), TYPE, "proper"),
    (d.assert_shapes, ([(np.ones((2, 3)), ("N", "N"))],), VALUE, "must have size 2"),
    (d.assert_shapes, ([(np.ones((2, 3)), (2, 4))],), VALUE, "must have size 4"),
    (d.assert_shapes, ([(np.ones((2, 3)), (2,))],), VALUE, "must have rank 1"),
    (d.check_numerics, ([1.0, float("nan")], "here"), INVALID, "here : Tensor had NaN values"),
    (d.assert_all_finite, ([float("inf")], "here"), INVALID, "Inf"),
]


@pytest.mark.parametrize(("function", "args", "error", "words"), ROWS)
def test_refusal(function, args, error, words):
    with pytest.raises(error) as caught:
        function(*args)
    assert words in str(caught.value)


def test_a_message_comes_first():
    with pytest.raises(INVALID) as caught:
        d.assert_equal(1, 2, message="my words")
    assert caught.value.message.startswith("my words\nCondition")


def test_gradients_are_checked_too():
    x = tf.constant([0.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sqrt(d.check_numerics(x, "roots"))
    with pytest.raises(INVALID, match="gradient"):
        tape.gradient(y, x)


def test_assertions_are_not_recorded():
    x = tf.constant([1.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        d.assert_positive(x)
        y = x * x
    assert tape.gradient(y, x).numpy() == [2.0]


NAMES = [p for p in PUBLIC if p.startswith("debugging.")]


@pytest.mark.parametrize("path", NAMES)
def test_docstring(path):
    doc = PUBLIC[path].__doc__
    test = doctest.DocTestParser().get_doctest(doc, {}, path, None, 0)
    assert test.examples
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
