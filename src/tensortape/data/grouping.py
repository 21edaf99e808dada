"""Windows and groups: datasets of datasets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.data.batching import batch
from tensortape.data.calls import Function
from tensortape.data.dataset import UNKNOWN, DatasetV2, computed, method, need_dataset
from tensortape.data.padding import padded_batch, padded_leaves
from tensortape.data.pieces import batch_spec
from tensortape.data.running import Run
from tensortape.data.specs import DatasetSpec
from tensortape.data.structure import int64, leaves, map_leaves, number, refill, spec_of


@method
def window(
    dataset: DatasetV2,
    size: Any,
    shift: Any = None,
    stride: Any = 1,
    drop_remainder: bool = False,
    name: str | None = None,
) -> DatasetV2:
    """Datasets of `size` elements, `stride` apart; each begins `shift` elements after the last.

    A structure of tensors gives a structure of datasets.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(5).window(3, shift=1, drop_remainder=True)
    >>> [[int(x) for x in w] for w in ds]
    [[0, 1, 2], [1, 2, 3], [2, 3, 4]]

    Raises `InvalidArgumentError` unless all numbers are positive.
    Source: `tf.data.Dataset.window`.
    """
    n, by = number(size), number(stride)
    step = n if shift is None else number(shift)
    for what, value in (("size", n), ("shift", step), ("stride", by)):
        if value <= 0:
            raise errors.of_op(
                errors.InvalidArgumentError,
                "WindowDataset",
                f"Window {what} must be greater than zero.",
            )
    source = dataset._start

    def start(run: Run) -> Iterator[Any]:
        spec = dataset._known_spec()
        return (_windows(group, spec) for group in _cut(source(run), n, step, by, drop_remainder))

    return DatasetV2(
        start,
        _window_count(dataset._size, n, step, by, drop_remainder),
        lambda: map_leaves(DatasetSpec, dataset.element_spec),
        (dataset,),
        "_WindowDataset",
    )


def _cut(elements: Iterator[Any], n: int, step: int, by: int, drop: bool) -> Iterator[list[Any]]:
    """Lists of `n` elements, `by` apart, that begin `step` apart; short ones at the end."""
    span = (n - 1) * by + 1
    buffer: deque[Any] = deque()
    more, skipped = True, 0
    while True:
        while more and skipped:
            more = next(elements, _END) is not _END
            skipped -= 1
        while more and len(buffer) < span:
            element = next(elements, _END)
            more = element is not _END
            if more:
                buffer.append(element)
        if not buffer or (drop and len(buffer) < span):
            return
        yield list(buffer)[::by]
        gone = min(step, len(buffer))
        for _ in range(gone):
            buffer.popleft()
        skipped = step - gone


_END = object()


def _window_count(size: int, n: int, step: int, by: int, drop: bool) -> int:
    if size < 0:
        return size
    if not drop:
        return -(-size // step)
    span = (n - 1) * by + 1
    return 0 if size < span else (size - span) // step + 1


def _windows(group: list[Any], spec: Any) -> Any:
    if spec is None:
        spec = spec_of(group[0])
    columns = zip(*[leaves(element) for element in group], strict=True)
    flat = [
        _of_list(list(column), leaf) for column, leaf in zip(columns, leaves(spec), strict=True)
    ]
    return refill(spec, flat)


def _of_list(elements: list[Any], spec: Any) -> DatasetV2:
    return DatasetV2(lambda run: iter(elements), len(elements), spec, kind="_VariantDataset")


@method
def group_by_window(
    dataset: DatasetV2,
    key_func: Callable[..., Any],
    reduce_func: Callable[..., Any],
    window_size: Any = None,
    window_size_func: Callable[..., Any] | None = None,
    name: str | None = None,
) -> DatasetV2:
    """Collect elements by key; `reduce_func(key, group)` makes a dataset of each full group.

    A group is full with `window_size` elements, or `window_size_func(key)`. Groups that are not
    full at the end follow by key.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(7).group_by_window(
    ...     lambda x: x % 2, lambda key, group: group.batch(3), window_size=3)
    >>> [b.numpy().tolist() for b in ds]
    [[0, 2, 4], [1, 3, 5], [6]]

    Raises `ValueError` unless one of the two sizes is given. Source:
    `tf.data.Dataset.group_by_window`.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError(
            "Either the `window_size` argument or the `window_size_func` argument must be "
            "specified."
        )
    if window_size_func is None:
        window_size_func = lambda key: int64(number(window_size))  # noqa: E731
    functions = Function(key_func), Function(reduce_func), Function(window_size_func)
    source = dataset._start

    def start(run: Run) -> Iterator[Any]:
        return _grouped(source(run), run, dataset, *functions)

    def find() -> Any:
        group = DatasetV2(lambda run: iter(()), UNKNOWN, dataset.element_spec)
        return need_dataset(reduce_func(int64(0), group), _REDUCED).element_spec

    return computed(start, UNKNOWN, find, (dataset,), "_GroupByWindowDataset")


