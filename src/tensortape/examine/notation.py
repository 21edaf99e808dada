r"""The formulas of operations, as LaTeX and as text.

An op record that has a formula of its own wins; ops without an entry are shown by their type.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from tensortape.examine.formulas import FORMULAS
from tensortape.examine.plaintext import plain_text

_DIFFERENTIAL = re.compile(r"(^|\\quad |-|\+ |\\,)d([a-z])(?=[_ ]|$|\\)")


def formula_of(op: Any) -> tuple[str, str]:
    """The formulas of an op record as text: of the value, and of the gradients.

    >>> from types import SimpleNamespace
    >>> formula_of(SimpleNamespace(type="Neg"))
    ('y = −x', 'dx = −g')
    """
    if op.type == "CustomGradient":
        return f"y = {op.name}(…)", "the function's own gradient"
    forward, backward = texts(op.type)
    return getattr(op, "formula", "") or forward, backward


@functools.cache
def texts(kind: str) -> tuple[str, str]:
    """The formulas of an operation type as text."""
    forward, backward = FORMULAS.get(kind, ("", ""))
    return plain_text(forward), plain_text(differentials(backward))


def latex_of(op: Any) -> tuple[str, str]:
    r"""The formulas of an op record as LaTeX: of the value, and of the gradients.

    >>> from types import SimpleNamespace
    >>> latex_of(SimpleNamespace(type="Sin", name="sin"))
    ('y = \\sin(x)', '\\mathrm{d}x = g \\cdot \\cos(x)')
    """
    if op.type == "CustomGradient":
        name = re.sub(r"[^\w. ]", " ", op.name)
        return rf"y = \operatorname{{{name}}}(\dots)", r"\text{the function's own gradient}"
    forward, backward = FORMULAS.get(op.type, ("", ""))
    return forward, differentials(backward)


def differentials(formula: str) -> str:
    """``dx`` written upright, as a differential."""
    return _DIFFERENTIAL.sub(r"\1\\mathrm{d}\2", formula)
