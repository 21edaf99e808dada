"""Rewriting functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensortape.autodiff import saved
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import export
from tensortape.graph.autograph import branching, lines, looping
from tensortape.graph.autograph.calls import (
    AS_WRITTEN,
    TRANSPILE,
    converted_call,
    rewritten,
    target_of,
)
from tensortape.graph.autograph.handlers import mend_handlers
from tensortape.graph.autograph.named_conditions import with_tests_inside

_api = lazy_import("malt.impl.api")
_converter = lazy_import("malt.core.converter")
_transpiler: list[Any] = []

OPERATORS = {
    "if_stmt": branching.if_stmt,
    "if_exp": branching.if_exp,
    "and_": branching.and_,
    "or_": branching.or_,
    "not_": branching.not_,
    "eq": branching.eq,
    "not_eq": branching.not_eq,
    "assert_stmt": branching.assert_stmt,
    "while_stmt": looping.while_stmt,
    "for_stmt": looping.for_stmt,
    "converted_call": converted_call,
}
"""What rewritten code calls in place of Python's control flow."""


def transpiler() -> Any:
    """The rewriter, with operators of our own."""
    if not _transpiler:
        mend_handlers()
        made = _api.PyToPy()
        made.get_extra_locals()["ag__"].__dict__.update(OPERATORS)
        plain = made.transform_ast
        made.transform_ast = lambda tree, context: plain(with_tests_inside(tree), context)
        _transpiler.append(made)
    return _transpiler[0]


def transpile(function: Any, recursive: bool = True) -> Any:
    """A Python function rewritten, and with it what it calls; raises what prevents it."""
    features = (_converter.Feature.ASSERT_STATEMENTS,)
    options = _converter.ConversionOptions(
        recursive=recursive, user_requested=False, optional_features=features
    )
    context = _converter.ProgramContext(options=options)
    result, module, source_map = transpiler().transform(function, context)
    result.ag_module = module
    lines.remember(source_map)
    return result


def convert(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as it is to be traced: rewritten if it is Python code of the user's."""
    bound = getattr(function, "__wrapped_method__", None)
    if bound is not None:
        plain, ref = bound
        inner = convert(plain)
        return lambda *args, **kwargs: inner(ref(), *args, **kwargs)
    if isinstance(function, functools.partial):
        inner = convert(function.func)
        return functools.partial(inner, *function.args, **function.keywords)
    target, extra = target_of(function)
    found = None if target is None else rewritten(target)
    if found is None:
        return function
    return functools.partial(found, *extra) if extra else found


@export("autograph.experimental.do_not_convert")
def do_not_convert(func: Callable[..., Any] | None = None) -> Any:
    """Mark a function that must be traced as it is written.

    Source: ``tf.autograph.experimental.do_not_convert``.
    """
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def as_written(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    setattr(as_written, AS_WRITTEN, True)
    return as_written


TRANSPILE.append(transpile)
saved.ORIGIN.append(lines.origin)
