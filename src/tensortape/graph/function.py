"""``tf.function``: at this point the Python function runs at every call.

Results and gradients are those of the eager code; what a trace changes in TensorFlow (Python side
effects only once) does not happen yet.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import export


class Function:
    """A Python function under ``tf.function``."""

    def __init__(self, python_function: Callable[..., Any], options: dict[str, Any]) -> None:
        self._python_function = python_function
        self._options = options
        functools.update_wrapper(self, python_function)

    @property
    def python_function(self) -> Callable[..., Any]:
        """The function as it was written."""
        return self._python_function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function."""
        return self._python_function(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        name = getattr(self._python_function, "__name__", self._python_function)
        return f"<tensortape function {name!r}>"


@export("function")
def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
) -> Any:
    """Make a callable that runs ``func``; usable as a decorator with or without arguments.

    The Python function runs at every call, side effects included. ``input_signature``,
    ``autograph`` and ``jit_compile`` are accepted and have no effect yet.

    >>> import tensortape as tf
    >>> @tf.function
    ... def double(x):
    ...     return 2 * x
    >>> float(double(tf.constant(3.0)))
    6.0

    Source: ``tf.function``.
    """
    options = {
        "input_signature": input_signature,
        "autograph": autograph,
        "jit_compile": jit_compile,
    }

    def decorate(inner: Callable[..., Any]) -> Function:
        if not callable(inner):
            raise TypeError(f"tf.function needs a callable, received {inner!r}")
        return Function(inner, options)

    return decorate if func is None else decorate(func)


def _unchanged(func: Callable[..., Any] | None = None) -> Any:
    return (lambda inner: inner) if func is None else func


@export("autograph.experimental.do_not_convert")
def do_not_convert(func: Callable[..., Any] | None = None) -> Any:
    """Mark a function that must run as it is written; here every function does."""
    return _unchanged(func)


@export("init_scope")
class init_scope:
    """Context that leaves every function being built; here nothing is being built."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exc: object) -> None:
        return None


@export("config.run_functions_eagerly")
def run_functions_eagerly(run_eagerly: bool) -> None:
    """Choose whether functions run eagerly; they do in either case."""
    _run_eagerly[0] = bool(run_eagerly)


@export("config.functions_run_eagerly")
def functions_run_eagerly() -> bool:
    """What :func:`run_functions_eagerly` was told last."""
    return _run_eagerly[0]


_run_eagerly = [False]
