"""What the datasets that read files share: names, compression, several files at a time."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import string
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.data.dataset import DatasetV2
from tensortape.data.mapping import interleave
from tensortape.data.sources import from_tensor_slices
from tensortape.ops.io.files import failed, local

CHUNK = 1 << 18
WINDOW_BITS = {"GZIP": 31, "ZLIB": 15}
STRING = TensorSpec((), string)


def text(value: bytes) -> Any:
    """A string scalar."""
    array = np.empty((), object)
    array[()] = value
    return state.tensor(array)


class Inflated(io.RawIOBase):
    """The content of a compressed file; `DataLossError` where it is damaged."""

    def __init__(self, file: Any, window: int) -> None:
        self._file, self._window = file, window
        self._inflate = zlib.decompressobj(window)
        self._waiting = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill a buffer as far as one step does; 0 at the end."""
        while not self._waiting:
            packed = self._inflate.unconsumed_tail or self._inflate.unused_data
            packed = packed or self._file.read(CHUNK)
            if not packed:
                return 0
            if self._inflate.eof:  # another stream follows
                self._inflate = zlib.decompressobj(self._window)
            try:
                self._waiting = self._inflate.decompress(packed, CHUNK)
            except zlib.error as error:
                raise errors.DataLossError(None, None, f"inflate() failed: {error}") from None
        count = min(len(target), len(self._waiting))
        target[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def close(self) -> None:
        """Close the file below."""
        self._file.close()
        super().close()


def compression_of(kind: Any) -> str:
    """`""`, `"GZIP"` or `"ZLIB"`; `InvalidArgumentError` for anything else."""
    if hasattr(kind, "numpy"):
        kind = kind.numpy()
    name = kind.decode() if isinstance(kind, bytes) else (kind or "")
    if name not in ("", *WINDOW_BITS):
        raise errors.InvalidArgumentError(
            None, None, f"Unsupported compression_type: {name!r}; there are GZIP and ZLIB."
        )
    return name


def opened(path: str, compression: Any) -> Any:
    """A file open for reading, its content inflated; `NotFoundError` when there is none."""
    kind = compression_of(compression)
    try:
        file: Any = open(path, "rb", CHUNK)  # noqa: SIM115
        os.fstat(file.fileno())
    except OSError as error:
        raise failed(error, path) from None
    if kind:
        return io.BufferedReader(Inflated(file, WINDOW_BITS[kind]), CHUNK)
    return file


class Chained:
    """The elements of several iterators one after the other; an error ends none of them."""

    def __init__(self, parts: Iterator[Any]) -> None:
        self._parts = parts
        self._running: Iterator[Any] = iter(())

    def __iter__(self) -> Chained:
        return self

    def __next__(self) -> Any:
        while True:
            for element in self._running:
                return element
            self._running = next(self._parts)


class Applied:
    """A function of each item read from a file, which is closed at the end; errors end nothing."""

    def __init__(self, function: Callable[[Any], Any], items: Iterator[Any], file: Any) -> None:
        self._function, self._items, self._file = function, items, file

    def __iter__(self) -> Applied:
        return self

    def __next__(self) -> Any:
        for item in self._items:
            return self._function(item)
        self._file.close()
        raise StopIteration

    def __del__(self) -> None:
        self._file.close()


class FileDataset(DatasetV2):
    """Elements read from files, one file after the other or some at a time."""

    def __init__(
        self,
        filenames: Any,
        read: Callable[[str], Iterator[Any]],
        spec: Any,
        num_parallel_reads: Any = None,
    ) -> None:
        names = _names(filenames)

        def of_file(name: Any) -> DatasetV2:
            return DatasetV2(lambda run: read(local(name)), spec=spec)

        if num_parallel_reads is None:
            start: Any = lambda run: Chained(  # noqa: E731
                read(local(name)) for name in names._start(run)
            )
        else:
            several = int(num_parallel_reads)
            start = interleave(names, of_file, cycle_length=several)._start
        super().__init__(start, spec=spec, inputs=(names,))


def _names(filenames: Any) -> DatasetV2:
    """A dataset of the names of files; `TypeError` for what are no strings."""
    if isinstance(filenames, DatasetV2):
        spec = filenames.element_spec
        if not isinstance(spec, TensorSpec) or spec.dtype is not string:
            raise TypeError(
                f"The `filenames` argument must contain `tf.string` elements. Got {spec}."
            )
        return filenames
    several = isinstance(filenames, (list, tuple))
    given = [_name(name) for name in filenames] if several else _name(filenames)
    empty = several and not given
    names = convert_to_tensor(np.empty(0, object) if empty else given)
    if names.dtype is not string:
        raise TypeError(
            "The `filenames` argument must contain `tf.string` elements. Got "
            f"`{names.dtype!r}` elements."
        )
    return from_tensor_slices(state.tensor(names._a.reshape(-1)))


def _name(name: Any) -> Any:
    return os.fspath(name) if isinstance(name, os.PathLike) else name
