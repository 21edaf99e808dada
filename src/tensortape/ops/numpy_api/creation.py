"""Arrays from nothing, from numbers and from diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import export
from tensortape.ops.numpy_api.values import as_array, call, common_dtype, numpy_dtype


def made(array: Any, dtype: Any = None) -> Any:
    """A NumPy array as a tensor of a dtype."""
    return convert_to_tensor(array if dtype is None else array.astype(numpy_dtype(dtype)))


@export("experimental.numpy.array")
def array(val, dtype=None, copy=True, ndmin=0):
    """A tensor of the dtype that NumPy would give the value.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.array([1.0, 2]).dtype
    tf.float64

    Source: ``tf.experimental.numpy.array``.
    """
    a = as_array(val, dtype)
    return call("reshape", a, [1] * max(0, ndmin - len(a.shape)) + list(a.shape)) if ndmin else a


@export(
    "experimental.numpy.asarray",
    "experimental.numpy.asanyarray",
    "experimental.numpy.ascontiguousarray",
)
def asarray(a, dtype=None):
    """A tensor of the dtype that NumPy would give the value; tensors are kept.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.asarray([1, 2]).dtype
    tf.int64

    Source: ``tf.experimental.numpy.asarray``.
    """
    return as_array(a, dtype)


@export("experimental.numpy.copy")
def copy(a):
    """A new tensor of the same value.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.copy([1, 2]).numpy()
    array([1, 2])

    Source: ``tf.experimental.numpy.copy``.
    """
    return call("identity", as_array(a))


@export("experimental.numpy.zeros", "experimental.numpy.empty")
def zeros(shape, dtype=float):
    """Zeros of a shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.zeros(2).numpy()
    array([0., 0.])

    Source: ``tf.experimental.numpy.zeros``.
    """
    return made(np.zeros(shape, numpy_dtype(dtype)))


@export("experimental.numpy.ones")
def ones(shape, dtype=float):
    """Ones of a shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.ones(2).numpy()
    array([1., 1.])

    Source: ``tf.experimental.numpy.ones``.
    """
    return made(np.ones(shape, numpy_dtype(dtype)))


@export("experimental.numpy.full")
def full(shape, fill_value, dtype=None):
    """One value, repeated to a shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.full(2, 7).numpy()
    array([7, 7])

    Source: ``tf.experimental.numpy.full``.
    """
    value = as_array(fill_value, dtype)
    return call("broadcast_to", value, [shape] if isinstance(shape, int) else shape)


@export("experimental.numpy.zeros_like", "experimental.numpy.empty_like")
def zeros_like(a, dtype=None):
    """Zeros of the shape and dtype of another array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.zeros_like([1, 2]).numpy()
    array([0, 0])

    Source: ``tf.experimental.numpy.zeros_like``.
    """
    a = as_array(a)
    return call("zeros_like", a, dtype=a.dtype if dtype is None else as_dtype(numpy_dtype(dtype)))


@export("experimental.numpy.ones_like")
def ones_like(a, dtype=None):
    """Ones of the shape and dtype of another array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.ones_like([1, 2]).numpy()
    array([1, 1])

    Source: ``tf.experimental.numpy.ones_like``.
    """
    a = as_array(a)
    return call("ones_like", a, dtype=a.dtype if dtype is None else as_dtype(numpy_dtype(dtype)))


@export("experimental.numpy.full_like")
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    """One value in the shape and dtype of another array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.full_like([1, 2], 7).numpy()
    array([7, 7])

    Source: ``tf.experimental.numpy.full_like``.
    """
    a = as_array(a)
    return full(tuple(a.shape) if shape is None else shape, fill_value, dtype or a.dtype)


@export("experimental.numpy.eye")
def eye(N, M=None, k=0, dtype=float):
    """Ones on the ``k``-th diagonal, zeros elsewhere.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.eye(2, k=1).numpy()
    array([[0., 1.],
           [0., 0.]])

    Source: ``tf.experimental.numpy.eye``.
    """
    return made(np.eye(N, M, k, numpy_dtype(dtype)))


@export("experimental.numpy.identity")
def identity(n, dtype=float):
    """The identity matrix.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.identity(1).numpy()
    array([[1.]])

    Source: ``tf.experimental.numpy.identity``.
    """
    return eye(n, dtype=dtype)


@export("experimental.numpy.tri")
def tri(N, M=None, k=0, dtype=None):
    """Ones at and below the ``k``-th diagonal.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.tri(2).numpy()
    array([[1., 0.],
           [1., 1.]])

    Source: ``tf.experimental.numpy.tri``.
    """
    return made(np.tri(N, M, k, numpy_dtype(dtype or float)))


@export("experimental.numpy.arange")
def arange(start, stop=None, step=1, dtype=None):
    """Numbers in equal steps, the end left out.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.arange(1, 7, 2).numpy()
    array([1, 3, 5])

    Raises ``ValueError`` for a step of 0. Source: ``tf.experimental.numpy.arange``.
    """
    if not step:
        raise ValueError("step must be non-zero.")
    given = [v for v in (start, stop, step) if v is not None]
    wanted = common_dtype(*given) if dtype is None else dtype
    low, high = (0, start) if stop is None else (start, stop)
    limits: Any = [np.asarray(v)[()] for v in (low, high, step)]
    return made(np.arange(*limits), wanted)


def line(path: str, start: Any, stop: Any, num: int, endpoint: bool, axis: int) -> Any:
    """``num`` values from ``start`` to ``stop``."""
    dtype = common_dtype(start, stop, 1.0)
    start, stop = as_array(start, dtype), as_array(stop, dtype)
    if not endpoint and num > 0:
        stop = stop - (stop - start) / num
    return call(path, start, stop, num, axis=axis)


@export("experimental.numpy.linspace")
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=float, axis=0):
    """Numbers at equal distances from ``start`` to ``stop``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.linspace(0, 1, 3).numpy()
    array([0. , 0.5, 1. ])

    Raises ``ValueError`` for a negative number. Source: ``tf.experimental.numpy.linspace``.
    """
    if num < 0:
        raise ValueError(
            "Argument `num` (number of samples) must be a non-negative integer. "
            f"Received: num={num}"
        )
    result = line("linspace", start, stop, num, endpoint, axis)
    if dtype not in (None, float):
        result = as_array(result, dtype)
    if not retstep:
        return result
    parts = num - 1 if endpoint else num
    step = (as_array(stop) - as_array(start)) / max(parts, 1) if parts > 0 else as_array(np.nan)
    return result, step


@export("experimental.numpy.logspace")
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """Powers of ``base`` whose exponents are at equal distances.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.logspace(0, 2, 3).numpy()
    array([  1.,  10., 100.])

    Source: ``tf.experimental.numpy.logspace``.
    """
    result = base ** line("linspace", start, stop, num, endpoint, axis)
    return result if dtype is None else as_array(result, dtype)


@export("experimental.numpy.meshgrid")
def meshgrid(*xi, **kwargs):
    """Coordinates of a grid; ``indexing`` is ``"xy"`` or ``"ij"``.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.meshgrid([1, 2], [3])]
    [[[1, 2]], [[3, 3]]]

    Source: ``tf.experimental.numpy.meshgrid``.
    """
    if kwargs.pop("sparse", False) or not kwargs.pop("copy", True):
        raise ValueError("meshgrid supports neither sparse=True nor copy=False.")
    return call("meshgrid", *[as_array(x) for x in xi], indexing=kwargs.pop("indexing", "xy"))


@export("experimental.numpy.diag")
def diag(v, k=0):
    """The matrix with a given diagonal, or the diagonal of a matrix.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.diag([1, 2]).numpy()
    array([[1, 0],
           [0, 2]])

    Source: ``tf.experimental.numpy.diag``.
    """
    v = as_array(v)
    if len(v.shape) == 1:
        return call("linalg.diag", v, k=k)
    if len(v.shape) != 2:
        raise ValueError(f"diag takes a vector or a matrix, got shape {v.shape}")
    return call("linalg.diag_part", v, k=k)


@export("experimental.numpy.diagflat")
def diagflat(v, k=0):
    """The matrix whose diagonal is the flattened array.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.diagflat([1, 2]).numpy()
    array([[1, 0],
           [0, 2]])

    Source: ``tf.experimental.numpy.diagflat``.
    """
    return diag(call("reshape", as_array(v), [-1]), k)


@export("experimental.numpy.diagonal")
def diagonal(a, offset=0, axis1=0, axis2=1):
    """The diagonal of the plane of two axes, as a last axis.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.diagonal([[1, 2], [3, 4]]).numpy()
    array([1, 4])

    Source: ``tf.experimental.numpy.diagonal``.
    """
    a = as_array(a)
    rank = len(a.shape)
    first, second = axis1 % rank, axis2 % rank
    order = [i for i in range(rank) if i not in (first, second)] + [first, second]
    return call("linalg.diag_part", call("transpose", a, perm=order), k=offset)


@export("experimental.numpy.tril")
def tril(m, k=0):
    """The elements at and below the ``k``-th diagonal, zeros elsewhere.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.tril([[1, 2], [3, 4]]).numpy()
    array([[1, 0],
           [3, 4]])

    Source: ``tf.experimental.numpy.tril``.
    """
    return triangle(m, k, lower=True)


@export("experimental.numpy.triu")
def triu(m, k=0):
    """The elements at and above the ``k``-th diagonal, zeros elsewhere.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.triu([[1, 2], [3, 4]]).numpy()
    array([[1, 2],
           [0, 4]])

    Source: ``tf.experimental.numpy.triu``.
    """
    return triangle(m, k, lower=False)


def triangle(m: Any, k: int, lower: bool) -> Any:
    """One side of a diagonal."""
    m = as_array(m)
    rows, columns = int(m.shape[-2]), int(m.shape[-1])
    kept = np.tri(rows, columns, k if lower else k - 1, dtype=bool)
    return call("where", kept if lower else ~kept, m, call("zeros_like", m))


@export("experimental.numpy.geomspace")
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers in equal ratios from ``start`` to ``stop``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.geomspace(1.0, 100.0, 3).numpy().round(4)
    array([  1.,  10., 100.])

    Source: ``tf.experimental.numpy.geomspace``.
    """
    first, last = (call("math.log", as_array(v, float)) for v in (start, stop))
    result = call("math.exp", line("linspace", first, last, num, endpoint, axis))
    return result if dtype is None else as_array(result, dtype)


@export("experimental.numpy.diag_indices")
def diag_indices(n, ndim=2):
    """Coordinates of the diagonal of an array with ``ndim`` axes of size ``n``.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.diag_indices(2)]
    [[0, 1], [0, 1]]

    Source: ``tf.experimental.numpy.diag_indices``.
    """
    return (made(np.arange(n, dtype=np.int32)),) * ndim


@export("experimental.numpy.ix_")
def ix_(*args):
    """Vectors shaped so that together they index a grid.

    >>> import tensortape as tf
    >>> [t.shape for t in tf.experimental.numpy.ix_([0, 1], [2])]
    [TensorShape([2, 1]), TensorShape([1, 1])]

    Source: ``tf.experimental.numpy.ix_``.
    """
    rank, found = len(args), []
    for i, arg in enumerate(args):
        a = as_array(arg)
        if len(a.shape) != 1:
            raise ValueError(f"Arguments must be 1-d, got arg {i} of shape {a.shape}")
        if a.dtype.is_bool:
            a = call("reshape", call("where", a), [-1])
        found.append(call("reshape", a, [-1 if j == i else 1 for j in range(rank)]))
    return found
