"""Products of vectors and matrices, and polynomials."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.ops.numpy_api.values import as_array, call, promoted


def rank_of(a: Any) -> int:
    """The number of axes."""
    return len(a.shape)


@export("experimental.numpy.dot")
def dot(a, b):
    """Product of matrices, inner product of vectors, or multiple.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.dot([1, 2], [3, 4]).numpy()
    np.int64(11)

    Source: ``tf.experimental.numpy.dot``.
    """
    a, b = promoted(a, b)
    if rank_of(a) == 0 or rank_of(b) == 0:
        return a * b
    return call("tensordot", a, b, axes=[[-1], [-1 if rank_of(b) == 1 else -2]])


@export("experimental.numpy.inner")
def inner(a, b):
    """Sums of products along the last axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.inner([1, 2], [3, 4]).numpy()
    np.int64(11)

    Source: ``tf.experimental.numpy.inner``.
    """
    a, b = promoted(a, b)
    if rank_of(a) == 0 or rank_of(b) == 0:
        return a * b
    return call("tensordot", a, b, axes=[[-1], [-1]])


@export("experimental.numpy.outer")
def outer(a, b):
    """All products of elements of two flattened arrays.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.outer([1, 2], [3, 4]).numpy()
    array([[3, 4],
           [6, 8]])

    Source: ``tf.experimental.numpy.outer``.
    """
    a, b = promoted(a, b)
    return call("reshape", a, [-1, 1]) * call("reshape", b, [-1])


@export("experimental.numpy.vdot")
def vdot(a, b):
    """Inner product of two flattened arrays, the first conjugated.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.vdot([1, 2], [3, 4]).numpy()
    np.int64(11)

    Source: ``tf.experimental.numpy.vdot``.
    """
    a, b = (call("reshape", v, [-1]) for v in promoted(a, b))
    return dot(call("math.conj", a), b)


@export("experimental.numpy.matmul")
def matmul(x1, x2):
    """Product of matrices; vectors count as a row on the left, as a column on the right.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.matmul([[1, 2], [3, 4]], [1, 1]).numpy()
    array([3, 7])

    Source: ``tf.experimental.numpy.matmul``.
    """
    x1, x2 = promoted(x1, x2)
    if rank_of(x1) == 1 and rank_of(x2) == 1:
        return call("tensordot", x1, x2, axes=1)
    if rank_of(x2) == 1:
        return call("squeeze", call("matmul", x1, call("expand_dims", x2, -1)), axis=-1)
    if rank_of(x1) == 1:
        return call("squeeze", call("matmul", call("expand_dims", x1, 0), x2), axis=-2)
    return call("matmul", x1, x2)


@export("experimental.numpy.tensordot")
def tensordot(a, b, axes=2):
    """Sums of products along axes of both arrays.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.tensordot([[1, 2], [3, 4]], [1, 1], 1).numpy()
    array([3, 7])

    Source: ``tf.experimental.numpy.tensordot``.
    """
    return call("tensordot", *promoted(a, b), axes=axes)


@export("experimental.numpy.einsum")
def einsum(subscripts, *operands, **kwargs):
    """Sums of products by Einstein's convention.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.einsum("ij->i", [[1, 2], [3, 4]]).numpy()
    array([3, 7])

    Source: ``tf.experimental.numpy.einsum``.
    """
    if kwargs.pop("casting", "safe") != "safe":
        raise ValueError("Invalid value for argument 'casting'. Expected casting='safe'.")
    return call("einsum", subscripts, *promoted(*operands))


@export("experimental.numpy.kron")
def kron(a, b):
    """Kronecker's product: blocks of ``b``, multiplied by the elements of ``a``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.kron([1, 10], [1, 2]).numpy()
    array([ 1,  2, 10, 20])

    Source: ``tf.experimental.numpy.kron``.
    """
    a, b = promoted(a, b)
    rank = max(rank_of(a), rank_of(b))
    left, right = ([1] * (rank - rank_of(v)) + list(v.shape) for v in (a, b))
    blocks = call("reshape", a, [n for size in left for n in (size, 1)])
    tiles = call("reshape", b, [n for size in right for n in (1, size)])
    return call("reshape", blocks * tiles, [m * n for m, n in zip(left, right, strict=True)])


@export("experimental.numpy.cross")
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Cross product of vectors with two or three components.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.cross([1, 0, 0], [0, 1, 0]).numpy()
    array([0, 0, 1])

    Raises ``ValueError`` for other sizes. Source: ``tf.experimental.numpy.cross``.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = promoted(a, b)
    a, b = (call("experimental.numpy.moveaxis", v, i, -1) for v, i in ((a, axisa), (b, axisb)))
    sizes = (int(a.shape[-1]), int(b.shape[-1]))
    if any(n not in (2, 3) for n in sizes):
        raise ValueError(f"vectors of a cross product must have 2 or 3 components, got {sizes}")
    x, y = ([v[..., i] for i in range(n)] for v, n in zip((a, b), sizes, strict=True))
    last = x[0] * y[1] - x[1] * y[0]
    if sizes == (2, 2):
        return last
    zero = call("zeros_like", last)
    p, q = (v[2] if len(v) == 3 else zero for v in (x, y))
    parts = [x[1] * q - p * y[1], p * y[0] - x[0] * q, last]
    return call("experimental.numpy.moveaxis", call("stack", parts, -1), -1, axisc)


@export("experimental.numpy.trace")
def trace(a, offset=0, axis1=0, axis2=1, dtype=None):
    """Sum of a diagonal.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.trace([[1, 2], [3, 4]]).numpy()
    np.int64(5)

    Source: ``tf.experimental.numpy.trace``.
    """
    diagonal = call("experimental.numpy.diagonal", as_array(a, dtype), offset, axis1, axis2)
    return call("math.reduce_sum", diagonal, axis=-1)


@export("experimental.numpy.polyval")
def polyval(p, x):
    """Value of a polynomial whose coefficients are given, the highest power first.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.polyval([2, 1, 5], 3).numpy()
    np.int64(26)

    Source: ``tf.experimental.numpy.polyval``.
    """
    p, x = promoted(p, x)
    terms = call("unstack", call("reshape", p, [-1]))
    value = call("math.polyval", terms, x)
    return call("broadcast_to", value, x.shape) if len(terms) == 1 else value


@export("experimental.numpy.vander")
def vander(x, N=None, increasing=False):
    """Powers of the elements of a vector, one column for each.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.vander([1, 2, 3], 2).numpy()
    array([[1, 1],
           [2, 1],
           [3, 1]])

    Source: ``tf.experimental.numpy.vander``.
    """
    x = as_array(x)
    count = int(x.shape[0]) if N is None else N
    exponents = range(count) if increasing else range(count - 1, -1, -1)
    ones = call("ones_like", x)
    return call("stack", [x**k if k else ones for k in exponents], 1)
