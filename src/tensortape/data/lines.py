"""Lines of text files, and records of a fixed length."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.registry import export
from tensortape.data.files import STRING, FileDataset, opened, text


@export("data.TextLineDataset", "compat.v1.data.TextLineDataset")
class TextLineDataset(FileDataset):
    r"""The lines of text files as string scalars, without the `\n` or `\r\n` at their ends.

    `compression_type` is `"GZIP"` or `"ZLIB"`; with `num_parallel_reads` lines of several files
    alternate.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"one\ntwo\n"), file.flush()
    ...     print(list(tf.data.TextLineDataset(file.name).as_numpy_iterator()))
    [b'one', b'two']

    Raises `TypeError` when `filenames` are no strings; while iterating, `NotFoundError` for a file
    that does not exist, `DataLossError` for one that is not compressed as said.
    Source: `tf.data.TextLineDataset`.
    """

    _kind = "TextLineDatasetV2"

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            filenames, lambda path: _lines(path, compression_type), STRING, num_parallel_reads
        )


def _lines(path: str, compression: Any) -> Iterator[Any]:
    with opened(path, compression) as file:
        for line in file:
            yield text(without_newline(line))


def without_newline(line: bytes) -> bytes:
    """A line without the newline that ends it."""
    if line.endswith(b"\n"):
        line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
    return line


@export("data.FixedLengthRecordDataset", "compat.v1.data.FixedLengthRecordDataset")
class FixedLengthRecordDataset(FileDataset):
    """Records of `record_bytes` bytes each, between a header and a footer, as string scalars.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"..abcdef"), file.flush()
    ...     ds = tf.data.FixedLengthRecordDataset(file.name, record_bytes=3, header_bytes=2)
    ...     print(list(ds.as_numpy_iterator()))
    [b'abc', b'def']

    Raises, while iterating, `InvalidArgumentError` for a file that does not divide into records.
    Source: `tf.data.FixedLengthRecordDataset`.
    """

    _kind = "FixedLengthRecordDatasetV2"

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        size, head, foot = int(record_bytes), int(header_bytes or 0), int(footer_bytes or 0)
        super().__init__(
            filenames,
            lambda path: _records(path, size, head, foot, compression_type),
            STRING,
            num_parallel_reads,
        )


def _records(path: str, size: int, head: int, foot: int, compression: Any) -> Iterator[Any]:
    with opened(path, compression) as file:
        if compression:
            content = file.read()
            length = len(content)
            body: Any = iter(content[head + i : head + i + size] for i in range(0, length, size))
        else:
            length = os.fstat(file.fileno()).st_size
            file.read(head)
            body = iter(lambda: file.read(size), b"")
        inner = length - head - foot
        if inner < 0 or inner % size:
            raise errors.of_op(
                errors.InvalidArgumentError,
                "IteratorGetNext",
                f"Excluding the header ({head} bytes) and footer ({foot} bytes), input file "
                f'"{path}" has body length {inner} bytes, which is not an exact multiple of the '
                f"record length ({size} bytes).",
            )
        for _ in range(inner // size):
            yield text(next(body))
