"""TFRecord files: records of bytes, each with its length and two checksums.

A record is its length (8 bytes, little-endian), the masked CRC-32C of those, the content, and the
masked CRC-32C of the content. A file cut off within a record is recognised when it is read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from tensortape.core import errors
from tensortape.core.crc32c import stored
from tensortape.core.registry import export
from tensortape.data.files import STRING, WINDOW_BITS, FileDataset, opened, text
from tensortape.ops.io.files import failed, local

_LENGTH = struct.Struct("<Q")
_HEAD = 12


@export("compat.v1.io.TFRecordCompressionType", "compat.v1.python_io.TFRecordCompressionType")
class TFRecordCompressionType(IntEnum):
    """How a file is compressed. Source: `tf.compat.v1.io.TFRecordCompressionType`."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


@export("io.TFRecordOptions", "compat.v1.python_io.TFRecordOptions")
class TFRecordOptions:
    """How `tf.io.TFRecordWriter` compresses.

    `compression_type` is `"GZIP"`, `"ZLIB"` or nothing; `compression_level` (0 to 9), `mem_level`,
    `compression_strategy` are zlib's. Buffer sizes are accepted.

    >>> import tensortape as tf
    >>> tf.io.TFRecordOptions("GZIP", compression_level=9).compression_type
    'GZIP'

    Raises `ValueError` for another compression. Source: `tf.io.TFRecordOptions`.
    """

    def __init__(
        self,
        compression_type: Any = None,
        flush_mode: Any = None,
        input_buffer_size: Any = None,
        output_buffer_size: Any = None,
        window_bits: Any = None,
        compression_level: int | None = None,
        compression_method: Any = None,
        mem_level: int | None = None,
        compression_strategy: int | None = None,
    ) -> None:
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """`""`, `"GZIP"` or `"ZLIB"` of options or of a type; `ValueError` for anything else."""
        if isinstance(options, TFRecordOptions):
            options = options.compression_type
        if isinstance(options, TFRecordCompressionType):
            options = "" if options == TFRecordCompressionType.NONE else options.name
        if options is None or options == "":
            return ""
        if options not in WINDOW_BITS:
            raise ValueError(f'Not a valid compression_type: "{options}"')
        return options


@export("io.TFRecordWriter", "compat.v1.python_io.TFRecordWriter")
class TFRecordWriter:
    """Writes a TFRecord file, which TensorFlow reads as well.

    The file is there from the beginning and grows; it is whole when the writer is closed (leaving a
    `with` block closes it). A reader recognises a file that a crash cut off.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with tf.io.TFRecordWriter(folder + "/a.tfrecord") as writer:
    ...         writer.write(b"one")
    ...         writer.write(b"two")
    ...     print(list(tf.data.TFRecordDataset(folder + "/a.tfrecord").as_numpy_iterator()))
    [b'one', b'two']

    Raises `NotFoundError` and the like when the file cannot be made, `FailedPreconditionError` when
    the writer is closed. Source: `tf.io.TFRecordWriter`.
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        kind = TFRecordOptions.get_compression_type_string(options)
        name = local(path)
        try:
            self._file: Any = open(name, "wb", 1 << 18)  # noqa: SIM115
        except OSError as error:
            raise failed(error, name) from None
        self._deflate = _deflater(kind, options) if kind else None

    def write(self, record: Any) -> None:
        """Add a record: bytes, or a string; `TypeError` for anything else."""
        if isinstance(record, str):
            record = record.encode()
        if not isinstance(record, (bytes, bytearray, memoryview)):
            raise TypeError(f"A record must be bytes, received {type(record)}: {record!r:.60}")
        length = _LENGTH.pack(len(record))
        self._put(b"".join((length, stored(length), record, stored(record))))

    def _put(self, data: bytes) -> None:
        if self._file is None:
            raise errors.FailedPreconditionError(None, None, "Writer is closed.")
        self._file.write(data if self._deflate is None else self._deflate.compress(data))

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        self._put(b"")
        if self._deflate is not None:
            self._file.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            if self._deflate is not None:
                self._file.write(self._deflate.flush())
            self._file.close()
            self._file = None

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_file", None) is not None:
            self.close()


def _deflater(kind: str, options: Any) -> Any:
    def chosen(name: str, otherwise: int) -> int:
        value = getattr(options, name, None)
        return otherwise if value is None else int(value)

    return zlib.compressobj(
        chosen("compression_level", -1),
        zlib.DEFLATED,
        WINDOW_BITS[kind],
        chosen("mem_level", 9),
        chosen("compression_strategy", zlib.Z_DEFAULT_STRATEGY),
    )


def read_records(path: str, compression: Any = "") -> Iterator[bytes]:
    """The records of a file; `DataLossError` where it is damaged or cut off."""
    with opened(path, compression) as file:
        at = 0
        while head := file.read(_HEAD):
            if len(head) < _HEAD:
                raise _lost(f"truncated record at {at}: the file ends within a length")
            if stored(head[:8]) != head[8:]:
                hint = " (Is this even a TFRecord file?)" if at == 0 else ""
                raise _lost(f"corrupted record at {at}{hint}")
            (length,) = _LENGTH.unpack(head[:8])
            at += _HEAD
            body = file.read(length + 4)
            if len(body) < length + 4:
                raise _lost(f"truncated record at {at}: read less bytes than requested")
            record = body[:length]
            if stored(record) != body[length:]:
                raise _lost(f"corrupted record at {at}")
            at += length + 4
            yield record


def _lost(message: str) -> Exception:
    return errors.of_op(errors.DataLossError, "IteratorGetNext", message)


@export("data.TFRecordDataset", "compat.v1.data.TFRecordDataset")
class TFRecordDataset(FileDataset):
    """The records of TFRecord files as string scalars.

    Raises, while iterating, `NotFoundError` for a file that does not exist and `DataLossError` for
    a damaged one. See `tf.io.TFRecordWriter` for an example. Source: `tf.data.TFRecordDataset`.
    """

    _kind = "TFRecordDatasetV2"

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            filenames,
            lambda path: map(text, read_records(path, compression_type)),
            STRING,
            num_parallel_reads,
        )


@export("compat.v1.io.tf_record_iterator", "compat.v1.python_io.tf_record_iterator")
def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """The records of a file as bytes. Source: `tf.compat.v1.io.tf_record_iterator`."""
    return read_records(local(path), TFRecordOptions.get_compression_type_string(options))
