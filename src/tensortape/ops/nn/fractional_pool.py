"""Fractional pooling: ``tf.nn.fractional_max_pool`` and ``tf.nn.fractional_avg_pool``."""

from __future__ import annotations

from typing import Any, NamedTuple

from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.random_state import Stream
from tensortape.core.registry import export
from tensortape.ops.nn.fractional import (
    fractional_avg_pool_op,
    fractional_max_pool_op,
    pooling_sequence,
)
from tensortape.ops.nn.windows import invalid
from tensortape.ops.random.arguments import operation_stream


class FractionalMaxPool(NamedTuple):
    """What ``tf.nn.fractional_max_pool`` returns."""

    output: Any
    row_pooling_sequence: Any
    col_pooling_sequence: Any


class FractionalAvgPool(NamedTuple):
    """What ``tf.nn.fractional_avg_pool`` returns."""

    output: Any
    row_pooling_sequence: Any
    col_pooling_sequence: Any


def checked_ratio(ratio: Any) -> list[float]:
    """The ratios of height and width; ``ValueError`` for those below 1."""
    if isinstance(ratio, (list, tuple)):
        if ratio[0] != 1.0 or ratio[-1] != 1.0:
            raise ValueError(
                "`pooling_ratio` should have first and last elements with value 1.0. "
                f"Received: pooling_ratio={ratio}"
            )
        given = [float(r) for r in ratio]
    elif isinstance(ratio, (int, float)):
        given = [1.0, float(ratio), float(ratio), 1.0]
    else:
        raise ValueError(
            f"`pooling_ratio` should be an int or a list of ints. Received: pooling_ratio={ratio}"
        )
    if min(given) < 1.0:
        raise ValueError(f"`pooling_ratio` elements should be >= 1.0. Received: {ratio}")
    return given[1:-1]


def sequences(type: str, x: Any, ratio: Any, pseudo_random: bool, seed: int) -> list[Any]:
    """The random bounds of the windows along height and along width."""
    ratios = checked_ratio(ratio)
    if x.shape.rank != 4:
        raise invalid(type, f"value must be 4-dimensional, got shape {x.shape}")
    stream = Stream(0, 0)  # other draws each time, whatever the global seed
    if seed:
        stream = operation_stream(type, seed, x.dtype.name, str(ratios), pseudo_random)
    out = []
    for axis, one in enumerate(ratios, 1):
        size = x.shape[axis]
        if one > size:
            raise invalid(
                type,
                "Pooling ratio is higher than input dimension size for dimension "
                f"{axis}. Input dim size: {size} pooling ratio: {one:g}",
            )
        attrs = {"size": size, "count": int(size / one)}
        attrs |= {"pseudo_random": pseudo_random, "stream": stream}
        out.append(execute(pooling_sequence, (), attrs))
    return out


@export("nn.fractional_max_pool")
def fractional_max_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> FractionalMaxPool:
    """The largest element of each of windows of random height and width.

    >>> import tensortape as tf
    >>> x = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> tf.nn.fractional_max_pool(x, 1.5, seed=1).output.shape
    TensorShape([1, 2, 2, 1])

    Args:
        value: real tensor ``[batch, height, width, channels]``.
        pooling_ratio: how many times smaller the result is, at least 1: one number, or four of
            which the first and the last are 1.
        pseudo_random: equal distances from a random start instead of shuffled lengths.
        overlapping: windows share the element at their border.
        seed: of the random sequence, with the global seed; with 0 each call draws another.
        name: ignored.

    Returns the pooled tensor and the int64 bounds along height and width. Raises ``ValueError`` for
    ratios below 1, ``tf.errors.InvalidArgumentError`` for ratios above the size.
    Source: ``tf.nn.fractional_max_pool``.
    """
    x = tensor(value)
    bounds = sequences("FractionalMaxPool", x, pooling_ratio, pseudo_random, seed)
    y = execute(fractional_max_pool_op, (x, *bounds), {"overlapping": overlapping})
    return FractionalMaxPool(y, *bounds)


@export("nn.fractional_avg_pool")
def fractional_avg_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> FractionalAvgPool:
    """The mean of each of windows of random height and width.

    >>> import tensortape as tf
    >>> tf.nn.fractional_avg_pool(tf.ones([1, 3, 3, 1]), 1.5, seed=1).output.numpy().ravel()
    array([1., 1., 1., 1.], dtype=float32)

    Arguments and errors as for ``tf.nn.fractional_max_pool``.
    Source: ``tf.nn.fractional_avg_pool``.
    """
    x = tensor(value)
    bounds = sequences("FractionalAvgPool", x, pooling_ratio, pseudo_random, seed)
    y = execute(fractional_avg_pool_op, (x, *bounds), {"overlapping": overlapping})
    return FractionalAvgPool(y, *bounds)
