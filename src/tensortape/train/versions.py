"""`tf.version`, `tf.sysconfig`, `tf.types`, `tf.compat.as_bytes` and their kin."""

from __future__ import annotations

import logging
import numbers
import os
from collections import OrderedDict
from typing import Any, Union

import numpy as np

from tensortape.core.registry import add_public, export
from tensortape.core.tensor import Tensor
from tensortape.core.variable import Variable

VERSION = "2.21.0"  # the TensorFlow whose behaviour is followed

add_public("version.VERSION", VERSION)
add_public("version.GIT_VERSION", f"v{VERSION}-tensortape")
add_public("version.COMPILER_VERSION", "none: NumPy")
add_public("version.GRAPH_DEF_VERSION", 2474)
add_public("version.GRAPH_DEF_VERSION_MIN_CONSUMER", 0)
add_public("version.GRAPH_DEF_VERSION_MIN_PRODUCER", 0)
add_public("sysconfig.CXX11_ABI_FLAG", 1)
add_public("sysconfig.MONOLITHIC_BUILD", 0)
add_public(
    "types.experimental.TensorLike",
    Union[  # noqa: UP007 - the value is used at run time, and Python 3.10 has no other way for these
        Tensor, Variable, int, float, bool, str, bytes, complex, tuple, list, np.ndarray, np.generic
    ],
)
add_public("compat.bytes_or_text_types", (bytes, str))
add_public("compat.integral_types", (numbers.Integral, np.integer))
add_public("compat.real_types", (numbers.Real, np.integer, np.floating))
add_public("compat.complex_types", (numbers.Complex, np.number))


@export("sysconfig.get_build_info")
def get_build_info() -> OrderedDict[str, Any]:
    """What the library was built for: no accelerator of its own.

    >>> tf.sysconfig.get_build_info()["is_cuda_build"]
    False

    Source: `tf.sysconfig.get_build_info`.
    """
    return OrderedDict(is_cuda_build=False, is_rocm_build=False, is_tensorrt_build=False)


@export("compat.as_bytes", "compat.v1.compat.as_bytes")
def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Text or bytes as bytes; `TypeError` for anything else.

    >>> tf.compat.as_bytes("a")
    b'a'

    Source: `tf.compat.as_bytes`.
    """
    if isinstance(bytes_or_text, bytearray):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


@export("compat.as_text", "compat.as_str", "compat.v1.compat.as_text")
def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Text or bytes as text; `TypeError` for anything else.

    >>> tf.compat.as_text(b"a")
    'a'

    Source: `tf.compat.as_text`.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


@export("compat.as_str_any")
def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Bytes as text, anything else as `str` writes it.

    >>> tf.compat.as_str_any(3)
    '3'

    Source: `tf.compat.as_str_any`.
    """
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


@export("compat.path_to_str")
def path_to_str(path: Any) -> str:
    """A path object as text. Source: `tf.compat.path_to_str`."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path


@export("get_logger", "compat.v1.get_logger")
def get_logger() -> logging.Logger:
    """The logger called "tensorflow", whose level programs set.

    >>> tf.get_logger().name
    'tensorflow'

    Source: `tf.get_logger`.
    """
    return logging.getLogger("tensorflow")


for _level in ("DEBUG", "INFO", "WARN", "ERROR", "FATAL"):
    add_public(f"compat.v1.logging.{_level}", getattr(logging, _level))


@export("compat.v1.logging.set_verbosity")
def set_verbosity(v: int) -> None:
    """Set the level of the logger. Source: `tf.compat.v1.logging.set_verbosity`."""
    get_logger().setLevel(v)


for _name in ("debug", "info", "warning", "warn", "error", "fatal", "log"):
    add_public(f"compat.v1.logging.{_name}", getattr(get_logger(), _name))
