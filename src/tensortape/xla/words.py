"""Values of 64-bit types as pairs of 32-bit words.

Callbacks run on threads of XLA's, where JAX's 64-bit types are off, and JAX would round what passes
to and fro. Words pass as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.xla.runtime import jax, jnp, lax


def is_wide(dtype: Any) -> bool:
    """Whether JAX would narrow a dtype without its 64-bit types."""
    return np.dtype(dtype).itemsize == (16 if np.dtype(dtype).kind == "c" else 8) and (
        np.dtype(dtype).kind in "fciu"
    )


def to_words(x: Any) -> Any:
    """A traced value as words: one more axis of 2 (of 2 times 2 for complex numbers)."""
    x = jnp.asarray(x)
    if not is_wide(x.dtype):
        return x
    if x.dtype.kind == "c":
        x = jnp.stack([jnp.real(x), jnp.imag(x)], -1)
    return lax.bitcast_convert_type(x, np.uint32)


def from_words(words: Any, dtype: Any) -> Any:
    """The traced value of words."""
    if not is_wide(dtype):
        return words
    kind = np.dtype(dtype)
    if kind.kind != "c":
        return lax.bitcast_convert_type(words, kind)
    parts = lax.bitcast_convert_type(words, np.float64)
    return lax.complex(parts[..., 0], parts[..., 1])


def struct_of_words(result: Any) -> Any:
    """The struct of the words of a result."""
    if not is_wide(result.dtype):
        return result
    more = (2, 2) if result.dtype.kind == "c" else (2,)
    return jax.ShapeDtypeStruct((*result.shape, *more), np.uint32)


def array_of_words(words: Any, dtype: Any) -> Any:
    """The NumPy array (or scalar) of words that a callback was given."""
    array = np.asarray(words, order="C")
    if is_wide(dtype):
        kind = np.dtype(dtype)
        axes = 2 if kind.kind == "c" else 1
        array = array.reshape(*array.shape[:-axes], -1).view(kind)[..., 0]
    return array[()]


def words_of_array(array: Any) -> np.ndarray:
    """The words of a NumPy array, to be given back by a callback."""
    if not is_wide(array.dtype):
        return array
    more = (2, 2) if array.dtype.kind == "c" else (2,)
    return array.reshape(-1).view(np.uint32).reshape(*array.shape, *more)
