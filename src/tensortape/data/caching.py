"""Elements kept: in memory, in files."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Generator, Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.dtypes import int64
from tensortape.data.calls import Function
from tensortape.data.dataset import DatasetV2, method, reordered, source
from tensortape.data.encoding import (
    ElementWriter,
    read_elements,
    spec_from_json,
    spec_to_json,
    write_elements,
)
from tensortape.data.mapping import interleave
from tensortape.data.running import Run
from tensortape.data.specs import DatasetSpec
from tensortape.data.structure import number
from tensortape.ops.io.files import local

_META, _SUFFIX = "dataset.json", ".elements"


@method
def prefetch(dataset: DatasetV2, buffer_size: Any, name: str | None = None) -> DatasetV2:
    """The dataset itself: elements are made when they are asked for.

    Making them ahead in another thread would only slow down the one that computes.
    Raises `InvalidArgumentError` for a negative size other than `tf.data.AUTOTUNE`.
    Source: `tf.data.Dataset.prefetch`.
    """
    if number(buffer_size) < -1:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "PrefetchDataset",
            "buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning",
        )
    return reordered(dataset, lambda begin, run: begin(), dataset._size, "_PrefetchDataset")


@method
def cache(dataset: DatasetV2, filename: Any = "", name: str | None = None) -> DatasetV2:
    """Keep the elements of the first complete iteration, in memory or in a file.

    The file `filename` + ".elements" appears when the first iteration is complete; later programs
    read it in place of making the elements.

    >>> import tensortape as tf
    >>> made = []
    >>> ds = tf.data.Dataset.range(2).map(lambda x: made.append(int(x)) or x).cache()
    >>> len(list(ds)), len(list(ds)), made
    (2, 2, [0, 1])

    Source: `tf.data.Dataset.cache`.
    """
    path = local(filename)
    start = _in_file(dataset, path + _SUFFIX) if path else _in_memory(dataset)
    return DatasetV2(
        start, dataset._size, lambda: dataset.element_spec, (dataset,), "_CacheDataset"
    )


def _in_memory(dataset: DatasetV2) -> Callable[[Run], Iterator[Any]]:
    kept: list[list[Any]] = []

    def start(run: Run) -> Iterator[Any]:
        return iter(kept[0]) if kept else passing(dataset._start(run))

    def passing(elements: Iterator[Any]) -> Iterator[Any]:
        seen = []
        for element in elements:
            seen.append(element)
            yield element
        kept[:] = [seen]

    return start


def _in_file(dataset: DatasetV2, path: str) -> Callable[[Run], Iterator[Any]]:
    def start(run: Run) -> Iterator[Any]:
        if os.path.exists(path):
            return read_elements(path, dataset.element_spec)
        return write_elements(path, dataset.element_spec, dataset._start(run))

    return start


@method
def snapshot(
    dataset: DatasetV2,
    path: Any,
    compression: Any = "AUTO",
    reader_func: Any = None,
    shard_func: Any = None,
    name: str | None = None,
) -> DatasetV2:
    """Keep the elements of the first complete iteration in a folder: `cache` in a file.

    `shard_func(element)`, an int64, says into which of several files an element goes, else they go
    by turns into one for each processor; `reader_func(datasets)` how these are read, as for `load`.
    `compression` is accepted; files are not compressed. Raises `InvalidArgumentError` for a
    `shard_func` that gives no int64. Source: `tf.data.Dataset.snapshot`.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ds = tf.data.Dataset.range(6).snapshot(
    ...         folder, shard_func=lambda x: x % 2, reader_func=lambda ds: ds.flat_map(lambda d: d))
    ...     print([int(x) for x in ds], [int(x) for x in ds])
    [0, 1, 2, 3, 4, 5] [0, 2, 4, 1, 3, 5]
    """
    place = os.path.join(local(path), "snapshot")
    if reader_func is not None or shard_func is not None:
        start = _in_shards(dataset, place, shard_func, reader_func)
        spec = lambda: dataset.element_spec  # noqa: E731
        return DatasetV2(start, dataset._size, spec, (dataset,), "_SnapshotDataset")
    result = cache(dataset, place)
    result._kind = "_SnapshotDataset"
    return result


def _in_shards(
    dataset: DatasetV2, folder: str, shard_func: Any, reader_func: Any
) -> Callable[[Run], Iterator[Any]]:
    def start(run: Run) -> Iterator[Any]:
        if os.path.exists(os.path.join(folder, _META)):
            read = _by_turns if reader_func is None else reader_func
            return load(folder, dataset.element_spec, None, read)._start(run)
        return writing(run)

    def writing(run: Run) -> Iterator[Any]:
        os.makedirs(folder, exist_ok=True)
        if shard_func is None:
            turns = itertools.cycle(range(os.cpu_count() or 1))
            shard_of: Callable[[Any], int] = lambda element: next(turns)  # noqa: E731
        else:
            shard_of = _shard_number(Function(shard_func).started(run))
        said = yield from _written(dataset._start(run), dataset.element_spec, folder, shard_of)
        _complete(folder, said)

    return start


def _by_turns(datasets: DatasetV2) -> DatasetV2:
    return interleave(datasets, lambda part: part, cycle_length=os.cpu_count() or 1)


def _shard_number(function: Callable[[Any], Any]) -> Callable[[Any], int]:
    def number_of(element: Any) -> int:
        shard = function(element)
        if getattr(shard, "dtype", None) is not int64 or shard.shape.rank:
            raise errors.of_op(
                errors.InvalidArgumentError,
                "IteratorGetNext",
                f"`shard_func` must return a scalar int64, not {shard!r:.80}.",
            )
        return int(shard)

    return number_of


@method
def save(
    dataset: DatasetV2,
    path: Any,
    compression: Any = None,
    shard_func: Callable[..., Any] | None = None,
    checkpoint_args: Any = None,
) -> None:
    """Write all elements to a folder that `tf.data.Dataset.load` reads.

    `shard_func(element)` says into which of several files an element goes. A folder that holds a
    dataset holds it until the new one is complete. The format is this library's own (see
    `tensortape.data.encoding`); TensorFlow does not read it.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tf.data.Dataset.range(3).save(folder + "/numbers")
    ...     ds = tf.data.Dataset.load(folder + "/numbers")
    ...     print(ds.element_spec, len(ds), [int(x) for x in ds])
    TensorSpec(shape=(), dtype=tf.int64, name=None) 3 [0, 1, 2]

    Source: `tf.data.Dataset.save`.
    """
    folder = local(path)
    os.makedirs(folder, exist_ok=True)
    shard_of = None if shard_func is None else Function(shard_func).started(Run())
    elements = _written(dataset, dataset.element_spec, folder, shard_of)
    while True:
        try:
            next(elements)
        except StopIteration as end:
            return _complete(folder, end.value)


def _complete(folder: str, said: dict[str, Any]) -> None:
    """From now on a folder holds the files that were written."""
    meta = os.path.join(folder, _META)
    beside = f"{meta}.{os.getpid()}.part"
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, meta)  # from here on the folder holds the new dataset, before it the old one
    kept = {name for name, _ in said["shards"]}
    for name in os.listdir(folder):
        if name.endswith(_SUFFIX) and name not in kept:
            os.unlink(os.path.join(folder, name))


def _written(
    elements: Any, spec: Any, folder: str, shard_of: Callable[[Any], Any] | None
) -> Generator[Any, None, dict[str, Any]]:
    """The elements, written to files under new names; returns what `dataset.json` is to say."""
    run = os.urandom(6).hex()
    writers: dict[int, ElementWriter] = {}
    sizes: dict[int, int] = {}
    try:
        for element in elements:
            shard = 0 if shard_of is None else int(shard_of(element))
            if shard not in writers:
                path = os.path.join(folder, f"{shard:08d}-{run}{_SUFFIX}")
                writers[shard] = ElementWriter(path, spec)
            writers[shard].write(element)
            sizes[shard] = sizes.get(shard, 0) + 1
            yield element
        for writer in writers.values():
            writer.close()
    finally:
        for writer in writers.values():
            writer.abandon()
    shards = [[f"{shard:08d}-{run}{_SUFFIX}", sizes[shard]] for shard in sorted(sizes)]
    return {"spec": spec_to_json(spec), "shards": shards}


@source
def load(
    path: Any,
    element_spec: Any = None,
    compression: Any = None,
    reader_func: Callable[..., Any] | None = None,
    wait: bool = False,
) -> DatasetV2:
    """The elements that `Dataset.save` wrote.

    Several files are read in turn; `reader_func(datasets)` may do otherwise, with a dataset of one
    dataset for each file. Raises `NotFoundError` when there is nothing, `DataLossError` for damaged
    files. Source: `tf.data.Dataset.load`.
    """
    folder = local(path)
    try:
        with open(os.path.join(folder, _META), encoding="utf-8") as file:
            said = json.load(file)
    except FileNotFoundError:
        raise errors.NotFoundError(
            None, None, f"No saved dataset in {folder!r} (there is no {_META})."
        ) from None
    spec = spec_from_json(said["spec"]) if element_spec is None else element_spec
    parts = [_shard(os.path.join(folder, name), size, spec) for name, size in said["shards"]]
    if reader_func is not None:
        shards = DatasetV2(lambda run: iter(parts), len(parts), DatasetSpec(spec))
        result = reader_func(shards)
        if not isinstance(result, DatasetV2):
            raise TypeError(f"`reader_func` must return a dataset, it gave {result!r:.80}")
        result._size = sum(size for _, size in said["shards"])
        return result
    if len(parts) == 1:
        return parts[0]
    shards = DatasetV2(lambda run: iter(parts), len(parts), DatasetSpec(spec))
    result = interleave(shards, lambda part: part, cycle_length=max(len(parts), 1))
    result._size = sum(size for _, size in said["shards"])
    result._spec = spec
    return result


def _shard(path: str, size: int, spec: Any) -> DatasetV2:
    return DatasetV2(lambda run: read_elements(path, spec), size, spec, kind="_LoadDataset")
