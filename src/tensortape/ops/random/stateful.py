"""Random functions that advance a stream of their own: ``tf.random.uniform`` and its kin.

Each call draws from the stream that its seed and the global seed determine
(:mod:`tensortape.core.random_state`); ``tf.random.set_seed`` makes a program repeatable.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.random import distributions
from tensortape.ops.random.arguments import (
    allowed_dtype,
    invalid,
    operation_stream,
    parameter,
    reserve,
    shape_argument,
    size_of,
)
from tensortape.ops.random.categorical import categorical as draw_classes
from tensortape.ops.random.categorical import reserved_blocks as categorical_blocks
from tensortape.ops.random.permutation import permutation, reserved_blocks

FLOATS = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)
INTEGERS = (dtypes.int32, dtypes.int64)
NO_INPUT = "random numbers do not depend on the inputs"
_RESERVED_PER_OUTPUT = 256  # blocks, however few are used


def _fill(distribution, shape, dtype, stream, *bounds):
    count = size_of(shape)
    state = reserve(stream, _RESERVED_PER_OUTPUT * count)
    return distribution(state, count, dtype._np, *bounds).reshape(shape)[()]


@op("RandomUniform", family="random", nondifferentiable=NO_INPUT, native_dtypes=True)
def random_uniform(xp, *, shape, dtype, stream):
    """Numbers in [0, 1)."""
    return xp.sample_stream(
        (), partial(_fill, distributions.uniform, shape, dtype, stream), shape, dtype
    )


@op("RandomStandardNormal", family="random", nondifferentiable=NO_INPUT, native_dtypes=True)
def random_standard_normal(xp, *, shape, dtype, stream):
    """Numbers of the standard normal distribution."""
    return xp.sample_stream(
        (), partial(_fill, distributions.normal, shape, dtype, stream), shape, dtype
    )


@op("TruncatedNormal", family="random", nondifferentiable=NO_INPUT, native_dtypes=True)
def standard_truncated_normal(xp, *, shape, dtype, stream):
    """Standard normal numbers within two deviations."""
    draw = partial(_fill, distributions.truncated_normal, shape, dtype, stream)
    return xp.sample_stream((), draw, shape, dtype)


@op("RandomUniformInt", family="random", missing_gradient=True)
def random_uniform_int(xp, minval, maxval, *, shape, dtype, stream):
    """Integers between bounds."""

    def draw(low, high):
        check_integer_bounds("RandomUniformInt", low, high, shape)
        return _fill(distributions.uniform_int, shape, dtype, stream, low, high)

    return xp.sample_stream((minval, maxval), draw, shape, dtype)


@op("RandomShuffle", family="random", nondifferentiable=NO_INPUT, native_dtypes=True)
def random_shuffle(xp, value, *, stream):
    """The slices of a tensor in a random order."""

    def draw(array):
        if array.ndim == 0 or array.size <= 1:
            return array
        size = array.shape[0]
        return array[permutation(reserve(stream, reserved_blocks(size)), size)]

    return xp.sample_stream((value,), draw, tuple(value.shape), value.dtype)


@op("Multinomial", family="random", nondifferentiable=NO_INPUT, native_dtypes=True)
def multinomial(xp, logits, *, num_samples, dtype, stream):
    """Class numbers drawn with given log-probabilities."""

    def draw(array):
        state = reserve(stream, categorical_blocks(array.shape[0], num_samples))
        return draw_classes(state, array, num_samples, dtype._np)

    return xp.sample_stream((logits,), draw, (logits.shape[0], num_samples), dtype)


def check_integer_bounds(op_type: str, low: Any, high: Any, shape: tuple[int, ...]) -> None:
    """Raises InvalidArgumentError for bounds TensorFlow's kernels refuse."""
    for name, value in (("minval", low), ("maxval", high)):
        if value.ndim:
            got = str(list(value.shape)).replace(" ", "")
            raise invalid(op_type, f"{name} must be 0-D, got shape {got}")
    if size_of(shape) and low >= high:
        raise invalid(op_type, f"Need minval < maxval, got {low} >= {high}")


