"""Files of `tf.train.Example` as batches of features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core.registry import PUBLIC, export
from tensortape.data.batching import batch
from tensortape.data.caching import prefetch
from tensortape.data.dataset import DatasetV2
from tensortape.data.experimental import list_files
from tensortape.data.mapping import interleave
from tensortape.data.mapping import map as map_dataset
from tensortape.data.ordering import repeat
from tensortape.data.ordering import shuffle as shuffle_dataset
from tensortape.data.records import TFRecordDataset


@export("data.experimental.parse_example_dataset")
def parse_example_dataset(
    features: Any, num_parallel_calls: Any = 1, deterministic: Any = None
) -> Callable[[DatasetV2], DatasetV2]:
    """For `Dataset.apply`: batches of serialised examples become dictionaries of their features.

    `features` is what `tf.io.parse_example` takes. Source:
    `tf.data.experimental.parse_example_dataset`.
    """
    if features is None:
        raise ValueError("Argument `features` is required, but not specified.")
    return lambda dataset: map_dataset(dataset, lambda batch: _parse(batch, features))


def _parse(examples: Any, features: Any) -> Any:
    return PUBLIC["io.parse_example"](examples, features)


@export("data.experimental.make_batched_features_dataset")
def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: Any,
    features: Any,
    reader: Any = None,
    label_key: str | None = None,
    reader_args: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    reader_num_threads: int | None = None,
    parser_num_threads: int | None = None,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> DatasetV2:
    """Batches of the examples in TFRecord files: dictionaries of features, by name.

    With `label_key` that feature is apart, as the second of a pair. Examples are shuffled, for ever
    unless `num_epochs` says how often. `reader(filename, *reader_args)` makes a dataset of a file.

    Raises `ValueError` when `label_key` is no feature. Source:
    `tf.data.experimental.make_batched_features_dataset`.
    """
    read, given = reader or TFRecordDataset, reader_args or []
    files = list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    if label_key is not None and label_key not in features:
        raise ValueError(
            f"The `label_key` provided ({label_key!r}) must be one of the `features` keys: "
            f"{list(features)}."
        )
    examples = interleave(
        files, lambda name: read(name, *given), cycle_length=reader_num_threads or 1
    )
    if shuffle:
        examples = shuffle_dataset(examples, shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        examples = repeat(examples, num_epochs)
    batches = batch(examples, batch_size, drop_final_batch or num_epochs is None)
    parsed = batches.apply(parse_example_dataset(features))
    if label_key is not None:
        parsed = map_dataset(parsed, lambda table: (table, table.pop(label_key)))
    return prefetch(parsed, -1 if prefetch_buffer_size is None else prefetch_buffer_size)
