"""Shapes that may be partly known.

A shape is stored as a tuple of integers and `None` (an unknown dimension), or as `None` when not
even the rank is known. Making one from a tuple of integers is on the way of every `tensor.shape`,
so it must stay cheap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, overload

from tensortape.core.dimension import Dimension, dimension_size
from tensortape.core.registry import export

Dims = tuple["int | None", ...]


def _to_dims(dims: Any) -> Dims | None:
    """Whatever describes a shape, as the tuple (or `None`) a `TensorShape` stores."""
    if dims is None:
        return None
    if isinstance(dims, TensorShape):
        return dims._dims
    if isinstance(dims, (str, bytes)):
        raise TypeError(
            f"Failed to convert {dims!r} to a shape: a shape is a single dimension (such as 10) "
            "or an iterable of dimensions (such as [1, 10, None])."
        )
    try:
        entries = iter(dims)
    except TypeError:
        return (dimension_size(dims),)
    return tuple([dimension_size(entry) for entry in entries])


@export("TensorShape")
class TensorShape:
    """The shape of a tensor: fully known, partly known (`None` dimensions), or of unknown rank.

    Takes an iterable of dimensions, a single dimension, another shape, or `None`.
    Raises `TypeError` for what is no dimension and `ValueError` for negative ones.

    >>> TensorShape([None, 256])
    TensorShape([None, 256])
    >>> print(TensorShape([3, 1]), TensorShape(None))
    (3, 1) <unknown>
    >>> TensorShape([3, 1]) == (3, 1), list(TensorShape([3, None]))
    (True, [3, None])

    Source: `tf.TensorShape`.
    """

    __slots__ = ("_dims",)

    _dims: Dims | None

    def __init__(self, dims: Any) -> None:
        if type(dims) is tuple:
            for size in dims:
                if type(size) is not int or size < 0:
                    break
            else:
                self._dims = dims
                return
        self._dims = _to_dims(dims)

    # What is known.

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or `None` when it is unknown."""
        return None if self._dims is None else len(self._dims)

    ndims = rank

    @property
    def dims(self) -> list[Dimension] | None:
        """The dimensions as `Dimension` objects, or `None` when the rank is unknown."""
        return None if self._dims is None else [Dimension(size) for size in self._dims]

    def as_list(self) -> list[int | None]:
        """The dimensions as a list; `ValueError` when the rank is unknown.

        >>> TensorShape([None, 2]).as_list()
        [None, 2]
        """
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def num_elements(self) -> int | None:
        """The number of elements, or `None` when the shape is not fully known.

        >>> TensorShape([2, 3]).num_elements(), TensorShape([2, None]).num_elements()
        (6, None)
        """
        if self._dims is None or None in self._dims:
            return None
        return prod(self._dims)  # type: ignore[arg-type]

    def is_fully_defined(self) -> bool:
        """Whether every dimension is known."""
        return self._dims is not None and None not in self._dims

    def assert_is_fully_defined(self) -> None:
        """Raise `ValueError` unless every dimension is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    # Two shapes together.

    def is_compatible_with(self, other: Any) -> bool:
        """Whether some fully known shape agrees with both.

        >>> TensorShape([1, None]).is_compatible_with([1, 2])
        True
        """
        mine, its = self._dims, as_shape(other)._dims
        if mine is None or its is None:
            return True
        return len(mine) == len(its) and all(
            a is None or b is None or a == b for a, b in zip(mine, its, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise `ValueError` unless some fully known shape agrees with both."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        """What is known of a shape that both describe; `ValueError` where they contradict.

        >>> TensorShape([2, None]).merge_with([None, 3])
        TensorShape([2, 3])
        """
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return other if self._dims is None else self
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        pairs = zip(self._dims, other._dims, strict=True)
        return shape_of(tuple([b if a is None else a for a, b in pairs]))

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The most specific shape that covers both.

        >>> TensorShape([1, 2]).most_specific_compatible_shape([1, 3])
        TensorShape([1, None])
        """
        mine, its = self._dims, as_shape(other)._dims
        if mine is None or its is None or len(mine) != len(its):
            return shape_of(None)
        pairs = zip(mine, its, strict=True)
        return shape_of(tuple([a if a == b else None for a, b in pairs]))

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every shape this one describes is described by `other`, a `TensorShape`."""
        if not isinstance(other, TensorShape):
            return False
        if other._dims is None:
            return True
        return self._dims is not None and (
            len(self._dims) == len(other._dims)
            and all(b is None or a == b for a, b in zip(self._dims, other._dims, strict=True))
        )

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorShape | None:
        """The most specific shape that covers this one and all `others`.

        `None` when one of them is no `TensorShape`.
        """
        covering = self
        for other in others:
            if not isinstance(other, TensorShape):
                return None
            covering = covering.most_specific_compatible_shape(other)
        return covering

    def concatenate(self, other: Any) -> TensorShape:
        """The dimensions of this shape followed by those of `other`; unknown if either is.

        >>> TensorShape([1]).concatenate([2, None])
        TensorShape([1, 2, None])
        """
        its = as_shape(other)._dims
        if self._dims is None or its is None:
            return shape_of(None)
        return shape_of(self._dims + its)

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    # The rank.

    def with_rank(self, rank: int) -> TensorShape:
        """The same shape, known to have `rank` dimensions; `ValueError` if it has not.

        >>> TensorShape(None).with_rank(2)
        TensorShape([None, None])
        """
        if self._dims is None:
            return unknown_shape(rank)
        self.assert_has_rank(rank)
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """The same shape; `ValueError` if it is known to have fewer than `rank` dimensions."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """The same shape; `ValueError` if it is known to have more than `rank` dimensions."""
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def assert_has_rank(self, rank: int) -> None:
        """Raise `ValueError` if the rank is known and not `rank`."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other: Any) -> None:
        """Raise `ValueError` if both ranks are known and differ."""
        other = as_shape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    # The Python protocols.

    def __len__(self) -> int:
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self) -> bool:
        return self._dims is not None

    def __iter__(self) -> Iterator[int | None]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._dims)

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: Any) -> Any:
        if self._dims is None:
            return _unknown_item(key)
        if isinstance(key, slice):
            return shape_of(self._dims[key])
        return self._dims[key]

    def __eq__(self, other: object) -> Any:
        if type(other) is tuple and self._dims == other:
            return True
        try:
            return self._dims == as_shape(other)._dims
        except TypeError:
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._dims)

    def __repr__(self) -> str:
        return f"TensorShape({None if self._dims is None else list(self._dims)})"

    def __str__(self) -> str:
        return "<unknown>" if self._dims is None else str(self._dims)

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._dims,)


