"""Values that note what is computed with them, and the namespace that makes such."""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import NoneType
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.op import NUMBERS


class CannotNote(Exception):
    """A rule asked for something that depends on values, or that is not followed here."""


class Script:
    """The lines that compute what was noted, and the names that they use.

    ``lines`` are ``(result, expression, names of the noted values in it)``; ``scope`` holds the
    constants and functions.
    """

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, list[str]]] = []
        self.scope: dict[str, Any] = {}
        self._count = 0

    def fresh(self, letter: str) -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, value: Any) -> str:
        """The text that stands for a value which is the same each time."""
        if type(value) in (int, bool, str, NoneType):
            return repr(value)
        name = self.fresh("c")
        self.scope[name] = value
        return name

    def text(self, value: Any, used: list[str]) -> str:
        """The text that stands for an argument; the noted values in it are added to ``used``."""
        if type(value) is Noted:
            used.append(value.name)
            return value.name
        if type(value) in (list, tuple) and any([type(v) is Noted for v in value]):
            parts = "".join([f"{self.text(v, used)}, " for v in value])
            return f"[{parts}]" if type(value) is list else f"({parts})"
        return self.constant(value)

    def note(self, result: Any, expression: str, used: list[str]) -> Any:
        """Add a line; returns its result as a noted value, or a list of them."""
        name = self.fresh("t")
        self.lines.append((name, expression, used))
        if isinstance(result, (list, tuple)):
            return [self.note(r, f"{name}[{i}]", [name]) for i, r in enumerate(result)]
        if not isinstance(result, (np.ndarray, np.generic)):
            raise CannotNote(f"{expression} is {type(result).__name__}, which is no array")
        return Noted(self, name, result)

    def operation(self, symbol: str, function: Callable[..., Any], *operands: Any) -> Any:
        """Compute with an operator of Python, and note it."""
        used: list[str] = []
        texts = [self.text(unspread(v, operands), used) for v in operands]
        expression = f"{texts[0]} {symbol} {texts[1]}" if len(texts) == 2 else f"{symbol}{texts[0]}"
        return self.note(function(*map(value_of, operands)), expression, used)


def unspread(value: Any, operands: Any) -> Any:
    """The number that an operand repeats, where the other one has as many elements anyway."""
    if type(value) is Noted and value.number is not None:
        for other in operands:
            if type(other) is Noted and other.number is None and other.shape == value.shape:
                return value.number
    return value


def value_of(value: Any) -> Any:
    """The value itself that a noted one stands for, in lists too."""
    if type(value) is Noted:
        return value.value
    if type(value) in (list, tuple):
        return type(value)([value_of(v) for v in value])
    return value


class Noted:
    """An array or number, and the name it has in a script.

    Its shape and dtype can be asked for; what depends on its elements raises :class:`CannotNote`.
    """

    __slots__ = ("name", "number", "script", "value")
    __array_ufunc__ = None  # arrays leave operators to this class
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, script: Script, name: str, value: Any) -> None:
        self.script, self.name, self.value = script, name, value
        self.number: Noted | None = None  # repeated to this shape

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return self.value.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self.value.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise CannotNote("a rule looked at the elements of a value")

    __bool__ = __float__ = __int__ = __index__ = __len__ = __iter__ = __array__ = _refuse

    def __getattr__(self, name: str) -> Any:
        raise CannotNote(f"a rule asked an array for {name!r}")

    def __getitem__(self, index: Any) -> Any:
        used = [self.name]
        parts = index if type(index) is tuple else (index,)
        if any([type(part) is Noted for part in parts]):
            raise CannotNote("a rule indexed with values")
        expression = f"{self.name}[{self.script.constant(index)}]"
        return self.script.note(self.value[index], expression, used)

    def __neg__(self) -> Any:
        return self.script.operation("-", lambda a: -a, self)


ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "@": operator.matmul,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
}  # fmt: skip
COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def _attach(symbol: str, function: Callable[..., Any], reflects: bool) -> None:
    def forward(self: Noted, other: Any) -> Any:
        return self.script.operation(symbol, function, self, other)

    def reflected(self: Noted, other: Any) -> Any:
        return self.script.operation(symbol, function, other, self)

    name = function.__name__.strip("_")
    setattr(Noted, f"__{name}__", forward)
    if reflects:
        setattr(Noted, f"__r{name}__", reflected)


for _symbol, _function in ARITHMETIC.items():
    _attach(_symbol, _function, reflects=True)
for _symbol, _function in COMPARISONS.items():
    _attach(_symbol, _function, reflects=False)


class NotingNamespace:
    """NumPy's namespace, whose primitives note their calls."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def __getattr__(self, name: str) -> Any:
        found = getattr(numpy_namespace, name)
        if not callable(found) or isinstance(found, type):
            return found

        def primitive(*args: Any, **kwargs: Any) -> Any:
            script = self._script
            used: list[str] = []
            result = found(*map(value_of, args), **{k: value_of(v) for k, v in kwargs.items()})
            texts = [script.text(v, used) for v in args]
            texts += [f"{k}={script.text(v, used)}" for k, v in kwargs.items()]
            script.scope[name] = found
            noted = script.note(result, f"{name}({', '.join(texts)})", used)
            if name == "broadcast_to" and type(args[0]) is Noted and type(args[0].value) in NUMBERS:
                noted.number = args[0]
            return noted

        return primitive
