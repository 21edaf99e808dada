"""`tf.data.experimental`: functions for `Dataset.apply`, and earlier names of methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.registry import add_public, export
from tensortape.data import (
    batching,
    caching,
    grouping,
    mapping,
    mixing,
    ordering,
    resampling,
    single,
    sources,
)
from tensortape.data import uneven as uneven_batches
from tensortape.data.calls import Function
from tensortape.data.dataset import INFINITE, UNKNOWN, DatasetV2, reordered, source
from tensortape.data.iterator import OwnedIterator
from tensortape.data.pieces import stack
from tensortape.data.running import Run
from tensortape.data.structure import int64 as int64_tensor
from tensortape.data.structure import to_element

Transformation = Callable[[DatasetV2], DatasetV2]


def _as_function(transformation: Callable[..., Any]) -> Callable[..., Transformation]:
    """A method of datasets as the function of `tf.data.experimental` that `apply` takes."""

    def make(*args: Any, **kwargs: Any) -> Transformation:
        return lambda dataset: transformation(dataset, *args, **kwargs)

    make.__name__ = make.__qualname__ = transformation.__name__.rstrip("_")
    make.__doc__ = (
        f"As the method `tf.data.Dataset.{make.__name__}`, for `Dataset.apply`.\n\n"
        f"Source: `tf.data.experimental.{make.__name__}`."
    )
    return make


for _name, _method in {
    "bucket_by_sequence_length": grouping.bucket_by_sequence_length,
    "dense_to_ragged_batch": uneven_batches.ragged_batch,
    "dense_to_sparse_batch": uneven_batches.sparse_batch,
    "enumerate_dataset": mapping.enumerate,
    "group_by_window": grouping.group_by_window,
    "ignore_errors": single.ignore_errors,
    "rejection_resample": resampling.rejection_resample,
    "scan": mapping.scan,
    "snapshot": caching.snapshot,
    "take_while": mapping.take_while,
    "unbatch": batching.unbatch,
    "unique": mapping.unique,
}.items():
    add_public(f"data.experimental.{_name}", _as_function(_method))

add_public("data.experimental.Counter", sources.counter)
add_public("data.experimental.get_single_element", single.get_single_element)
add_public("data.experimental.load", caching.load)
add_public("data.experimental.save", caching.save)
add_public("data.experimental.sample_from_datasets", mixing.sample_from_datasets)


@export("data.experimental.choose_from_datasets")
def choose_from_datasets(
    datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = False
) -> DatasetV2:
    """As `tf.data.Dataset.choose_from_datasets`, passing over empty datasets by default.

    Source: `tf.data.experimental.choose_from_datasets`.
    """
    return mixing.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


@export("data.experimental.RandomDataset")
class RandomDataset(DatasetV2):
    """As `tf.data.Dataset.random`. Source: `tf.data.experimental.RandomDataset`."""

    _kind = "RandomDatasetV2"

    def __init__(
        self,
        seed: Any = None,
        rerandomize_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> None:
        drawn = sources.random(seed, rerandomize_each_iteration)
        super().__init__(drawn._start, drawn._size, drawn._spec)


@export("data.experimental.cardinality")
def cardinality(dataset: DatasetV2) -> Any:
    """The number of elements, -1 for infinitely many, -2 where it is not known.

    >>> import tensortape as tf
    >>> int(tf.data.experimental.cardinality(tf.data.Dataset.range(42)))
    42

    Source: `tf.data.experimental.cardinality`.
    """
    return dataset.cardinality()


@export("data.experimental.assert_cardinality")
def assert_cardinality(expected_cardinality: Any) -> Transformation:
    """Say how many elements there are; iterating checks it.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(4).filter(lambda x: x < 2)
    >>> len(ds.apply(tf.data.experimental.assert_cardinality(2)))
    2

    Raises `FailedPreconditionError` while iterating when there are more or fewer.
    Source: `tf.data.experimental.assert_cardinality`.
    """
    expected = int(expected_cardinality)

    def counted(elements: Any) -> Iterator[Any]:
        count = 0
        for element in elements:
            count += 1
            if 0 <= expected < count:
                raise _wrong_count(expected, f"more than {expected}")
            yield element
        if expected != count and expected != UNKNOWN:
            raise _wrong_count(expected, str(count))

    return lambda dataset: reordered(
        dataset, lambda begin, run: counted(begin()), expected, "_AssertCardinalityDataset"
    )


def _wrong_count(expected: int, found: str) -> Exception:
    many = "an infinite number of" if expected == INFINITE else str(expected)
    return errors.of_op(
        errors.FailedPreconditionError,
        "IteratorGetNext",
        f"Input dataset was expected to contain {many} elements but contained {found}.",
    )


@export("data.experimental.get_structure")
def get_structure(dataset_or_iterator: Any) -> Any:
    """The `element_spec` of a dataset or iterator; `TypeError` for anything else.

    Source: `tf.data.experimental.get_structure`.
    """
    try:
        return dataset_or_iterator.element_spec
    except AttributeError:
        raise TypeError(
            "Invalid `dataset_or_iterator`. `dataset_or_iterator` must be a dataset or an "
            f"iterator, but got {type(dataset_or_iterator)}."
        ) from None


@export("data.experimental.get_next_as_optional")
def get_next_as_optional(iterator: OwnedIterator) -> Any:
    """The next element as an optional. Source: `tf.data.experimental.get_next_as_optional`."""
    return iterator.get_next_as_optional()


@export("data.experimental.shuffle_and_repeat")
def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """`shuffle`, then `repeat`.

    Source: `tf.data.experimental.shuffle_and_repeat`.
    """
    return lambda dataset: ordering.repeat(ordering.shuffle(dataset, buffer_size, seed), count)


@export("data.experimental.map_and_batch")
def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """`map`, then `batch`. Source: `tf.data.experimental.map_and_batch`."""

    def apply(dataset: DatasetV2) -> DatasetV2:
        mapped = mapping.map(dataset, map_func, num_parallel_calls)
        return batching.batch(mapped, batch_size, drop_remainder)

    return apply


@export("data.experimental.parallel_interleave")
def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: Any = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """`interleave`. Source: `tf.data.experimental.parallel_interleave`."""
    return lambda dataset: mapping.interleave(dataset, map_func, cycle_length, block_length)


def _same(*args: Any, **kwargs: Any) -> Transformation:
    return lambda dataset: caching.prefetch(dataset, -1)


@export("data.experimental.prefetch_to_device")
def prefetch_to_device(device: Any, buffer_size: Any = None) -> Transformation:
    """The dataset: there is one device. Source: `tf.data.experimental.prefetch_to_device`."""
    return _same()


@export("data.experimental.copy_to_device")
def copy_to_device(target_device: Any, source_device: Any = "/cpu:0") -> Transformation:
    """The dataset: there is one device. Source: `tf.data.experimental.copy_to_device`."""
    return _same()


@export("data.experimental.from_list")
def from_list(elements: Any, name: str | None = None) -> DatasetV2:
    """The elements of a list, of one structure.

    >>> import tensortape as tf
    >>> ds = tf.data.experimental.from_list([(1, "a"), (2, "b")])
    >>> [(int(n), s.numpy()) for n, s in ds]
    [(1, b'a'), (2, b'b')]

    Raises `ValueError` for an empty list. Source: `tf.data.experimental.from_list`.
    """
    if not elements:
        raise ValueError("Invalid `elements`. `elements` should not be empty.")
    if not isinstance(elements, (list, tuple)):
        raise ValueError("Invalid `elements`. `elements` must be a list.")
    parts = [to_element(element) for element in elements]
    return sources.from_tensor_slices(stack(parts))


@export("data.experimental.Reducer")
class Reducer:
    """How `group_by_reducer` folds a group: three functions.

    `init_func(key)` is the first state, `reduce_func(state, element)` the next one,
    `finalize_func(state)` the result. Source: `tf.data.experimental.Reducer`.
    """

    def __init__(
        self,
        init_func: Callable[..., Any],
        reduce_func: Callable[..., Any],
        finalize_func: Callable[..., Any],
    ) -> None:
        self.init_func = init_func
        self.reduce_func = reduce_func
        self.finalize_func = finalize_func


@export("data.experimental.group_by_reducer")
def group_by_reducer(key_func: Callable[..., Any], reducer: Reducer) -> Transformation:
    """Fold elements by key; the results follow in the order of the keys.

    >>> import tensortape as tf
    >>> total = tf.data.experimental.Reducer(
    ...     lambda key: tf.constant(0, tf.int64), lambda s, x: s + x, lambda s: s)
    >>> ds = tf.data.Dataset.range(6).apply(
    ...     tf.data.experimental.group_by_reducer(lambda x: x % 2, total))
    >>> [int(x) for x in ds]
    [6, 9]

    Source: `tf.data.experimental.group_by_reducer`.
    """
    key_of = Function(key_func)
    first, step = Function(reducer.init_func), Function(reducer.reduce_func)
    last = Function(reducer.finalize_func)

    def apply(dataset: DatasetV2) -> DatasetV2:
        def start(run: Run) -> Iterator[Any]:
            return folded(run, dataset._start(run))

        def folded(run: Run, elements: Iterator[Any]) -> Iterator[Any]:
            states: dict[int, Any] = {}
            number, begin, fold = key_of.started(run), first.started(run), step.started_with(run)
            for element in elements:
                key = int(number(element))
                state = states[key] if key in states else begin(int64_tensor(key))
                states[key] = fold(state, element)
            finish = last.started_with(run)
            for key in sorted(states):
                yield finish(states[key])

        return mapping.sampled(start, UNKNOWN, dataset, "_GroupByReducerDataset")

    return apply


@source
def list_files(
    file_pattern: Any, shuffle: Any = None, seed: Any = None, name: str | None = None
) -> DatasetV2:
    """The names of the files that match a pattern (or several), shuffled unless told otherwise.

    Raises `InvalidArgumentError` when there are none. Source: `tf.data.Dataset.list_files`.
    """
    from_pattern = sources.matching(file_pattern)
    names = sources.from_tensor_slices(from_pattern)
    if shuffle is None or shuffle:
        names = ordering.shuffle(names, max(len(names), 1), seed)
    return names
