"""``tf.train.Example`` and the messages it consists of."""

from __future__ import annotations

import operator
import struct
from typing import Any, ClassVar

import numpy as np

from tensortape.core.registry import export
from tensortape.train.io.messages import Message, ValueList, packed_varints, unpacked_varints
from tensortape.train.wire import BYTES, message, signed


@export("train.BytesList")
class BytesList(ValueList):
    """A list of bytes objects.

    >>> import tensortape as tf
    >>> tf.train.BytesList(value=[b"a", b"b"]).value
    [b'a', b'b']

    Source: ``tf.train.BytesList``.
    """

    @staticmethod
    def _checked(value: Any) -> bytes:
        if not isinstance(value, (bytes, bytearray)):
            raise TypeError(f"expected bytes, {type(value).__name__} found")
        return bytes(value)

    def _packed(self) -> bytes:
        return b"".join(message(1, v) for v in self.value)

    def _read(self, kind: int, data: Any) -> list[Any]:
        return [data]


@export("train.Int64List")
class Int64List(ValueList):
    r"""A list of integers of 64 bits.

    >>> import tensortape as tf
    >>> tf.train.Int64List(value=[3, -1]).SerializeToString()[:4]
    b'\n\x0b\x03\xff'

    Source: ``tf.train.Int64List``.
    """

    @staticmethod
    def _checked(value: Any) -> int:
        found = operator.index(value)
        if not -(1 << 63) <= found < 1 << 63:
            raise ValueError(f"Value out of range: {found}")
        return found

    def _packed(self) -> bytes:
        return message(1, packed_varints(self.value))

    def _read(self, kind: int, data: Any) -> list[Any]:
        return unpacked_varints(data) if kind == BYTES else [signed(data)]


@export("train.FloatList")
class FloatList(ValueList):
    """A list of numbers in single precision.

    >>> import tensortape as tf
    >>> tf.train.FloatList(value=[1, 2.5]).value
    [1.0, 2.5]

    Source: ``tf.train.FloatList``.
    """

    @staticmethod
    def _checked(value: Any) -> float:
        return float(np.float32(value))

    def _packed(self) -> bytes:
        return message(1, np.array(self.value, "<f4").tobytes())

    def _read(self, kind: int, data: Any) -> list[Any]:
        if kind == BYTES:
            return np.frombuffer(data, "<f4").tolist()
        return [struct.unpack("<f", struct.pack("<I", data))[0]]


@export("train.Feature")
class Feature(Message):
    """One of the three lists.

    >>> import tensortape as tf
    >>> tf.train.Feature(int64_list=tf.train.Int64List(value=[1]))
    int64_list {
      value: 1
    }
    <BLANKLINE>

    Source: ``tf.train.Feature``.
    """

    FIELDS: ClassVar[dict[str, Any]] = {
        "bytes_list": (1, "one", BytesList),
        "float_list": (2, "one", FloatList),
        "int64_list": (3, "one", Int64List),
    }
    CHOICE = "kind"


@export("train.Features")
class Features(Message):
    """Features by name. Source: ``tf.train.Features``."""

    FIELDS: ClassVar[dict[str, Any]] = {"feature": (1, "map", Feature)}


@export("train.Example")
class Example(Message):
    """The features of one example; what records of data sets usually hold.

    >>> import tensortape as tf
    >>> example = tf.train.Example()
    >>> example.features.feature["age"].int64_list.value.append(7)
    >>> tf.train.Example.FromString(example.SerializeToString()) == example
    True

    Source: ``tf.train.Example``.
    """

    FIELDS: ClassVar[dict[str, Any]] = {"features": (1, "one", Features)}


@export("train.FeatureList")
class FeatureList(Message):
    """A feature for each step of a sequence. Source: ``tf.train.FeatureList``."""

    FIELDS: ClassVar[dict[str, Any]] = {"feature": (1, "list", Feature)}


@export("train.FeatureLists")
class FeatureLists(Message):
    """Lists of features by name. Source: ``tf.train.FeatureLists``."""

    FIELDS: ClassVar[dict[str, Any]] = {"feature_list": (1, "map", FeatureList)}


@export("train.SequenceExample")
class SequenceExample(Message):
    """A sequence: features of the whole, and lists of features, one for each step.

    Source: ``tf.train.SequenceExample``.
    """

    FIELDS: ClassVar[dict[str, Any]] = {
        "context": (1, "one", Features),
        "feature_lists": (2, "one", FeatureLists),
    }
