"""Functions made from their signatures, as ``dataclasses`` makes them.

Functions that look alike share their code, so that each text is compiled once.
"""

from __future__ import annotations

import functools
from types import CodeType, FunctionType
from typing import Any


def generate(
    name: str, parameters: list[str], defaults: tuple[Any, ...], body: str, scope: dict[str, Any]
) -> Any:
    """The function ``name``: ``body`` over its ``parameters`` and the names in ``scope``.

    ``defaults`` are those of the last parameters. ``body`` is indented by four spaces.

    >>> double = generate("double", ["x", "factor"], (2,), "    return x * factor", {})
    >>> double(4), double(4, factor=3), double.__name__
    (8, 12, 'double')
    """
    code = _compiled(f"def function({', '.join(parameters)}):\n{body}")
    function = FunctionType(code.replace(co_name=name), scope, name, defaults)
    function.__qualname__ = name
    return function


@functools.cache
def _compiled(source: str) -> CodeType:
    module = compile(source, "<string>", "exec")
    return next(c for c in module.co_consts if isinstance(c, CodeType))