_REDUCED = "`reduce_func` must return a `Dataset` object"


def _grouped(
    elements: Iterator[Any],
    run: Run,
    dataset: DatasetV2,
    key_function: Function,
    reduce_function: Function,
    size_function: Function,
) -> Iterator[Any]:
    key_of, size_of = key_function.started(run), size_function.started(run)
    reduce = reduce_function.started_with(run)
    groups: dict[int, list[Any]] = {}
    sizes: dict[int, int] = {}

    def reduced(key: int) -> Iterator[Any]:
        members = groups.pop(key)
        group = DatasetV2(lambda run: iter(members), len(members), lambda: dataset.element_spec)
        yield from need_dataset(reduce(int64(key), group), _REDUCED)._start(run)

    for element in elements:
        key = _key(key_of(element))
        if key not in groups:
            groups[key] = []
            sizes[key] = int(size_of(int64(key)))
            if sizes[key] <= 0:
                raise errors.of_op(
                    errors.InvalidArgumentError,
                    "IteratorGetNext",
                    f"Window size must be greater than zero, but got {sizes[key]}.",
                )
        groups[key].append(element)
        if len(groups[key]) == sizes[key]:
            yield from reduced(key)
    for key in sorted(groups):
        yield from reduced(key)


def _key(value: Any) -> int:
    array = getattr(value, "_a", None)
    if array is None or array.ndim or array.dtype.name not in ("int64", "int32"):
        raise ValueError(
            "Invalid `key_func`. `key_func` must return a single `tf.int64` scalar tensor but its "
            f"return type is {spec_of(value)}."
        )
    return int(array)


@method
def bucket_by_sequence_length(
    dataset: DatasetV2,
    element_length_func: Callable[..., Any],
    bucket_boundaries: Any,
    bucket_batch_sizes: Any,
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
    name: str | None = None,
) -> DatasetV2:
    """Padded batches of elements of like length.

    An element of length below the first of `bucket_boundaries` belongs to the first bucket, and so
    on; `bucket_batch_sizes` has one size more. `pad_to_bucket_boundary` pads to the longest that
    a bucket takes.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.from_tensor_slices([1, 5, 2, 6]).map(lambda n: tf.fill([n], n))
    >>> batches = ds.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3], [2, 2])
    >>> [b.shape.as_list() for b in batches]
    [[2, 2], [2, 6]]

    Raises `ValueError` when the number of batch sizes does not fit. Source:
    `tf.data.Dataset.bucket_by_sequence_length`.
    """
    boundaries = [int(b) for b in bucket_boundaries]
    sizes = [int(b) for b in bucket_batch_sizes]
    if len(sizes) != len(boundaries) + 1:
        raise ValueError(
            f"`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1` but "
            f"`len(bucket_batch_sizes)={len(sizes)}` and "
            f"`len(bucket_boundaries)={len(boundaries)}`."
        )

    def bucket(*element: Any) -> Any:
        length = int(element_length_func(*element))
        return int64(int(np.searchsorted(boundaries, length, "right")))

    def batches(key: Any, group: DatasetV2) -> DatasetV2:
        n = sizes[int(key)]
        if no_padding:
            return batch(group, n, drop_remainder=drop_remainder)
        shapes = padded_shapes
        if pad_to_bucket_boundary:
            shapes = _bounded(shapes, group, int(key), boundaries)
        return padded_batch(group, n, shapes, padding_values, drop_remainder)

    result = group_by_window(
        dataset, bucket, batches, window_size_func=lambda key: int64(sizes[int(key)])
    )
    result._spec = lambda: _bucket_spec(dataset.element_spec, None if no_padding else padded_shapes)
    return result


def _bucket_spec(spec: Any, shapes: Any) -> Any:
    if shapes is None:
        return batch_spec(spec, None)
    padded = [
        TensorSpec(TensorShape([None]).concatenate(shape), leaf.dtype)
        for leaf, shape in zip(leaves(spec), padded_leaves(shapes), strict=True)
    ]
    return refill(spec, padded)


def _bounded(shapes: Any, group: DatasetV2, key: int, boundaries: list[int]) -> Any:
    if key >= len(boundaries):
        raise errors.InternalError(
            None,
            None,
            "When pad_to_bucket_boundary=True, elements must have length < "
            f"max(bucket_boundaries) = {max(boundaries)}.",
        )
    filling = boundaries[key] - 1

    def bounded(shape: Any) -> TensorShape:
        sizes = TensorShape([None if s == -1 else s for s in shape]).as_list()
        return TensorShape([filling if size is None else size for size in sizes])

    if shapes is None:
        return map_leaves(lambda spec: bounded(spec.shape), group.element_spec)
    if isinstance(shapes, (list, TensorShape)):
        return bounded(shapes)
    return map_leaves(bounded, shapes)
