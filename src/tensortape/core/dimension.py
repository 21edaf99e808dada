"""One dimension of a shape: a non-negative integer, or unknown.

Shapes hold plain integers and `None`; this class is what `TensorShape.dims` and code written for
TensorFlow 1 see.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from tensortape.core.registry import export


def dimension_size(value: Any) -> int | None:
    """The plain value of anything that can stand for a dimension.

    Takes an integer, `None`, a `Dimension`, or an object with `__index__`.
    Raises `TypeError` for anything else and `ValueError` for a negative integer.

    >>> dimension_size(Dimension(3)), dimension_size(None)
    (3, None)
    """
    if value is None:
        return None
    if isinstance(value, Dimension):
        return value._value
    try:
        size = operator.index(value)
    except TypeError:
        raise TypeError(
            "Dimension value must be integer or None or have an __index__ method, "
            f"got value {value!r} with type {type(value)!r}"
        ) from None
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


def _arithmetic(function: Callable[[int, int], int], reflected: bool = False) -> Any:
    """An operator that gives the unknown dimension where either side is unknown."""

    def method(self: Dimension, other: Any) -> Any:
        try:
            other = dimension_size(other)
        except TypeError:
            return NotImplemented
        if self._value is None or other is None:
            return Dimension(None)
        if reflected:
            return Dimension(function(other, self._value))
        return Dimension(function(self._value, other))

    return method


def _comparison(function: Callable[[int, int], bool]) -> Any:
    """A comparison that gives `None`, "cannot be told", where either side is unknown."""

    def method(self: Dimension, other: Any) -> Any:
        other = dimension_size(other)
        if self._value is None or other is None:
            return None
        return function(self._value, other)

    return method


@export("compat.v1.Dimension")
class Dimension:
    """The size of one axis; `Dimension(None)` is unknown.

    Arithmetic with an unknown dimension is unknown, and comparisons with one are `None`.

    >>> Dimension(3) + 2, Dimension(3) * None
    (Dimension(5), Dimension(None))
    >>> print(Dimension(3) < Dimension(None))
    None

    Source: `tf.compat.v1.Dimension`.
    """

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any) -> None:
        self._value = dimension_size(value)

    @property
    def value(self) -> int | None:
        """The size, or `None` when it is unknown."""
        return self._value

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both could be the same size: equal, or at least one unknown."""
        other = dimension_size(other)
        return self._value is None or other is None or self._value == other

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise `ValueError` unless both could be the same size."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {Dimension(other)} are not compatible")

    def merge_with(self, other: Any) -> Dimension:
        """What is known of a size that both describe; `ValueError` where they contradict.

        >>> Dimension(None).merge_with(4)
        Dimension(4)
        """
        self.assert_is_compatible_with(other)
        return Dimension(other if self._value is None else self)

    __add__ = __radd__ = _arithmetic(operator.add)
    __mul__ = __rmul__ = _arithmetic(operator.mul)
    __sub__ = _arithmetic(operator.sub)
    __rsub__ = _arithmetic(operator.sub, reflected=True)
    __floordiv__ = _arithmetic(operator.floordiv)
    __rfloordiv__ = _arithmetic(operator.floordiv, reflected=True)
    __mod__ = _arithmetic(operator.mod)
    __rmod__ = _arithmetic(operator.mod, reflected=True)
    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)

    def __truediv__(self, other: Any) -> NoReturn:
        raise TypeError(
            "unsupported operand type(s) for /: 'Dimension' and "
            f"{type(other).__name__!r}, please use // instead"
        )

    def __rtruediv__(self, other: Any) -> NoReturn:
        raise TypeError(
            f"unsupported operand type(s) for /: {type(other).__name__!r} and "
            "'Dimension', please use // instead"
        )

    # Both answer `None` where it cannot be told, so neither is the negation of the other.
    def __eq__(self, other: object) -> Any:
        try:
            size = dimension_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return None if self._value is None or size is None else self._value == size

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is None or equal is NotImplemented else not equal

    def __bool__(self) -> bool:
        return bool(self._value)

    def __int__(self) -> int:
        return self.__index__()

    def __index__(self) -> int:
        if self._value is None:
            raise TypeError("An unknown dimension has no integer value: got Dimension(None).")
        return self._value

    def __repr__(self) -> str:
        return f"Dimension({self._value})"

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self._value,)


@export("compat.dimension_value", "compat.v1.dimension_value")
def dimension_value(dimension: Any) -> Any:
    """The integer (or `None`) inside a `Dimension`; anything else as it is.

    >>> dimension_value(Dimension(3)), dimension_value(3)
    (3, 3)

    Source: `tf.compat.dimension_value`.
    """
    return dimension._value if isinstance(dimension, Dimension) else dimension


def as_dimension(value: Any) -> Dimension:
    """The `Dimension` of an integer or `None`.

    Source: `tensorflow.python.framework.tensor_shape.as_dimension`.
    """
    return value if isinstance(value, Dimension) else Dimension(value)
