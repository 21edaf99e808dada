"""Transformations that choose and order elements and change none."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from tensortape.core import errors
from tensortape.data.dataset import INFINITE, UNKNOWN, DatasetV2, method, need_dataset, reordered
from tensortape.data.running import Run
from tensortape.data.seeds import SeedGenerator, words
from tensortape.data.structure import map_leaves, number


@method
def take(dataset: DatasetV2, count: Any, name: str | None = None) -> DatasetV2:
    """At most the first `count` elements, all for -1.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(9).take(2)]
    [0, 1]

    Source: `tf.data.Dataset.take`.
    """
    n, size = number(count), dataset._size
    if n < 0:
        return reordered(dataset, lambda begin, run: begin(), size, "_TakeDataset")
    if size == INFINITE:
        size = n
    elif size >= 0:
        size = min(size, n)
    return reordered(dataset, lambda begin, run: _slice(begin(), 0, n), size, "_TakeDataset")


@method
def skip(dataset: DatasetV2, count: Any, name: str | None = None) -> DatasetV2:
    """The elements after the first `count`, none for -1.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(4).skip(2)]
    [2, 3]

    Source: `tf.data.Dataset.skip`.
    """
    n, size = number(count), dataset._size
    if n < 0:
        return reordered(dataset, lambda begin, run: builtins.range(0), 0, "_SkipDataset")
    size = max(size - n, 0) if size >= 0 else size
    return reordered(dataset, lambda begin, run: _slice(begin(), n, None), size, "_SkipDataset")


def _slice(places: Any, start: int, stop: int | None, step: int = 1) -> Any:
    if type(places) is builtins.range:
        return places[start:stop:step]
    return islice(places, start, stop, step)


@method
def shard(dataset: DatasetV2, num_shards: Any, index: Any, name: str | None = None) -> DatasetV2:
    """Every `num_shards`-th element, from number `index` on.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(7).shard(3, 1)]
    [1, 4]

    Raises `InvalidArgumentError` unless `0 <= index < num_shards`.
    Source: `tf.data.Dataset.shard`.
    """
    n, at, size = number(num_shards), number(index), dataset._size
    if n < 1:
        raise _refused(
            "ShardDataset", f"Number of shards must be greater than zero (currently {n})."
        )
    if not 0 <= at < n:
        raise _refused(
            "ShardDataset", f"Index must be between 0 and {n - 1} (currently index = {at})."
        )
    size = len(builtins.range(at, size, n)) if size >= 0 else size
    return reordered(
        dataset, lambda begin, run: _slice(begin(), at, None, n), size, "_ShardDataset"
    )


def _refused(op: str, message: str) -> Exception:
    return errors.of_op(errors.InvalidArgumentError, op, message)


@method
def repeat(dataset: DatasetV2, count: Any = None, name: str | None = None) -> DatasetV2:
    """The dataset `count` times, for ever if `None` or -1.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(2).repeat(2)]
    [0, 1, 0, 1]

    Source: `tf.data.Dataset.repeat`.
    """
    times = -1 if count is None else number(count)
    size = dataset._size
    if times < 0:
        size = INFINITE if size != 0 else 0
    elif times == 0:
        size = 0
    elif size >= 0:
        size *= times

    # TensorFlow starts a round more than it needs, unless it can fuse `shuffle` and `repeat`.
    fused = dataset._kind == "_ShuffleDataset"

    def rounds(begin: Any, run: Run) -> Any:
        if times == 0:
            return builtins.range(0)
        return _rounds(begin, begin(), times, not fused)

    return reordered(dataset, rounds, size, "_RepeatDataset")


def _rounds(begin: Any, elements: Any, times: int, one_more: bool) -> Iterator[Any]:
    done = 0
    while True:
        empty = True
        for element in elements:
            empty = False
            yield element
        done += 1
        if done == times:
            if one_more:
                begin()
            return
        if empty and times < 0:
            return
        elements = begin()


@method
def concatenate(
    dataset: DatasetV2, other: DatasetV2, name: str | None = None, **kwargs: Any
) -> DatasetV2:
    """The elements of this dataset, then those of another.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(2).concatenate(tf.data.Dataset.range(5, 6))]
    [0, 1, 5]

    Raises `TypeError` when the elements are of different types.
    Source: `tf.data.Dataset.concatenate`.
    """
    need_dataset(other, "`dataset` must be a `tf.data.Dataset`")
    sizes = (dataset._size, other._size)
    size = INFINITE if INFINITE in sizes else (UNKNOWN if UNKNOWN in sizes else sum(sizes))
    first, second = dataset._start, other._start
    known = dataset._known_spec(), other._known_spec()
    if None not in known:
        common_spec(*known)
    return DatasetV2(
        lambda run: itertools.chain(first(run), _later(second, run)),
        size,
        lambda: common_spec(dataset.element_spec, other.element_spec),
        (dataset, other),
        "_ConcatenateDataset",
    )


def _later(start: Any, run: Run) -> Iterator[Any]:
    yield from start(run)


def common_spec(first: Any, second: Any) -> Any:
    """What covers two specifications; `TypeError` when nothing does."""

    def cover(a: Any, b: Any) -> Any:
        found = a.most_specific_common_supertype([b])
        if found is None:
            raise TypeError
        return found

    try:
        return map_leaves(cover, first, second)
    except (TypeError, ValueError):
        raise TypeError(f"Incompatible dataset elements:\n  {first} vs.   {second}") from None


@method
def shuffle(
    dataset: DatasetV2,
    buffer_size: Any,
    seed: Any = None,
    reshuffle_each_iteration: bool | None = True,
    name: str | None = None,
) -> DatasetV2:
    """Draw elements at random from a buffer of `buffer_size`: TensorFlow's order for a seed.

    Each iteration (and each round of `repeat`) has an order of its own, unless
    `reshuffle_each_iteration=False`.

    >>> import tensortape as tf
    >>> tf.random.set_seed(None)
    >>> ds = tf.data.Dataset.range(6).shuffle(6, seed=1)
    >>> [int(x) for x in ds], [int(x) for x in ds]
    ([4, 5, 1, 2, 3, 0], [4, 3, 1, 5, 0, 2])

    Raises `InvalidArgumentError` when the buffer has no place.
    Source: `tf.data.Dataset.shuffle`.
    """
    places = number(buffer_size)
    if places == UNKNOWN:
        places = 2**62
    if places <= 0:
        raise _refused(
            "ShuffleDatasetV3", "buffer_size must be greater than zero or UNKNOWN_CARDINALITY"
        )
    again = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
    seeds = SeedGenerator(seed, again)
    return reordered(
        dataset,
        lambda begin, run: shuffled(begin(), places, *seeds.next(run)),
        dataset._size,
        "_ShuffleDataset",
    )


def shuffled(elements: Iterable[Any], places: int, seed: int, seed2: int) -> Iterator[Any]:
    """Elements in the order in which a buffer of that many places gives them away.

    The buffer is a ring: the drawn element is replaced by the oldest one, whose place is the next
    element's.
    """
    source, draws = iter(elements), words(seed, seed2)
    buffer = list(islice(source, places))
    oldest = 0
    if len(buffer) == places:
        for element, word in zip(source, draws, strict=False):
            at = (oldest + word % places) % places
            drawn, buffer[at] = buffer[at], buffer[oldest]
            buffer[oldest] = element
            oldest = oldest + 1 if oldest + 1 < places else 0
            yield drawn
    buffer = buffer[oldest:] + buffer[:oldest]
    left = len(buffer)
    for first in builtins.range(left):
        at = first + next(draws) % (left - first)
        yield buffer[at]
        buffer[at] = buffer[first]
