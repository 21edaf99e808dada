"""What the rest of this folder knows about JAX: the modules, 64-bit mode, and memory.

JAX is imported when one of its attributes is used for the first time, never with this module.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any

import numpy as np

from tensortape.core.device_tensor import ALIGNMENT
from tensortape.core.lazy import lazy_import

jax: Any = lazy_import("jax")
jnp: Any = lazy_import("jax.numpy")
lax: Any = lazy_import("jax.lax")


@cache
def installed() -> bool:
    """Whether JAX can be imported; looking does not import it."""
    return importlib.util.find_spec("jax") is not None


def require(what: str = "jit_compile=True compiles with XLA", instead: str = "") -> None:
    """``ImportError`` that says what to install, when JAX is missing."""
    if not installed():
        instead = instead or "leave jit_compile out to run on NumPy"
        raise ImportError(
            f"{what} through JAX, which is not installed. Install it with: "
            f"pip install 'tensortape[xla]', or {instead}."
        )


@cache
def _wide() -> Any:
    """JAX's context manager that switches 64-bit types on, for this thread."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64
    return importlib.import_module("jax.experimental").enable_x64


def x64() -> Any:
    """A context in which JAX keeps int64, float64 and complex128; the user's setting returns."""
    return _wide()(True)


@cache
def traced_errors() -> tuple[type[Exception], ...]:
    """What JAX raises when code asks for the value of something that is only known at run time."""
    found = jax.errors
    return (
        found.TracerArrayConversionError,
        found.ConcretizationTypeError,
        found.TracerIntegerConversionError,
        found.TracerBoolConversionError,
        found.NonConcreteBooleanIndexError,
    )


def is_traced(value: Any) -> bool:
    """Whether a value is known only when the compiled program runs."""
    return isinstance(value, jax.core.Tracer)


def known(value: Any) -> bool:
    """Whether a value is a NumPy array or scalar, known while the program is being made."""
    return isinstance(value, (np.ndarray, np.generic))


def aligned_empty(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """An uninitialised NumPy array whose memory XLA can use without a copy.

    >>> aligned_empty((3, 5), "float32").ctypes.data % 64
    0
    """
    kind = np.dtype(dtype)
    count = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    room = np.empty(count + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    return room[start : start + count].view(kind).reshape(shape)
