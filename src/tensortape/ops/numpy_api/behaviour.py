"""NumPy's habits for tensors themselves: its methods, promotion in operators, lists as indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.operators import OPERATORS, attach
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import Tensor
from tensortape.ops.numpy_api.values import call, promoted

PROMOTED = "add sub mul truediv floordiv mod pow"
COMPARED = "lt le gt ge eq ne"
METHODS = {
    "transpose": "transpose",
    "flatten": "ravel",
    "ravel": "ravel",
    "clip": "clip",
    "max": "amax",
    "min": "amin",
    "mean": "mean",
    "__round__": "around",
}
_enabled: list[bool] = []


@export("experimental.numpy.experimental_enable_numpy_behavior")
def experimental_enable_numpy_behavior(prefer_float32=False, dtype_conversion_mode="legacy"):
    """Let tensors behave as NumPy arrays from now on.

    Tensors get ``T``, ``ndim``, ``size``, ``reshape``, ``ravel``, ``transpose``, ``astype``,
    ``clip``, ``max``, ``mean``, ``min``, ``tolist`` and ``+x``; operators promote dtypes as NumPy
    does (int32 + float32 is float64); a list or an array of integers is an index.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.experimental_enable_numpy_behavior("bogus")
    Traceback (most recent call last):
    ...
    ValueError: prefer_float32='bogus' is not supported: floats are float64 here, as NumPy has it.

    Raises ``ValueError`` for other modes than the default.
    Source: ``tf.experimental.numpy.experimental_enable_numpy_behavior``.
    """
    if prefer_float32:
        raise ValueError(
            f"prefer_float32={prefer_float32!r} is not supported: floats are float64 here, as "
            "NumPy has it."
        )
    if dtype_conversion_mode != "legacy":
        raise ValueError(
            f"dtype_conversion_mode={dtype_conversion_mode!r} is not supported; give 'legacy'."
        )
    if _enabled:
        return
    _enabled.append(True)
    add_methods()
    for name in PROMOTED.split():
        replace(f"__{name}__", promoting)
        replace(f"__r{name}__", promoting)
    for name in COMPARED.split():
        replace(f"__{name}__", promoting)
    attach("__matmul__", lambda x, y: call("experimental.numpy.matmul", x, y))
    attach("__rmatmul__", lambda x, y: call("experimental.numpy.matmul", y, x))
    replace("__getitem__", picking)


def replace(name: str, wrap: Callable[[Any], Any]) -> None:
    """Put something around an operator."""
    attach(name, wrap(OPERATORS.get(name) or getattr(Tensor, name)))


def promoting(method: Callable[..., Any]) -> Callable[..., Any]:
    """An operator whose operands are promoted first."""

    def operator(self: Any, other: Any) -> Any:
        if other is None or getattr(type(other), "__array_ufunc__", True) is None:
            return method(self, other)
        return method(*promoted(self, other))

    return operator


def picking(method: Callable[..., Any]) -> Callable[..., Any]:
    """Indexing that takes lists and arrays of places along the first axis."""

    def getitem(self: Any, key: Any) -> Any:
        if isinstance(key, (list, np.ndarray)) or (isinstance(key, Tensor) and key._a.ndim):
            places = call("experimental.numpy.asarray", key)
            if places.dtype.is_bool:
                return call("boolean_mask", self, places)
            size = int(self.shape[0])
            return call("gather", self, call("where", places < 0, places + size, places))
        return method(self, key)

    return getitem


def add_methods() -> None:
    """Give tensors NumPy's methods."""
    for name, function in METHODS.items():
        setattr(Tensor, name, method_of(function))
    for name, value in (
        ("T", property(lambda self: call("transpose", self))),
        ("ndim", property(lambda self: self.shape.rank)),
        ("size", property(lambda self: np.prod(self.shape.as_list(), dtype=np.int64))),
        ("data", property(lambda self: self)),
        ("astype", lambda self, dtype: call("cast", self, dtype)),
        ("reshape", shaped),
        ("tolist", lambda self: self.numpy().tolist()),
        ("__pos__", lambda self: self),
    ):
        setattr(Tensor, name, value)


def method_of(name: str) -> Callable[..., Any]:
    """``tf.experimental.numpy.<name>`` as a method."""
    function = PUBLIC[f"experimental.numpy.{name}"]
    return lambda self, *args, **kwargs: function(self, *args, **kwargs)


def shaped(self: Any, *sizes: Any) -> Any:
    """The tensor in another shape, given as a tuple or as several numbers."""
    shape = sizes[0] if len(sizes) == 1 else sizes
    return call("experimental.numpy.reshape", self, shape)
