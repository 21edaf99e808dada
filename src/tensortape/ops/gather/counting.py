"""Counting: histograms, confusion matrices, distinct values."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import Op, op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.ops import composed
from tensortape.ops.gather.counting_ops import (
    bincount_op,
    counts,
    distinct,
    unique_op,
    unique_with_counts_op,
)
from tensortape.ops.layout.attributes import invalid, one_int, static_value


def values_of(x: Any) -> Any:
    """The array of a tensor-like value that must be known now."""
    return np.asarray(static_value(tensor(x)))


@export("math.bincount")
def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
    axis: Any = None,
    binary_output: bool = False,
) -> Any:
    """How often each number occurs (or the sum of its weights); per row with ``axis=-1``.

    >>> import tensortape as tf
    >>> tf.math.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for negative numbers. Source: ``tf.math.bincount``.
    """
    if axis not in (None, 0, -1):
        raise ValueError(
            f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported."
        )
    operands = [tensor(x) for x in (arr, weights) if x is not None]
    attrs = {
        "minlength": None if minlength is None else one_int(minlength),
        "maxlength": None if maxlength is None else one_int(maxlength),
        "dtype": dtypes.as_dtype(dtype),
        "binary": bool(binary_output),
        "rows": axis == -1,
    }
    if not all(type(t) is EagerTensor for t in operands):
        return execute(bincount_op, tuple(operands), attrs)
    arrays = [np.asarray(t._a) for t in operands]
    return state.tensor(counts(arrays[0], arrays[1] if arrays[1:] else None, **attrs))


def _squeezed(labels: Any, predictions: Any) -> tuple[Any, Any]:
    if predictions.ndim == labels.ndim + 1 and predictions.shape[-1] == 1:
        predictions = predictions[..., 0]
    elif labels.ndim == predictions.ndim + 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    return labels.astype(np.int64), predictions.astype(np.int64)


def _check_classes(array: Any, what: str, classes: int | None) -> None:
    if array.size and array.min() < 0:
        raise invalid(f"`{what}` contains negative values: {array.min()}")
    if classes is not None and array.size and array.max() >= classes:
        raise invalid(
            f"`{what}` out of bound\nCondition x < y did not hold.\nx = {array}, y = {classes}",
        )


@export("math.confusion_matrix")
def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    weights: Any = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Any:
    """How often label ``i`` was predicted as ``j``: a matrix ``[num_classes, num_classes]``.

    >>> import tensortape as tf
    >>> tf.math.confusion_matrix([0, 1], [1, 1]).numpy()
    array([[0, 1],
           [0, 1]], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for classes out of range. Source:
    ``tf.math.confusion_matrix``.
    """
    real, guess = tensor(labels), tensor(predictions)
    if weights is not None or composed.unknown(real, guess, num_classes):
        return composed.confusion(real, guess, num_classes, weights, dtype)
    rows, columns = _squeezed(values_of(labels), values_of(predictions))
    classes = None if num_classes is None else one_int(num_classes)
    _check_classes(rows, "labels", classes)
    _check_classes(columns, "predictions", classes)
    if classes is None:
        classes = int(max(rows.max(initial=-1), columns.max(initial=-1))) + 1
    kind = dtypes.as_dtype(dtype)._np
    out = np.zeros((classes, classes), kind)
    np.add.at(out, (rows, columns), 1 if weights is None else values_of(weights).astype(kind))
    return state.tensor(out)


@op("HistogramFixedWidthBins", nondifferentiable="integer result")
def bucketize_op(xp, values, low, high, *, nbins):
    """The bin of each value in equal bins between two bounds; values outside go to the edges."""
    position = xp.floor((values - low) / (high - low) * nbins)
    last = xp.full_like(position, nbins - 1)
    return xp.astype(xp.minimum(xp.maximum(position, xp.zeros_like(position)), last), dtypes.int32)


def _bin_numbers(values: Any, value_range: Any, nbins: Any) -> Any:
    x = tensor(values)
    bounds = np.asarray(values_of(value_range))
    low, high = bounds[0], bounds[1]
    if not low < high:
        raise invalid(f"value_range should satisfy value_range[0] < value_range[1], got {bounds}")
    kind = np.float64
    low, high = state.tensor(kind(low)), state.tensor(kind(high))
    if composed.unknown(x):
        wide = composed.call("cast", x, "float64")
    else:
        wide = state.tensor(np.asarray(static_value(x)).astype(kind)[()])
    return execute(bucketize_op, (wide, low, high), {"nbins": one_int(nbins)})


@export("histogram_fixed_width_bins")
def histogram_fixed_width_bins(
    values: Any,
    value_range: Any,
    nbins: Any = 100,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Any:
    """The number of the bin each value falls into, of ``nbins`` equal ones in ``value_range``.

    >>> import tensortape as tf
    >>> tf.histogram_fixed_width_bins([-1.0, 0.4, 5.0], [0.0, 1.0], nbins=5).numpy()
    array([0, 2, 4], dtype=int32)

    Source: ``tf.histogram_fixed_width_bins``.
    """
    out = _bin_numbers(values, value_range, nbins)
    return state.tensor(np.asarray(out._a).astype(dtypes.as_dtype(dtype)._np))


@export("histogram_fixed_width")
def histogram_fixed_width(
    values: Any,
    value_range: Any,
    nbins: Any = 100,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Any:
    """How many values fall into each of ``nbins`` equal bins in ``value_range``.

    >>> import tensortape as tf
    >>> tf.histogram_fixed_width([-1.0, 0.4, 5.0], [0.0, 1.0], nbins=2).numpy()
    array([2, 1], dtype=int32)

    Source: ``tf.histogram_fixed_width``.
    """
    found = _bin_numbers(values, value_range, nbins)
    if composed.unknown(found):
        flat, most = composed.call("reshape", found, [-1]), one_int(nbins)
        return bincount(flat, minlength=most, maxlength=most, dtype=dtype)
    numbers = np.asarray(found._a).reshape(-1)
    return state.tensor(
        np.bincount(numbers, minlength=one_int(nbins)).astype(dtypes.as_dtype(dtype)._np)
    )


Unique = collections.namedtuple("Unique", ["y", "idx"])
UniqueWithCounts = collections.namedtuple("UniqueWithCounts", ["y", "idx", "count"])


def _distinct(op: Op, x: Any, out_idx: Any) -> Any:
    given, kind = tensor(x), dtypes.as_dtype(out_idx)
    if type(given) is not EagerTensor:
        if given._a.ndim != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {given._a.ndim} for {op.type!r}")
        return execute(op, (given,), {"dtype": kind})
    if given.dtype.is_floating or given.dtype.is_complex:  # a tape must know of it
        return execute(op, (given,), {"dtype": kind})
    return [state.tensor(a) for a in distinct(np.asarray(given._a), kind._np)[: op.outputs]]


@export("unique")
def unique(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """The distinct values of a vector in order of appearance, and which of them each element is.

    >>> import tensortape as tf
    >>> y, idx = tf.unique([4, 1, 4])
    >>> y.numpy().tolist(), idx.numpy().tolist()
    ([4, 1], [0, 1, 0])

    Raises ``tf.errors.InvalidArgumentError`` unless ``x`` is a vector. Source: ``tf.unique``.
    """
    return Unique(*_distinct(unique_op, x, out_idx))


@export("unique_with_counts")
def unique_with_counts(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """``tf.unique`` and how often each distinct value occurs. Source: ``tf.unique_with_counts``."""
    return UniqueWithCounts(*_distinct(unique_with_counts_op, x, out_idx))
