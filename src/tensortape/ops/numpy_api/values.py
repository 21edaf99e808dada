"""Values as NumPy sees them: Python floats are float64, and operands are promoted together."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.registry import PUBLIC, add_public
from tensortape.core.tensor import Tensor

FLOAT = as_dtype("float64")


def call(path: str, *args: Any, **kwargs: Any) -> Any:
    """``tf.<path>`` of the arguments."""
    return PUBLIC[path](*args, **kwargs)


def typed(x: Any) -> bool:
    """Whether a value is a tensor, a variable or the like."""
    return (
        isinstance(x, Tensor) or hasattr(type(x), "_to_tensor") or hasattr(type(x), "__tf_tensor__")
    )


def numpy_dtype(dtype: Any) -> Any:
    """The NumPy dtype of any description of one (``float`` is float64 here, as NumPy has it)."""
    if isinstance(dtype, DType):
        return dtype.as_numpy_dtype
    return np.dtype(dtype)


def as_array(x: Any, dtype: Any = None) -> Any:
    """``x`` as a tensor of the dtype that NumPy would give it, or of ``dtype``."""
    wanted = None if dtype is None else as_dtype(numpy_dtype(dtype))
    if typed(x):
        t = convert_to_tensor(x)
    elif isinstance(x, (list, tuple)) and holds_tensors(x):
        t = call("stack", promoted(*x))
    else:
        t = convert_to_tensor(np.asarray(x))
    return t if wanted is None or t.dtype is wanted else call("cast", t, wanted)


def holds_tensors(values: Any) -> bool:
    """Whether a tensor stands somewhere in nested lists."""
    return any(holds_tensors(v) if isinstance(v, (list, tuple)) else typed(v) for v in values)


def holds_numpy(values: Any) -> bool:
    """Whether a NumPy value, whose dtype counts, stands somewhere in nested lists."""
    return any(
        holds_numpy(v) if isinstance(v, (list, tuple)) else isinstance(v, (np.ndarray, np.generic))
        for v in values
    )


def kind_of(x: Any) -> Any:
    """What NumPy's promotion asks of a value: a dtype, or a Python number, which is weak."""
    if isinstance(x, DType):
        return x.as_numpy_dtype
    if isinstance(x, numbers.Number) and not isinstance(x, np.generic):
        return x
    if isinstance(x, (list, tuple)) and not holds_tensors(x):
        array = np.asarray(x)
        return array.dtype if holds_numpy(x) else array.dtype.type(0).item()
    return as_array(x).dtype.as_numpy_dtype if not isinstance(x, (type, np.dtype)) else x


def common_dtype(*values: Any) -> Any:
    """The dtype to which values are promoted together."""
    return as_dtype(np.result_type(*[kind_of(v) for v in values]))


def promoted(*values: Any) -> list[Any]:
    """All values as tensors of their common dtype."""
    dtype = common_dtype(*values)
    return [as_array(v, dtype) for v in values]


def inexact(x: Any) -> Any:
    """``x`` as a tensor, integers and truth values as float64."""
    x = as_array(x)
    return x if x.dtype.is_floating or x.dtype.is_complex else call("cast", x, FLOAT)


def offer(function: Callable[..., Any], names: str, doc: str, example: str, result: str) -> None:
    """Enter a function made from a table, with its documentation."""
    first = names.split()[0]
    function.__name__ = function.__qualname__ = first
    function.__doc__ = (
        f"{doc}\n\n    >>> import tensortape as tf\n    >>> tnp = tf.experimental.numpy\n"
        f"    >>> {example}\n    {result}\n\n    Source: ``tf.experimental.numpy.{first}``.\n    "
    )
    add_public(tuple(f"experimental.numpy.{n}" for n in names.split()), function)