def _unknown_item(key: Any) -> TensorShape | None:
    """A dimension or slice of a shape of unknown rank; the length of a slice may be known."""
    if not isinstance(key, slice):
        return None
    start, stop = key.start or 0, key.stop
    if key.step is not None or stop is None or start < 0 or stop < 0:
        return shape_of(None)
    return unknown_shape(max(stop - start, 0))


def shape_of(dims: Dims | None) -> TensorShape:
    """The `TensorShape` of what one stores, unchecked: the fast way for internal code."""
    shape = TensorShape.__new__(TensorShape)
    shape._dims = dims
    return shape


def as_shape(shape: Any) -> TensorShape:
    """The `TensorShape` of anything that describes a shape; a `TensorShape` as it is.

    Source: `tensorflow.python.framework.tensor_shape.as_shape`.
    """
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None) -> TensorShape:
    """A shape of which only the rank is known, or nothing.

    Source: `tensorflow.python.framework.tensor_shape.unknown_shape`.
    """
    return shape_of(None if rank is None else (None,) * rank)


@export("compat.dimension_at_index", "compat.v1.dimension_at_index")
def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """The dimension at `index`, unknown when the rank is.

    Source: `tf.compat.dimension_at_index`.
    """
    return Dimension(shape[index])


def broadcast_dims(x: Dims | None, y: Dims | None) -> Dims | None:
    """The dimensions two shapes broadcast to.

    An unknown dimension against a known one other than 1 is that one: at run time it can only be 1
    or equal. Raises `ValueError` where two known dimensions differ and neither is 1.

    >>> broadcast_dims((2, None), (3, 1, 5))
    (3, 2, 5)
    """
    if x is None or y is None:
        return None
    rank = max(len(x), len(y))
    pairs = zip((1,) * (rank - len(x)) + x, (1,) * (rank - len(y)) + y, strict=True)
    return tuple([_broadcast_pair(a, b, x, y) for a, b in pairs])


def _broadcast_pair(a: int | None, b: int | None, x: Dims, y: Dims) -> int | None:
    if a == b or b == 1:
        return a
    if a == 1 or a is None:
        return b
    if b is None:
        return a
    raise ValueError(
        "Incompatible shapes for broadcasting. Two shapes are compatible if for each dimension "
        f"pair they are either equal or one of them is 1. Received: {x} and {y}."
    )


@export("broadcast_static_shape")
def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape two shapes broadcast to; `ValueError` when they do not.

    >>> broadcast_static_shape(TensorShape([1, None]), TensorShape([3, 1]))
    TensorShape([3, None])

    Source: `tf.broadcast_static_shape`.
    """
    return shape_of(broadcast_dims(as_shape(shape_x)._dims, as_shape(shape_y)._dims))
