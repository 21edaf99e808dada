"""Counting: histograms, confusion matrices, distinct values."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import invalid, one_int, static_value


def values_of(x: Any) -> Any:
    """The array of a tensor-like value that must be known now."""
    return np.asarray(static_value(tensor(x)))


def _bins(array: Any, minlength: Any, maxlength: Any) -> int:
    size = int(array.max(initial=-1)) + 1
    if minlength is not None:
        size = max(size, one_int(minlength))
    return size if maxlength is None else min(size, one_int(maxlength))


def _count(array: Any, weights: Any, size: int, kind: Any, binary: bool) -> Any:
    keep = array < size
    if weights is not None:
        out = np.zeros(size, weights.dtype)
        np.add.at(out, array[keep], weights[keep])
        return out
    out = np.bincount(array[keep].reshape(-1), minlength=size).astype(kind)
    return np.minimum(out, 1) if binary else out


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
    array = values_of(arr)
    if array.dtype.kind != "i":
        array = array.astype(np.int32)
    weight = None if weights is None else values_of(weights)
    if array.size and array.min() < 0:
        raise invalid("Input arr must be non-negative! [Op:DenseBincount]")
    if axis not in (None, 0, -1):
        raise ValueError(
            f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported."
        )
    kind, size = dtypes.as_dtype(dtype)._np, _bins(array, minlength, maxlength)
    if axis in (None, 0) or array.ndim < 2:
        return state.tensor(_count(array, weight, size, kind, binary_output))
    rows = [
        _count(row, None if weight is None else weight[i], size, kind, binary_output)
        for i, row in enumerate(array)
    ]
    return state.tensor(np.stack(rows))


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
    numbers = np.asarray(_bin_numbers(values, value_range, nbins)._a).reshape(-1)
    return state.tensor(
        np.bincount(numbers, minlength=one_int(nbins)).astype(dtypes.as_dtype(dtype)._np)
    )


Unique = collections.namedtuple("Unique", ["y", "idx"])
UniqueWithCounts = collections.namedtuple("UniqueWithCounts", ["y", "idx", "count"])


def _distinct(x: Any, out_idx: Any) -> tuple[Any, Any, Any]:
    array = values_of(x)
    if array.ndim != 1:
        raise invalid(f"unique expects a 1D vector, got shape {list(array.shape)}. [Op:Unique]")
    kind = dtypes.as_dtype(out_idx)._np
    _, first, inverse, counts = np.unique(
        array, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return array[first[order]], place[inverse.reshape(-1)].astype(kind), counts[order].astype(kind)


@export("unique")
def unique(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """The distinct values of a vector in order of appearance, and which of them each element is.

    >>> import tensortape as tf
    >>> y, idx = tf.unique([4, 1, 4])
    >>> y.numpy().tolist(), idx.numpy().tolist()
    ([4, 1], [0, 1, 0])

    Raises ``tf.errors.InvalidArgumentError`` unless ``x`` is a vector. Source: ``tf.unique``.
    """
    y, idx, _ = _distinct(x, out_idx)
    return Unique(state.tensor(y), state.tensor(idx))


@export("unique_with_counts")
def unique_with_counts(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """``tf.unique`` and how often each distinct value occurs. Source: ``tf.unique_with_counts``."""
    y, idx, count = _distinct(x, out_idx)
    return UniqueWithCounts(state.tensor(y), state.tensor(idx), state.tensor(count))
