"""Importing every module of a folder, so that what it registers is there."""

from __future__ import annotations

import importlib
import pkgutil
import types

DEFERRED: list[str] = []
"""Packages that are loaded when something is asked for that the others do not have."""


def load_all(package: types.ModuleType, later: tuple[str, ...] = ()) -> None:
    """Import all modules below ``package``, in the order of their names.

    Its packages named in ``later`` wait until :func:`load_deferred`.
    """
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        name = f"{package.__name__}.{info.name}"
        if info.name in later:
            DEFERRED.append(name)
            continue
        module = importlib.import_module(name)
        if info.ispkg:
            load_all(module)


def load_deferred() -> bool:
    """Load what waits; whether there was anything."""
    waiting, DEFERRED[:] = list(DEFERRED), []
    for name in waiting:
        load_all(importlib.import_module(name))
    return bool(waiting)
