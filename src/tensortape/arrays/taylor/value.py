"""What both kinds of Taylor values share: operators that lead to their namespace."""

from __future__ import annotations

from typing import Any

_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power",
    "floordiv": "floor_divide", "matmul": "matmul", "lt": "less", "le": "less_equal",
    "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
_REFLECTED = ("add", "sub", "mul", "truediv", "pow", "matmul")


class TaylorValue:
    """A value with derivatives; ``xp`` is its namespace, ``primal`` the value itself."""

    __slots__ = ()
    __array_ufunc__ = None  # arrays leave operators to this class
    __hash__ = None  # type: ignore[assignment]

    xp: Any
    primal: Any

    @property
    def shape(self) -> Any:
        """The shape of the value."""
        return tuple(self.primal.shape)

    @property
    def ndim(self) -> int:
        """The number of axes of the value."""
        return self.primal.ndim

    @property
    def dtype(self) -> Any:
        """The dtype of the value."""
        return self.primal.dtype

    @property
    def size(self) -> int:
        """The number of elements of the value."""
        return self.primal.size

    def __neg__(self) -> Any:
        return self.xp.negative(self)

    def __abs__(self) -> Any:
        return self.xp.absolute(self)

    def __bool__(self) -> bool:
        return bool(self.primal)


def _method(name: str, reflected: bool) -> Any:
    def forward(self: Any, other: Any) -> Any:
        return getattr(self.xp, name)(self, other)

    def backward(self: Any, other: Any) -> Any:
        return getattr(self.xp, name)(other, self)

    return backward if reflected else forward


for _short, _name in _BINARY.items():
    setattr(TaylorValue, f"__{_short}__", _method(_name, False))
for _short in _REFLECTED:
    setattr(TaylorValue, f"__r{_short}__", _method(_BINARY[_short], True))