@export("random.uniform")
def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers in ``[minval, maxval)``, every one as likely as the others.

    ``shape``: vector of lengths. ``dtype``: a floating type, for which ``maxval`` is 1 by default
    and the bounds broadcast with ``shape``; or int32 or int64, with scalar bounds and ``maxval``
    given. Differentiable with respect to floating bounds.

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> tf.random.uniform([3], seed=5).numpy()
    array([0.195606  , 0.02986085, 0.36493087], dtype=float32)

    Raises ValueError for other types or a missing ``maxval``, InvalidArgumentError for a bad
    shape or ``minval >= maxval``. Source: ``tf.random.uniform``.
    """
    dtype = allowed_dtype(dtype, FLOATS + INTEGERS)
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    if dtype.is_integer:
        low, high = parameter(minval, dtype, "min"), parameter(maxval, dtype, "max")
        lengths, kind = shape_argument(shape, "RandomUniformInt")
        attrs = {"stream": operation_stream("RandomUniformInt", seed, dtype, kind)}
        return execute(random_uniform_int, (low, high), {"shape": lengths, "dtype": dtype, **attrs})
    from_zero = type(minval) is int and minval == 0
    to_one = type(maxval) is int and maxval == 1
    if not (from_zero and to_one):
        minval, maxval = parameter(minval, dtype, "min"), parameter(maxval, dtype, "max")
    result = _standard(random_uniform, shape, dtype, seed)
    if from_zero:
        return result if to_one else result * maxval
    return result * (maxval - minval) + minval


def _standard(record: Any, shape: Any, dtype: Any, seed: int | None) -> Any:
    """Numbers of a distribution without parameters."""
    lengths, kind = shape_argument(shape, record.type)
    stream = operation_stream(record.type, seed, dtype, kind)
    return execute(record, (), {"shape": lengths, "dtype": dtype, "stream": stream})


@export("random.normal")
def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers of the normal distribution.

    ``mean`` and ``stddev`` (of the floating type ``dtype``) broadcast with ``shape``; the result
    is differentiable with respect to both.

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> tf.random.normal([2], seed=5, dtype=tf.float64).numpy().round(4)
    array([-0.5182,  0.9348])

    Raises InvalidArgumentError for a bad shape, TypeError for an integer type. Source:
    ``tf.random.normal``.
    """
    return _located(random_standard_normal, shape, mean, stddev, dtype, seed)


@export("random.truncated_normal")
def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers of the normal distribution within two standard deviations of the mean.

    What falls outside is drawn again. Arguments, derivatives and errors as for
    ``tf.random.normal``. Source: ``tf.random.truncated_normal``.

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> bool(tf.reduce_all(tf.abs(tf.random.truncated_normal([1000])) < 2.0))
    True
    """
    return _located(standard_truncated_normal, shape, mean, stddev, dtype, seed)


def _located(record: Any, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: int | None) -> Any:
    """Standard numbers, scaled and moved."""
    kind = as_dtype(dtype)
    mean, stddev = parameter(mean, kind, "mean"), parameter(stddev, kind, "stddev")
    return _standard(record, shape, kind, seed) * stddev + mean


@export("random.shuffle")
def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Any:
    """The slices of ``value`` along its first axis in a random order. The gradient is None.

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> tf.random.shuffle([1, 2, 3, 4], seed=5).numpy()
    array([3, 2, 1, 4], dtype=int32)

    Source: ``tf.random.shuffle``.
    """
    value = convert_to_tensor(value)
    stream = operation_stream("RandomShuffle", seed, value.dtype)
    return execute(random_shuffle, (value,), {"stream": stream})


@export("random.categorical")
def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Class numbers drawn with the log-probabilities ``logits``.

    ``logits``: floating ``(batch, classes)``, not necessarily normalised. Returns
    ``(batch, num_samples)`` of ``dtype``, int64 (default) or int32.

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> tf.random.categorical([[0.0, -100.0]], 4).numpy()
    array([[0, 0, 0, 0]])

    Raises InvalidArgumentError for logits that are no matrix or have no classes, and for a
    negative ``num_samples``; ValueError for another ``dtype``. Source: ``tf.random.categorical``.
    """
    logits, attrs = class_arguments("Multinomial", logits, num_samples, dtype)
    stream = operation_stream("Multinomial", seed, logits.dtype, attrs["dtype"])
    return execute(multinomial, (logits,), {**attrs, "stream": stream})


def class_arguments(
    op_type: str, logits: Any, num_samples: Any, dtype: Any
) -> tuple[Any, dict[str, Any]]:
    """The checked arguments of a draw of class numbers."""
    logits = convert_to_tensor(logits)
    kind = allowed_dtype(dtype, INTEGERS) if dtype else dtypes.int64
    shape = str(list(logits.shape)).replace(" ", "")
    if len(logits.shape) != 2:
        raise invalid(op_type, f"logits should be a matrix, got shape {shape}")
    number = convert_to_tensor(num_samples)
    if number.ndim:
        got = str(list(number.shape)).replace(" ", "")
        raise invalid(op_type, f"num_samples should be a scalar, got shape {got}")
    count = int(number)
    if count < 0:
        raise invalid(op_type, f"num_samples should be non-negative, got {count}")
    if logits.shape[1] == 0:
        raise invalid(op_type, "num_classes should be positive, got 0")
    if not logits.dtype.is_floating:
        raise invalid(op_type, f"logits should be floating, got {logits.dtype.name}")
    return logits, {"num_samples": count, "dtype": kind}
