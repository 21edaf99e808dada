"""A batched value and the table of rules.

The batch has a shape of its own, ``(b0, b1, ...)``; a value has a logical shape ``(s0, s1, ...)``
as if there were no batch. A batch axis is **free**, or **tied** to a logical axis of the same size:
then the value is zero wherever the two indices differ, and only the diagonal is stored.

``data`` has the axes ``(b0, b1, ..., s0, s1, ...)``. A tied batch axis has size 1 there, its
entries stand along the logical axis; a free one has size 1 where the value does not vary with it.
Because the logical axes come last, NumPy's broadcasting does the right thing with values that
have no batch, and a map that sends 0 to 0 can be applied to ``data`` as it is.

* all axes free: a dense batch;
* all axes tied and ``data`` ones: the identity; ``data`` anything: a diagonal;
* some tied: block-diagonal, one block per index of the tied axes.

A slice of a tied axis, and its transpose, shift the diagonal: :class:`Banded` values keep a few
diagonals next to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RULES: dict[str, Callable[..., Any]] = {}
"""Primitive -> ``rule(ns, *args)``: how it is computed on batched values."""

FAMILY_RULES: dict[str, Callable[[str], Callable[..., Any]]] = {}
"""Family -> maker of the rule for a primitive of that family that has none of its own."""


def rule(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: the rule of the primitive of the function's name."""
    RULES[function.__name__.rstrip("_")] = function
    return function


def family(*names: str) -> Callable[..., Any]:
    """Decorator: the maker of rules for whole families."""

    def decorate(maker: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            FAMILY_RULES[name] = maker
        return maker

    return decorate


class Batched:
    """A value in a batch.

    Attributes:
        xp: the batched namespace it belongs to, which knows the batch's shape and the base.
        data: array of the base namespace with the axes ``(*batch, *shape)``; see the module.
        ties: per batch axis, the logical axis it is tied to, counted from the end (-1, -2, ...),
            or 0 for a free one.
        shape: the logical shape.
    """

    __slots__ = ("data", "shape", "ties", "xp")
    __array_ufunc__ = None  # arrays leave operators to this class

    def __init__(self, xp: Any, data: Any, ties: tuple[int, ...]) -> None:
        self.xp = xp
        self.data = data
        self.ties = ties
        self.shape = tuple(data.shape)[xp.rank :]

    @property
    def ndim(self) -> int:
        """The number of logical axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements of one entry of the batch."""
        total = 1
        for n in self.shape:
            total *= n
        return total

    @property
    def dtype(self) -> Any:
        """The element type, as the base namespace has it."""
        return self.data.dtype

    def astype(self, dtype: Any) -> Any:
        """The value in another dtype."""
        return self.xp.astype(self, dtype)

    def __repr__(self) -> str:
        tied = {p: q for p, q in enumerate(self.ties) if q}
        return f"<Batched batch={self.xp.batch} shape={self.shape} tied={tied}>"

    def __neg__(self) -> Any:
        return self.xp.negative(self)

    def __abs__(self) -> Any:
        return self.xp.absolute(self)

    def __invert__(self) -> Any:
        return self.xp.invert(self)

    def __bool__(self) -> bool:
        raise TypeError("A batched value has no single truth value: use xp.where.")

    __hash__ = None  # type: ignore[assignment]


class Banded(Batched):
    """A batched value with several diagonals along each tied axis.

    ``bands[p]`` are the diagonals of batch axis ``p``, which has so many entries in ``data``: entry
    ``j``, at index ``s`` of the tied logical axis, is at index ``s + bands[p][j]`` of the batch;
    what falls outside of the batch is to be ignored. ``None`` for a free axis. Few rules take such
    values (``batched/banded.py``); for the others the zeros are stored before.
    """

    __slots__ = ("bands",)

    def __init__(
        self, xp: Any, data: Any, ties: tuple[int, ...], bands: tuple[tuple[int, ...] | None, ...]
    ) -> None:
        super().__init__(xp, data, ties)
        self.bands = bands

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]} bands={self.bands}>"


def _attach_operators() -> None:
    table = {
        "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power",
        "floordiv": "floor_divide", "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or",
        "xor": "bitwise_xor", "matmul": "matmul",
    }  # fmt: skip
    compare = {
        "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
        "ne": "not_equal",
    }  # fmt: skip
    source = "def __{0}__(self, other):\n    return self.xp.{1}(self, other)\n"
    mirror = "def __r{0}__(self, other):\n    return self.xp.{1}(other, self)\n"
    scope: dict[str, Any] = {}
    for short, name in table.items():
        exec(source.format(short, name) + mirror.format(short, name), scope)
    for short, name in compare.items():
        exec(source.format(short, name), scope)
    for key, value in scope.items():
        if key.startswith("__") and callable(value):
            setattr(Batched, key, value)


_attach_operators()
