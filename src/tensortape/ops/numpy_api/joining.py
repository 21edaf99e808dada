"""Joining arrays, repeating and taking them apart."""

from __future__ import annotations

import numpy as np

from tensortape.core.registry import export
from tensortape.ops.numpy_api.axes import at_least, rank_of, ravel
from tensortape.ops.numpy_api.values import as_array, call, promoted


@export("experimental.numpy.concatenate")
def concatenate(arys, axis=0):
    """Arrays joined along an axis, promoted to one dtype.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.concatenate([[1, 2], [3.0]]).numpy()
    array([1., 2., 3.])

    Source: ``tf.experimental.numpy.concatenate``.
    """
    return call("concat", promoted(*arys), axis)


@export("experimental.numpy.append")
def append(arr, values, axis=None):
    """``values`` after ``arr``, both flattened unless an axis is given.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.append([1, 2], 3).numpy()
    array([1, 2, 3])

    Source: ``tf.experimental.numpy.append``.
    """
    if axis is None:
        return concatenate([ravel(arr), ravel(values)])
    return concatenate([arr, values], axis)


@export("experimental.numpy.stack")
def stack(arrays, axis=0):
    """Arrays of one shape joined along a new axis.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.stack([[1, 2], [3, 4]], axis=1).numpy()
    array([[1, 3],
           [2, 4]])

    Source: ``tf.experimental.numpy.stack``.
    """
    return call("stack", promoted(*arrays), axis)


@export("experimental.numpy.vstack")
def vstack(tup):
    """Rows, one below the other.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.vstack([[1, 2], [3, 4]]).numpy()
    array([[1, 2],
           [3, 4]])

    Source: ``tf.experimental.numpy.vstack``.
    """
    return concatenate([at_least(2, a) for a in tup], 0)


@export("experimental.numpy.hstack")
def hstack(tup):
    """Arrays side by side: joined along the second axis, vectors along their only one.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.hstack([[1, 2], [3]]).numpy()
    array([1, 2, 3])

    Source: ``tf.experimental.numpy.hstack``.
    """
    arrays = [at_least(1, a) for a in tup]
    return concatenate(arrays, 0 if rank_of(arrays[0]) == 1 else 1)


@export("experimental.numpy.dstack")
def dstack(tup):
    """Arrays joined along the third axis.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.dstack([[1, 2], [3, 4]]).numpy()
    array([[[1, 3],
            [2, 4]]])

    Source: ``tf.experimental.numpy.dstack``.
    """
    return concatenate([at_least(3, a) for a in tup], 2)


@export("experimental.numpy.split")
def split(ary, indices_or_sections, axis=0):
    """Equal parts along an axis, or the parts between given indices.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.split([1, 2, 3, 4], [1])]
    [[1], [2, 3, 4]]

    Source: ``tf.experimental.numpy.split``.
    """
    ary = as_array(ary)
    if isinstance(indices_or_sections, int):
        return call("split", ary, indices_or_sections, axis=axis)
    cuts = [0, *indices_or_sections, int(ary.shape[axis])]
    return call("split", ary, np.diff(cuts).tolist(), axis=axis)


@export("experimental.numpy.tile")
def tile(a, reps):
    """The array repeated as a whole.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.tile([1, 2], 2).numpy()
    array([1, 2, 1, 2])

    Source: ``tf.experimental.numpy.tile``.
    """
    a = as_array(a)
    reps = [reps] if isinstance(reps, int) else list(reps)
    a = call("reshape", a, [1] * (len(reps) - rank_of(a)) + list(a.shape))
    return call("tile", a, [1] * (rank_of(a) - len(reps)) + reps)


@export("experimental.numpy.repeat")
def repeat(a, repeats, axis=None):
    """Each element repeated.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.repeat([1, 2], 2).numpy()
    array([1, 1, 2, 2])

    Source: ``tf.experimental.numpy.repeat``.
    """
    return call("repeat", as_array(a), repeats, axis=axis)


@export("experimental.numpy.pad")
def pad(array, pad_width, mode, **kwargs):
    """Elements added at the edges: constant, or reflected.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.pad([1, 2], [[1, 1]], "constant").numpy()
    array([0, 1, 2, 0])

    Raises ``ValueError`` for modes other than constant, reflect and symmetric.
    Source: ``tf.experimental.numpy.pad``.
    """
    if mode not in ("constant", "reflect", "symmetric"):
        raise ValueError(f"Unsupported padding mode: {mode}")
    value = kwargs.get("constant_values", 0)
    return call("pad", as_array(array), pad_width, mode.upper(), constant_values=value)


@export("experimental.numpy.vsplit")
def vsplit(ary, indices_or_sections):
    """Parts along the first axis.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.vsplit([[1], [2]], 2)]
    [[[1]], [[2]]]

    Source: ``tf.experimental.numpy.vsplit``.
    """
    return split(ary, indices_or_sections, 0)


@export("experimental.numpy.hsplit")
def hsplit(ary, indices_or_sections):
    """Parts along the second axis, of vectors along their only one.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.hsplit([1, 2], 2)]
    [[1], [2]]

    Source: ``tf.experimental.numpy.hsplit``.
    """
    return split(ary, indices_or_sections, 0 if rank_of(as_array(ary)) == 1 else 1)


@export("experimental.numpy.dsplit")
def dsplit(ary, indices_or_sections):
    """Parts along the third axis.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.dsplit([[[1, 2]]], 2)]
    [[[[1]]], [[[2]]]]

    Source: ``tf.experimental.numpy.dsplit``.
    """
    return split(ary, indices_or_sections, 2)
