"""The rules of a flow's operations: their formulas, and where they are written."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from typing import Any

from tensortape.examine.mathml import mathml
from tensortape.examine.model import Rule
from tensortape.examine.notation import latex_of
from tensortape.examine.sources import label_of
from tensortape.examine.stack import PACKAGE

MOST_LINES = 24


def key_of(op: Any) -> str:
    """What a rule is entered under: the type, or the user's function."""
    return f"{op.type}:{op.name}" if op.type == "CustomGradient" else str(op.type)


def rule_of(op: Any) -> Rule:
    r"""The rule of an operation record.

    >>> from tensortape.core.registry import OPS
    >>> sine = rule_of(OPS["Sin"])
    >>> sine.derivative
    '\\mathrm{d}x = g \\cdot \\cos(x)'
    >>> sine.file, "cos" in "".join(sine.code)
    ('tensortape/ops/elementwise/trigonometric.py', True)
    """
    forward, backward = latex_of(op)
    rule = Rule(op.type, forward, backward)
    rule.formula_math, rule.derivative_math = (mathml(f) if f else "" for f in (forward, backward))
    for function in functions_of(op):
        try:
            lines, rule.line = inspect.getsourcelines(function)
        except (OSError, TypeError):
            continue
        rule.file = place_of(function)
        rule.code = [text.rstrip() for text in lines[:MOST_LINES]]
        break
    return rule


def functions_of(op: Any) -> Iterator[Any]:
    """Functions that say what the derivative is, the plainest first, then the kernel."""
    rules = [*getattr(op, "partials", {}).values(), *getattr(op, "input_vjps", {}).values()]
    yield from (function for function in rules if callable(function))
    user = enclosed(getattr(op, "user_pullback", None))
    yield from (function for function in user if not ours(function))
    pullback = getattr(op, "pullback", None)
    if callable(pullback):
        for function in [*enclosed(pullback), pullback]:
            module = function.__module__ or ""  # generated functions have none, and no source
            if not module.startswith("tensortape.core."):  # not a family's own
                yield function
    kernel = getattr(op, "kernel", None)
    if callable(kernel):
        yield kernel


def enclosed(function: Any) -> list[Any]:
    """The functions that a function made by another one calls."""
    cells = getattr(function, "__closure__", None) or ()
    found = []
    for cell in cells:
        try:
            value = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
        if inspect.isfunction(value) or inspect.ismethod(value):
            found.append(value)
    return found


def ours(function: Any) -> bool:
    """Whether a function is part of this package."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is None or code.co_filename.startswith(PACKAGE)


def place_of(function: Any) -> str:
    """The file of a function: below this package, or as the user's files are named."""
    path = inspect.unwrap(function).__code__.co_filename
    if path.startswith(PACKAGE):
        return "tensortape/" + path.removeprefix(PACKAGE).replace(os.sep, "/")
    return label_of(path, None)
