"""`padded_batch`: elements that differ in shape, filled up to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.data.batching import batch_count, groups, positive
from tensortape.data.dataset import DatasetV2, method
from tensortape.data.running import Run
from tensortape.data.structure import leaves, refill


@method
def padded_batch(
    dataset: DatasetV2,
    batch_size: Any,
    padded_shapes: Any = None,
    padding_values: Any = None,
    drop_remainder: Any = False,
    name: str | None = None,
) -> DatasetV2:
    """Batches of tensors that differ in shape, filled up to `padded_shapes`.

    Axes of size `None` or -1 (all that differ, where no shapes are given) are filled up to the
    longest of the batch. `padding_values` are 0, `""` or `False` unless given: a scalar for all, or
    a structure of them.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(1, 4).map(lambda n: tf.fill([n], n))
    >>> next(iter(ds.padded_batch(3))).numpy().tolist()
    [[1, 0, 0], [2, 2, 0], [3, 3, 3]]

    Raises `InvalidArgumentError` when an element is larger than its padded shape, `TypeError` for
    padding values of another type and for ragged or sparse elements.
    Source: `tf.data.Dataset.padded_batch`.
    """
    n, drop = positive(batch_size, "PaddedBatchDatasetV2"), bool(drop_remainder)
    source = dataset._start
    given = None if padded_shapes is None else padded_leaves(padded_shapes)
    known = dataset._known_spec()
    if known is not None:
        _check(known, given, padding_values)

    def start(run: Run) -> Iterator[Any]:
        return (
            refill(group[0], _padded_columns(group, given, padding_values))
            for group in groups(source(run), n, drop)
        )

    lead = n if drop else None

    def find() -> Any:
        spec = dataset.element_spec
        _check(spec, given, padding_values)
        shapes = [s.shape for s in leaves(spec)] if given is None else given
        specs = [
            TensorSpec(TensorShape([lead]).concatenate(shape), leaf.dtype)
            for leaf, shape in zip(leaves(spec), shapes, strict=True)
        ]
        return refill(spec, specs)

    return DatasetV2(start, batch_count(dataset, n, drop), find, (dataset,), "_PaddedBatchDataset")


def padded_leaves(structure: Any) -> list[TensorShape]:
    """The shapes of a structure whose leaves are shapes: lists, tuples of integers, tensors."""
    if isinstance(structure, dict):
        return [shape for key in sorted(structure) for shape in padded_leaves(structure[key])]
    if isinstance(structure, tuple) and not _is_shape(structure):
        return [shape for part in structure for shape in padded_leaves(part)]
    if isinstance(structure, Tensor):
        structure = structure._a.tolist()
    if isinstance(structure, TensorShape):
        return [structure]
    sizes = structure if isinstance(structure, (list, tuple)) else [structure]
    return [TensorShape([None if size in (None, -1) else int(size) for size in sizes])]


def _is_shape(value: tuple[Any, ...]) -> bool:
    return all(size is None or isinstance(size, (int, np.integer)) for size in value) and bool(
        value
    )


def _check(spec: Any, shapes: list[TensorShape] | None, padding_values: Any) -> None:
    specs = leaves(spec)
    for leaf in specs:
        if not isinstance(leaf, TensorSpec):
            raise TypeError(
                "`padded_batch` is only supported for datasets that produce tensor elements but "
                "type spec of elements in the input dataset is not a subclass of TensorSpec: "
                f"`{leaf}`."
            )
    if shapes is not None:
        _check_shapes(specs, shapes)
    for leaf, value in zip(specs, _values(specs, padding_values), strict=True):
        if value is not None:
            _filling(value, leaf.dtype)


def _check_shapes(specs: list[Any], shapes: list[TensorShape]) -> None:
    if len(shapes) != len(specs):
        raise ValueError(
            f"`padded_shapes` must have a shape for each of the {len(specs)} components; received "
            f"{shapes}."
        )
    for leaf, shape in zip(specs, shapes, strict=True):
        if leaf.shape.rank is not None and leaf.shape.rank != shape.rank:
            raise ValueError(
                f"The padded shape {shape} is not compatible with the shape {leaf.shape} of the "
                "input component."
            )


def _values(specs: list[Any], padding_values: Any) -> list[Any]:
    if isinstance(padding_values, (tuple, dict)):
        return leaves(padding_values)
    return [padding_values] * len(specs)


def _filling(value: Any, dtype: Any) -> Any:
    """A padding value as a NumPy scalar of a dtype; `TypeError` when it is of another type."""
    tensor = convert_to_tensor(value)
    if tensor.shape.rank:
        raise ValueError(f"A padding value must be a scalar, received shape {tensor.shape}.")
    if tensor.dtype != dtype:
        raise TypeError(
            f"Invalid `padding_values`. `padding_values` values type {tensor.dtype!s} does not "
            f"match type {dtype!s} of the corresponding input component."
        )
    return tensor.numpy()


def _padded_columns(group: list[Any], shapes: Any, padding_values: Any) -> list[Any]:
    rows = [leaves(element) for element in group]
    columns = list(zip(*rows, strict=True))
    values = _values(list(columns), padding_values)
    return [
        _padded(column, None if shapes is None else shapes[i], values[i])
        for i, column in enumerate(columns)
    ]


def _padded(column: tuple[Any, ...], shape: TensorShape | None, value: Any) -> Any:
    arrays = [np.asarray(t._a) for t in column]
    rank = arrays[0].ndim
    if any(a.ndim != rank for a in arrays):
        raise _refused("All elements in a batch must have the same rank when padding.")
    wanted = [None] * rank if shape is None else shape.as_list()
    sizes = [max(a.shape[i] for a in arrays) for i in range(rank)]
    for i, size in enumerate(wanted):
        if size is not None and size < sizes[i]:
            raise errors.of_op(
                errors.DataLossError,
                "IteratorGetNext",
                f"Attempted to pad to a smaller size than the input element: axis {i} has "
                f"{sizes[i]} elements, the padded shape is {wanted}.",
            )
    full = [size if want is None else want for size, want in zip(sizes, wanted, strict=True)]
    out = np.empty((len(arrays), *full), arrays[0].dtype)
    out[...] = _default(arrays[0].dtype) if value is None else _filling(value, column[0].dtype)
    for i, array in enumerate(arrays):
        place: Any = (i, *[slice(size) for size in array.shape])
        out[place] = array
    return state.tensor(out)


def _default(dtype: Any) -> Any:
    return b"" if dtype.kind == "O" else np.zeros((), dtype)[()]


def _refused(message: str) -> Exception:
    return errors.of_op(errors.InvalidArgumentError, "IteratorGetNext", message)
