"""Names: scopes that prefix them, and the unique names of a graph's operations.

While operations run eagerly only variables have names, and these need not be unique. While a graph
is built, its table of names makes every operation and every scope unique by a number.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tensortape.core.registry import export

_ROOT_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")
_INNER_SCOPE = re.compile(r"[A-Za-z0-9_.\\/>-]*")


class NameTable:
    """The names in use in one graph; names that differ in case alone count as the same.

    >>> table = NameTable()
    >>> table.unique("add"), table.unique("add"), table.unique("Add")
    ('add', 'add_1', 'Add_2')
    """

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}

    def unique(self, name: str, mark_as_used: bool = True) -> str:
        """`name`, or `name_1`, `name_2`, … where it is in use; entered unless told not to."""
        key = name.lower()
        number = self._uses.get(key, 0)
        if number == 0:
            if mark_as_used:
                self._uses[key] = 1
            return name
        while f"{key}_{number}" in self._uses:
            number += 1
        if mark_as_used:
            self._uses[key] = number + 1
            self._uses[f"{key}_{number}"] = 1
        return f"{name}_{number}"


class _Naming(threading.local):
    scope: str = ""
    table: NameTable | None = None


_naming = _Naming()


@contextmanager
def naming_graph(table: NameTable) -> Iterator[None]:
    """Take names from a graph's table, outside of all scopes, while the graph is built."""
    saved = _naming.scope, _naming.table
    _naming.scope, _naming.table = "", table
    try:
        yield
    finally:
        _naming.scope, _naming.table = saved


def scoped(name: str) -> str:
    """`name` with the current scope in front.

    >>> with name_scope("layer"):
    ...     scoped("kernel")
    'layer/kernel'
    """
    return f"{_naming.scope}/{name}" if _naming.scope else name


def op_name(name: str) -> str:
    """The full name of a new operation; unique while a graph is built.

    >>> with naming_graph(NameTable()), name_scope("layer"):
    ...     op_name("add"), op_name("add")
    ('layer/add', 'layer/add_1')
    """
    full = scoped(name)
    return full if _naming.table is None else _naming.table.unique(full)


def variable_name(name: str | None) -> str:
    """The name of a new variable, with the `:0` TensorFlow's variables have.

    >>> variable_name(None), variable_name("x")
    ('Variable:0', 'x:0')
    """
    return f"{scoped(name or 'Variable')}:0"


@export("get_current_name_scope")
def get_current_name_scope() -> str:
    """The scopes that are open now, joined by slashes; empty outside of all.

    >>> with name_scope("a"), name_scope("b"):
    ...     get_current_name_scope()
    'a/b'

    Source: `tf.get_current_name_scope`.
    """
    return _naming.scope


def _opened(name: str) -> str:
    """The scope that `name` opens inside the current one."""
    if not name:
        return ""
    if name.endswith("/"):  # the value of an earlier scope: come back to that one
        return name[:-1]
    table = _naming.table
    if table is None:
        return scoped(name)
    allowed = _INNER_SCOPE if _naming.scope else _ROOT_SCOPE
    if not allowed.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a valid name for a scope in a graph: use letters, digits and any of "
            "_ . \\ / > - (the first character a letter, a digit or a dot)."
        )
    return table.unique(scoped(name))


@export("name_scope")
class name_scope:
    """Context manager that puts `name/` in front of the names made inside.

    Its value is the full prefix with a slash at the end; given to another `name_scope` it opens
    the same scope again. An empty name leaves all scopes. In a graph, scopes are unique.

    >>> with name_scope("a"):
    ...     with name_scope("b") as prefix:
    ...         print(prefix)
    a/b/

    Raises `ValueError` when `name` is not a string. Source: `tf.name_scope`.
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise ValueError(f"name for name_scope must be a string. Received: {name!r}")
        self._name = name
        self._outer: list[str] = []

    @property
    def name(self) -> str:
        """The name given, without the scopes around it."""
        return self._name

    def __enter__(self) -> str:
        scope = _opened(self._name)
        self._outer.append(_naming.scope)
        _naming.scope = scope
        return scope and scope + "/"

    def __exit__(self, *exception: Any) -> None:
        _naming.scope = self._outer.pop()
