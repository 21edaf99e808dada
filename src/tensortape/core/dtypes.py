"""TensorFlow's element types, each a thin, interned description of a NumPy dtype.

Source: ``tf.DType`` and ``tf.dtypes``.
"""

from __future__ import annotations

import builtins
from typing import Any

import ml_dtypes
import numpy as np

from tensortape.core.registry import add_public


class DType:
    """The type of the elements of a tensor.

    Instances are interned: ``tf.as_dtype("float32") is tf.float32``.

    >>> from tensortape.core import dtypes
    >>> dtypes.as_dtype("float32")
    tf.float32
    >>> dtypes.float32.is_floating, dtypes.float32.size
    (True, 4)

    Source: ``tf.DType``.
    """

    __slots__ = (
        "_numpy",
        "as_datatype_enum",
        "is_bool",
        "is_complex",
        "is_floating",
        "is_integer",
        "is_numeric",
        "is_unsigned",
        "kind",
        "name",
    )

    def __init__(self, name: str, enum: int, np_dtype: Any, kind: str) -> None:
        self.name = name
        self.as_datatype_enum = enum
        self._numpy: Any = None if np_dtype is None else np.dtype(np_dtype)
        self.kind = kind
        self.is_floating = kind == "f"
        self.is_complex = kind == "c"
        self.is_integer = kind in "iu" and not name.startswith("q")
        self.is_unsigned = kind == "u"
        self.is_bool = kind == "b"
        self.is_numeric = kind in "fciu" and not name.startswith("q")

    @property
    def _np(self) -> Any:
        """The NumPy dtype object, ``None`` for handles."""
        return self._numpy

    @property
    def as_numpy_dtype(self) -> Any:
        """The NumPy scalar type, such as ``numpy.float32`` (``object`` for strings)."""
        if self._np is None:
            raise TypeError(f"{self!r} has no NumPy type; it describes a handle, not numbers")
        return self._np.type

    @property
    def base_dtype(self) -> DType:
        """The dtype itself (TensorFlow 1 knew references)."""
        return self

    @property
    def real_dtype(self) -> DType:
        """The dtype of the real part: ``complex64`` gives ``float32``."""
        return {complex64: float32, complex128: float64}.get(self, self)

    @property
    def is_quantized(self) -> builtins.bool:
        """Whether it is one of the quantised types."""
        return self.name[0] == "q"

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Whether NumPy has a counterpart."""
        return self._np is not None

    @property
    def size(self) -> int:
        """Bytes per element (1 for strings and handles, as TensorFlow says)."""
        if self.name in ("variant", "resource", "string"):
            return 1
        return self._np.itemsize

    @property
    def min(self) -> Any:
        """The smallest representable value."""
        return self._limit("min")

    @property
    def max(self) -> Any:
        """The largest representable value."""
        return self._limit("max")

    def _limit(self, which: str) -> Any:
        if self._np is None or not (self.is_floating or self.is_integer):
            raise TypeError(f"Cannot find {which}imum value of {self!r}.")
        if self.is_floating:
            return getattr(ml_dtypes.finfo(self._np), which)
        return int(getattr(ml_dtypes.iinfo(self._np), which))

    @property
    def limits(self) -> tuple[Any, Any]:
        """(lowest, highest) intensity of images of this dtype (1 for floats)."""
        if self.is_floating:
            return 0, 1
        return self.min if self.is_unsigned else 0, self.max

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether ``other`` is the same dtype."""
        return self is as_dtype(other)

    def __eq__(self, other: object) -> builtins.bool:
        if self is other:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other: object) -> builtins.bool:
        return not self == other

    __hash__ = object.__hash__  # identity, in C: Keras looks dtypes up at every operation

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __int__(self) -> int:
        return self.as_datatype_enum

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return as_dtype, (self.name,)


class ExtensionDtypes:
    """Whether values of a dtype that NumPy cannot compute well with (bfloat16, float8) are about.

    The dispatcher looks for such values only then, so everybody else pays nothing.
    """

    active: builtins.bool = False


class ExtensionDType(DType):
    """A dtype whose kernels compute in float32; who asks for its NumPy dtype makes values."""

    __slots__ = ()

    @property
    def _np(self) -> Any:
        ExtensionDtypes.active = True
        return self._numpy


DType.__module__ = ExtensionDType.__module__ = "tensorflow.python.framework.dtypes"

