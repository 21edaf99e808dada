"""Random functions of a seed: ``tf.random.stateless_uniform`` and its kin.

The same seed (two integers), shape and type always give the same numbers.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply, execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import OPS, export
from tensortape.ops.random import distributions, threefry
from tensortape.ops.random.algorithm import THREEFRY, key_counter, position, seed_tensor
from tensortape.ops.random.arguments import (
    allowed_dtype,
    parameter,
    shape_argument,
    size_of,
)
from tensortape.ops.random.categorical import categorical as draw_classes
from tensortape.ops.random.permutation import permutation
from tensortape.ops.random.seeds import scramble
from tensortape.ops.random.stateful import (
    FLOATS,
    INTEGERS,
    NO_INPUT,
    check_integer_bounds,
    class_arguments,
)

UNSIGNED = (dtypes.uint32, dtypes.uint64)


def _fill(name, shape, dtype, alg, key, counter, *bounds):
    if alg == THREEFRY:
        draw = getattr(threefry, name)
        values = draw(int(key[0]), int(counter[0]), shape, dtype._np, *bounds)
    else:
        draw = getattr(distributions, name)
        values = draw(position(key, counter), size_of(shape), dtype._np, *bounds)
    return values.reshape(shape)[()]


@op("StatelessRandomUniformV2", nondifferentiable=NO_INPUT, native_dtypes=True)
def stateless_uniform_v2(xp, key, counter, *, shape, dtype, alg):
    """Numbers in [0, 1) from a key and a counter."""
    return xp.sample((key, counter), partial(_fill, "uniform", shape, dtype, alg), shape, dtype)


@op("StatelessRandomUniformFullIntV2", nondifferentiable=NO_INPUT)
def stateless_uniform_full_int_v2(xp, key, counter, *, shape, dtype, alg):
    """Integers over their whole range from a key and a counter."""
    draw = partial(_fill, "uniform_full_int", shape, dtype, alg)
    return xp.sample((key, counter), draw, shape, dtype)


@op("StatelessRandomUniformIntV2", nondifferentiable=NO_INPUT)
def stateless_uniform_int_v2(xp, key, counter, minval, maxval, *, shape, dtype, alg):
    """Integers between bounds from a key and a counter."""

    def draw(key, counter, low, high):
        check_integer_bounds("StatelessRandomUniformIntV2", low, high, shape)
        return _fill("uniform_int", shape, dtype, alg, key, counter, low, high)

    return xp.sample((key, counter, minval, maxval), draw, shape, dtype)


@op("StatelessRandomNormalV2", nondifferentiable=NO_INPUT, native_dtypes=True)
def stateless_normal_v2(xp, key, counter, *, shape, dtype, alg):
    """Standard normal numbers from a key and a counter."""
    return xp.sample((key, counter), partial(_fill, "normal", shape, dtype, alg), shape, dtype)


@op("StatelessTruncatedNormalV2", nondifferentiable=NO_INPUT, native_dtypes=True)
def stateless_truncated_normal_v2(xp, key, counter, *, shape, dtype, alg):
    """Standard normal numbers within two deviations from a key and a counter."""
    draw = partial(_fill, "truncated_normal", shape, dtype, alg)
    return xp.sample((key, counter), draw, shape, dtype)


@op("StatelessShuffle", missing_gradient=True, native_dtypes=True)
def stateless_shuffle_v2(xp, value, key, counter):
    """The slices of a tensor in an order from a key and a counter."""

    def draw(array, key, counter):
        if array.ndim == 0 or array.size <= 1:
            return array
        return array[permutation(position(key, counter), array.shape[0])]

    return xp.sample((value, key, counter), draw, tuple(value.shape), value.dtype)


@op("StatelessMultinomial", nondifferentiable=NO_INPUT, native_dtypes=True)
def stateless_multinomial(xp, logits, seed, *, num_samples, dtype):
    """Class numbers drawn with given log-probabilities and a seed."""

    def draw(array, seed):
        return draw_classes(scramble(seed), array, num_samples, dtype._np)

    return xp.sample((logits, seed), draw, (logits.shape[0], num_samples), dtype)


def fill(record: Any, shape: Any, dtype: Any, key: Any, counter: Any, alg: int) -> Any:
    """Numbers of a distribution without parameters, from a key and a counter."""
    lengths, _ = shape_argument(shape, record.type)
    return execute(record, (key, counter), {"shape": lengths, "dtype": dtype, "alg": alg})


@export("random.stateless_uniform")
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Numbers in ``[minval, maxval)`` determined by ``seed``, two integers.

    As ``tf.random.uniform``; integer types (int32, int64, uint32, uint64) give their whole range
    when both bounds are None. ``alg``: ``"philox"``, ``"threefry"`` or ``"auto_select"``.

    >>> import tensortape as tf
    >>> tf.random.stateless_uniform([2], seed=[1, 2]).numpy()
    array([0.8440604 , 0.19204533], dtype=float32)

    Raises ValueError for other types and for one bound of two, InvalidArgumentError for a bad
    shape or seed. Source: ``tf.random.stateless_uniform``.
    """
    kind = allowed_dtype(dtype, FLOATS + INTEGERS + UNSIGNED)
    if kind.is_integer:
        _check_integer_arguments(kind, minval, maxval)
    elif maxval is None:
        maxval = 1
    if kind.is_integer and minval is None:
        return fill(stateless_uniform_full_int_v2, shape, kind, *key_counter(seed, alg))
    low, high = parameter(minval, kind, "min"), parameter(maxval, kind, "max")
    state = key_counter(seed, alg)
    if kind.is_integer:
        return uniform_integers(shape, kind, low, high, *state)
    return fill(stateless_uniform_v2, shape, kind, *state) * (high - low) + low


