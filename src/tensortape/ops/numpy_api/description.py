"""Comparing whole arrays, and asking for shapes and dtypes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.registry import add_public, export
from tensortape.core.tensor import Tensor
from tensortape.ops.numpy_api.values import (
    as_array,
    call,
    common_dtype,
    numpy_dtype,
    promoted,
    typed,
)


@export("experimental.numpy.isclose")
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether ``|a - b| <= atol + rtol * |b|``, element by element.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.isclose([1.0, 2.0], [1.0, 2.1]).numpy()
    array([ True, False])

    Source: ``tf.experimental.numpy.isclose``.
    """
    a, b = promoted(a, b)
    if not (a.dtype.is_floating or a.dtype.is_complex):
        return a == b
    close = abs(a - b) <= atol + rtol * abs(b)
    if equal_nan:
        close = close | (call("math.is_nan", a) & call("math.is_nan", b))
    return close


@export("experimental.numpy.allclose")
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether all elements are close.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.allclose([1.0, 2.0], [1.0, 2.1]).numpy()
    np.False_

    Source: ``tf.experimental.numpy.allclose``.
    """
    return call("math.reduce_all", isclose(a, b, rtol, atol, equal_nan))


@export("experimental.numpy.array_equal")
def array_equal(a1, a2):
    """Whether two arrays have one shape and equal elements.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.array_equal([1, 2], [1, 2]).numpy()
    np.True_

    Source: ``tf.experimental.numpy.array_equal``.
    """
    a1, a2 = promoted(a1, a2)
    if tuple(a1.shape) != tuple(a2.shape):
        return as_array(False)
    return call("math.reduce_all", a1 == a2)


@export("experimental.numpy.ndim")
def ndim(a):
    """The number of axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.ndim([[1, 2]])
    2

    Source: ``tf.experimental.numpy.ndim``.
    """
    return len(as_array(a).shape)


@export("experimental.numpy.shape")
def shape(a):
    """The sizes of the axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.shape([[1, 2]])
    TensorShape([1, 2])

    Source: ``tf.experimental.numpy.shape``.
    """
    return as_array(a).shape


@export("experimental.numpy.size")
def size(x, axis=None):
    """The number of elements, all of them or along an axis.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.size([[1, 2]])
    2

    Source: ``tf.experimental.numpy.size``.
    """
    sizes = shape(x)
    return math.prod(sizes) if axis is None else int(sizes[axis])


@export("experimental.numpy.isscalar")
def isscalar(num):
    """Whether a value is a number or a tensor without axes.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.isscalar(3.0)
    True

    Source: ``tf.experimental.numpy.isscalar``.
    """
    return len(num.shape) == 0 if typed(num) else np.isscalar(num)


@export("experimental.numpy.iscomplexobj")
def iscomplexobj(x):
    """Whether an array holds complex numbers.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.iscomplexobj([1j])
    True

    Source: ``tf.experimental.numpy.iscomplexobj``.
    """
    return as_array(x).dtype.is_complex


@export("experimental.numpy.isrealobj")
def isrealobj(x):
    """Whether an array holds no complex numbers.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.isrealobj([1j])
    False

    Source: ``tf.experimental.numpy.isrealobj``.
    """
    return not iscomplexobj(x)


@export("experimental.numpy.angle")
def angle(z, deg=False):
    """Argument of each element, in radians or degrees.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.angle([1j], deg=True).numpy()
    array([90.])

    Source: ``tf.experimental.numpy.angle``.
    """
    z = as_array(z)
    result = call(
        "math.angle", z if z.dtype.is_complex or z.dtype.is_floating else as_array(z, float)
    )
    return result * (180 / math.pi) if deg else result


@export("experimental.numpy.divmod")
def divmod(x1, x2):
    """Floored quotient and remainder.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.experimental.numpy.divmod([7], [3])]
    [[2], [1]]

    Source: ``tf.experimental.numpy.divmod``.
    """
    names = ("experimental.numpy.floor_divide", "experimental.numpy.mod")
    return tuple(call(name, x1, x2) for name in names)


@export("experimental.numpy.result_type")
def result_type(*arrays_and_dtypes):
    """The dtype to which arrays, numbers and dtypes are promoted together.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.result_type(tf.constant(1), 2.5)
    tf.float64

    Source: ``tf.experimental.numpy.result_type``.
    """
    return common_dtype(*arrays_and_dtypes)


@export("experimental.numpy.promote_types")
def promote_types(type1, type2):
    """The smallest dtype to which both can be cast (NumPy's).

    >>> import tensortape as tf
    >>> tf.experimental.numpy.promote_types("int32", "float32")
    dtype('float64')

    Source: ``tf.experimental.numpy.promote_types``.
    """
    return np.promote_types(numpy_dtype(type1), numpy_dtype(type2))


@export("experimental.numpy.finfo")
def finfo(dtype):
    """The limits of a floating dtype.

    >>> import tensortape as tf
    >>> float(tf.experimental.numpy.finfo("float32").eps)
    1.1920928955078125e-07

    Source: ``tf.experimental.numpy.finfo``.
    """
    return np.finfo(numpy_dtype(dtype))


def constants() -> dict[str, Any]:
    """Numbers and dtypes that NumPy names."""
    found: dict[str, Any] = {"pi": math.pi, "e": math.e, "inf": math.inf, "newaxis": None}
    found["ndarray"] = Tensor
    found |= {"iinfo": np.iinfo, "issubdtype": np.issubdtype, "inexact": np.inexact}
    plain = [d for d in dtypes.ALL if not isinstance(d, dtypes.ExtensionDType)]
    for d in plain:
        if d.kind in "fciu" and d._np is not None and d._np.kind in "fciu":
            found[d.name] = d.as_numpy_dtype
    found |= {"bool_": np.bool_, "float_": np.float64, "int_": np.int64, "complex_": np.complex128}
    return found | {"object_": np.object_, "string_": np.bytes_, "unicode_": np.str_}


for _name, _value in constants().items():
    add_public(f"experimental.numpy.{_name}", _value)
