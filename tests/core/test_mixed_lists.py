"""Lists that mix tensors and numbers, as TensorFlow takes and refuses them."""

import numpy as np
import pytest

import tensortape as tf

F, N, L = tf.constant(2.0), tf.constant(2), tf.constant(2, tf.int64)


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([F, 1], None, [2.0, 1.0]),
        ([1, F], None, [1.0, 2.0]),
        ([N, np.int64(1)], None, [2, 1]),
        ([F, 1], tf.int32, [2, 1]),
        ([1.5, N], tf.float32, [1.5, 2.0]),
        ([N, F], tf.float32, [2.0, 2.0]),
        ([F, N], tf.int64, [2, 2]),
        ([[N], [F]], tf.float32, [[2.0], [2.0]]),
        ([tf.Variable(1.0), 1], tf.int32, [1, 1]),
    ],
)
def test_lists_take_the_dtype_that_is_wanted(values, dtype, expected):
    result = tf.convert_to_tensor(values, dtype)
    assert result.numpy().tolist() == expected
    assert dtype is None or result.dtype == dtype


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([F, N], None), ([N, F], None), ([N, L], None), ([[N], [F]], None), ([F, N], tf.float32)],
)
def test_tensors_of_several_dtypes_are_refused(values, dtype):
    with pytest.raises(tf.errors.InvalidArgumentError, match="was expected to be a"):
        tf.convert_to_tensor(values, dtype)


def test_gradient_goes_through_the_cast():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.convert_to_tensor([x, 3.0], tf.float64) ** 2)
    assert tape.gradient(y, x).numpy() == 4.0


@pytest.mark.parametrize("shape", [[N, N], [L, 2], [F, F], [2, F], [tf.constant(2.7), 2]])
def test_shapes_of_scalar_tensors(shape):
    assert tf.zeros(shape).shape == [2, 2]
    assert tf.reshape(tf.ones([4]), shape).shape == [2, 2]
    assert tf.tile(tf.ones([1, 1]), shape).shape == [2, 2]


@pytest.mark.parametrize("function", [tf.fill, tf.broadcast_to, tf.tile])
def test_shapes_of_python_floats(function):
    arguments = ([2.0, 2], 1.0) if function is tf.fill else (tf.ones([1, 1]), [2.0, 2])
    with pytest.raises(tf.errors.InvalidArgumentError):
        function(*arguments)
    with pytest.raises(TypeError):
        tf.zeros([2.0, 2])


def test_products_with_truth_values():
    true = tf.constant(True)
    assert (true * 1.5).numpy() is np.True_
    assert (true * 0.5).numpy() is np.False_  # both become integers first
    assert (F * true).dtype == tf.bool
    with pytest.raises(TypeError):
        1.5 * true


@pytest.mark.parametrize("kind", [int, complex, str])
def test_python_types_that_are_no_dtypes(kind):
    with pytest.raises(TypeError, match="to a TensorFlow DType"):
        tf.cast(1.0, kind)
    assert tf.cast(1, float).dtype == tf.float32


def test_variables_have_no_length():
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(TypeError):
        len(v)
    assert [x.numpy() for x in v] == [1.0, 2.0]


def test_gradient_of_a_linear_operator_is_one():
    x = tf.constant([1.0, 2.0])
    operator = tf.linalg.LinearOperatorDiag(x)
    with tf.GradientTape() as tape:
        tape.watch(operator)
        y = tf.reduce_sum(operator.matmul(tf.ones([2, 1])) ** 2)
    gradient, other = tape.gradient(y, [operator, x])
    assert type(gradient) is tf.linalg.LinearOperatorDiag
    assert gradient.diag.numpy().tolist() == other.numpy().tolist() == [2.0, 4.0]
