"""Integers that are not known while a graph is built: sizes, and elements of tensors.

A :class:`Varying` is an integer with one value per witness (see ``abstract``), so that shapes can
be inferred with it, and with the expression it came from, so that its value can be found when the
graph is run. Arithmetic on it gives another one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.untraceable import Untraceable

FILLERS = (83, 131)
"""Stand-ins for an unknown dimension: primes, unlikely as sizes of anything else, and so far apart
that halving them again and again does not make them the same."""

SMALL = (17, 29)
"""Stand-ins where so many dimensions are unknown that arrays would become large."""

Expression = Callable[[Any], Any]
"""``expression(scope)`` asks the scope for what it depends on; the scope answers numbers."""


def leaf(kind: str, ref: Any, at: Any) -> Expression:
    """What the scope knows by itself: a "size" or an "element" of a tensor, an "attribute"."""
    return lambda scope: scope.find(kind, ref, at)


AS_TENSOR: list[Callable[[Any, Any], Any]] = []
"""``(varying, dtype) -> tensor``; set by ``graph/sizes.py``, which has the operation for it."""


class Varying:
    """An integer with a value per witness; ``data`` when it depends on more than shapes.

    It is no ``int``: whoever needs the number itself (NumPy, ``range``) is told that there is none
    yet, in place of computing with a stand-in.
    """

    __slots__ = ("data", "expression", "values")

    def __init__(
        self, values: Any, expression: Expression | None = None, data: bool = False
    ) -> None:
        self.values = tuple(int(v) for v in values)
        self.expression = expression
        self.data = data

    def _refuse(self, *others: Any) -> Any:
        raise Untraceable(
            "a size or index that is not known while the function is traced is needed as a number"
        )

    __int__ = __index__ = __float__ = __complex__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _refuse

    def __bool__(self) -> bool:
        return self._agreed(bool, None)

    def _agreed(self, test: Any, other: Any) -> bool:
        """What a test says of all values; refused where they disagree.

        Of a number that is data no more is known than that it is not negative.
        """
        if self.data and (not isinstance(other, int) or other > 0):
            return self._refuse()
        said = {bool(test(v) if other is None else test(v, _at(other, k)))
                for k, v in enumerate(self.values)}  # fmt: skip
        return said.pop() if len(said) == 1 else self._refuse()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (int, Varying)):
            return NotImplemented
        same = [v == _at(other, k) for k, v in enumerate(self.values)]
        return all(same)

    def __hash__(self) -> int:
        return hash(self.values)

    def __neg__(self) -> Any:
        return _combined(operator.sub, 0, self)

    def __repr__(self) -> str:
        return "?"

    def _to_tensor(self) -> Any:
        """A symbolic int32 scalar."""
        return AS_TENSOR[0](self, "int32")

    def _of_dtype(self, dtype: Any) -> Any:
        """A symbolic scalar of a dtype."""
        return AS_TENSOR[0](self, dtype)

    def __reduce__(self) -> Any:
        raise TypeError("an integer that is not known yet cannot be pickled")


def varies(values: Any) -> bool:
    """Whether some of ``values``, nested in tuples and lists, is not known yet."""
    for value in values:
        if isinstance(value, Varying):
            return True
        if isinstance(value, (tuple, list)) and varies(value):
            return True
    return False


def _combined(function: Any, a: Any, b: Any) -> Any:
    n = max(len(getattr(v, "values", ())) for v in (a, b))
    values = [function(_at(a, k), _at(b, k)) for k in range(n)]
    data = getattr(a, "data", False) or getattr(b, "data", False)

    def expression(scope: Any) -> Any:
        return scope.combine(function, value_of(a, scope), value_of(b, scope))

    return Varying(values, expression, data)


def value_of(value: Any, scope: Any) -> Any:
    """A number, as it is or asked of the scope.

    Raises ``NotImplementedError`` for one whose origin is not known.
    """
    if not isinstance(value, Varying):
        return value
    if value.expression is None:
        raise NotImplementedError(
            "a size is needed here that is not known while the function is traced, and that was "
            "computed outside of tensors"
        )
    return value.expression(scope)


def _at(value: Any, k: int) -> int:
    values = getattr(value, "values", None)
    return value if values is None else values[k % len(values)]


def _binary(name: str, function: Any) -> None:
    def forward(self: Any, other: Any) -> Any:
        known = isinstance(other, (int, np.integer, Varying))
        return _combined(function, self, other) if known else NotImplemented

    def backward(self: Any, other: Any) -> Any:
        known = isinstance(other, (int, np.integer, Varying))
        return _combined(function, other, self) if known else NotImplemented

    setattr(Varying, f"__{name}__", forward)
    setattr(Varying, f"__r{name}__", backward)


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    _binary(_name, getattr(operator, _name))


def _comparison(name: str) -> None:
    test = getattr(operator, name)

    def compared(self: Any, other: Any) -> Any:
        known = isinstance(other, (int, np.integer, Varying))
        return self._agreed(test, other) if known else NotImplemented

    setattr(Varying, f"__{name}__", compared)


for _name in ("lt", "le", "gt", "ge"):
    _comparison(_name)
