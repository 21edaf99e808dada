"""Tables whose entries are in a text file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.dtypes import as_dtype, int64, string
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.io.files import failed, local


@export("lookup.TextFileIndex")
class TextFileIndex:
    """Which part of a line is a key or a value: a column's number, or one of these.

    Source: ``tf.lookup.TextFileIndex``.
    """

    WHOLE_LINE = -2
    LINE_NUMBER = -1


@export("lookup.TextFileInitializer")
class TextFileInitializer:
    r"""The entries of a table, one in each line of a text file.

    ``key_index`` and ``value_index`` are a column (of those that ``delimiter`` parts),
    ``tf.lookup.TextFileIndex.WHOLE_LINE`` or ``LINE_NUMBER`` (from 0 on). ``value_index_offset``
    is added to line numbers that are values.

    >>> import pathlib, tempfile
    >>> import tensortape as tf
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "words.txt"
    >>> _ = path.write_text("a 10\nb 20\n")
    >>> entries = tf.lookup.TextFileInitializer(path, tf.string, 0, tf.int64, 1, delimiter=" ")
    >>> tf.lookup.StaticHashTable(entries, -1).lookup(tf.constant(["b", "?"])).numpy()
    array([20, -1])

    Raises ``ValueError`` for dtypes that do not go with an index; when the table is made,
    ``tf.errors.NotFoundError`` without the file, ``InvalidArgumentError`` for lines that are
    empty, have too few columns or no number where one is needed. Source:
    ``tf.lookup.TextFileInitializer``.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
        value_index_offset: int = 0,
    ) -> None:
        self._path = filename
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        _check("key", key_index, self.key_dtype)
        _check("value", value_index, self.value_dtype)
        self._key_index, self._value_index = key_index, value_index
        self._size, self._offset = vocab_size, value_index_offset
        self._delimiter = delimiter.encode()

    def initialize(self, table: Any) -> None:
        """Read the file and enter what it says into a table."""
        path = local(self._path)
        entries = list(self._entries(path))
        if self._size is not None and len(entries) < self._size:
            raise _invalid(
                f"Invalid vocab_size in {path}: expected {self._size} but got {len(entries)}"
            )
        keys, values = [k for k, _ in entries], [v for _, v in entries]
        constant = PUBLIC["constant"]
        table.enter(constant(keys, self.key_dtype), constant(values, self.value_dtype))

    def _entries(self, path: str) -> Iterator[tuple[Any, Any]]:
        for number, line in enumerate(_lines(path)):
            if number == self._size:
                return
            if not line:
                raise _invalid(f"Invalid content in {path}: empty line found at position {number}.")
            key = self._part(line, number, self._key_index, self.key_dtype, path)
            value = self._part(line, number, self._value_index, self.value_dtype, path)
            counted = self._value_index == TextFileIndex.LINE_NUMBER
            yield key, value + self._offset if counted else value

    def _part(self, line: bytes, number: int, index: int, dtype: Any, path: str) -> Any:
        if index == TextFileIndex.LINE_NUMBER:
            return number
        columns = [line] if index == TextFileIndex.WHOLE_LINE else line.split(self._delimiter)
        if index >= len(columns):
            raise _invalid(
                f"Invalid number of columns in {path} line {number} ({line.decode()}): expected "
                f"at least {index + 1} got {len(columns)}"
            )
        found = columns[max(index, 0)]
        return found if dtype is string else _number(found, dtype, number)


def _lines(path: str) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            for line in file:
                yield line.rstrip(b"\n").removesuffix(b"\r")
    except OSError as error:
        raise failed(error, path) from None


def _number(text: bytes, dtype: Any, line: int) -> Any:
    try:
        return int(text) if dtype.is_integer else float(text)
    except ValueError:
        told = f"Field {text.decode(errors='replace')} in line {line} is not a valid {dtype.name}."
        raise _invalid(told) from None


def _check(name: str, index: int, dtype: Any) -> None:
    if index < TextFileIndex.WHOLE_LINE:
        raise ValueError(f"`{name}_index` should be >= -2, received: {index}.")
    if index == TextFileIndex.LINE_NUMBER and dtype is not int64:
        raise ValueError(
            f"`{name}_dtype` must be int64 if `{name}_index` is -1, received: {dtype!r}"
        )
    allowed = (string,) if name == "value" else (string, int64)
    if index == TextFileIndex.WHOLE_LINE and dtype not in allowed:
        raise ValueError(
            f"`{name}_dtype` should be string for `{name}_index` -2, received: {dtype!r}"
        )


def _invalid(told: str) -> Exception:
    return errors.InvalidArgumentError(None, None, told)
