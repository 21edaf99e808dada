"""Operations on each element of string tensors: bytes in, bytes or numbers out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype, string
from tensortape.core.op import Op, register

AGAIN = {
    f"strings.{name}"
    for name in (
        "as_string join length lower regex_full_match regex_replace strip substr "
        "to_hash_bucket_fast to_hash_bucket_strong to_number upper"
    ).split()
}
"""Public functions whose operations can be saved."""
TEXT = "text has no derivative"


def text_op(type: str) -> Op:
    """The record of an operation whose attribute `function` maps the elements."""

    def kernel(xp: Any, *arrays: Any, function: Any, dtype: Any) -> Any:
        shape = np.broadcast_shapes(*[tuple(a.shape) for a in arrays])
        return xp.sample(arrays, partial(mapped, function, dtype), shape, dtype)

    kernel.__doc__ = f"`{type}`: a function of each element."
    kernel.__name__ = type
    return register(Op(type, kernel, variadic=True, nondifferentiable=TEXT))


def mapped(function: Callable[..., Any], dtype: Any, *arrays: Any) -> Any:
    """`function` of each element (or each few elements), as an array of a dtype."""
    wide = np.broadcast_arrays(*arrays)
    flat = [function(*items) for items in zip(*[w.ravel() for w in wide], strict=True)]
    result = np.empty(wide[0].shape, dtype)
    result.ravel()[:] = flat if flat else []
    return result


class Again:
    """A function of elements that can be written down: which public function made it, of what."""

    __slots__ = ("arguments", "function", "path")

    def __init__(self, function: Callable[..., Any], path: str, arguments: dict[str, Any]) -> None:
        self.function, self.path, self.arguments = function, path, arguments

    def __call__(self, *items: Any) -> Any:
        """The result for the elements of one place."""
        return self.function(*items)


def each(op: Op, function: Callable[..., Any], *values: Any, dtype: Any = string) -> Any:
    """Execute `op` with a function on tensors; `dtype` is that of the result.

    A function that is `Again` can be saved: the public function is called with the same tensors.
    """
    tensors = tuple(convert_to_tensor(value) for value in values)
    kind = as_dtype(dtype).as_numpy_dtype
    return execute(op, tensors, {"function": function, "dtype": np.dtype(kind)})


def text(value: Any, name: str = "input") -> Any:
    """A string tensor; `InvalidArgumentError` for a tensor of another dtype."""
    tensor = convert_to_tensor(value)
    if tensor.dtype is not string:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{name} must be a string tensor; received {tensor.dtype.name}{list(tensor.shape)}.",
        )
    return tensor


def items(tensor: Any) -> list[bytes]:
    """The elements of a string tensor, in order; none loses zero bytes at its end."""
    value = tensor.numpy()
    return [value] if isinstance(value, bytes) else list(value.ravel())


def strings(values: Any, shape: Any = None) -> Any:
    """A string tensor of a list of bytes."""
    array = np.empty(len(values), object)
    array[:] = values
    return convert_to_tensor(array if shape is None else array.reshape(shape), dtype=string)
