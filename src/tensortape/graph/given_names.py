"""The names that programs give to operations (``tf.square(x, name="y")``), found while tracing.

A function of ``tf`` passes no name on: eager execution, which has no use for it, would pay. A graph
finds it where the program called the function: in the outermost frame of this package.
"""

from __future__ import annotations

import inspect
import os
import sys
from typing import Any

from tensortape.autodiff.saved import is_outside
from tensortape.graph.symbolic import SymbolicTensor

_CALLS = os.path.join("graph", "autograph", "")
"""Where rewritten programs call from."""

_OF_OTHERS = frozenset({"placeholder", "make_placeholder", "function"})
"""Functions whose ``name`` is that of something else."""


class Names:
    """The names given in one graph: of single operations, and of calls that make several."""

    def __init__(self, unique: Any) -> None:
        self.unique = unique
        self.call: Any = None
        self.scope = self.default = ""
        self.first: Any = None

    def of_next(self, full: Any, default: str) -> str:
        """The name of the next node, which is called ``default`` unless the program named it.

        ``full`` puts the scopes that are open in front of a name and makes it unique.
        """
        call, name = given_name()
        if call is None:
            self.forget()
            return full(default)
        if call is not self.call:
            self.call, self.scope, self.default, self.first = call, full(name), default, None
            return self.scope
        if self.first is not None:
            rename(self.first, self.unique(f"{self.scope}/{self.default}"))
            self.first = None
        return self.unique(f"{self.scope}/{default}")

    def forget(self) -> None:
        """Let go of the call: its frame holds values."""
        self.call = self.first = None

    def named(self, node: Any) -> None:
        """Note the node that was named last: the first of its call becomes one of several."""
        if self.call is not None and node.name == self.scope:
            self.first = node


def rename(node: Any, name: str) -> None:
    """Give a node another name, and its outputs."""
    node.name = name
    for i, t in enumerate(node.outputs):
        if isinstance(t, SymbolicTensor):
            t._name = f"{name}:{i}"


def given_name() -> tuple[Any, str]:
    """The frame of the function that the program called last, and the name it gave, if it did."""
    frame: Any = sys._getframe(1)
    own = frame
    while frame is not None:
        path = frame.f_code.co_filename
        if is_outside(path) or _CALLS in path:
            break
        own, frame = frame, frame.f_back
    name = argument(own)
    given = name.strip("/") if type(name) is str else ""
    return (own, given) if given else (None, "")


def argument(frame: Any) -> Any:
    """The argument ``name`` of a running function, also among its keywords; ``None`` without."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    if "name" in code.co_varnames[:count]:
        return None if code.co_name in _OF_OTHERS else frame.f_locals.get("name")
    if code.co_flags & inspect.CO_VARKEYWORDS:
        keywords = code.co_varnames[count + bool(code.co_flags & inspect.CO_VARARGS)]
        given = frame.f_locals.get(keywords)
        return given.get("name") if type(given) is dict else None
    return None
