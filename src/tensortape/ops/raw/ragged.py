"""Raw operations on ragged tensors, given by values and row splits: the table, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.ops.raw.names import tf
from tensortape.ops.sparse.places import invalid

RAGGED = """
RaggedTensorToSparse(rt_nested_splits, rt_dense_values)
    = parts(tf.RaggedTensor.to_sparse(rows_of(rt_dense_values, rt_nested_splits)))
RaggedGather(params_nested_splits, params_dense_values, indices, OUTPUT_RAGGED_RANK)
    = gathered(rows_of(params_dense_values, params_nested_splits), indices, OUTPUT_RAGGED_RANK)
RaggedTensorToTensor(shape, values, default_value, row_partition_tensors, row_partition_types)
    = padded(shape, values, default_value, row_partition_tensors, row_partition_types)
RaggedFillEmptyRows(value_rowids, values, nrows, default_value)
    = fill_empty_rows(value_rowids, values, nrows, default_value)
RaggedFillEmptyRowsGrad(reverse_index_map, grad_values)
    = fill_empty_rows_grad(reverse_index_map, grad_values)
QuantizeAndDequantizeV4Grad(gradients, input, input_min, input_max, axis=-1)
    = quantized_grad(gradients, input, input_min, input_max, axis)
"""


def rows_of(values: Any, splits: Sequence[Any]) -> Any:
    """The ragged tensor of flat values and the row splits of each level, the outermost first."""
    return tf.RaggedTensor.from_nested_row_splits(values, splits)


def gathered(params: Any, indices: Any, ragged_rank: int) -> tuple[Any, Any]:
    """`RaggedGather`: row splits and flat values of the rows at indices."""
    found = tf.gather(params, indices)
    splits = list(found.nested_row_splits)
    if len(splits) != ragged_rank:
        raise invalid(f"OUTPUT_RAGGED_RANK must be {len(splits)}, got {ragged_rank}")
    return splits, found.flat_values


def padded(
    shape: Any, values: Any, default: Any, partitions: Sequence[Any], kinds: Sequence[Any]
) -> Any:
    """`RaggedTensorToTensor`: a dense tensor of the rows that partitions describe."""
    names = [kind.decode() if isinstance(kind, bytes) else str(kind) for kind in kinds]
    first = partitions[0] if names[0] == "FIRST_DIM_SIZE" else None
    levels = list(zip(names, partitions, strict=True))[first is not None :]
    value = convert_to_tensor(values)
    for level, (kind, partition) in reversed(list(enumerate(levels))):
        if kind == "ROW_SPLITS":
            value = tf.RaggedTensor.from_row_splits(value, partition)
        elif kind == "VALUE_ROWIDS":
            count = None if level or first is None else tf.cast(first, tf.int64)
            value = tf.RaggedTensor.from_value_rowids(value, partition, count)
        else:
            raise invalid(f"Unsupported partition type {kind!r}")
    wanted = convert_to_tensor(shape)
    sizes: Any = [int(n) for n in np.ravel(wanted.numpy())] if wanted.shape.rank else None
    sizes = None if sizes is None else [None if n < 0 else n for n in sizes]
    return tf.RaggedTensor.to_tensor(value, default, shape=sizes)


def fill_empty_rows(value_rowids: Any, values: Any, nrows: Any, default: Any) -> tuple[Any, ...]:
    """`RaggedFillEmptyRows`: row of each value, values, which rows were empty, where each went."""
    ids, count = convert_to_tensor(value_rowids).numpy(), int(convert_to_tensor(nrows).numpy())
    values = convert_to_tensor(values)
    if ids.size and not 0 <= ids.min() <= ids.max() < count:
        raise invalid(f"value_rowids must be in [0, {count}), got {ids.tolist()}")
    empty = np.bincount(ids, minlength=count) == 0
    source = np.concatenate([np.arange(len(ids)), np.full(empty.sum(), len(ids))])
    rows = np.concatenate([ids, np.flatnonzero(empty)])
    order = np.argsort(rows, kind="stable")
    default = tf.reshape(convert_to_tensor(default, dtype=values.dtype), [1, *values.shape[1:]])
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return (
        tf.constant(rows[order], tf.int64),
        tf.gather(tf.concat([values, default], 0), tf.constant(source[order], tf.int64)),
        tf.constant(empty),
        tf.constant(places[: len(ids)], tf.int64),
    )


def fill_empty_rows_grad(reverse_index_map: Any, grad_values: Any) -> tuple[Any, Any]:
    """`RaggedFillEmptyRowsGrad`: what goes back to the values, and to the default."""
    back = tf.gather(grad_values, reverse_index_map)
    return back, tf.reduce_sum(grad_values, 0) - tf.reduce_sum(back, 0)


def quantized_grad(g: Any, x: Any, low: Any, high: Any, axis: int) -> tuple[Any, Any, Any]:
    """`QuantizeAndDequantizeV4Grad`: the cotangent where the input was in range."""
    x, low, high = convert_to_tensor(x), convert_to_tensor(low), convert_to_tensor(high)
    shape = [1] * x.shape.rank
    if axis >= 0:
        shape[axis] = -1
    inside = tf.logical_and(x >= tf.reshape(low, shape), x <= tf.reshape(high, shape))
    back = tf.where(inside, g, tf.zeros_like(x))
    return back, tf.zeros_like(low), tf.zeros_like(high)


@export("ragged_fill_empty_rows")
def ragged_fill_empty_rows(
    value_rowids: Any, values: Any, nrows: Any, default_value: Any, name: str | None = None
) -> tuple[Any, ...]:
    """Values divided into rows, with a default value in each row that has none.

    >>> import tensortape as tf
    >>> found = tf.ragged_fill_empty_rows([0, 2, 2], [1.0, 2.0, 3.0], 3, -1.0)
    >>> found[0].numpy(), found[1].numpy()
    (array([0, 1, 2, 2]), array([ 1., -1.,  2.,  3.], dtype=float32))

    Returns the row of each value, the values, which rows were empty, and where each old value went.
    Raises ``tf.errors.InvalidArgumentError`` for rows out of range. Source:
    ``tf.ragged_fill_empty_rows``.
    """
    return fill_empty_rows(value_rowids, values, nrows, default_value)


@export("ragged_fill_empty_rows_grad")
def ragged_fill_empty_rows_grad(
    reverse_index_map: Any, grad_values: Any, name: str | None = None
) -> tuple[Any, Any]:
    """The derivative of ``tf.ragged_fill_empty_rows`` by its values and its default.

    Source: ``tf.ragged_fill_empty_rows_grad``.
    """
    return fill_empty_rows_grad(reverse_index_map, grad_values)
