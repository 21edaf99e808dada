"""`make_csv_dataset`: CSV files as batches of named columns, types found by looking."""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import DType, string
from tensortape.core.registry import export
from tensortape.core.specs import TensorSpec
from tensortape.data.batching import batch
from tensortape.data.caching import prefetch
from tensortape.data.csv import CsvDataset, Format, narrowest_dtype, records
from tensortape.data.dataset import DatasetV2
from tensortape.data.files import opened
from tensortape.data.mapping import interleave
from tensortape.data.mapping import map as map_dataset
from tensortape.data.ordering import repeat, shuffle
from tensortape.data.single import ignore_errors as without_errors
from tensortape.data.sources import from_tensor_slices
from tensortape.data.structure import map_leaves
from tensortape.ops.io.files import glob


@export("data.experimental.make_csv_dataset", "compat.v1.data.experimental.make_csv_dataset")
def make_csv_dataset(
    file_pattern: Any,
    batch_size: Any,
    column_names: Any = None,
    column_defaults: Any = None,
    label_name: str | None = None,
    select_columns: Any = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: Any = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> DatasetV2:
    r"""Batches of CSV files: an ordered dictionary of columns, with `label_name` a pair with it.

    Names come from the first line (or `column_names`), types from `column_defaults` or the first
    `num_rows_for_inference` rows: the narrowest of int32, int64, float32, float64 and string. Rows
    are shuffled, for ever unless `num_epochs` says how often.

    >>> import os, tempfile, tensortape as tf
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "a.csv")
    ...     with open(path, "w") as file:
    ...         _ = file.write("size,name\n1.5,a\n2,b\n")
    ...     ds = tf.data.experimental.make_csv_dataset(path, 2, num_epochs=1, shuffle=False)
    ...     for columns in ds:
    ...         print(columns["size"].numpy(), columns["name"].numpy())
    [1.5 2. ] [b'a' b'b']

    Raises `ValueError` when no file matches, names are repeated or do not exist.
    Source: `tf.data.experimental.make_csv_dataset`.
    """
    paths = _paths(file_pattern)
    form = Format(field_delim.encode(), use_quote_delim, na_value.encode(), header)
    names = (
        list(column_names) if column_names is not None else _names(paths, form, compression_type)
    )
    if len(names) != len(set(names)):
        raise ValueError(f"The column names of a CSV dataset cannot repeat: {names}.")
    numbers = None if select_columns is None else _numbers(list(select_columns), names)
    if column_defaults is None:
        width = list(range(len(names))) if numbers is None else numbers
        defaults = _found_defaults(paths, form, width, num_rows_for_inference, compression_type)
    else:
        defaults = list(column_defaults)
    if numbers is not None:
        if len(defaults) != len(numbers):
            raise ValueError("If specified, `column_defaults` must have as many values as columns.")
        names = [names[number] for number in numbers]
    if label_name is not None and label_name not in names:
        raise ValueError(
            f"`label_name` provided must be one of the columns: {names}. Received: {label_name}."
        )

    def of_file(path: Any) -> DatasetV2:
        dataset: Any = CsvDataset(
            path, defaults, compression_type, None, header, field_delim, use_quote_delim, na_value,
            numbers,
        )  # fmt: skip
        return without_errors(dataset) if ignore_errors else dataset

    files = from_tensor_slices(paths)
    if shuffle:
        files = _shuffled(files, len(paths), shuffle_seed)
    rows = interleave(files, of_file, cycle_length=num_parallel_reads or 1)
    rows._spec = of_file(paths[0]).element_spec
    if shuffle:
        rows = _shuffled(rows, shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        rows = repeat(rows, num_epochs)
    return _batches(rows, batch_size, names, label_name, num_epochs is None, prefetch_buffer_size)


_shuffled = shuffle


def _batches(
    rows: DatasetV2,
    batch_size: Any,
    names: list[str],
    label_name: str | None,
    drop_remainder: bool,
    prefetch_buffer_size: int | None,
) -> DatasetV2:
    def named(*columns: Any) -> Any:
        table = OrderedDict(zip(names, columns, strict=True))
        if label_name is None:
            return table
        label = table.pop(label_name)
        return table, label

    batches = batch(rows, batch_size, drop_remainder)
    result = map_dataset(batches, named)
    result._spec = lambda: map_leaves(_unnamed, named(*batches.element_spec))
    return prefetch(result, -1 if prefetch_buffer_size is None else prefetch_buffer_size)


def _unnamed(spec: Any) -> TensorSpec:
    return TensorSpec(spec.shape, spec.dtype)


def _paths(file_pattern: Any) -> list[str]:
    patterns = file_pattern if isinstance(file_pattern, (list, tuple)) else [file_pattern]
    if not patterns:
        raise ValueError("Argument `file_pattern` should not be empty.")
    paths = sorted(path for pattern in patterns for path in glob(pattern))
    if not paths:
        raise ValueError(f"No files match `file_pattern` {file_pattern}.")
    return paths


def _names(paths: list[str], form: Format, compression: Any) -> list[str]:
    if not form.header:
        raise ValueError("Expected `column_names` or `header` arguments. Neither is provided.")
    found: list[list[str]] = []
    for path in paths:
        with opened(path, compression) as file:
            first = next(records(file, form), None)
        if first is None:
            raise ValueError(f"Failed when reading the header line of {path}. Is it an empty file?")
        found.append([field.decode() for field in first])
        if found[-1] != found[0]:
            raise ValueError(
                "All input CSV files should have the same column names in the header row. File "
                f"{path} has different column names."
            )
    return found[0]


def _numbers(select_columns: list[Any], names: list[str]) -> list[int]:
    numbers = []
    for wanted in select_columns:
        if isinstance(wanted, int) and not 0 <= wanted < len(names):
            raise ValueError(
                f"Column index {wanted} specified in `select_columns` should be >= 0 and < "
                f"{len(names)}, the number of columns."
            )
        if not isinstance(wanted, int) and wanted not in names:
            raise ValueError(
                f"Column {wanted} specified in `select_columns` must be of one of the columns: "
                f"{names}."
            )
        numbers.append(wanted if isinstance(wanted, int) else names.index(wanted))
    if len(set(numbers)) != len(numbers):
        raise ValueError(f"The `select_columns` argument contains duplicates: {select_columns}.")
    return sorted(numbers)


def _found_defaults(
    paths: list[str], form: Format, numbers: list[int], most: int | None, compression: Any
) -> list[Any]:
    """For each column a default of the type that its first values have."""
    values: list[list[bytes]] = [[] for _ in numbers]
    left = most
    for path in paths:
        with opened(path, compression) as file:
            if form.header:
                next(file, None)
            for fields in islice(records(file, form), left):
                left = None if left is None else left - 1
                for column, number in zip(values, numbers, strict=True):
                    field = _field(fields, number, path)
                    if field and field != form.missing:
                        column.append(field)
    return [_default(narrowest_dtype(column)) for column in values]


def _field(fields: list[bytes], number: int, path: str) -> bytes:
    if number >= len(fields):
        raise ValueError(
            f"Problem inferring types: CSV row of {path} has {len(fields)} fields, expected "
            f"{number + 1} or more."
        )
    return fields[number]


def _default(dtype: DType) -> Any:
    return convert_to_tensor([b"" if dtype is string else 0], dtype)