float32 = DType("float32", 1, np.float32, "f")
float64 = DType("float64", 2, np.float64, "f")
int32 = DType("int32", 3, np.int32, "i")
uint8 = DType("uint8", 4, np.uint8, "u")
int16 = DType("int16", 5, np.int16, "i")
int8 = DType("int8", 6, np.int8, "i")
string = DType("string", 7, np.object_, "s")
complex64 = DType("complex64", 8, np.complex64, "c")
int64 = DType("int64", 9, np.int64, "i")
bool = DType("bool", 10, np.bool_, "b")
qint8 = DType("qint8", 11, [("qint8", np.int8)], "i")
quint8 = DType("quint8", 12, [("quint8", np.uint8)], "u")
qint32 = DType("qint32", 13, [("qint32", np.int32)], "i")
bfloat16 = ExtensionDType("bfloat16", 14, ml_dtypes.bfloat16, "f")
qint16 = DType("qint16", 15, [("qint16", np.int16)], "i")
quint16 = DType("quint16", 16, [("quint16", np.uint16)], "u")
uint16 = DType("uint16", 17, np.uint16, "u")
complex128 = DType("complex128", 18, np.complex128, "c")
float16 = DType("float16", 19, np.float16, "f")
resource = DType("resource", 20, None, "r")
variant = DType("variant", 21, None, "r")
uint32 = DType("uint32", 22, np.uint32, "u")
uint64 = DType("uint64", 23, np.uint64, "u")
float8_e5m2 = ExtensionDType("float8_e5m2", 24, ml_dtypes.float8_e5m2, "f")
float8_e4m3fn = ExtensionDType("float8_e4m3fn", 25, ml_dtypes.float8_e4m3fn, "f")
int4 = DType("int4", 29, ml_dtypes.int4, "i")
uint4 = DType("uint4", 30, ml_dtypes.uint4, "u")
half = float16
double = float64

ALL = (
    float32, float64, int32, uint8, int16, int8, string, complex64, int64, bool, qint8, quint8,
    qint32, bfloat16, qint16, quint16, uint16, complex128, float16, resource, variant, uint32,
    uint64, float8_e5m2, float8_e4m3fn, int4, uint4,
)  # fmt: skip

_BY_NAME: dict[str, DType] = {d.name: d for d in ALL} | {"half": float16, "double": float64}
_BY_ENUM = {d.as_datatype_enum: d for d in ALL}
_BY_NUMPY: dict[Any, DType] = {d._np: d for d in ALL if d._np is not None}
_BY_PYTHON: dict[Any, DType] = {float: float32, builtins.bool: bool, object: string}
_REFUSED = (int, complex, str, bytes)
"""Python types that NumPy knows as dtypes and TensorFlow does not."""

EXTENSION_FLOATS = (bfloat16._np, float8_e5m2._np, float8_e4m3fn._np)
"""NumPy dtypes that kernels compute in float32."""

ExtensionDtypes.active = False


def from_numpy(np_dtype: np.dtype[Any]) -> DType:
    """The DType of a NumPy dtype object (the fast way; strings of any width are ``string``)."""
    found = _BY_NUMPY.get(np_dtype)
    if found is not None:
        if np_dtype.kind == "V":
            ExtensionDtypes.active = True
        return found
    if np_dtype.kind in "SUT":
        return string
    native = np_dtype.newbyteorder("=")
    if native in _BY_NUMPY:
        return _BY_NUMPY[native]
    raise TypeError(f"Cannot convert {np_dtype!r} to a TensorFlow DType.")


def as_dtype(type_value: Any) -> DType:
    """Convert a DType, name, enum, NumPy or Python type to a :class:`DType`.

    >>> as_dtype(float), as_dtype("int64"), as_dtype(np.dtype("complex64"))
    (tf.float32, tf.int64, tf.complex64)

    Raises ``TypeError`` for anything else. Source: ``tf.dtypes.as_dtype``.
    """
    if isinstance(type_value, DType):
        return type_value
    try:
        found = _BY_NAME.get(type_value) or _BY_PYTHON.get(type_value)
        if found is None and type(type_value) is int:
            found = _BY_ENUM.get(type_value)
    except TypeError:
        found = None
    if found is not None:
        return found
    if hasattr(type_value, "dtype") and isinstance(type_value.dtype, DType):
        return type_value.dtype
    refused = any(type_value is kind for kind in _REFUSED)
    if type_value is None or refused:  # NumPy would take None for float64
        raise TypeError(
            f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType. Name "
            "the size, such as tf.int32 or tf.complex64."
        )
    try:
        return from_numpy(np.dtype(type_value))
    except TypeError:
        raise TypeError(f"Cannot convert {type_value!r} to a TensorFlow DType.") from None


add_public(("DType", "dtypes.DType"), DType)
add_public(("as_dtype", "dtypes.as_dtype"), as_dtype)
for _dtype in ALL:
    add_public((_dtype.name, f"dtypes.{_dtype.name}"), _dtype)
for _alias, _dtype in (("half", float16), ("double", float64)):
    add_public((_alias, f"dtypes.{_alias}"), _dtype)
