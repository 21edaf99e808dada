"""Python's operators on tensors and variables, attached once the operations exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor, scalar
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.op import Op
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import TensorLike

OPERATORS: dict[str, Any] = {}
"""Method name -> function on (tensor, other); variables forward to these."""

TARGETS: list[Any] = [Tensor]


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
    """``other`` as a tensor, of ``tensor``'s dtype where it has none of its own.

    ``NotImplemented`` if it wants operators for itself, said as NumPy has it (batched values do).
    """
    kind = type(other)
    if kind is float or kind is int:
        return scalar(other, tensor._a.dtype)
    if isinstance(other, Tensor):
        return other
    if hasattr(kind, "_to_tensor"):
        if issubclass(kind, TensorLike) or not hasattr(kind, "_of_dtype"):  # "no" takes long
            return other._to_tensor()
        return other._of_dtype(tensor._a.dtype)
    if hasattr(kind, "__tf_tensor__"):
        return convert_to_tensor(other)
    if getattr(kind, "__array_ufunc__", True) is None:
        return NotImplemented
    return convert_to_tensor(other, dtype=tensor.dtype)


def hinted(other: Any, tensor: Any) -> Any:
    """As :func:`like`, but what does not fit the dtype keeps its own, as in sums and quotients."""
    try:
        return like(other, tensor)
    except TypeError:
        return convert_to_tensor(other)


def refuse(op: Op, x: Any) -> None:
    """Refuse an operand of a dtype the operation does not take; bfloat16 and float8 are floats."""
    kind = x._a.dtype.kind
    if kind == "V" and "f" in op.dtypes:
        return
    if op.dtypes == "b":
        raise of_dtypes(
            f"cannot compute {op.type} as input #0(zero-based) was expected to be a bool tensor "
            f"but is a {_word(x.dtype)} tensor [Op:{op.type}] name: "
        )
    allowed = ", ".join(_KINDS[k] for k in op.dtypes)
    raise of_dtypes(
        f"Value for attr 'T' of {_word(x.dtype)} is not in the list of allowed values: {allowed} "
        f"[Op:{op.type}] name: \n(received {x!r:.200}; use tf.cast)"
    )


def of_dtypes(message: str) -> Exception:
    """What to raise for a dtype that an operation does not take; building a graph it differs."""
    if state.graph is not None:
        return TypeError(message)
    return errors.InvalidArgumentError(None, None, message)


_KINDS = {
    "f": "bfloat16, half, float, double",
    "c": "complex64, complex128",
    "i": "int8, int16, int32, int64",
    "u": "uint8, uint16, uint32, uint64",
    "b": "bool",
    "O": "string",
}


def same_dtype(op: Op, x: Any, y: Any, position: int = 1) -> None:
    """Refuse operands of different dtypes, in TensorFlow's words."""
    a, b = x.dtype, y.dtype
    if a is not b and state.graph is not None:
        raise TypeError(
            f"Input #{position}(zero-based) of {op.type!r} Op has type {b.name} that does not "
            f"match type {a.name} of the first: use tf.cast."
        )
    if a is not b:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"cannot compute {op.type} as input #{position}(zero-based) was expected to be "
            f"a {_word(a)} tensor but is a {_word(b)} tensor [Op:{op.type}] name: \n"
            f"(no automatic conversion between {a.name} and {b.name}: use tf.cast)",
        )


def _word(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


INSTEAD: dict[tuple[str, str], Op] = {}
"""(op type, dtype kind) -> the operation that an operator means there: joining text for adding."""


def for_dtype(op: Op, x: Any) -> Op:
    """The operation for truth values or text; refuses them where there is none."""
    kind = x._a.dtype.kind
    if op.dtypes and kind not in op.dtypes:
        if (op.type, kind) in INSTEAD:
            return INSTEAD[op.type, kind]
        refuse(op, x)
    return op


def unusual(op: Op) -> frozenset[Any]:
    """The NumPy dtypes that ``op`` does not take."""
    plain = [d for d in dtypes.ALL if not isinstance(d, dtypes.ExtensionDType)]
    known = [d._np for d in plain if d._np is not None and d._np.kind in "biufcO"]
    return frozenset(d for d in known if op.dtypes and d.kind not in op.dtypes)


def binary(op: Op, convert: Any = like) -> tuple[Any, Any]:
    """The methods ``x <op> y`` and ``y <op> x`` of a binary operation.

    ``convert`` makes a tensor of the right operand of the first.
    """
    refused = unusual(op)
    numbers = op.numbers

    def forward(self: Any, other: Any) -> Any:
        if type(other) is not EagerTensor:
            other = convert(other, self)
            if other is NotImplemented:
                return NotImplemented
        a, b = self._a, other._a
        kind = type(a)
        if kind is not type(b) or kind not in numbers:  # of two such numbers all is known
            dtype = a.dtype
            if dtype is not b.dtype:
                same_dtype(op, self, other)
            if dtype in refused:
                return execute(for_dtype(op, self), (self, other), NO_ATTRS)
        return execute(op, (self, other), NO_ATTRS)

    def reflected(self: Any, other: Any) -> Any:
        other = like(other, self)
        if other is NotImplemented:
            return NotImplemented
        dtype = self._a.dtype
        if dtype is not other._a.dtype or dtype in refused:
            return forward(other, self)  # says what is wrong
        return execute(op, (other, self), NO_ATTRS)

    return forward, reflected