def uniform_integers(
    shape: Any, dtype: Any, low: Any, high: Any, key: Any, counter: Any, alg: int
) -> Any:
    """Integers in ``[low, high)`` from a key and a counter."""
    lengths, _ = shape_argument(shape, stateless_uniform_int_v2.type)
    attrs = {"shape": lengths, "dtype": dtype, "alg": alg}
    return execute(stateless_uniform_int_v2, (key, counter, low, high), attrs)


def _check_integer_arguments(dtype: Any, minval: Any, maxval: Any) -> None:
    if (minval is None) != (maxval is None):
        raise ValueError(
            f"For integer `dtype` argument {dtype!r}, argument `minval` and `maxval` must be both "
            f"None or not None. Got `minval`={minval} and `maxval`={maxval}."
        )
    if minval is not None and dtype in UNSIGNED:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype!r} when argument `minval` is not None. "
            "Please don't use unsigned integers in this case."
        )


@export("random.stateless_normal")
def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Numbers of the normal distribution determined by ``seed``, two integers.

    As ``tf.random.normal`` otherwise.

    >>> import tensortape as tf
    >>> tf.random.stateless_normal([2], seed=[1, 2], dtype=tf.float64).numpy().round(4)
    array([-0.1423,  0.7406])

    Source: ``tf.random.stateless_normal``.
    """
    return _located(stateless_normal_v2, shape, seed, mean, stddev, dtype, alg)


@export("random.stateless_truncated_normal")
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Numbers of the normal distribution within two deviations, determined by ``seed``.

    As ``tf.random.truncated_normal`` otherwise.

    >>> import tensortape as tf
    >>> tf.random.stateless_truncated_normal([3], seed=[1, 2]).shape
    TensorShape([3])

    Source: ``tf.random.stateless_truncated_normal``.
    """
    return _located(stateless_truncated_normal_v2, shape, seed, mean, stddev, dtype, alg)


def _located(
    record: Any, shape: Any, seed: Any, mean: Any, stddev: Any, dtype: Any, alg: Any
) -> Any:
    kind = as_dtype(dtype)
    mean, stddev = parameter(mean, kind, "mean"), parameter(stddev, kind, "stddev")
    return fill(record, shape, kind, *key_counter(seed, alg)) * stddev + mean


@export("random.stateless_categorical")
def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = dtypes.int64, name: str | None = None
) -> Any:
    """Class numbers drawn with the log-probabilities ``logits``, determined by ``seed``.

    As ``tf.random.categorical`` otherwise.

    >>> import tensortape as tf
    >>> tf.random.stateless_categorical([[0.0, 1.0, -1.0]], 4, seed=[1, 2]).shape
    TensorShape([1, 4])

    Source: ``tf.random.stateless_categorical``.
    """
    logits, attrs = class_arguments("StatelessMultinomial", logits, num_samples, dtype)
    seed = seed_tensor(seed, "StatelessMultinomial")
    return execute(stateless_multinomial, (logits, seed), attrs)


@export("random.experimental.stateless_shuffle")
def stateless_shuffle(
    value: Any, seed: Any, alg: Any = "auto_select", name: str | None = None
) -> Any:
    """The slices of ``value`` along its first axis in an order determined by ``seed``.

    >>> import tensortape as tf
    >>> tf.random.experimental.stateless_shuffle([[1, 2], [3, 4], [5, 6]], seed=[8, 9]).numpy()
    array([[5, 6],
           [1, 2],
           [3, 4]], dtype=int32)

    Source: ``tf.random.experimental.stateless_shuffle``.
    """
    key, counter, _ = key_counter(seed, alg)
    return execute(stateless_shuffle_v2, (convert_to_tensor(value), key, counter))


@export("random.split", "random.experimental.stateless_split")
def split(seed: Any, num: Any = 2, alg: Any = "auto_select") -> Any:
    """``num`` new seeds from one: a tensor ``(num, 2)`` of the type of ``seed``.

    >>> import tensortape as tf
    >>> tf.random.split([1, 2]).numpy()
    array([[1105988140, 1738052849],
           [-335576002,  370444179]], dtype=int32)

    Source: ``tf.random.split``.
    """
    seed = convert_to_tensor(seed)
    return stateless_uniform([num, 2], seed, None, None, seed.dtype, alg=alg)


@export("random.fold_in", "random.experimental.stateless_fold_in")
def fold_in(seed: Any, data: Any, alg: Any = "auto_select") -> Any:
    """A new seed from a seed and an integer, such as the number of a worker.

    >>> import tensortape as tf
    >>> tf.random.fold_in([1, 2], 3).numpy()
    array([1105988140,          3], dtype=int32)

    Source: ``tf.random.fold_in``.
    """
    data = convert_to_tensor(data)
    first = stateless_uniform([], seed, None, None, data.dtype, alg=alg)
    return apply(OPS["Pack"], (first, data), {"axis": 0})
