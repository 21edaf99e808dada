"""What a namespace is: an object whose attributes are the primitives of the kernel language.

The language is declared by the modules of ``arrays/eager``: each upper-case string of a module
names primitives of one family ("UNARY", "REDUCTION", ...). A primitive the module does not define
is NumPy's function of that name.
"""

from __future__ import annotations

import importlib
import pkgutil
import types
from typing import Any

import numpy as np

from tensortape.arrays import eager

FAMILIES: dict[str, str] = {}
"""Primitive -> family ("unary", "reduction", ...): batched and abstract rules go by family."""


class Namespace:
    """A bag of primitives with a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<namespace {self.name}>"


numpy_namespace: Any = Namespace("numpy")


def add_family(module: types.ModuleType) -> None:
    """Add the primitives that a module declares to the NumPy namespace."""
    for key, value in vars(module).items():
        if key.isupper() and isinstance(value, str):
            for name in value.split():
                if name in FAMILIES:
                    raise ValueError(f"primitive {name!r} is declared twice")
                FAMILIES[name] = key.lower()
                own = vars(module).get(name)
                setattr(numpy_namespace, name, own if own is not None else getattr(np, name))


for _info in sorted(pkgutil.iter_modules(eager.__path__), key=lambda info: info.name):
    add_family(importlib.import_module(f"{eager.__name__}.{_info.name}"))
