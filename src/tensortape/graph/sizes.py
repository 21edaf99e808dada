"""Sizes that are not known while a graph is built, as tensors and in constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays import recorded as recording
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.varying import AS_TENSOR
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op


@op("HostInteger", nondifferentiable="a size", native_dtypes=True)
def host_integer(xp, *, value, dtype):
    """A number that was computed from sizes in Python, as an array."""
    return np.dtype(dtype).type(value)


@op("HostConstant", nondifferentiable="a constant of a known shape", native_dtypes=True)
def host_constant(xp, *, make, args, kwargs):
    """What a creation function of NumPy gives (``zeros``, ``arange``, ...)."""
    return getattr(numpy_namespace, make)(*args, **dict(kwargs))


def as_tensor(value: Any, dtype: Any) -> Any:
    """A varying integer as a symbolic scalar."""
    return execute(host_integer, (), {"value": value, "dtype": as_dtype(dtype)._np})


def create(make: str, args: Any, kwargs: Any) -> Any:
    """A constant whose shape or bounds are not known yet, in the recorded namespace."""
    attrs = {"make": make, "args": tuple(args), "kwargs": tuple(kwargs.items())}
    return execute(host_constant, (), attrs)


AS_TENSOR.append(as_tensor)
recording.CREATE.append(create)
