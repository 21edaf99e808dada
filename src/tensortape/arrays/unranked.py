"""Values of which not even the rank is known while a graph is built.

Branches may give results of different ranks; which one is known only when the graph runs. Whoever
asks such a value for its shape without having looked at ``unranked`` first is refused, and the
function runs as plain Python: a wrong answer is not possible.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract, placeholder
from tensortape.core.untraceable import UnknownRank


class AnyShape(tuple[Any, ...]):
    """What a program notes as the shape of a value of unknown rank: one unknown size."""

    __slots__ = ()

    def __new__(cls) -> AnyShape:
        """The one shape there is."""
        return super().__new__(cls, (None,))


ANY_SHAPE = AnyShape()


class Unranked(Abstract):
    """A value of which the dtype is known, and nothing else."""

    __slots__ = ("_dtype",)

    unranked = True
    derived: Any = False
    static: Any = False

    def __init__(self, dtype: Any) -> None:
        self._dtype = np.dtype(dtype)

    def _refuse(self) -> Any:
        raise UnknownRank(
            "the rank of a tensor is needed that only running the function decides (a branch or "
            "loop gives results of different ranks)"
        )

    @property
    def witnesses(self) -> Any:  # type: ignore[override]
        """There are none."""
        return self._refuse()

    @property
    def shape(self) -> Any:
        """It is not known."""
        return self._refuse()

    @property
    def ndim(self) -> Any:
        """It is not known."""
        return self._refuse()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        return self._dtype

    def narrowed(self, shape: tuple[int | None, ...]) -> Abstract:
        """The same value with its rank, and perhaps sizes, known."""
        return placeholder(shape, self._dtype)

    def sizes(self, tensor: Any) -> Any:
        """There are none to compute with."""
        return self._refuse()

    def ints(self, tensor: Any = None) -> Any:
        """There are none to compute with."""
        return self._refuse()


def unranked(value: Any) -> bool:
    """Whether not even the rank of an array or abstract value is known."""
    return getattr(value, "unranked", False) is True


def value_of_shape(shape: Any, dtype: Any) -> Abstract:
    """An abstract value of a static shape, which may be :data:`ANY_SHAPE` or ``None``."""
    if shape is None or isinstance(shape, AnyShape):
        return Unranked(dtype)
    return placeholder(tuple(shape), np.dtype(dtype))


def shape_of(value: Any) -> Any:
    """The static shape of an array or abstract value; :data:`ANY_SHAPE` for an unknown rank."""
    if unranked(value):
        return ANY_SHAPE
    return tuple(value.shape) if isinstance(value, Abstract) else np.shape(value)


def same_shape(values: Any) -> Abstract:
    """What is known of a value that may be any of these: sizes, or only the dtype."""
    values = list(values)
    dtype = np.dtype(values[0].dtype)
    shapes = [v if isinstance(v, tuple) else shape_of(v) for v in map(_shaped, values)]
    if any(isinstance(s, AnyShape) for s in shapes) or len({len(s) for s in shapes}) > 1:
        return Unranked(dtype)
    return placeholder(
        [c[0] if len(set(c)) == 1 else None for c in zip(*shapes, strict=True)], dtype
    )


def _shaped(value: Any) -> Any:
    """A value to ask for its shape; of an ``Aval`` the shape that was noted."""
    return value.shape if hasattr(value, "_fields") else value
