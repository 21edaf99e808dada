"""Calls in rewritten code: the function called is rewritten too, if it is the user's."""

from __future__ import annotations

import functools
import inspect
import logging
import sys
from types import FunctionType, MethodType
from typing import Any

from tensortape.core.dispatch import LIFT
from tensortape.core.lazy import lazy_import
from tensortape.core.untraceable import UnknownRank
from tensortape.graph.autograph.builtins import OVERLOADS
from tensortape.graph.autograph.known import tracing

_py_builtins = lazy_import("malt.operators.py_builtins")
_log = logging.getLogger("tensortape")
TRANSPILE: list[Any] = []
"""``function -> rewritten function``; set by ``convert``, whose rewriter calls back into here."""

AS_WRITTEN = "_tensortape_as_written"
"""Attribute of functions that must not be rewritten."""

_LIBRARIES = frozenset(
    "tensortape tensorflow keras numpy malt jax jaxlib scipy optree absl matplotlib pandas PIL "
    "rich sklearn pytest _pytest IPython ipykernel h5py ml_dtypes".split()
)
_warned: set[Any] = set()


def converted_call(
    f: Any, args: Any, kwargs: Any, caller_fn_scope: Any = None, options: Any = None
) -> Any:
    """Call ``f``, rewritten if it is a Python function of the user's."""
    if isinstance(f, functools.partial):
        merged = {**(f.keywords or {}), **(kwargs or {})}
        return converted_call(f.func, (*f.args, *args), merged, caller_fn_scope, options)
    special = _in_context(f, args, caller_fn_scope)
    if special is not None:
        return special[0]
    overload = _overload(f)
    if overload is not None:
        return overload(*args, **(kwargs or {}))
    target, extra = target_of(f)
    if target is None or not tracing() or not _is_recursive(caller_fn_scope):
        try:
            return f(*args, **(kwargs or {}))
        except UnknownRank:
            if not (getattr(f, "__module__", None) or "").startswith("tensortape.ops."):
                raise
            return LIFT[0](f, args, kwargs or {})
    converted = rewritten(target)
    if converted is None:
        return f(*args, **(kwargs or {}))
    return converted(*extra, *args, **(kwargs or {}))


def _is_recursive(scope: Any) -> bool:
    """Whether a function was rewritten together with those it calls."""
    return scope is None or scope.callopts.internal_convert_user_code


def _overload(f: Any) -> Any:
    try:
        return OVERLOADS.get(f)
    except TypeError:  # a callable object without a hash
        return None


def _in_context(f: Any, args: Any, scope: Any) -> tuple[Any] | None:
    """Built-in functions that look at the caller's frame."""
    if f is super:
        return (_py_builtins.super_in_original_context(f, args, scope),)
    if f is locals:
        return (_py_builtins.locals_in_original_context(scope),)
    if f is globals:
        return (_py_builtins.globals_in_original_context(scope),)
    if f is eval:
        return (_py_builtins.eval_in_original_context(f, args, scope),)
    return None


def target_of(f: Any) -> tuple[Any, tuple[Any, ...]]:
    """The Python function behind a callable and the arguments bound to it; ``None`` if to be left.

    Classes, built-in functions, generators, functions of libraries and those marked with
    ``do_not_convert`` are left as they are.
    """
    if isinstance(f, MethodType):
        target, _ = target_of(f.__func__)
        return target, (f.__self__,)
    if isinstance(f, FunctionType):
        return (f if _is_the_users(f) else None), ()
    if inspect.isclass(f) or inspect.isbuiltin(f) or _marked(f):
        return None, ()
    call = inspect.getattr_static(type(f), "__call__", None)
    if isinstance(call, FunctionType) and _is_the_users(call):
        return call, (f,)
    return None, ()


def _marked(f: Any) -> bool:
    done = hasattr(f, "ag_module") or hasattr(f, "autograph_info__")
    return done or getattr(f, AS_WRITTEN, False)


def _is_the_users(f: FunctionType) -> bool:
    if _marked(f) or hasattr(f, "__wrapped_method__"):
        return False
    root = f.__globals__.get("__name__", "").partition(".")[0]  # functools.wraps changes __module__
    if root in _LIBRARIES or (root in sys.stdlib_module_names and root != "__main__"):
        return False
    code = f.__code__
    flags = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
    return not code.co_flags & flags and not code.co_filename.startswith("<string")


def rewritten(f: Any) -> Any:
    """A function after AutoGraph, or ``None`` where that is impossible (a warning says why)."""
    try:
        return TRANSPILE[0](f)
    except Exception as reason:
        if f.__code__ not in _warned:
            _warned.add(f.__code__)
            _log.warning(
                "AutoGraph could not transform %s and will run it as-is. Cause: %s. To silence "
                "this warning, decorate it with @tf.autograph.experimental.do_not_convert",
                getattr(f, "__qualname__", f), reason,
            )  # fmt: skip
        return None
