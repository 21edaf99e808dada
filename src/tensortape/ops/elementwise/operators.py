"""Python's operators on tensors and variables: which operation each of them is."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.operators import (
    attach,
    binary,
    hinted,
    like,
    refuse,
    same_dtype,
)
from tensortape.core.public import unary_call
from tensortape.core.tensor import EagerTensor
from tensortape.ops.elementwise import arithmetic, comparison, division, logical, power
from tensortape.ops.elementwise.casting import cast


def attach_pair(name: str, methods: Any) -> None:
    """``x <op> y`` and ``y <op> x``."""
    attach(f"__{name}__", methods[0])
    attach(f"__r{name}__", methods[1])


def product(forward: Any, reflected: Any) -> Any:
    """``x * y`` and ``y * x``; where one is a truth value, whether both are, as integers."""

    def times(self: Any, other: Any) -> Any:
        try:
            return forward(self, other)
        except (TypeError, errors.InvalidArgumentError):
            if is_bool(self) or is_bool(other):
                whole = convert_to_tensor(other) if isinstance(other, (int, float)) else other
                return cast(cast(self, dtypes.int32) * cast(whole, dtypes.int32), dtypes.bool)
            raise

    return times, reflected


def is_bool(value: Any) -> bool:
    """Whether a value is a tensor of truth values."""
    return getattr(value, "dtype", None) is dtypes.bool


attach_pair("add", binary(arithmetic.add_v2, hinted))
attach_pair("sub", binary(arithmetic.subtract))
attach_pair("mul", product(*binary(arithmetic.multiply)))
attach_pair("pow", binary(power.power))
attach_pair("floordiv", binary(division.floordiv))
attach_pair("mod", binary(division.floormod))


def true_divide(self: Any, other: Any) -> Any:
    """``x / y``."""
    if type(other) is not EagerTensor:
        other = hinted(other, self)
        if other is NotImplemented:
            return NotImplemented
    return division.true_quotient(self, other)


def reflected_true_divide(self: Any, other: Any) -> Any:
    """``y / x``."""
    other = like(other, self)
    return NotImplemented if other is NotImplemented else division.true_quotient(other, self)


attach_pair("truediv", (true_divide, reflected_true_divide))


def logic(on_bools: Any, on_integers: Any) -> Any:
    """A method that is one operation for truth values and another for integers."""

    def method(self: Any, other: Any) -> Any:
        op = on_bools if self._a.dtype.kind == "b" else on_integers
        other = like(other, self)
        if other is NotImplemented:
            return NotImplemented
        if self._a.dtype.kind not in op.dtypes:
            refuse(op, self)
        same_dtype(op, self, other)
        return execute(op, (self, other), NO_ATTRS)

    return method


for _name, _on_bools, _on_integers in (
    ("and", logical.logical_and, logical.bitwise_and),
    ("or", logical.logical_or, logical.bitwise_or),
):
    _method = logic(_on_bools, _on_integers)
    attach_pair(_name, (_method, logic(_on_bools, _on_integers)))


def exclusive_or(self: Any, other: Any) -> Any:
    """``x ^ y``."""
    if self._a.dtype.kind == "b":
        return logical.logical_xor(self, like(other, self))
    return _bitwise_xor(self, other)


def reflected_exclusive_or(self: Any, other: Any) -> Any:
    """``y ^ x``."""
    return exclusive_or(self, other)


_bitwise_xor = logic(None, logical.bitwise_xor)
attach_pair("xor", (exclusive_or, reflected_exclusive_or))

for _name, _op in (
    ("lt", comparison.less),
    ("le", comparison.less_equal),
    ("gt", comparison.greater),
    ("ge", comparison.greater_equal),
):
    attach(f"__{_name}__", binary(_op)[0])


def equality(op: Any, otherwise: bool) -> Any:
    """``==`` or ``!=``: elementwise; shapes that do not broadcast are simply not equal."""

    def method(self: Any, other: Any) -> Any:
        if other is None:
            return otherwise
        if type(other) is not EagerTensor:
            other = like(other, self)
            if other is NotImplemented:
                return NotImplemented
        if self._a.dtype is not other._a.dtype:
            same_dtype(op, self, other)
        try:
            return execute(op, (self, other), NO_ATTRS)
        except errors.InvalidArgumentError:
            if broadcasts(self._a.shape, other._a.shape):
                raise
            return convert_to_tensor(otherwise)

    return method


def broadcasts(left: Any, right: Any) -> bool:
    """Whether two shapes go together."""
    return all(m == n or 1 in (m, n) for m, n in zip(reversed(left), reversed(right), strict=False))


attach("__eq__", equality(comparison.equal, False))
attach("__ne__", equality(comparison.not_equal, True))


def negate(self: Any) -> Any:
    """``-x``."""
    return unary_call(arithmetic.negative, self, NO_ATTRS)


def invert(self: Any) -> Any:
    """``~x``."""
    return unary_call(
        logical.logical_not if self._a.dtype.kind == "b" else logical.invert, self, NO_ATTRS
    )


def magnitude(self: Any) -> Any:
    """``abs(x)``."""
    return arithmetic.abs(self)


attach("__neg__", negate)
attach("__invert__", invert)
attach("__abs__", magnitude)
