"""Between ragged tensors and dense ones, sparse ones, lists and text."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype, int64
from tensortape.core.public import tensor as as_tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.ops.ragged.join import from_dense, joined_axes
from tensortape.ops.ragged.tensor import RaggedTensor, divided, method
from tensortape.ops.ragged.unplaced import dense_places
from tensortape.ops.sparse.finding import find, unplaced
from tensortape.ops.sparse.places import invalid, known, pick
from tensortape.ops.sparse.tensor import SparseTensor


def coordinates(value: Any) -> Any:
    """The place of each flat value: its row, its place in the row, ..., one column per axis."""
    return find("coordinates", value.nested_row_splits)[0]


@method
def to_tensor(
    self: Any, default_value: Any = None, name: str | None = None, shape: Any = None
) -> Any:
    """The dense tensor, rows filled up with ``default_value`` (0) or cut to ``shape``.

    >>> import tensortape as tf
    >>> tf.ragged.constant([[1, 2], [3]]).to_tensor(default_value=-1).numpy()
    array([[ 1,  2],
           [ 3, -1]], dtype=int32)

    Raises ``ValueError`` for a shape of another rank. Source: ``tf.RaggedTensor.to_tensor``.
    """
    flat, depth = self.flat_values, self.ragged_rank + 1
    traced = unplaced(*self.nested_row_splits)
    bounds = [None] * depth if traced else known(self.bounding_shape())[:depth].tolist()
    if shape is not None:
        wanted = TensorShape(shape).as_list() if not hasattr(shape, "_a") else known(shape).tolist()
        if len(wanted) != self.shape.rank:
            raise ValueError(f"shape {wanted} must have rank {self.shape.rank}")
        pairs = zip(bounds, wanted, strict=False)
        bounds = [b if w is None or w < 0 else int(w) for b, w in pairs]
    if default_value is None:
        default_value = "" if self.dtype.name == "string" else np.zeros((), self.dtype._np)
    default = convert_to_tensor(default_value, dtype=self.dtype)
    inner: Any = flat.shape.as_list()[1:]
    if default.shape.rank > len(inner):
        raise invalid(
            f"default_value.shape={default.shape} and rt_input.flat_values.shape={flat.shape} are "
            "incompatible: default_value has too many axes"
        )
    if None in inner:
        inner = PUBLIC["shape"](flat)[1:]
    filler = PUBLIC["expand_dims"](PUBLIC["broadcast_to"](default, inner), 0)
    if traced:
        index = dense_places(self.nested_row_splits, bounds)
        return PUBLIC["gather"](PUBLIC["concat"]([flat, filler], 0), index)
    where = coordinates(self)
    fits = (where < np.array(bounds)).all(1)
    index = np.full(bounds, len(where), np.int64)
    index[tuple(where[fits].T)] = np.flatnonzero(fits)
    return PUBLIC["gather"](PUBLIC["concat"]([flat, filler], 0), index)


def from_tensor(
    tensor: Any,
    lengths: Any = None,
    padding: Any = None,
    ragged_rank: int = 1,
    name: str | None = None,
    row_splits_dtype: Any = "int64",
) -> RaggedTensor:
    """The rows of a dense tensor: cut to ``lengths``, or without ``padding`` at their ends.

    >>> import tensortape as tf
    >>> tf.RaggedTensor.from_tensor([[1, 0], [3, 4]], padding=0)
    <tf.RaggedTensor [[1], [3, 4]]>

    Raises ``ValueError`` for a vector, and for ``lengths`` together with ``padding``.
    Source: ``tf.RaggedTensor.from_tensor``.
    """
    tensor = as_tensor(tensor)
    rank = tensor.shape.rank
    if lengths is not None and padding is not None:
        raise ValueError("Specify argument `lengths` or `padding`, but not both.")
    if ragged_rank < 1:
        raise ValueError(f"Argument `ragged_rank` must be greater than 0. Received {ragged_rank}.")
    if rank <= ragged_rank:
        raise ValueError(
            "The rank of a RaggedTensor must be greater than 1, i.e., a list of scalars won't have "
            f"ragged dimensions. Received argument `tensor` with rank {rank}."
        )
    if isinstance(lengths, (list, tuple)) and lengths and np.ndim(lengths[0]):
        first, *others = lengths
        cut = _cut(tensor, first)
        result = cut.with_values(from_tensor(cut.values, others)) if others else cut
    elif lengths is not None:
        result = _cut(tensor, lengths)
    elif padding is not None:
        result = _unpadded(tensor, padding, ragged_rank)
    else:
        result = from_dense(tensor, ragged_rank)
    dtype = as_dtype(row_splits_dtype)
    return result if dtype.name == "int64" else result.with_row_splits_dtype(dtype)


def _cut(tensor: Any, lengths: Any) -> RaggedTensor:
    rows, size = tensor.shape.as_list()[:2]
    if None in (rows, size):
        sizes = PUBLIC["shape"](tensor, out_type=int64)
        rows, size = sizes[0], sizes[1]
    splits, places = find("cut", (lengths, rows, size))
    return divided(pick(joined_axes(tensor), places), splits)


def _unpadded(tensor: Any, padding: Any, ragged_rank: int) -> RaggedTensor:
    if ragged_rank > 1:
        flat = joined_axes(tensor)
        return from_dense(tensor).with_values(_unpadded(flat, padding, ragged_rank - 1))
    filler = convert_to_tensor(padding, dtype=tensor.dtype)
    kept = PUBLIC["math.not_equal"](tensor, filler)
    if tensor.shape.rank > 2:
        kept = PUBLIC["reduce_any"](kept, list(range(2, tensor.shape.rank)))
    return _cut(tensor, find("filled lengths", (kept,))[0])


@method
def to_sparse(self: Any, name: str | None = None) -> SparseTensor:
    """The sparse tensor with the elements at their rows and places in the rows.

    >>> import tensortape as tf
    >>> tf.ragged.constant([[1, 2], [], [3]]).to_sparse().dense_shape.numpy()
    array([3, 2])

    Source: ``tf.RaggedTensor.to_sparse``.
    """
    where, flat = coordinates(self), self.flat_values
    inner = flat.shape.as_list()[1:]
    if inner:
        sizes = PUBLIC["shape"](flat, out_type=int64)[1:] if None in inner else np.array(inner)
        (where,) = find("with inner places", (where, sizes))
    shape = PUBLIC["cast"](self.bounding_shape(), int64)
    return SparseTensor(where, PUBLIC["reshape"](flat, [-1]), shape)


def from_sparse(
    st_input: Any, name: str | None = None, row_splits_dtype: Any = "int64"
) -> RaggedTensor:
    """The rows of a sparse matrix whose elements fill their rows from the left.

    Raises ``TypeError`` for what is no sparse tensor, ``tf.errors.InvalidArgumentError`` for gaps.
    Source: ``tf.RaggedTensor.from_sparse``.
    """
    if not isinstance(st_input, SparseTensor):
        raise TypeError(f"Argument `st_input` must be a SparseTensor, received {st_input!r:.80}")
    rank = st_input.shape.rank
    if rank != 2:
        raise ValueError(f"rank(st_input) must be 2, received shape {st_input.shape}")
    (splits,) = find("right-ragged", (st_input.indices, st_input.dense_shape))
    return divided(st_input.values, splits, None, as_dtype(row_splits_dtype))


setattr(RaggedTensor, "from_tensor", staticmethod(from_tensor))  # noqa: B010
setattr(RaggedTensor, "from_sparse", staticmethod(from_sparse))  # noqa: B010


@method
def numpy(self: Any) -> Any:
    """The rows as an array: of arrays where they differ in length."""
    values = self.values.numpy()
    parts = [values[a:b] for a, b in zip(self._splits, self._splits[1:], strict=False)]
    if len({len(p) for p in parts}) == 1:
        return np.stack(parts)
    result = np.empty(len(parts), object)
    result[:] = parts
    return result


@method
def to_list(self: Any) -> list[Any]:
    """Nested lists of Python numbers."""
    inner: Any = self.values
    values = to_list(inner) if isinstance(inner, RaggedTensor) else inner.numpy().tolist()
    return [values[a:b] for a, b in zip(self._splits, self._splits[1:], strict=False)]


@method
def __repr__(self: Any) -> str:
    """As TensorFlow prints it, row by row."""
    if unplaced(self.flat_values, *self.nested_row_splits):
        return f"tf.RaggedTensor(values={self.values!r}, row_splits={self.row_splits!r})"
    with np.printoptions(formatter={"all": _text}):
        return f"<tf.RaggedTensor {_text(self.numpy())}>"


def _text(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return str(value)
    # Of an array without elements, NumPy would not show the rows.
    return np.array2string(value, separator=", ") if value.size else repr(value.tolist())
