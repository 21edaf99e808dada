"""Where elements come from: values in memory, numbers, random numbers."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.data.dataset import INFINITE, DatasetV2, ordered, source
from tensortape.data.pieces import piece_spec, pieces
from tensortape.data.rows import RangeRows, TensorRows
from tensortape.data.running import Run
from tensortape.data.seeds import SeedGenerator, words
from tensortape.data.structure import leaves, need_values, number, spec_of, to_element
from tensortape.ops.io.files import matching_files
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.tensor import SparseTensor


@source
def range_(*args: Any, output_type: Any = None, name: str | None = None) -> DatasetV2:
    """The integers of Python's `range` as scalars, int64 unless `output_type` says otherwise.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(1, 10, 4)]
    [1, 5, 9]

    Raises `InvalidArgumentError` for a step of 0. Source: `tf.data.Dataset.range`.
    """
    if not 1 <= len(args) <= 3:
        raise ValueError(
            f"Invalid `args`. The length of `args` should be between 1 and 3 but was {len(args)}."
        )
    numbers = [number(a) for a in args]
    if len(numbers) == 3 and numbers[2] == 0:
        raise errors.of_op(
            errors.InvalidArgumentError, "RangeDataset", "step must be a non-zero integer."
        )
    wanted = builtins.range(*numbers)
    rows = RangeRows(wanted, as_dtype(output_type or "int64"))
    places = builtins.range(len(wanted))
    return ordered(rows, lambda run: places, len(wanted), kind="_RangeDataset")


@source
def from_tensors(tensors: Any, name: str | None = None) -> DatasetV2:
    """One element: the whole structure.

    >>> import tensortape as tf
    >>> tf.data.Dataset.from_tensors(([1, 2], "a")).element_spec[0]
    TensorSpec(shape=(2,), dtype=tf.int32, name=None)

    Source: `tf.data.Dataset.from_tensors`.
    """
    element = to_element(tensors)
    if all(leaf is None for leaf in leaves(element)):
        raise errors.InvalidArgumentError(None, None, "`tensors` should not be empty.")
    need_values("a dataset of tensors", *leaves(element))
    return DatasetV2(
        lambda run: iter((element,)), 1, lambda: spec_of(element), kind="_TensorDataset"
    )


@source
def from_tensor_slices(tensors: Any, name: str | None = None) -> DatasetV2:
    """The slices along the first axis of every tensor of a structure, ragged and sparse ones too.

    >>> import tensortape as tf
    >>> for x, y in tf.data.Dataset.from_tensor_slices(([[1.0], [2.0]], ["a", "b"])):
    ...     print(x.numpy(), y.numpy())
    [1.] b'a'
    [2.] b'b'

    Raises `ValueError` when the first axes differ in length or a tensor is a scalar.
    Source: `tf.data.Dataset.from_tensor_slices`.
    """
    element = to_element(tensors)
    parts = leaves(element)
    if not parts:
        raise ValueError("Invalid `element`. `element` should not be empty.")
    need_values("a dataset of tensors", *parts)
    if not all(isinstance(part, (EagerTensor, RaggedTensor, SparseTensor)) for part in parts):
        return DatasetV2(lambda run: iter(()), spec=piece_spec(spec_of(element)))
    size = _common_length(parts)
    if any(isinstance(part, (RaggedTensor, SparseTensor)) for part in parts):
        return DatasetV2(
            lambda run: pieces(element),
            size,
            lambda: piece_spec(spec_of(element)),
            kind="_TensorSliceDataset",
        )
    places = builtins.range(size)
    return ordered(TensorRows(element), lambda run: places, size, kind="_TensorSliceDataset")


def _common_length(parts: list[Any]) -> int:
    shapes = [p._a.shape if type(p) is EagerTensor else p.shape.as_list() for p in parts]
    if not all(shapes):
        raise ValueError("Unbatching a tensor is only supported for rank >= 1")
    sizes = [shape[0] for shape in shapes]
    for size in sizes[1:]:
        if size != sizes[0]:
            raise ValueError(f"Dimensions {sizes[0]} and {size} are not compatible")
    return sizes[0]


def matching(patterns: Any) -> Any:
    """The names of the files that match patterns, sorted; `InvalidArgumentError` without any."""
    names = matching_files(patterns)
    here = [name if b"/" in name else b"./" + name for name in names._a.tolist()]
    if not here:
        raise errors.InvalidArgumentError(
            None, None, f"No files matched pattern: {convert_to_tensor(patterns).numpy()}"
        )
    return here


@source
def counter(
    start: Any = 0, step: Any = 1, dtype: Any = "int64", name: str | None = None
) -> DatasetV2:
    """Count for ever: `start`, `start + step`, ...

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.counter(5, 2).take(3)]
    [5, 7, 9]

    Source: `tf.data.Dataset.counter`.
    """
    dtype = as_dtype(dtype)
    make = dtype.as_numpy_dtype
    first, by = convert_to_tensor(start).numpy(), convert_to_tensor(step).numpy()
    return DatasetV2(
        lambda run: (state.tensor(make(n)) for n in itertools.count(first, by)),
        INFINITE,
        TensorSpec((), dtype),
        kind="_CounterDataset",
    )


@source
def random(
    seed: Any = None, rerandomize_each_iteration: bool | None = None, name: str | None = None
) -> DatasetV2:
    """Random integers below 2**32, without end: TensorFlow's for the same seeds.

    Each iteration draws the same ones unless `rerandomize_each_iteration`.

    >>> import tensortape as tf
    >>> tf.random.set_seed(None)
    >>> [int(x) for x in tf.data.Dataset.random(seed=4).take(2)]
    [3128586565, 2023892699]

    Source: `tf.data.Dataset.random`.
    """
    seeds = SeedGenerator(seed, bool(rerandomize_each_iteration))

    def start(run: Run) -> Iterator[Any]:
        return (state.tensor(np.int64(word)) for word in words(*seeds.next(run)))

    return DatasetV2(start, INFINITE, TensorSpec((), "int64"), kind="_RandomDataset")
