"""Changing the dtype: by value, with saturation, and by reinterpreting the bits."""

from __future__ import annotations

import math

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, export
from tensortape.ops.elementwise.extrema import clip

_INEXACT = "fcV"


@op(
    "Cast",
    primitive="astype",
    saves=(),
    native_dtypes=True,
    samples=[((((2, 3),)), {"dtype": dtypes.float64})],
)
def cast_op(xp, x, *, dtype):
    """The values in another dtype."""
    return converted(xp, x, dtype)


def converted(xp, x, dtype):
    """``x`` in another dtype; of complex numbers only the real part becomes real."""
    if x.dtype.kind == "c" and getattr(dtype, "_np", dtype).kind not in "cb":
        x = xp.real(x)
    return xp.astype(x, dtype)


@cast_op.vjp
def _(xp, g, y, x, *, dtype):
    return (
        converted(xp, g, x.dtype) if x.dtype.kind in _INEXACT and y.dtype.kind in _INEXACT else None
    )


@cast_op.jvp
def _(xp, tangents, y, x, *, dtype):
    if x.dtype.kind in _INEXACT and y.dtype.kind in _INEXACT:
        return converted(xp, tangents[0], y.dtype)
    return None


@export("cast", "dtypes.cast")
def cast(x, dtype, name=None):
    """The values of ``x`` in another dtype; what has that dtype already is returned as it is.

    Floats are truncated towards zero to integers; of complex numbers the real part is kept. The
    gradient passes between floating and complex dtypes, and is ``None`` to and from others.

    >>> import tensortape as tf
    >>> tf.cast([1.8, -2.2], tf.int32).numpy()
    array([ 1, -2], dtype=int32)

    Raises ``TypeError`` for an unknown dtype, ``tf.errors.UnimplementedError`` for strings.
    Source: ``tf.cast``.
    """
    wanted = as_dtype(dtype)
    if hasattr(x, "dense_shape") and hasattr(x, "values"):
        return type(x)(*_with_values(x, cast(x.values, wanted)))
    if getattr(x, "dtype", None) is wanted and hasattr(x, "_a"):
        return x
    x = tensor(x)
    source = x.dtype
    if source is wanted:
        return x
    if dtypes.string in (source, wanted):
        words = (source.name, wanted.name)
        raise errors.UnimplementedError(
            None, None, f"Cast {words[0]} to {words[1]} is not supported [Op:Cast] name: "
        )
    return execute(cast_op, (x,), {"dtype": wanted})


def _with_values(x, values):
    """The parts of a sparse tensor or of indexed slices, in the order of their constructor."""
    first = type(x).__name__ == "SparseTensor"
    return (x.indices, values, x.dense_shape) if first else (values, x.indices, x.dense_shape)


def _limits(source, target):
    """The range of values of ``source`` that fit ``target``, as numbers of ``source``."""
    make = source.as_numpy_dtype
    low, high = make(max(source.min, target.min)), make(min(float(source.max), float(target.max)))
    if float(low) < float(target.min):
        low = np.nextafter(low, make(0))
    if int(high) > int(target.max) if math.isfinite(float(high)) else False:
        high = np.nextafter(high, make(0))
    return low, high


@export("saturate_cast", "dtypes.saturate_cast")
def saturate_cast(value, dtype, name=None):
    """The values of ``value`` in another dtype, cut to its range first.

    >>> import tensortape as tf
    >>> tf.saturate_cast([300.0, -5.0, 7.5], tf.uint8).numpy()
    array([255,   0,   7], dtype=uint8)

    Source: ``tf.saturate_cast``.
    """
    value, dtype = tensor(value), as_dtype(dtype)
    if value.dtype.is_complex:
        if dtype.is_complex:
            return cast(value, dtype)
        value = execute(OPS["Real"], (value,), NO_ATTRS)
    low, high = _limits(value.dtype, dtype.real_dtype)
    bounds = (convert_to_tensor(bound, dtype=value.dtype) for bound in (low, high))
    return cast(clip(value, *bounds), dtype)


@op("Bitcast", primitive="bitcast", nondifferentiable="bits have no derivative", native_dtypes=True)
def bitcast_op(xp, input, *, dtype):
    """The same bytes as another dtype."""
    return xp.bitcast(input, dtype)


@export("bitcast")
def bitcast(input, type, name=None):
    """The bytes of ``input`` read as another dtype, without changing them.

    Where the new dtype is smaller, an axis is added at the end; where it is larger, the last axis
    goes and must hold exactly the bytes of one element.

    >>> import tensortape as tf
    >>> tf.bitcast([1.0, 2.0], tf.uint32).numpy()
    array([1065353216, 1073741824], dtype=uint32)

    Raises ``tf.errors.InvalidArgumentError`` where the sizes do not fit. Source: ``tf.bitcast``.
    """
    input, wanted = tensor(input), as_dtype(type)
    ratio = wanted.size // input.dtype.size
    shape = tuple(input.shape)
    if ratio > 1 and (not shape or shape[-1] != ratio):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Cannot bitcast from {input.dtype.name} to {wanted.name}: the last axis of shape "
            f"{list(shape)} must have {ratio} elements [Op:Bitcast] name: ",
        )
    return execute(bitcast_op, (input,), {"dtype": wanted})
