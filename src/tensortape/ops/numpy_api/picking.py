"""Picking elements by places and conditions."""

from __future__ import annotations

import numpy as np

from tensortape.core.registry import export
from tensortape.ops.numpy_api.axes import at_least, broadcast_arrays, moveaxis, rank_of
from tensortape.ops.numpy_api.values import as_array, call, promoted


@export("experimental.numpy.take")
def take(a, indices, axis=None, out=None, mode="clip"):
    """Elements at places along an axis, or in the flattened array; places outside are clipped.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.take([4, 5, 6], [0, 9]).numpy()
    array([4, 6])

    Raises ``ValueError`` for ``out`` and ``mode="raise"``. Source: ``tf.experimental.numpy.take``.
    """
    if out is not None:
        raise ValueError("out argument is not supported in take.")
    if mode not in ("clip", "wrap"):
        raise ValueError(f"The {mode!r} mode to take is not supported: give 'clip' or 'wrap'.")
    a, indices = as_array(a), as_array(indices)
    if axis is None:
        a, axis = call("reshape", a, [-1]), 0
    size = int(a.shape[axis])
    inside = call("clip_by_value", indices, 0, size - 1) if mode == "clip" else indices % size
    return call("gather", a, inside, axis=axis)


@export("experimental.numpy.take_along_axis")
def take_along_axis(arr, indices, axis):
    """Elements at places of their own along an axis.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.take_along_axis([[3, 4], [5, 6]], [[1], [0]], 1).numpy()
    array([[4],
           [5]])

    Source: ``tf.experimental.numpy.take_along_axis``.
    """
    arr, indices = as_array(arr), as_array(indices)
    if axis is None:
        arr, axis = call("reshape", arr, [-1]), 0
    rank = rank_of(arr)
    last = axis % rank
    moved, places = moveaxis(arr, last, -1), moveaxis(indices, last, -1)
    shape = np.broadcast_shapes(tuple(moved.shape)[:-1], tuple(places.shape)[:-1])
    moved = call("broadcast_to", moved, [*shape, moved.shape[-1]])
    places = call("broadcast_to", places, [*shape, places.shape[-1]])
    places = call("where", places < 0, places + int(moved.shape[-1]), places)
    return moveaxis(call("gather", moved, places, batch_dims=rank - 1, axis=-1), -1, last)


@export("experimental.numpy.compress")
def compress(condition, a, axis=None):
    """The elements or slices for which the condition holds.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.compress([True, False, True], [4, 5, 6]).numpy()
    array([4, 6])

    Source: ``tf.experimental.numpy.compress``.
    """
    a = as_array(a)
    if axis is None:
        a, axis = call("reshape", a, [-1]), 0
    places = call("reshape", call("where", as_array(condition, bool)), [-1])
    return call("gather", a, places, axis=axis)


@export("experimental.numpy.where")
def where(condition, x=None, y=None):
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere; or its coordinates.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.where([True, False], 1, 2.5).numpy()
    array([1. , 2.5])

    Source: ``tf.experimental.numpy.where``.
    """
    condition = as_array(condition, bool)
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("Both x and y must be ndarrays, or both must be None.")
    return call("where", condition, *promoted(x, y))


@export("experimental.numpy.nonzero")
def nonzero(a):
    """Coordinates of what is not zero, one array for each axis.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.nonzero([0, 3, 4])]
    [[1, 2]]

    Source: ``tf.experimental.numpy.nonzero``.
    """
    a = at_least(1, a)
    return call("unstack", call("where", as_array(a, bool)), rank_of(a), axis=1)


@export("experimental.numpy.select")
def select(condlist, choicelist, default=0):
    """Elements of the first choice whose condition holds.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.select([[True, False], [True, True]], [[1, 2], [3, 4]]).numpy()
    array([1, 4])

    Source: ``tf.experimental.numpy.select``.
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"condlist must have length equal to choicelist ({len(condlist)} vs {len(choicelist)}) "
            "and not be empty"
        )
    result, *choices = promoted(default, *choicelist)
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        result = where(condition, choice, result)
    return result


@export("experimental.numpy.clip")
def clip(a, a_min, a_max):
    """Elements cut to between two bounds, one of which may be ``None``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.clip([1, 5, 9], 2, 6).numpy()
    array([2, 5, 6])

    Source: ``tf.experimental.numpy.clip``.
    """
    if a_min is None and a_max is None:
        raise ValueError("Not more than one of `a_min` and `a_max` may be `None`.")
    if a_min is None:
        return call("math.minimum", *promoted(a, a_max))
    if a_max is None:
        return call("math.maximum", *promoted(a, a_min))
    return call("clip_by_value", *broadcast_arrays(*promoted(a, a_min, a_max)))


@export("experimental.numpy.diff")
def diff(a, n=1, axis=-1):
    """Differences of neighbours along an axis, ``n`` times.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.diff([1, 4, 9]).numpy()
    array([3, 5])

    Source: ``tf.experimental.numpy.diff``.
    """
    a = moveaxis(as_array(a), axis, -1)
    for _ in range(n):
        a = a[..., 1:] != a[..., :-1] if a.dtype.is_bool else a[..., 1:] - a[..., :-1]
    return moveaxis(a, -1, axis)
