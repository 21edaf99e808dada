"""The public function of an operation, made from its record.

The function is compiled from its signature, as ``dataclasses`` does, so that calls cost what a
hand-written one would, ``help()`` shows TensorFlow's signature, and wrong arguments raise Python's
own ``TypeError``.
"""

from __future__ import annotations

from typing import Any

from tensortape.core import op as op_module
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply, execute
from tensortape.core.generated import generate
from tensortape.core.op import Op
from tensortape.core.operators import like, refuse, same_dtype
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor


def is_typed(value: Any) -> bool:
    """Whether a value has a dtype as a tensor has: tensors, variables and their like."""
    kind = type(value)
    return issubclass(kind, Tensor) or hasattr(kind, "_to_tensor") or hasattr(kind, "__tf_tensor__")


def tensor(value: Any) -> Any:
    """``value`` as a tensor, quickly where it is one."""
    return value if type(value) is EagerTensor else convert_to_tensor(value)


def pair(op: Op, x: Any, y: Any) -> tuple[Any, Any]:
    """Two operands as tensors of one dtype: Python numbers take the other's."""
    if type(x) is not EagerTensor:
        if hasattr(type(x), "_to_tensor"):  # a variable
            x = x._to_tensor()
        elif not (typed := is_typed(x)) and is_typed(y):
            y = tensor(y)
            x = like(x, y)
        else:
            x = convert_to_tensor(x, dtype="bool" if op.dtypes == "b" and not typed else None)
    if type(y) is not EagerTensor:
        y = like(y, x)
    if x._a.dtype is not y._a.dtype:
        same_dtype(op, x, y)
    if op.dtypes and x._a.dtype.kind not in op.dtypes:
        refuse(op, x)
    return x, y


def unary_call(op: Op, x: Any, attrs: dict[str, Any]) -> Any:
    """Convert the argument and execute."""
    if type(x) is not EagerTensor:
        if isinstance(x, CompositeTensor) and hasattr(x, "_elementwise"):
            return x._elementwise(lambda value: unary_call(op, value, attrs), (x,))
        x = convert_to_tensor(x)
    if op.dtypes and type(x._a) not in op.numbers and x._a.dtype.kind not in op.dtypes:
        refuse(op, x)
    return execute(op, (x,), attrs)


def binary_call(op: Op, x: Any, y: Any, attrs: dict[str, Any]) -> Any:
    """Convert both arguments and execute."""
    try:
        operands = pair(op, x, y)
    except (TypeError, ValueError, AttributeError) as refusal:
        result = composite_call(op, x, y, attrs)
        if result is NotImplemented:
            raise refusal
        return result
    return execute(op, operands, attrs)


def composite_call(op: Op, x: Any, y: Any, attrs: dict[str, Any]) -> Any:
    """The operation on what consists of several tensors, where its class knows how."""
    for operand in (x, y):
        if isinstance(operand, CompositeTensor) and hasattr(operand, "_elementwise"):
            return operand._elementwise(lambda a, b: binary_call(op, a, b, attrs), (x, y))
    return NotImplemented


def plain_call(op: Op, arrays: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Convert all arguments, normalise the attributes, execute."""
    return apply(op, tuple([tensor(a) for a in arrays]), attrs)


def _body(op: Op, arrays: tuple[str, ...], attrs: tuple[str, ...]) -> str:
    given = "{" + ", ".join(f"{a!r}: {a}" for a in attrs) + "}"
    if op.family == "elementwise" and op.normalise is None and len(arrays) == 1:
        return f"    return unary_call(op, {arrays[0]}, {given})"
    if op.family == "elementwise" and op.normalise is None and len(arrays) == 2:
        return f"    return binary_call(op, {arrays[0]}, {arrays[1]}, {given})"
    return f"    return plain_call(op, ({', '.join(arrays)},), {given})"


def make_public(op: Op, path: str) -> Any:
    """The function ``tf.<path>`` of ``op``: arrays, attributes, ``name``."""
    arrays, attrs = op.array_names, op.attribute_names
    given = op.attribute_defaults
    scope = {
        "op": op,
        "unary_call": unary_call,
        "binary_call": binary_call,
        "plain_call": plain_call,
    }
    name = path.rsplit(".", 1)[-1]
    defaults = (*[given[a] for a in attrs if a in given], None)
    function = generate(name, [*arrays, *attrs, "name"], defaults, _body(op, arrays, attrs), scope)
    function.__doc__ = op.kernel.__doc__ or ""
    function.__module__ = op.kernel.__module__
    function.op = op
    return function


op_module.PUBLIC_FACTORY[0] = make_public
