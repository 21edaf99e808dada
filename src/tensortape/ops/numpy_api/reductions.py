"""Sums, means, extremes and orders along axes."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.ops.numpy_api.values import as_array, call, inexact, promoted


def wide(a: Any) -> Any:
    """Small integers and truth values as int64, as sums need them."""
    if a.dtype.is_bool or (a.dtype.is_integer and a.dtype.size < 8):
        return call("cast", a, "uint64" if a.dtype.is_unsigned else "int64")
    return a


def reduce(path: str, a: Any, axis: Any, dtype: Any, keepdims: Any, widen: Any) -> Any:
    """``tf.<path>`` along axes, in ``dtype`` or the one that ``widen`` gives."""
    a = as_array(a, dtype) if dtype is not None else widen(as_array(a))
    return call(path, a, axis=axis, keepdims=bool(keepdims))


@export("experimental.numpy.sum")
def sum(a, axis=None, dtype=None, keepdims=None):
    """Sum along axes; small integers are summed as int64.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.sum([[1, 2], [3, 4]], axis=0).numpy()
    array([4, 6])

    Source: ``tf.experimental.numpy.sum``.
    """
    return reduce("math.reduce_sum", a, axis, dtype, keepdims, wide)


@export("experimental.numpy.prod")
def prod(a, axis=None, dtype=None, keepdims=None):
    """Product along axes; small integers are multiplied as int64.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.prod([[1, 2], [3, 4]], axis=0).numpy()
    array([3, 8])

    Source: ``tf.experimental.numpy.prod``.
    """
    return reduce("math.reduce_prod", a, axis, dtype, keepdims, wide)


@export("experimental.numpy.mean")
def mean(a, axis=None, dtype=None, out=None, keepdims=None):
    """Mean along axes; of integers, float64. ``out`` is not supported.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.mean([[1, 2], [3, 4]], axis=0).numpy()
    array([2., 3.])

    Raises ``ValueError`` if ``out`` is given. Source: ``tf.experimental.numpy.mean``.
    """
    refuse_out(out)
    return reduce("math.reduce_mean", a, axis, dtype, keepdims, inexact)


def refuse_out(out: Any) -> None:
    """Tensors cannot be written to."""
    if out is not None:
        raise ValueError("Setting out is not supported: tensors cannot be written to.")


@export("experimental.numpy.var")
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=None):
    """Variance along axes, divided by the number of elements minus ``ddof``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.var([1.0, 3.0], ddof=1).numpy()
    np.float64(2.0)

    Source: ``tf.experimental.numpy.var``.
    """
    refuse_out(out)
    a = inexact(a) if dtype is None else as_array(a, dtype)
    keepdims = bool(keepdims)
    if ddof == 0:
        return call("math.reduce_variance", a, axis=axis, keepdims=keepdims)
    centred = a - call("math.reduce_mean", a, axis=axis, keepdims=True)
    squares = call("math.real", centred * call("math.conj", centred))
    total = call("math.reduce_sum", squares, axis=axis, keepdims=keepdims)
    taken = call("math.reduce_sum", call("ones_like", squares), axis=axis, keepdims=keepdims)
    return total / (taken - ddof)


@export("experimental.numpy.std")
def std(a, axis=None, keepdims=None):
    """Standard deviation along axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.std([1.0, 3.0]).numpy()
    np.float64(1.0)

    Source: ``tf.experimental.numpy.std``.
    """
    return reduce("math.reduce_std", a, axis, None, keepdims, inexact)


def extreme(path: str, on_bools: str, a: Any, axis: Any, keepdims: Any) -> Any:
    """``tf.<path>`` of numbers, another reduction of truth values."""
    a = as_array(a)
    return call(on_bools if a.dtype.is_bool else path, a, axis=axis, keepdims=bool(keepdims))


@export("experimental.numpy.amax", "experimental.numpy.max")
def amax(a, axis=None, out=None, keepdims=None):
    """Largest element along axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.amax([[1, 2], [3, 4]], axis=1).numpy()
    array([2, 4])

    Source: ``tf.experimental.numpy.amax``.
    """
    refuse_out(out)
    return extreme("math.reduce_max", "math.reduce_any", a, axis, keepdims)


@export("experimental.numpy.amin", "experimental.numpy.min")
def amin(a, axis=None, out=None, keepdims=None):
    """Smallest element along axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.amin([[1, 2], [3, 4]], axis=1).numpy()
    array([1, 3])

    Source: ``tf.experimental.numpy.amin``.
    """
    refuse_out(out)
    return extreme("math.reduce_min", "math.reduce_all", a, axis, keepdims)


@export("experimental.numpy.ptp")
def ptp(a, axis=None, keepdims=None):
    """Difference of the largest and the smallest element along axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.ptp([1, 5, 3]).numpy()
    np.int64(4)

    Source: ``tf.experimental.numpy.ptp``.
    """
    return amax(a, axis, keepdims=keepdims) - amin(a, axis, keepdims=keepdims)


@export("experimental.numpy.any")
def any(a, axis=None, keepdims=None):
    """Whether some element along axes is true or not zero.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.any([0, 1]).numpy()
    np.True_

    Source: ``tf.experimental.numpy.any``.
    """
    return call("math.reduce_any", as_array(a, bool), axis=axis, keepdims=bool(keepdims))


@export("experimental.numpy.all")
def all(a, axis=None, keepdims=None):
    """Whether all elements along axes are true or not zero.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.all([0, 1]).numpy()
    np.False_

    Source: ``tf.experimental.numpy.all``.
    """
    return call("math.reduce_all", as_array(a, bool), axis=axis, keepdims=bool(keepdims))


@export("experimental.numpy.count_nonzero")
def count_nonzero(a, axis=None):
    """How many elements along axes are not zero (int64).

    >>> import tensortape as tf
    >>> tf.experimental.numpy.count_nonzero([0, 1, 2]).numpy()
    np.int64(2)

    Source: ``tf.experimental.numpy.count_nonzero``.
    """
    return call("math.count_nonzero", as_array(a), axis=axis)


def without_nan(a: Any, value: Any) -> Any:
    """NaN replaced by a value."""
    a = as_array(a)
    if not a.dtype.is_floating:
        return a
    return call("where", call("math.is_nan", a), call("ones_like", a) * value, a)


@export("experimental.numpy.nansum")
def nansum(a, axis=None, dtype=None, keepdims=None):
    """Sum along axes, NaN counted as 0.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.nansum([1.0, float("nan")]).numpy()
    np.float64(1.0)

    Source: ``tf.experimental.numpy.nansum``.
    """
    return sum(without_nan(a, 0), axis, dtype, keepdims)


@export("experimental.numpy.nanprod")
def nanprod(a, axis=None, dtype=None, keepdims=None):
    """Product along axes, NaN counted as 1.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.nanprod([2.0, float("nan")]).numpy()
    np.float64(2.0)

    Source: ``tf.experimental.numpy.nanprod``.
    """
    return prod(without_nan(a, 1), axis, dtype, keepdims)


@export("experimental.numpy.nanmean")
def nanmean(a, axis=None, dtype=None, keepdims=None):
    """Mean along axes of what is not NaN.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.nanmean([2.0, float("nan")]).numpy()
    np.float64(2.0)

    Source: ``tf.experimental.numpy.nanmean``.
    """
    a = as_array(a)
    if not a.dtype.is_floating:
        return mean(a, axis, dtype, keepdims=keepdims)
    counted = call("cast", ~call("math.is_nan", a), a.dtype)
    return nansum(a, axis, dtype, keepdims) / sum(counted, axis, dtype, keepdims)


@export("experimental.numpy.average")
def average(a, axis=None, weights=None, returned=False):
    """Mean along an axis, weighted if ``weights`` are given.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.average([1.0, 4.0], weights=[2.0, 1.0]).numpy()
    np.float64(2.0)

    Source: ``tf.experimental.numpy.average``.
    """
    a = inexact(a)
    if weights is None:
        result = call("math.reduce_mean", a, axis=axis)
        total = call("math.reduce_sum", call("ones_like", a), axis=axis)
    else:
        a, weights = promoted(a, weights)
        if tuple(a.shape) != tuple(weights.shape):
            sizes = [1] * a.shape.rank
            sizes[axis] = -1
            weights = call("reshape", weights, sizes)
        total = call("math.reduce_sum", call("ones_like", a) * weights, axis=axis)
        result = call("math.reduce_sum", a * weights, axis=axis) / total
    return (result, call("broadcast_to", total, result.shape)) if returned else result


def running(path: str, a: Any, axis: Any, dtype: Any) -> Any:
    """``tf.<path>`` along an axis, or of the flattened array."""
    a = wide(as_array(a)) if dtype is None else as_array(a, dtype)
    return call(path, call("reshape", a, [-1]) if axis is None else a, axis=axis or 0)


@export("experimental.numpy.cumsum")
def cumsum(a, axis=None, dtype=None):
    """Running sums along an axis, or of the flattened array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.cumsum([1, 2, 3]).numpy()
    array([1, 3, 6])

    Source: ``tf.experimental.numpy.cumsum``.
    """
    return running("math.cumsum", a, axis, dtype)


@export("experimental.numpy.cumprod")
def cumprod(a, axis=None, dtype=None):
    """Running products along an axis, or of the flattened array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.cumprod([1, 2, 3]).numpy()
    array([1, 2, 6])

    Source: ``tf.experimental.numpy.cumprod``.
    """
    return running("math.cumprod", a, axis, dtype)


@export("experimental.numpy.argmax")
def argmax(a, axis=None):
    """Place of the largest element along an axis, or in the flattened array (int64).

    >>> import tensortape as tf
    >>> tf.experimental.numpy.argmax([1, 5, 3]).numpy()
    np.int64(1)

    Source: ``tf.experimental.numpy.argmax``.
    """
    a = as_array(a)
    return call("math.argmax", call("reshape", a, [-1]) if axis is None else a, axis=axis or 0)


@export("experimental.numpy.argmin")
def argmin(a, axis=None):
    """Place of the smallest element along an axis, or in the flattened array (int64).

    >>> import tensortape as tf
    >>> tf.experimental.numpy.argmin([1, 5, 3]).numpy()
    np.int64(0)

    Source: ``tf.experimental.numpy.argmin``.
    """
    a = as_array(a)
    return call("math.argmin", call("reshape", a, [-1]) if axis is None else a, axis=axis or 0)


@export("experimental.numpy.sort")
def sort(a, axis=-1, kind="quicksort", order=None):
    """The elements along an axis in ascending order.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.sort([3, 1, 2]).numpy()
    array([1, 2, 3])

    Source: ``tf.experimental.numpy.sort``.
    """
    if order is not None:
        raise ValueError("'order' argument to sort is not supported: tensors have no fields.")
    a = as_array(a)
    return call(
        "sort", call("reshape", a, [-1]) if axis is None else a, axis=-1 if axis is None else axis
    )


@export("experimental.numpy.argsort")
def argsort(a, axis=-1, kind="quicksort", order=None):
    """Places of the elements along an axis in ascending order (int64).

    >>> import tensortape as tf
    >>> tf.experimental.numpy.argsort([3, 1, 2]).numpy()
    array([1, 2, 0])

    Source: ``tf.experimental.numpy.argsort``.
    """
    if order is not None:
        raise ValueError("'order' argument to argsort is not supported: tensors have no fields.")
    a = as_array(a)
    a = call("reshape", a, [-1]) if axis is None else a
    places = call("argsort", a, axis=-1 if axis is None else axis, stable=kind == "stable")
    return call("cast", places, "int64")
