"""Tensors made from values."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

Invalid = tf.errors.InvalidArgumentError


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1, tf.int32, ()),
        (1.0, tf.float32, ()),
        (2**40, tf.int64, ()),
        (True, tf.bool, ()),
        (1j, tf.complex128, ()),
        ("a", tf.string, ()),
        ([[1, 2.5]], tf.float32, (1, 2)),
        ([], tf.float32, (0,)),
        (np.float64(1), tf.float64, ()),
        (np.arange(2), tf.int64, (2,)),
        (np.ones(2, np.float16), tf.float16, (2,)),
    ],
)
def test_constant_infers(value, dtype, shape):
    t = tf.constant(value)
    assert t.dtype is dtype
    assert t.shape == shape


def test_constant_does_not_follow_its_array():
    array = np.zeros(2)
    t, u = tf.constant(array), tf.convert_to_tensor(array)
    array[:] = 1
    assert t.numpy().tolist() == [0.0, 0.0]
    assert u.numpy().tolist() == [0.0, 0.0]


def test_constant_fills_and_reshapes():
    assert tf.constant(2.0, shape=[2, 1]).numpy().tolist() == [[2.0], [2.0]]
    assert tf.constant([1, 2, 3, 4], shape=[2, 2]).numpy().tolist() == [[1, 2], [3, 4]]


def test_lists_of_tensors_are_recorded():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.convert_to_tensor([x * x, [1.0][0], x])
    assert tape.gradient(y, x).numpy() == 5.0


def test_converting_a_variable_gives_a_tensor_of_ones_own():
    v = tf.Variable(1.0)
    assert tf.convert_to_tensor(v) is not tf.convert_to_tensor(v)
    t = tf.constant(1.0)
    assert tf.convert_to_tensor(t) is t


def test_ranges():
    assert tf.range(10, 0, -3).numpy().tolist() == [10, 7, 4, 1]
    assert tf.range(3, dtype=tf.float64).dtype is tf.float64
    assert tf.range(0.0, 1.0, 0.3).shape == (4,)
    assert tf.range(tf.constant(2, tf.int64), 4).dtype is tf.int64
    assert tf.range(0).shape == (0,)
    assert tf.range(tf.constant(0.0, tf.float16), 2.0).dtype is tf.float32


def test_the_count_of_float_ranges_is_rounded_in_their_dtype():
    assert tf.range(0.1, 1.1, 0.1).shape == (10,)
    assert tf.range(0, 1, 0.01).shape == (100,)
    assert tf.range(0.0, 0.3, 0.1, tf.float64).shape == (3,)
    assert tf.range(1.0, -2.0, -0.1, tf.float16).shape == (30,)
    traced = tf.function(lambda start: tf.range(start, 1.1, 0.1))
    assert traced(tf.constant(0.1)).shape == (10,)


def test_linspace_is_differentiable():
    a, b = tf.constant(0.0), tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = tf.linspace(a, b, 3)
    assert [g.numpy() for g in tape.gradient(y, [a, b])] == [1.5, 1.5]


def test_fill_is_differentiable():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.fill([2, 3], x)
    assert tape.gradient(y, x).numpy() == 6.0


def test_likes():
    x = tf.constant([[1, 2]])
    assert tf.zeros_like(x).dtype is tf.int32
    assert tf.ones_like(x, dtype=tf.float32).numpy().tolist() == [[1.0, 1.0]]
    assert tf.zeros_like(["a"]).numpy().tolist() == [b""]
    assert tf.zeros([2], tf.string).numpy().tolist() == [b"", b""]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: tf.constant([[1], [1, 2]]), ValueError, "non-rectangular"),
        (lambda: tf.constant([1, "a"]), ValueError, "Can.t convert"),
        (lambda: tf.constant(None), ValueError, "None"),
        (lambda: tf.constant(1.5, tf.int32), TypeError, "1.5"),
        (lambda: tf.constant([1, 2, 3], shape=[2]), TypeError, "unsupported shape"),
        (lambda: tf.constant(tf.constant(1), tf.float32), TypeError, "tf.cast"),
        (lambda: tf.convert_to_tensor(tf.constant(1), tf.float32), ValueError, "requested dtype"),
        (lambda: tf.range(0, 5, 0), Invalid, "delta != 0"),
        (lambda: tf.range(5, 0), Invalid, "start <= limit"),
        (lambda: tf.one_hot([0.0], 3), Invalid, "TI"),
        (lambda: tf.one_hot([0], -1), Invalid, "non-negative"),
        (lambda: tf.eye(-1), Invalid, ">= 0"),
        (lambda: tf.linspace(0.0, 1.0, -1), Invalid, "num >= 0"),
        (lambda: tf.fill([2], [1, 2]), Invalid, "scalar"),
    ],
)
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_limits_of_integer_dtypes_are_python_numbers():
    assert type(tf.int32.max) is int
    assert tf.int32.max + 1000 == 2147484647
    assert tf.int4.min == -8


def test_linspace_of_nothing():
    assert tf.linspace(0.0, 1.0, 0).shape == (0,)
    assert tf.linspace([0.0, 1.0], [1.0, 2.0], 0, axis=-1).shape == (2, 0)
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.linspace(0.0, 1.0, -1)


def test_every_nan_is_distinct():
    nan = float("nan")
    assert tf.unique([1.0, nan, 2.0, nan]).idx.numpy().tolist() == [0, 1, 2, 3]
    assert tf.unique_with_counts([1.0, nan, 1.0, nan]).count.numpy().tolist() == [2, 1, 1]
    assert tf.raw_ops.UniqueV2(x=[1.0, nan, 2.0, nan], axis=[0])[1].numpy().tolist() == [0, 1, 2, 3]


def test_truth_values_are_padded_with_false():
    assert tf.pad([True], [[1, 1]]).numpy().tolist() == [False, True, False]


def test_counts_of_whole_floats():
    assert tf.math.bincount([[1.0, 1.0], [0.0, 2.0]], axis=-1).numpy().tolist() == [
        [0, 2, 0],
        [1, 0, 1],
    ]
