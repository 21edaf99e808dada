"""`tf.py_function` and `tf.numpy_function`: Python functions of tensors as operations.

What the Python function raises becomes one of TensorFlow's errors, as there: a `ValueError` is an
`InvalidArgumentError`, what has no kind of its own an `UnknownError`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import errors, nest, random_state
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import export
from tensortape.core.tensor import EagerTensor
from tensortape.core.untraceable import Untraceable
from tensortape.graph.as_written import runs_as_written
from tensortape.graph.deferred import undecided
from tensortape.graph.traced_maps import deferred_call, tracing

_TOLD = {"float32": "float", "float64": "double", "float16": "half"}
"""What the messages call a dtype where its name is another."""


@export("py_function")
def py_function(
    func: Any = None, inp: Any = None, Tout: Any = None, name: str | None = None
) -> Any:
    """Call a Python function on tensors; gradients pass through what it computes.

    Returns a tensor, or a list for a list ``Tout``. Raises ``InvalidArgumentError`` for results of
    another dtype, and what the function raises as one of ``tf.errors``.
    Source: ``tf.py_function``.
    """
    if tracing() or undecided(inp):
        return deferred_call(lambda *xs: py_function(func, list(xs), Tout), inp, Tout)
    return _told(lambda: _of_types(func(*[convert_to_tensor(x) for x in inp]), Tout))


@export("numpy_function")
def numpy_function(
    func: Any = None,
    inp: Any = None,
    Tout: Any = None,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Call a Python function on NumPy arrays; no gradient passes.

    In functions and in `tf.data` its results must have the dtypes of ``Tout``: Python's floats are
    float64 there. Raises ``InvalidArgumentError`` otherwise, and what the function raises as one
    of ``tf.errors``. Called eagerly it gives what ``func`` gives, as tensors.
    Source: ``tf.numpy_function``.
    """

    def call(*xs: Any) -> Any:
        return _exactly(_told(lambda: func(*[x.numpy() for x in xs])), Tout, func)

    if tracing() or undecided(inp):
        return deferred_call(call, inp, Tout)
    tensors = [convert_to_tensor(x) for x in inp]
    if random_state._scopes.current is not None or runs_as_written():  # within a function
        return call(*tensors)
    found = nest.flatten(func(*[t.numpy() for t in tensors]))
    results = [v if v is None else convert_to_tensor(v) for v in found]
    return results[0] if len(results) == 1 else results


def _told(call: Callable[[], Any]) -> Any:
    """What ``call`` gives; what it raises as TensorFlow tells it."""
    try:
        return call()
    except Untraceable:
        raise
    except Exception as error:
        raise errors.of_python(error) from error


def _of_types(result: Any, types: Any) -> Any:
    if isinstance(types, (list, tuple)):
        values = (
            []
            if result is None
            else list(result)
            if isinstance(result, (list, tuple))
            else [result]
        )
        return [_one(r, getattr(t, "dtype", t)) for r, t in zip(values, types, strict=True)]
    return None if result is None else _one(result, getattr(types, "dtype", types))


def _one(value: Any, dtype: Any) -> Any:
    return convert_to_tensor(value) if dtype is None else convert_to_tensor(value, dtype=dtype)


def _exactly(result: Any, types: Any, func: Any) -> Any:
    """Results whose dtypes are those that were announced."""
    name = getattr(func, "__name__", type(func).__name__)
    if types is None:
        return None
    if not isinstance(types, (list, tuple)):
        single = not isinstance(result, (list, tuple))
        return _checked(result, types, 0, name) if single else _exactly(result, [types], func)[0]
    values = list(result) if isinstance(result, (list, tuple)) else [result]
    values = [] if result is None else values
    if len(values) != len(types):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{name} returned {len(values)} values, but expects to see {len(types)} values.",
        )
    return [_checked(v, t, i, name) for i, (v, t) in enumerate(zip(values, types, strict=True))]


def _checked(value: Any, dtype: Any, number: int, name: str) -> Any:
    expected = as_dtype(getattr(dtype, "dtype", dtype))
    array: Any = np.asarray(value.numpy() if isinstance(value, EagerTensor) else value)
    text = array.dtype.kind in "SUO" and value is not None
    found = None if value is None else _as_it_is(value, array, text)
    if found is None or found.dtype is not expected:
        told = "None" if found is None else _TOLD.get(found.dtype.name, found.dtype.name)
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{number}-th value returned by {name} is {told}, but expects "
            f"{_TOLD.get(expected.name, expected.name)}",
        )
    return found


def _as_it_is(value: Any, array: Any, text: bool) -> Any:
    """A tensor of the array's own dtype: Python numbers are int64 and float64 here."""
    return convert_to_tensor(value) if text else convert_to_tensor(array, as_dtype(array.dtype))
