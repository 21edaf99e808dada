"""``tf.RaggedTensor``: rows of different lengths."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype, int32, int64
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import type_spec_from_value
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.core.untraceable import Untraceable
from tensortape.ops.ragged.partition import (
    check_ids,
    check_lengths,
    check_splits,
    check_total,
    row_ids,
    starts_of,
)
from tensortape.ops.ragged.unplaced import (
    checked,
    lengths_of,
    longest,
    row_counts,
    splits_of,
    total_of,
    uniform_splits,
    value_rowids,
)
from tensortape.ops.sparse.finding import unplaced
from tensortape.ops.sparse.places import known

_PRIVATE = object()


@export("RaggedTensor")
class RaggedTensor(CompositeTensor):
    """Rows of different lengths: all values in one tensor, and where each row begins and ends.

    Row ``i`` is ``values[row_splits[i]:row_splits[i + 1]]``. The values may be ragged again.
    Ragged tensors come from ``tf.ragged.constant`` and the methods ``from_...``.

    >>> import tensortape as tf
    >>> r = tf.RaggedTensor.from_row_lengths([1.0, 2.0, 3.0], [2, 0, 1])
    >>> r
    <tf.RaggedTensor [[1.0, 2.0], [], [3.0]]>
    >>> tf.reduce_sum(r * 2.0, axis=1).numpy()
    array([6., 0., 6.], dtype=float32)

    Raises ``ValueError`` when constructed directly. Source: ``tf.RaggedTensor``.
    """

    __array_ufunc__ = None  # tensors and arrays leave their operators to this class
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, values: Any, row_splits: Any, uniform: int | None = None, key: Any = None
    ) -> None:
        if key is not _PRIVATE:
            raise ValueError(
                "RaggedTensor constructor is private; please use one of the factory methods "
                "instead (e.g., RaggedTensor.from_row_lengths())"
            )
        self._values = values
        self._row_splits = row_splits
        self._uniform = uniform

    # --- factories -----------------------------------------------------------------------------

    @classmethod
    def from_row_splits(
        cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows that end where the next begins: ``row_splits`` of shape ``[nrows + 1]``.

        Raises ``tf.errors.InvalidArgumentError`` for splits that fit no values.
        """
        splits = _integers(row_splits, "row_splits")
        values = as_values(values)
        _need_axis(values)
        if validate and (unplaced(splits) or values.shape[0] is None):
            splits = checked(splits, values)
        elif validate:
            check_splits(known(splits))
            check_total(known(splits)[-1], values.shape[0])
        return cls(values, splits, key=_PRIVATE)

    @classmethod
    def from_row_lengths(
        cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows of given lengths, ``[nrows]``."""
        lengths = _integers(row_lengths, "row_lengths")
        if unplaced(lengths):
            return cls.from_row_splits(values, splits_of(lengths), validate=validate)
        if validate:
            check_lengths(known(lengths))
        splits = state.tensor(starts_of(known(lengths)).astype(lengths.dtype._np))
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_value_rowids(
        cls,
        values: Any,
        value_rowids: Any,
        nrows: Any = None,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """The row number of each value, in order; ``nrows`` adds empty rows at the end.

        Raises ``ValueError`` when ``nrows`` is too small.
        """
        ids = _integers(value_rowids, "value_rowids")
        if unplaced(ids):
            return cls.from_row_lengths(values, row_counts(ids, nrows), validate=validate)
        numbers = known(ids)
        check_ids(numbers)
        needed = int(numbers[-1]) + 1 if len(numbers) else 0
        count = needed if nrows is None else int(nrows)
        if count < needed:
            raise ValueError(
                f"Expected nrows >= value_rowids[-1] + 1; got nrows={count}, "
                f"value_rowids[-1]={needed - 1}"
            )
        return rows(values, np.bincount(numbers, minlength=count), dtype=ids.dtype)

    @classmethod
    def from_row_starts(
        cls, values: Any, row_starts: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Where each row begins, ``[nrows]``."""
        values, starts = as_values(values), _integers(row_starts, "row_starts")
        if unplaced(starts) or values.shape[0] is None:
            end = PUBLIC["cast"](total_of(values), starts.dtype)
            splits = PUBLIC["concat"]([starts, PUBLIC["expand_dims"](end, 0)], 0)
        else:
            splits = np.append(known(starts), values.shape[0]).astype(known(starts).dtype)
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_row_limits(
        cls, values: Any, row_limits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Where each row ends, ``[nrows]``."""
        limits = _integers(row_limits, "row_limits")
        if unplaced(limits):
            splits = PUBLIC["pad"](limits, [[1, 0]])
        else:
            splits = np.insert(known(limits), 0, 0)
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_uniform_row_length(
        cls,
        values: Any,
        uniform_row_length: Any,
        nrows: Any = None,
        validate: bool = True,
        name: str | None = None,
    ) -> RaggedTensor:
        """Rows of one length; ``nrows`` is needed for length 0.

        Raises ``ValueError`` when the values do not divide into such rows.
        """
        values, length = as_values(values), int(uniform_row_length)
        if values.shape[:1].as_list() == [None]:
            return cls(values, uniform_splits(values, length, nrows), length, _PRIVATE)
        count = count_of(values)
        found = int(nrows) if nrows is not None else (count // length if length else 0)
        if found * length != count:
            raise ValueError(
                f"uniform_row_length={length} times nrows={found} must equal nvals={count}"
            )
        return rows(values, np.full(found, length), length)

    @classmethod
    def from_nested_row_splits(
        cls,
        flat_values: Any,
        nested_row_splits: Any,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """Several ragged axes, the outermost splits first."""
        one = functools.partial(cls.from_row_splits, validate=validate)
        return _nested(one, flat_values, nested_row_splits, "nested_row_splits")

    @classmethod
    def from_nested_row_lengths(
        cls,
        flat_values: Any,
        nested_row_lengths: Any,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """Several ragged axes, the outermost lengths first."""
        return _nested(cls.from_row_lengths, flat_values, nested_row_lengths, "nested_row_lengths")

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Any,
        nested_nrows: Any = None,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """Several ragged axes, the outermost row numbers first."""
        counts = list(nested_nrows or [None] * len(nested_value_rowids))
        values = flat_values
        for ids, count in reversed(list(zip(nested_value_rowids, counts, strict=True))):
            values = cls.from_value_rowids(values, ids, count)
        return values

    # --- parts ---------------------------------------------------------------------------------

    @property
    def values(self) -> Any:
        """The rows one after the other: a tensor, or a ragged one with one axis less."""
        return self._values

    @property
    def flat_values(self) -> Any:
        """The innermost values, a tensor."""
        return self._values.flat_values if isinstance(self._values, RaggedTensor) else self._values

    @property
    def row_splits(self) -> Any:
        """Where rows begin and end, ``[nrows + 1]``."""
        return self._row_splits

    @property
    def nested_row_splits(self) -> tuple[Any, ...]:
        """The row splits of all ragged axes, the outermost first."""
        inner = self._values.nested_row_splits if isinstance(self._values, RaggedTensor) else ()
        return (self._row_splits, *inner)

    @property
    def _splits(self) -> Any:
        return known(self._row_splits)

    @property
    def uniform_row_length(self) -> Any:
        """The length of all rows where it is known to be one, else ``None``."""
        if self._uniform is None:
            return None
        return state.tensor(self._row_splits.dtype._np.type(self._uniform))

    @property
    def ragged_rank(self) -> int:
        """The number of axes that are divided into rows."""
        inner = self._values.ragged_rank if isinstance(self._values, RaggedTensor) else 0
        return 1 + inner

    @property
    def dtype(self) -> Any:
        """The element type."""
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """The shape; ``None`` where rows differ in length."""
        size = self._row_splits._a.shape[0]
        count = None if size is None else size - 1
        return TensorShape([count, self._uniform, *self._values.shape[1:]])

    def get_shape(self) -> TensorShape:
        """The shape, as a method."""
        return self.shape

    @property
    def _type_spec(self) -> Any:
        return type_spec_from_value(self)

    def consumers(self) -> list[Any]:
        """Operations that read this, in graphs: none."""
        return []

    def nrows(self, out_type: Any = None, name: str | None = None) -> Any:
        """The number of rows."""
        if unplaced(self._row_splits):
            return PUBLIC["cast"](total_of(self), out_type or self._row_splits.dtype)
        return self._integer(len(self._splits) - 1, out_type)

    def row_starts(self, name: str | None = None) -> Any:
        """Where each row begins."""
        if unplaced(self._row_splits):
            return self._row_splits[:-1]
        return self._integer(self._splits[:-1])

    def row_limits(self, name: str | None = None) -> Any:
        """Where each row ends."""
        if unplaced(self._row_splits):
            return self._row_splits[1:]
        return self._integer(self._splits[1:])

    def value_rowids(self, name: str | None = None) -> Any:
        """The row number of each value."""
        if unplaced(self._row_splits):
            return value_rowids(self._row_splits, self._values.shape[0])
        return self._integer(row_ids(self._splits))

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """The lengths of the rows along ``axis``; ragged for axes beyond the first."""
        axis = axis_of(axis, self.shape.rank)
        if axis == 0:
            return self.nrows()
        if axis == 1 and unplaced(self._row_splits):
            return lengths_of(self._row_splits)
        if axis == 1:
            return self._integer(np.diff(self._splits))
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.row_lengths(axis - 1))
        outer = tuple(self._values.shape[: axis - 1])
        if None in (*outer, self._values.shape[axis - 1]):
            sizes = PUBLIC["shape"](self._values, out_type=self._row_splits.dtype)
            return self.with_values(PUBLIC["fill"](sizes[: axis - 1], sizes[axis - 1]))
        lengths = np.full(outer, self._values.shape[axis - 1])
        return self.with_values(self._integer(lengths))

    def nested_row_lengths(self, name: str | None = None) -> tuple[Any, ...]:
        """The row lengths of all ragged axes."""
        if unplaced(*self.nested_row_splits):
            return tuple(lengths_of(s) for s in self.nested_row_splits)
        return tuple(self._integer(np.diff(known(s))) for s in self.nested_row_splits)

    def nested_value_rowids(self, name: str | None = None) -> tuple[Any, ...]:
        """The row numbers of all ragged axes."""
        if unplaced(*self.nested_row_splits):
            return tuple(value_rowids(s, None) for s in self.nested_row_splits)
        return tuple(self._integer(row_ids(known(s))) for s in self.nested_row_splits)

    def bounding_shape(
        self, axis: Any = None, name: str | None = None, out_type: Any = None
    ) -> Any:
        """The smallest dense shape that holds everything, or some of its sizes."""
        if unplaced(*self.nested_row_splits):
            return self._bounds(axis, out_type)
        value, sizes = self, [len(self._splits) - 1]
        while isinstance(value, RaggedTensor):
            sizes.append(int(np.diff(value._splits).max(initial=0)))
            value = value.values
        sizes.extend(value.shape[1:])
        return self._integer(np.array(sizes) if axis is None else np.array(sizes)[axis], out_type)

    def _bounds(self, axis: Any, out_type: Any) -> Any:
        """The bounding shape where it is found when a function runs."""
        inner = PUBLIC["shape"](self.flat_values)[1:]
        sizes = [self.nrows(), *(longest(s) for s in self.nested_row_splits)]
        dtype = self._row_splits.dtype if out_type is None else as_dtype(out_type)
        whole = PUBLIC["cast"](PUBLIC["stack"](sizes), dtype)
        whole = PUBLIC["concat"]([whole, PUBLIC["cast"](inner, dtype)], 0)
        return whole if axis is None else PUBLIC["gather"](whole, axis)

    def _integer(self, value: Any, out_type: Any = None) -> Any:
        dtype = self._row_splits.dtype if out_type is None else as_dtype(out_type)
        return state.tensor(np.asarray(value).astype(dtype._np)[()])

    # --- the same rows with other contents -----------------------------------------------------

    def with_values(self, new_values: Any) -> RaggedTensor:
        """The same rows of other values, as many; ``ValueError`` otherwise."""
        new_values = as_values(new_values)
        self._values.shape[:1].assert_is_compatible_with(new_values.shape[:1])
        return RaggedTensor(new_values, self._row_splits, self._uniform, _PRIVATE)

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """The same rows of all axes with other innermost values."""
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.with_flat_values(new_values))
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same with row splits of ``tf.int32`` or ``tf.int64``; ``ValueError`` for others."""
        dtype = as_dtype(dtype)
        if dtype not in (int32, int64):
            raise ValueError(f"Argument `row_splits` dtype must be int32 or int64: {dtype.name}")
        values = self._values
        if isinstance(values, RaggedTensor):
            values = values.with_row_splits_dtype(dtype)
        return divided(values, self._row_splits, self._uniform, dtype)

    def __reduce__(self) -> Any:
        return _restored, (self._values, self._row_splits, self._uniform)

    def __iter__(self) -> Iterator[Any]:
        get: Any = self
        if unplaced(self._row_splits) and self.shape[0] is None:
            raise errors.OperatorNotAllowedInGraphError(
                "Iterating over a symbolic `tf.RaggedTensor` is not allowed: how many rows it has "
                "is not known while a graph is built. Use tf.map_fn, or a loop that AutoGraph "
                "converts."
            )
        return (get[i] for i in range(self.shape[0] or 0))

    def __bool__(self) -> bool:
        raise TypeError("RaggedTensor may not be used as a boolean.")


RaggedTensor.__module__ = "tensorflow.python.ops.ragged.ragged_tensor"


def _restored(values: Any, row_splits: Any, uniform: int | None) -> RaggedTensor:
    """A pickled one, brought back without the module its class claims to be from."""
    return RaggedTensor(values, row_splits, uniform, _PRIVATE)


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: make ``function(ragged, ...)`` a method too."""
    setattr(RaggedTensor, function.__name__, function)
    return function


def rows(values: Any, lengths: Any, uniform: int | None = None, dtype: Any = int64) -> RaggedTensor:
    """Rows of ``lengths`` (NumPy); ``InvalidArgumentError`` unless they hold all values."""
    values, splits = as_values(values), starts_of(lengths)
    if values.shape[0] is not None:
        check_total(splits[-1], count_of(values))
    return divided(values, splits, uniform, dtype)


def divided(
    values: Any, splits: Any, uniform: int | None = None, dtype: Any = int64
) -> RaggedTensor:
    """Rows of splits that have been found: a NumPy array, or a tensor of any integers."""
    if not isinstance(splits, Tensor):
        splits = state.tensor(np.asarray(splits).astype(dtype._np))
    elif splits.dtype is not dtype:
        splits = PUBLIC["cast"](splits, dtype)
    return RaggedTensor(as_values(values), splits, uniform, _PRIVATE)


def row_count(value: Any) -> Any:
    """The number of rows or elements: an int, or a tensor where it is not known yet."""
    count = value.shape[0]
    return total_of(value) if count is None else count


def as_values(values: Any) -> Any:
    """What may be the values of rows: a ragged tensor as it is, anything else as a tensor."""
    return values if isinstance(values, RaggedTensor) else tensor(values)


def count_of(values: Any) -> int:
    """The number of values along the first axis; ``ValueError`` for a scalar."""
    _need_axis(values)
    if values.shape[0] is None:
        raise Untraceable(f"the number of rows or values of {values!r} is not known")
    return values.shape[0]


def _need_axis(values: Any) -> None:
    if values.shape.rank == 0:
        raise ValueError(f"values must have at least one axis, received shape {values.shape}")


def axis_of(axis: Any, rank: Any, extra: int = 0) -> int:
    """A non-negative axis of ``rank`` axes (and ``extra`` more); ``ValueError`` otherwise."""
    limit, axis = rank + extra, int(axis)
    if not -limit <= axis < limit:
        raise ValueError(f"axis={axis} out of bounds: expected {-limit}<=axis<{limit}")
    return axis % limit


def _integers(value: Any, what: str) -> Any:
    value = tensor(value) if hasattr(value, "dtype") else convert_to_tensor(value, dtype_hint=int64)
    if value.dtype not in (int32, int64):
        raise ValueError(f"{what} must have dtype int32 or int64")
    return value


def _nested(one: Callable[..., Any], values: Any, parts: Any, what: str) -> Any:
    if not isinstance(parts, (list, tuple)):
        raise TypeError(f"Argument `{what}` must be a list of Tensors. Received {parts!r:.80}")
    for part in reversed(parts):
        values = one(values, part)
    return values
