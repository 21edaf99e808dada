"""Work that a compiled program leaves to NumPy: callbacks to the host.

Random streams, special functions XLA lacks and kernels that look at values run there, with the
very code of eager execution, so the answers are the same. What raises there is raised again, as it
was, where the program was called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import
from tensortape.core.state import quiet
from tensortape.xla.checks import refuse
from tensortape.xla.errors import Unsupported
from tensortape.xla.notes import note_host
from tensortape.xla.runtime import is_traced, jax
from tensortape.xla.words import (
    array_of_words,
    from_words,
    struct_of_words,
    to_words,
    words_of_array,
)

experimental: Any = lazy_import("jax.experimental")


_raised: list[BaseException] = []


def take_raised() -> Exception:
    """The exception that a callback raised last."""
    found = _raised[-1] if _raised else RuntimeError("a callback of a compiled function failed")
    _raised.clear()
    return found if isinstance(found, Exception) else RuntimeError(repr(found))


def struct(shape: Any, dtype: Any) -> Any:
    """What JAX calls a shape and a dtype."""
    return jax.ShapeDtypeStruct(tuple(shape), np.dtype(getattr(dtype, "_np", dtype)))


def on_host(
    function: Callable[..., Any], results: Any, arrays: Sequence[Any], ordered: bool
) -> Any:
    """``function(*arrays)``, computed by NumPy when the program runs.

    ``results`` is the struct of the result or a tuple of them. ``ordered`` calls happen exactly
    once, in the order of the program. A callback that fails gives zeros and says so: XLA never
    sees the exception, so the program's other results (variables) stay sound.
    """
    many = isinstance(results, tuple)
    structs = results if many else (results,)
    if any(a.dtype == object for a in (*arrays, *structs)):
        raise Unsupported("XLA has no strings")

    kinds = [a.dtype for a in arrays]

    def call(*words: Any) -> Any:
        try:
            values = [array_of_words(w, kind) for w, kind in zip(words, kinds, strict=True)]
            with quiet():
                found = function(*values)
            pairs = zip(found if many else (found,), structs, strict=True)
            return (*[words_of_array(_fitted(f, r)) for f, r in pairs], np.False_)
        except Exception as exc:
            _raised.append(exc)
            return (*[words_of_array(np.zeros(r.shape, r.dtype)) for r in structs], np.True_)

    wanted = (*[struct_of_words(s) for s in structs], struct((), bool))
    words = [to_words(a) for a in arrays]
    if ordered:
        *outs, failed = experimental.io_callback(call, wanted, *words, ordered=True)
    else:
        *outs, failed = jax.pure_callback(call, wanted, *words)
    refuse(failed, take_raised)
    results = [from_words(o, s.dtype) for o, s in zip(outs, structs, strict=True)]
    return tuple(results) if many else results[0]


def _fitted(value: Any, result: Any) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(value), dtype=result.dtype).reshape(result.shape)


def witness(value: Any) -> Any:
    """A NumPy array like a traced value: ones in its shape and dtype."""
    if is_traced(value) or isinstance(value, jax.Array):
        return np.broadcast_to(np.ones((), value.dtype), value.shape)[()]
    return value


def structs_of(found: Any) -> Any:
    """The struct of an array, or structs of several."""
    if isinstance(found, (tuple, list)):
        return tuple(struct(np.shape(f), f.dtype) for f in found)
    return struct(np.shape(found), found.dtype)


def primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """A primitive of the NumPy namespace as a callback; shapes are found by evaluating it once."""

    def called(*args: Any, **kwargs: Any) -> Any:
        places = [i for i, a in enumerate(args) if is_traced(a) or isinstance(a, jax.Array)]
        if not places:
            return function(*args, **kwargs)
        note_host(function.__name__)
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # matrices of ones are singular
            results = structs_of(function(*[witness(a) for a in args], **kwargs))

        def compute(*values: Any) -> Any:
            full = list(args)
            for i, value in zip(places, values, strict=True):
                full[i] = value
            return function(*full, **kwargs)

        return on_host(compute, results, [args[i] for i in places], ordered=False)

    return called
