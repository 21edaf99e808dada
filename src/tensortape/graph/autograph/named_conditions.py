"""``while (x := f(x)) < 1:``: a name that the condition of a loop gives.

The rewriter makes a function of the condition, in which the name would be another one. As the
first statement of the body, which it means as well, it is the loop's.
"""

from __future__ import annotations

import ast
from typing import Any

from tensortape.core.lazy import lazy_import

_templates = lazy_import("malt.pyct.templates")
_LOOP = """
while True:
    if not test_:
        break
    body_
"""


def with_tests_inside(tree: Any) -> Any:
    """The tree of a function, in which no loop's condition gives a name."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and any(_names(s) for s in block):
                setattr(node, field, [part for s in block for part in _rewritten(s)])
    return tree


def _names(node: Any) -> bool:
    """Whether a statement is a loop whose condition gives a name."""
    if not isinstance(node, ast.While) or node.orelse:
        return False
    return any(isinstance(part, ast.NamedExpr) for part in ast.walk(node.test))


def _rewritten(node: Any) -> list[Any]:
    if not _names(node):
        return [node]
    return list(_templates.replace(_LOOP, test_=node.test, body_=node.body))
