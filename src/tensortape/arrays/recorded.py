"""The recorded namespace: each primitive is executed as an operation of its own.

Rules evaluated here are seen by tapes, accumulators and graphs, so gradients have gradients.
Values are tensors; numbers and arrays become constants of the other operand's dtype.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.namespace import FAMILIES, numpy_namespace
from tensortape.arrays.stand_ins import refuse_stand_ins
from tensortape.arrays.varying import varies
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply
from tensortape.core.op import Op
from tensortape.core.operators import like
from tensortape.core.registry import OPS, PRIMITIVES
from tensortape.core.state import state
from tensortape.core.tensor import Tensor


def tensors_of(values: Any) -> tuple[Any, ...]:
    """All values as tensors; what has no dtype takes that of the first tensor."""
    first = next((v for v in values if isinstance(v, Tensor)), None)
    if first is None:
        return tuple(convert_to_tensor(v) for v in values)
    return tuple(v if isinstance(v, Tensor) else _constant(v, first) for v in values)


def _constant(value: Any, first: Any) -> Any:
    return state.tensor(value) if hasattr(value, "dtype") else like(value, first)


def recorder(op: Op) -> Callable[..., Any]:
    """``xp.<primitive>`` that executes ``op``: arrays first, attributes after, as in the kernel."""
    count, names, defaults = len(op.array_names), op.attribute_names, op.attribute_defaults

    def call(*args: Any, **given: Any) -> Any:
        if op.variadic:
            arrays, rest = tuple(args[0]), args[1:]
        else:
            arrays, rest = args[:count], args[count:]
        attrs = {**defaults, **dict(zip(names, rest, strict=False)), **given}
        if state.graph is not None:
            refuse_stand_ins(arrays, attrs.values())
        return apply(op, tensors_of(arrays), attrs)

    return call


CREATE: list[Any] = []
"""``(name, args, kwargs) -> tensor`` for sizes that are not known yet; graphs provide it."""

_LIKE = {"ones_like": "OnesLike", "zeros_like": "ZerosLike"}


def creator(name: str) -> Callable[..., Any]:
    """``xp.<creation>``: a constant."""
    make = getattr(numpy_namespace, name)
    plain = name.removesuffix("_like")

    def create(*args: Any, **kwargs: Any) -> Any:
        if state.graph is not None:
            refuse_stand_ins(args, args)
            if name in _LIKE and getattr(getattr(args[0], "_a", None), "unranked", False):
                return apply(OPS[_LIKE[name]], (args[0],), {})
        if plain != name and isinstance(args[0], Tensor) and varies(tuple(args[0].shape)):
            like, *rest = args
            return CREATE[0](plain, (tuple(like.shape), *_raw(rest), like.dtype._np), {})
        if varies(args) or varies(kwargs.values()):
            return CREATE[0](name, _raw(args), kwargs)
        if name in _LIKE and isinstance(args[0], Tensor) and None in args[0]._a.shape:
            return apply(OPS[_LIKE[name]], (args[0],), {})
        return state.tensor(make(*_raw(args), **kwargs))

    return create


class Recorded:
    """Namespace whose primitives are looked up in the operation registry, once each."""

    name = "recorded"

    def __getattr__(self, name: str) -> Any:
        if FAMILIES.get(name) == "creation":
            function: Any = creator(name)
        elif name in PRIMITIVES:
            function = recorder(PRIMITIVES[name])
        else:
            raise AttributeError(
                f"primitive {name!r} has no operation, so a rule that uses it cannot be recorded; "
                "register an operation with primitive=..."
            )
        setattr(self, name, function)
        return function

    def __repr__(self) -> str:
        return "<namespace recorded>"

    def einsum(self, equation: str, *arrays: Any) -> Any:
        """The operation ``Einsum``, recorded."""
        return apply(PRIMITIVES["einsum"], tensors_of(arrays), {"equation": equation})


def _raw(values: Any) -> list[Any]:
    return [v._a if isinstance(v, Tensor) else v for v in values]


recorded: Any = Recorded()
