"""Python's operators on tensors and variables, attached once the operations exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor, scalar
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.op import Op
from tensortape.core.tensor import EagerTensor, Tensor

OPERATORS: dict[str, Any] = {}
"""Method name -> function on (tensor, other); variables forward to these."""

TARGETS: list[type] = [Tensor]


def attach(name: str, method: Callable[..., Any]) -> None:
    """Give every tensor-like class the special method ``name``."""
    OPERATORS[name] = method
    method.__name__ = name
    for cls in TARGETS:
        setattr(cls, name, method if cls is Tensor else cls._forward_operator(name, method))


def add_target(cls: Any) -> None:
    """Let another class (variables) have the operators too."""
    TARGETS.append(cls)
    for name, method in OPERATORS.items():
        setattr(cls, name, cls._forward_operator(name, method))


def like(other: Any, tensor: Any) -> Any:
    """``other`` as a tensor of ``tensor``'s dtype where it has none of its own."""
    kind = type(other)
    if kind is float or kind is int:
        return scalar(other, tensor._a.dtype)
    if isinstance(other, Tensor):
        return other
    if hasattr(kind, "_to_tensor"):
        return other._to_tensor()
    if hasattr(kind, "__tf_tensor__"):
        return convert_to_tensor(other)
    return convert_to_tensor(other, dtype_hint=tensor.dtype) if hasattr(
        other, "dtype"
    ) else convert_to_tensor(other, dtype=tensor.dtype)


def same_dtype(op: Op, x: Any, y: Any) -> None:
    """Refuse operands of different dtypes, in TensorFlow's words."""
    a, b = x.dtype, y.dtype
    if a is not b:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"cannot compute {op.type} as input #1(zero-based) was expected to be a {_word(a)} "
            f"tensor but is a {_word(b)} tensor [Op:{op.type}] name: \n"
            f"(no automatic conversion between {a.name} and {b.name}: use tf.cast)",
        )


def _word(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def binary(op: Op) -> tuple[Any, Any]:
    """The methods ``x <op> y`` and ``y <op> x`` of a binary operation."""

    def forward(self: Any, other: Any) -> Any:
        if type(other) is not EagerTensor:
            other = like(other, self)
        if self._a.dtype is not other._a.dtype:
            same_dtype(op, self, other)
        return execute(op, (self, other), NO_ATTRS)

    def reflected(self: Any, other: Any) -> Any:
        other = like(other, self)
        if self._a.dtype is not other._a.dtype:
            same_dtype(op, other, self)
        return execute(op, (other, self), NO_ATTRS)

    return forward, reflected
