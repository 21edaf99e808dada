"""Means and variances along axes."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.elementwise.arithmetic import squared_difference
from tensortape.ops.layout.shaping import squeeze
from tensortape.ops.reduce.axes import canonical
from tensortape.ops.reduce.sums import reduce_mean, reduce_sum


def widened(x: Any) -> Any:
    """``x``, as float32 if it is float16: sums of squares leave the range of float16."""
    return xp.astype(x, dtypes.float32) if x.dtype is dtypes.float16 else x


def finished(values: Any, axes: Any, keepdims: bool, dtype: Any) -> tuple[Any, ...]:
    """Statistics without the axes they were taken along, back in float16 if that was asked in."""
    if not keepdims:
        values = [squeeze(v, axes) for v in values]
    if dtype is dtypes.float16:
        values = [xp.astype(v, dtype) for v in values]
    return tuple(values)


@export("nn.moments")
def moments(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Mean and (biased) variance of ``x`` along ``axes``.

    The variance takes the mean as a constant: that changes no gradient, only gradients of it.

    >>> import tensortape as tf
    >>> mean, variance = tf.nn.moments(tf.constant([1.0, 2.0, 3.0, 6.0]), axes=[0])
    >>> mean.numpy(), variance.numpy()
    (np.float32(3.0), np.float32(3.5))

    Args:
        x: floating tensor.
        axes: axes to reduce, a list of ints.
        shift: not used.
        keepdims: keep the reduced axes with length 1.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range. Source: ``tf.nn.moments``.
    """
    x = tensor(x)
    y = widened(x)
    mean = reduce_mean(y, axes, keepdims=True)
    distance = execute(squared_difference, (y, xp.stop_gradient(mean)))
    return finished((mean, reduce_mean(distance, axes, keepdims=True)), axes, keepdims, x.dtype)


@export("nn.weighted_moments")
def weighted_moments(
    x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False, name: str | None = None
) -> Any:
    """Mean and variance of ``x`` along ``axes``, each element counted ``frequency_weights`` times.

    The weights broadcast with ``x``. Where they sum to 0, both results are 0.

    >>> import tensortape as tf
    >>> mean, _ = tf.nn.weighted_moments([1.0, 5.0], [0], [3.0, 1.0])
    >>> mean.numpy()
    np.float32(2.0)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range.
    Source: ``tf.nn.weighted_moments``.
    """
    x, weights = tensor(x), tensor(frequency_weights)
    y, quotient = widened(x), xp.divide_no_nan
    if weights.dtype is not y.dtype:
        weights = xp.astype(weights, y.dtype)
    total = reduce_sum(weights + xp.zeros_like(y), axes, keepdims=True)
    mean = quotient(reduce_sum(weights * y, axes, keepdims=True), total)
    distance = execute(squared_difference, (y, mean))
    variance = quotient(reduce_sum(weights * distance, axes, keepdims=True), total)
    return finished((mean, variance), axes, keepdims, x.dtype)


@export("nn.sufficient_statistics")
def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """What mean and variance along ``axes`` are computed from, by ``tf.nn.normalize_moments``.

    Returns the count, the sum and the sum of squares of the elements (less ``shift``, if given),
    and ``shift``.

    >>> import tensortape as tf
    >>> count, total, squares, _ = tf.nn.sufficient_statistics([1.0, 2.0], [0])
    >>> float(count), float(total), float(squares)
    (2.0, 3.0, 5.0)

    Source: ``tf.nn.sufficient_statistics``.
    """
    x = tensor(x)
    reduced = canonical(sorted(set(axes)), x.shape.rank) or ()
    count: Any = 1
    for n in (x.shape[a] for a in reduced):
        count = count * n
    if shift is None:
        moved, squares = x, xp.square(x)
    else:
        shift = convert_to_tensor(shift, dtype=x.dtype)
        moved, squares = x - shift, execute(squared_difference, (x, shift))
    sums = [reduce_sum(v, reduced, keepdims=keepdims) for v in (moved, squares)]
    return (convert_to_tensor(count, dtype=x.dtype), *sums, shift)


@export("nn.normalize_moments")
def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> Any:
    """Mean and variance from the results of ``tf.nn.sufficient_statistics``.

    >>> import tensortape as tf
    >>> mean, variance = tf.nn.normalize_moments(2.0, 3.0, 5.0, None)
    >>> float(mean), float(variance)
    (1.5, 0.25)

    Source: ``tf.nn.normalize_moments``.
    """
    divisor = xp.reciprocal(tensor(counts))
    mean = tensor(mean_ss) * divisor
    variance = tensor(variance_ss) * divisor - xp.square(mean)
    return (mean if shift is None else mean + shift), variance
