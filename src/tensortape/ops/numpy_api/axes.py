"""Shapes, and the order of axes and elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.registry import export
from tensortape.ops.numpy_api.values import as_array, call


def rank_of(a: Any) -> int:
    """The number of axes."""
    return len(a.shape)


@export("experimental.numpy.reshape")
def reshape(a, newshape, order="C"):
    """The elements in another shape; ``order="F"`` runs through columns first.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.reshape([1, 2, 3, 4], (2, 2), order="F").numpy()
    array([[1, 3],
           [2, 4]])

    Source: ``tf.experimental.numpy.reshape``.
    """
    if order not in ("C", "F"):
        raise ValueError(f"Unsupported order argument {order!r}: give 'C' or 'F'")
    a = as_array(a)
    sizes = [newshape] if isinstance(newshape, int) else list(newshape)
    if order == "F":
        turned = call("reshape", call("transpose", a), sizes[::-1])
        return call("transpose", turned)
    return call("reshape", a, sizes)


@export("experimental.numpy.ravel", "experimental.numpy.flatten")
def ravel(a):
    """All elements in a row.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.ravel([[1, 2], [3, 4]]).numpy()
    array([1, 2, 3, 4])

    Source: ``tf.experimental.numpy.ravel``.
    """
    return call("reshape", as_array(a), [-1])


@export("experimental.numpy.transpose")
def transpose(a, axes=None):
    """The axes in another order, reversed unless one is given.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.transpose([[1, 2], [3, 4]]).numpy()
    array([[1, 3],
           [2, 4]])

    Source: ``tf.experimental.numpy.transpose``.
    """
    return call("transpose", as_array(a), perm=axes)


@export("experimental.numpy.swapaxes")
def swapaxes(a, axis1, axis2):
    """Two axes exchanged.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.swapaxes([[1, 2], [3, 4]], 0, 1).numpy()
    array([[1, 3],
           [2, 4]])

    Source: ``tf.experimental.numpy.swapaxes``.
    """
    a = as_array(a)
    order = list(range(rank_of(a)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return call("transpose", a, perm=order)


@export("experimental.numpy.moveaxis")
def moveaxis(a, source, destination):
    """Axes moved to other places, the rest in their order.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.moveaxis(tf.ones([2, 3, 4]), 0, -1).shape
    TensorShape([3, 4, 2])

    Source: ``tf.experimental.numpy.moveaxis``.
    """
    a = as_array(a)
    rank = rank_of(a)
    sources = [s % rank for s in ([source] if isinstance(source, int) else source)]
    targets = [d % rank for d in ([destination] if isinstance(destination, int) else destination)]
    order = [i for i in range(rank) if i not in sources]
    for target, moved in sorted(zip(targets, sources, strict=True)):
        order.insert(target, moved)
    return call("transpose", a, perm=order)


@export("experimental.numpy.expand_dims")
def expand_dims(a, axis):
    """A new axis of size 1.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.expand_dims([1, 2], 0).numpy()
    array([[1, 2]])

    Source: ``tf.experimental.numpy.expand_dims``.
    """
    return call("expand_dims", as_array(a), axis)


@export("experimental.numpy.squeeze")
def squeeze(a, axis=None):
    """Axes of size 1 taken away.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.squeeze([[1, 2]]).numpy()
    array([1, 2])

    Source: ``tf.experimental.numpy.squeeze``.
    """
    return call("squeeze", as_array(a), axis=axis)


@export("experimental.numpy.broadcast_to")
def broadcast_to(array, shape):
    """The elements repeated to a shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.broadcast_to([1, 2], (2, 2)).numpy()
    array([[1, 2],
           [1, 2]])

    Source: ``tf.experimental.numpy.broadcast_to``.
    """
    return call("broadcast_to", as_array(array), [shape] if isinstance(shape, int) else shape)


@export("experimental.numpy.broadcast_arrays")
def broadcast_arrays(*args, **kwargs):
    """Arrays repeated to their common shape.

    >>> import tensortape as tf
    >>> [t.shape for t in tf.experimental.numpy.broadcast_arrays([1, 2], [[3]])]
    [TensorShape([1, 2]), TensorShape([1, 2])]

    Source: ``tf.experimental.numpy.broadcast_arrays``.
    """
    if kwargs.pop("subok", False) or kwargs:
        raise ValueError(f"Received unsupported arguments {sorted(kwargs) or ['subok']}")
    arrays = [as_array(a) for a in args]
    shape = np.broadcast_shapes(*[tuple(a.shape) for a in arrays])
    return [call("broadcast_to", a, shape) for a in arrays]


def at_least(rank: int, a: Any) -> Any:
    """New axes, where NumPy puts them, up to a number of axes."""
    a = as_array(a)
    while rank_of(a) < rank:
        a = call("expand_dims", a, -1 if rank_of(a) == 2 else 0)
    return a


def at_least_each(rank: int, arrays: Any) -> Any:
    """The arrays with new axes; one array by itself."""
    done = [at_least(rank, a) for a in arrays]
    return done[0] if len(done) == 1 else done


@export("experimental.numpy.atleast_1d")
def atleast_1d(*arys):
    """Arrays with at least one axis.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.atleast_1d(3).numpy()
    array([3])

    Source: ``tf.experimental.numpy.atleast_1d``.
    """
    return at_least_each(1, arys)


@export("experimental.numpy.atleast_2d")
def atleast_2d(*arys):
    """Arrays with at least two axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.atleast_2d([3, 4]).numpy()
    array([[3, 4]])

    Source: ``tf.experimental.numpy.atleast_2d``.
    """
    return at_least_each(2, arys)


@export("experimental.numpy.atleast_3d")
def atleast_3d(*arys):
    """Arrays with at least three axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.atleast_3d([3, 4]).shape
    TensorShape([1, 2, 1])

    Source: ``tf.experimental.numpy.atleast_3d``.
    """
    return at_least_each(3, arys)


@export("experimental.numpy.flip")
def flip(m, axis=None):
    """The elements in reverse order along axes, all unless given.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.flip([1, 2, 3]).numpy()
    array([3, 2, 1])

    Source: ``tf.experimental.numpy.flip``.
    """
    m = as_array(m)
    axes = (
        list(range(rank_of(m))) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    )
    return call("reverse", m, axes)


@export("experimental.numpy.flipud")
def flipud(m):
    """Rows in reverse order.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.flipud([[1], [2]]).numpy()
    array([[2],
           [1]])

    Source: ``tf.experimental.numpy.flipud``.
    """
    return flip(m, 0)


@export("experimental.numpy.fliplr")
def fliplr(m):
    """Columns in reverse order.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.fliplr([[1, 2]]).numpy()
    array([[2, 1]])

    Source: ``tf.experimental.numpy.fliplr``.
    """
    return flip(m, 1)


@export("experimental.numpy.roll")
def roll(a, shift, axis=None):
    """The elements moved around along axes, or in the flattened array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.roll([1, 2, 3], 1).numpy()
    array([3, 1, 2])

    Source: ``tf.experimental.numpy.roll``.
    """
    a = as_array(a)
    if axis is not None:
        return call("roll", a, shift, axis)
    return call("reshape", call("roll", call("reshape", a, [-1]), shift, 0), a.shape)


@export("experimental.numpy.rot90")
def rot90(m, k=1, axes=(0, 1)):
    """The plane of two axes turned by ``k`` quarters, the first axis towards the second.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.rot90([[1, 2], [3, 4]]).numpy()
    array([[2, 4],
           [1, 3]])

    Source: ``tf.experimental.numpy.rot90``.
    """
    first, second = axes
    k %= 4
    if k == 0:
        return as_array(m)
    if k == 2:
        return flip(flip(m, first), second)
    return (
        swapaxes(flip(m, second), first, second)
        if k == 1
        else flip(swapaxes(m, first, second), second)
    )
