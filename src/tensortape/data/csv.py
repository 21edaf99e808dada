"""Files of comma-separated values: `tf.data.experimental.CsvDataset`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import DType, float32, float64, int32, int64, string
from tensortape.core.registry import export
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.data.files import Applied, FileDataset, opened, text
from tensortape.data.lines import without_newline

_QUOTE = b'"'


class Format(NamedTuple):
    """How lines divide into fields."""

    delimiter: bytes
    quotes: bool
    missing: bytes
    header: bool


class Column(NamedTuple):
    """What becomes of a field: its number among the fields (-1: any), dtype and default."""

    number: int
    dtype: DType
    default: Any
    convert: Callable[[bytes], Any]


@export("data.experimental.CsvDataset")
class CsvDataset(FileDataset):
    r"""The lines of CSV files (RFC 4180), each a tuple of scalars.

    `record_defaults` has for each column a dtype (a value is required) or the value that a missing
    one has. `select_cols` are the numbers of the columns to read, or `exclude_cols` of those to
    leave out.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b'n,name\n1,"a, b"\n,c\n'), file.flush()
    ...     ds = tf.data.experimental.CsvDataset(file.name, [-1, tf.string], header=True)
    ...     print([(int(n), name.numpy()) for n, name in ds])
    [(1, b'a, b'), (-1, b'c')]

    Raises, while iterating, `InvalidArgumentError` for lines that do not fit. Source:
    `tf.data.experimental.CsvDataset`.
    """

    _kind = "CsvDatasetV2"

    def __init__(
        self,
        filenames: Any,
        record_defaults: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        header: Any = False,
        field_delim: Any = ",",
        use_quote_delim: Any = True,
        na_value: Any = "",
        select_cols: Any = None,
        exclude_cols: Any = None,
    ) -> None:
        form = Format(_bytes(field_delim), bool(use_quote_delim), _bytes(na_value), bool(header))
        if len(form.delimiter) != 1:
            raise _wrong(f"field_delim should be only 1 char, received {field_delim!r}")
        columns = _columns(list(record_defaults), select_cols, exclude_cols)
        excluded = None if exclude_cols is None else {int(c) for c in exclude_cols}
        exact = select_cols is None
        super().__init__(
            filenames,
            lambda path: _rows(path, compression_type, form, columns, excluded, exact),
            tuple([TensorSpec((), column.dtype) for column in columns]),
        )


def _bytes(value: Any) -> bytes:
    value = value.numpy() if hasattr(value, "numpy") else value
    return value.encode() if isinstance(value, str) else value


def _wrong(message: str) -> Exception:
    return errors.of_op(errors.InvalidArgumentError, "IteratorGetNext", message)


def _columns(defaults: list[Any], select_cols: Any, exclude_cols: Any) -> list[Column]:
    if select_cols is not None and exclude_cols is not None:
        raise _wrong("Either select_cols or exclude_cols should be empty")
    numbers = range(len(defaults)) if select_cols is None else [int(c) for c in select_cols]
    if len(numbers) != len(defaults):
        raise _wrong("select_cols should match output size")
    for chosen in (numbers, sorted(exclude_cols or ())):
        if any(b <= a for a, b in zip(chosen, list(chosen)[1:], strict=False)):
            raise _wrong("select_cols should be strictly increasing indices")
    return [column(number, default) for number, default in zip(numbers, defaults, strict=True)]


def column(number: int, default: Any) -> Column:
    """A column by what `record_defaults` says of it: a dtype, or a default of 0 or 1 element."""
    if isinstance(default, (DType, type)):
        tensor = convert_to_tensor([], default)
    else:
        tensor = convert_to_tensor(default)
    values = tensor._a.reshape(-1)
    if len(values) > 1:
        raise _wrong("Each record default should be at most length 1")
    dtype = tensor.dtype
    if dtype.name not in ("int32", "int64", "float32", "float64", "string"):
        raise ValueError(f"A column of CSV data cannot be of type {dtype!r}.")
    value = None if len(values) == 0 else tensor_of(values[0], dtype)
    return Column(number, dtype, value, _converter(number, dtype))


def tensor_of(value: Any, dtype: DType) -> Any:
    """A scalar of a dtype."""
    return text(value) if dtype is string else state.tensor(dtype._np.type(value))


def _converter(number: int, dtype: DType) -> Callable[[bytes], Any]:
    if dtype is string:
        return text
    kind, make = dtype._np.type, state.tensor
    parse: Any = int if dtype.is_integer else float

    def convert(field: bytes) -> Any:
        try:
            if b"_" in field:
                raise ValueError
            return make(kind(parse(field)))
        except (ValueError, OverflowError):
            raise _wrong(
                f"Field {number} in record is not a valid {dtype.name}: {field.decode('latin-1')}"
            ) from None

    return convert


def _rows(
    path: str,
    compression: Any,
    form: Format,
    columns: list[Column],
    excluded: set[int] | None,
    exact: bool,
) -> Iterator[Any]:
    file = opened(path, compression)
    if form.header:
        next(file, None)

    def row(fields: list[bytes]) -> Any:
        if excluded is not None:
            fields = [f for i, f in enumerate(fields) if i not in excluded]
        return _row(fields, columns, form.missing, exact)

    return Applied(row, records(file, form), file)


def _row(fields: list[bytes], columns: list[Column], missing: bytes, exact: bool) -> Any:
    count = len(fields)
    if exact and count > len(columns):
        raise _wrong(f"Expect {len(columns)} fields but have more in record")
    values: list[Any] = []
    for number, _, default, convert in columns:
        if number >= count:
            raise _wrong(f"Expect {len(columns)} fields but have {len(values)} in record")
        field = fields[number]
        if field == missing or not field:
            if default is None:
                raise _wrong(f"Field {number} is required but missing in record!")
            values.append(default)
        else:
            values.append(convert(field))
    return tuple(values)


def records(lines: Iterator[bytes], form: Format) -> Iterator[list[bytes]]:
    """The fields of each record; a quoted field may go on over lines."""
    delimiter = form.delimiter
    for line in lines:
        if _QUOTE in line and form.quotes:
            yield _quoted(line, lines, delimiter)
        else:
            yield without_newline(line).split(delimiter)


def _quoted(line: bytes, lines: Iterator[bytes], delimiter: bytes) -> list[bytes]:
    fields: list[bytes] = []
    at = 0
    while True:
        if line[at : at + 1] == _QUOTE:
            field, at, line = _quoted_field(line, at + 1, lines)
            rest = without_newline(line)
            if at < len(rest) and line[at : at + 1] != delimiter:
                raise _wrong("Quoted field has to be followed by a delimiter or the end of a line")
            end = at
        else:
            rest = without_newline(line)
            end = rest.find(delimiter, at)
            end = len(rest) if end < 0 else end
            field = rest[at:end]
            if _QUOTE in field:
                raise _wrong("Unquoted fields cannot have quotes inside")
        fields.append(field)
        if end >= len(rest):
            return fields
        at = end + 1


def _quoted_field(line: bytes, at: int, lines: Iterator[bytes]) -> tuple[bytes, int, bytes]:
    """The content of a quoted field, where it ends, and the line as far as it had to be read."""
    parts = []
    while True:
        end = line.find(_QUOTE, at)
        if end < 0:
            more = next(lines, None)
            if more is None:
                raise _wrong("Reached end of file without closing quoted field in record")
            line += more
            continue
        parts.append(line[at:end])
        if line[end + 1 : end + 2] != _QUOTE:
            return b"".join(parts), end + 1, line
        parts.append(_QUOTE)
        at = end + 2


def narrowest_dtype(values: list[bytes]) -> DType:
    """The narrowest type of a column that holds all values that are there; strings without any."""
    kinds = [int32, int64, float32, float64] if values else []
    for value in values:
        while kinds and not _holds(kinds[0]._np.type, value):
            kinds.pop(0)
    return kinds[0] if kinds else string


def _holds(kind: Any, value: bytes) -> bool:
    try:
        if b"_" in value:
            return False
        if issubclass(kind, np.integer):
            limits = np.iinfo(kind)
            return bool(limits.min <= int(value) <= limits.max)
        return abs(float(value)) <= np.finfo(kind).max
    except (ValueError, OverflowError):
        return False
