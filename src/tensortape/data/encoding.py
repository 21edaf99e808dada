"""Elements as bytes, and files of elements: what `cache`, `save` and `snapshot` write.

A file is a magic line and frames; a frame is its length (8 bytes, little-endian), the CRC-32 of its
content (4 bytes) and the content. The first frame is the element specification as JSON, the
others are one element each, and an empty frame ends the file, so that a file cut off anywhere is
recognised. An element is, for each tensor of it, a JSON header with dtype and shape (and the
lengths of strings) before the values. Reading runs no code from the file.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.dtypes import as_dtype
from tensortape.core.specs import NoneTensorSpec, TensorSpec
from tensortape.core.state import state
from tensortape.data.structure import RAGGED_ROW, leaves, refill
from tensortape.ops.ragged.spec import RaggedTensorSpec
from tensortape.ops.sparse.spec import SparseTensorSpec

MAGIC = b"TensorTape elements 1\n"
_FRAME = struct.Struct("<QI")
_SIZE = struct.Struct("<I")


def spec_to_json(spec: Any) -> Any:
    """A structure of specifications as what JSON can say; `TypeError` for datasets and the like."""
    if isinstance(spec, tuple):
        return {"tuple": [spec_to_json(part) for part in spec]}
    if isinstance(spec, dict):
        return {"dict": [[key, spec_to_json(value)] for key, value in spec.items()]}
    if isinstance(spec, NoneTensorSpec):
        return ["none"]
    kinds = {TensorSpec: "tensor", SparseTensorSpec: "sparse", RaggedTensorSpec: "ragged"}
    if type(spec) not in kinds:
        raise TypeError(f"Elements of the type {spec} cannot be written to a file.")
    shape = None if spec.shape.rank is None else spec.shape.as_list()
    said = [kinds[type(spec)], shape, spec.dtype.name]
    if isinstance(spec, RaggedTensorSpec):
        said += [spec.ragged_rank, spec.row_splits_dtype.name]
    return said


def spec_from_json(said: Any) -> Any:
    """The specification that `spec_to_json` described."""
    if isinstance(said, dict):
        if "tuple" in said:
            return tuple([spec_from_json(part) for part in said["tuple"]])
        return {key: spec_from_json(value) for key, value in said["dict"]}
    kind, *rest = said
    kinds: dict[str, Any] = {
        "none": NoneTensorSpec,
        "tensor": TensorSpec,
        "sparse": SparseTensorSpec,
        "ragged": RaggedTensorSpec,
    }
    return kinds[kind](*rest)


def encode(element: Any, spec: Any) -> bytes:
    """An element as bytes."""
    parts: list[bytes] = []
    for leaf, leaf_spec in zip(leaves(element), leaves(spec), strict=True):
        for array in _components(leaf, leaf_spec):
            parts.extend(_encoded(array))
    return b"".join(parts)


def _components(leaf: Any, spec: Any) -> list[Any]:
    if leaf is None:
        return []
    if isinstance(spec, TensorSpec) or (
        isinstance(spec, RaggedTensorSpec) and not spec.ragged_rank
    ):
        return [np.asarray(leaf._a)]
    return [np.asarray(t._a) for t in spec._to_components(leaf)]


def _encoded(array: Any) -> list[bytes]:
    said: dict[str, Any] = {"dtype": as_dtype(array.dtype).name, "shape": list(array.shape)}
    if array.dtype.kind == "O":
        strings = array.ravel().tolist()
        said["lengths"] = [len(text) for text in strings]
        content = b"".join(strings)
    else:
        content = np.ascontiguousarray(array).tobytes()
    header = json.dumps(said, separators=(",", ":")).encode()
    return [_SIZE.pack(len(header)), header, content]


def decode(content: bytes, spec: Any) -> Any:
    """The element of a specification that `encode` made bytes of."""
    reader = _Reader(content)
    return refill(spec, [_leaf(reader, leaf) for leaf in leaves(spec)])


def _leaf(reader: _Reader, spec: Any) -> Any:
    if isinstance(spec, NoneTensorSpec):
        return None
    if isinstance(spec, TensorSpec):
        return reader.tensor()
    if isinstance(spec, RaggedTensorSpec) and not spec.ragged_rank:
        tensor = reader.tensor()
        setattr(tensor, RAGGED_ROW, spec.row_splits_dtype)
        return tensor
    count = 1 + spec.ragged_rank if isinstance(spec, RaggedTensorSpec) else 3
    return spec._from_components([reader.tensor() for _ in range(count)])


class _Reader:
    """Takes tensors off bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def tensor(self) -> Any:
        """The next tensor."""
        (size,) = _SIZE.unpack(self._bytes(_SIZE.size))
        said = json.loads(self._bytes(size))
        shape = tuple(said["shape"])
        if "lengths" in said:
            array = np.empty(len(said["lengths"]), object)
            array[:] = [self._bytes(length) for length in said["lengths"]]
        else:
            dtype = as_dtype(said["dtype"])._np
            count = int(np.prod(shape, dtype=np.int64))
            array = np.frombuffer(self._bytes(count * dtype.itemsize), dtype)
        return state.tensor(array.reshape(shape))


def _frame(content: bytes) -> bytes:
    return _FRAME.pack(len(content), zlib.crc32(content)) + content


class ElementWriter:
    """Writes a file of elements beside its final place, where `close` puts it."""

    def __init__(self, path: str, spec: Any) -> None:
        self._path, self._spec = path, spec
        self._beside = f"{path}.{os.getpid()}.{id(self):x}.part"
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self._file = open(self._beside, "wb")  # noqa: SIM115
        self._file.write(MAGIC + _frame(json.dumps(spec_to_json(spec)).encode()))

    def write(self, element: Any) -> None:
        """Add an element."""
        self._file.write(_frame(encode(element, self._spec) or b"\0"))

    def close(self) -> None:
        """Finish the file and put it into its place."""
        self._file.write(_frame(b""))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._beside, self._path)

    def abandon(self) -> None:
        """Leave no trace of a file that was not finished."""
        if not self._file.closed:
            self._file.close()
            os.unlink(self._beside)


def read_spec(path: str) -> Any:
    """The specification of the elements in a file."""
    with open(path, "rb") as file:
        return spec_from_json(json.loads(_first(file, path)))


def _first(file: Any, path: str) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise errors.DataLossError(None, None, f"{path} is not a file of elements of this library.")
    return _next_frame(file, path)


def _next_frame(file: Any, path: str) -> bytes:
    head = file.read(_FRAME.size)
    content = b""
    if len(head) == _FRAME.size:
        length, check = _FRAME.unpack(head)
        content = file.read(length)
        if len(content) == length and zlib.crc32(content) == check:
            return content
    raise errors.DataLossError(None, None, f"{path} is damaged or cut off: a frame is not whole.")


def read_elements(path: str, spec: Any = None) -> Iterator[Any]:
    """The elements in a file; `DataLossError` when it is damaged."""
    with open(path, "rb") as file:
        told = spec_from_json(json.loads(_first(file, path)))
        spec = told if spec is None else spec
        while content := _next_frame(file, path):
            yield decode(content, spec)


def write_elements(path: str, spec: Any, elements: Iterable[Any]) -> Iterator[Any]:
    """Pass elements on and write them; the file is there when all have passed."""
    writer = ElementWriter(path, spec)
    try:
        for element in elements:
            writer.write(element)
            yield element
        writer.close()
    finally:
        writer.abandon()
