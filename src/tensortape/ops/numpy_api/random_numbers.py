"""Random numbers: ``tf.random``, with NumPy's names and double precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import invalid
from tensortape.ops.numpy_api.values import FLOAT, as_array, call, numpy_dtype


def as_shape(size: Any) -> Any:
    """A shape from a shape, a lone dimension or ``None``."""
    if size is None:
        return ()
    return (size,) if np.ndim(getattr(size, "_a", size)) == 0 else size


@export("experimental.numpy.random.seed")
def seed(s: Any) -> None:
    """Set the global seed, as ``tf.random.set_seed``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.seed(3)

    Raises ``ValueError`` for what is no number. Source: ``tf.experimental.numpy.random.seed``.
    """
    try:
        number = int(s)
    except TypeError:
        raise ValueError(
            f"Argument `s` got an invalid value {s}. Only integers are supported."
        ) from None
    call("random.set_seed", number)


@export("experimental.numpy.random.standard_normal")
def standard_normal(size: Any = None) -> Any:
    """Normally distributed float64 numbers of shape ``size``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.standard_normal(3).shape
    TensorShape([3])

    Source: ``tf.experimental.numpy.random.standard_normal``.
    """
    return call("random.normal", as_shape(size), dtype=FLOAT)


@export("experimental.numpy.random.randn")
def randn(*args: Any) -> Any:
    """Normally distributed float64 numbers; the arguments are the shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.randn(2, 3).dtype
    tf.float64

    Source: ``tf.experimental.numpy.random.randn``.
    """
    return standard_normal(args)


@export("experimental.numpy.random.uniform")
def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    """Float64 numbers from ``low`` up to ``high``; without ``size`` of their common shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.uniform([1, 2], [3, 4]).shape
    TensorShape([2])

    Raises ``tf.errors.InvalidArgumentError`` for a ``size`` that is no vector and for bounds that
    do not fit. Source: ``tf.experimental.numpy.random.uniform``.
    """
    low, high = as_array(low, FLOAT), as_array(high, FLOAT)
    shape = call("broadcast_static_shape", low.shape, high.shape) if size is None else size
    if np.ndim(getattr(shape, "_a", shape)) == 0 and size is not None:
        raise invalid(f"shape must be a vector, received size={size!r} [Op:RandomUniform]")
    return low + (high - low) * call("random.uniform", shape, dtype=FLOAT)


@export("experimental.numpy.random.random")
def random(size: Any = None) -> Any:
    """Float64 numbers from 0 up to 1 of shape ``size``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.random((2, 2)).shape
    TensorShape([2, 2])

    Raises what ``uniform`` raises. Source: ``tf.experimental.numpy.random.random``.
    """
    return uniform(0.0, 1.0, size)


@export("experimental.numpy.random.rand")
def rand(*size: Any) -> Any:
    """Float64 numbers from 0 up to 1; the arguments are the shape.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.rand(2).dtype
    tf.float64

    Source: ``tf.experimental.numpy.random.rand``.
    """
    return uniform(0.0, 1.0, size)


@export("experimental.numpy.random.poisson")
def poisson(lam: Any = 1.0, size: Any = None) -> Any:
    """Poisson distributed int64 numbers: shape ``size``, then that of ``lam``.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.poisson([1.0, 20.0], 3).shape
    TensorShape([3, 2])

    Source: ``tf.experimental.numpy.random.poisson``.
    """
    return call("random.poisson", as_shape(size), convert_to_tensor(lam), dtype="int64")


@export("experimental.numpy.random.randint")
def randint(low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64) -> Any:
    """Integers from ``low`` up to, without, ``high``; from 0 if only one bound is given.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.random.randint(2, 9, 4).dtype
    tf.int64

    Raises ``ValueError`` for another ``dtype`` than int32 and int64,
    ``tf.errors.InvalidArgumentError`` without a number between the bounds.
    Source: ``tf.experimental.numpy.random.randint``.
    """
    first, last = (0, int(low)) if high is None else (int(low), high)
    kind = as_dtype(numpy_dtype(dtype))
    if kind not in (as_dtype("int32"), as_dtype("int64")):
        raise ValueError(
            f"Argument `dtype` got an invalid value {dtype}. Only int32 and int64 are supported."
        )
    return call("random.uniform", as_shape(size), first, last, dtype=kind)
