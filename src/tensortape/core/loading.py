"""Importing every module of a folder, so that what it registers is there."""

from __future__ import annotations

import importlib
import os
import types

DEFERRED: list[str] = []
"""Packages that are loaded when something is asked for that the others do not have."""


def load_all(
    package: types.ModuleType, later: tuple[str, ...] = (), never: tuple[str, ...] = ()
) -> None:
    """Import all modules below ``package``, in the order of their names.

    Its packages named in ``later`` wait until :func:`load_deferred`, those named in ``never`` until
    somebody imports them.
    """
    for own_name in modules_of(package):
        name = f"{package.__name__}.{own_name}"
        if own_name in later:
            DEFERRED.append(name)
        elif own_name not in never:
            module = importlib.import_module(name)
            if hasattr(module, "__path__"):
                load_all(module)


def modules_of(package: types.ModuleType) -> list[str]:
    """The names of the modules and packages in a package's folder, sorted.

    ``pkgutil`` would take a twentieth of the whole import.
    """
    (folder,) = package.__path__
    stems = [entry.removesuffix(".py") for entry in os.listdir(folder)]
    return sorted(s for s in stems if s.isidentifier() and not s.startswith("__"))


def load_deferred() -> bool:
    """Load what waits; whether there was anything."""
    waiting, DEFERRED[:] = list(DEFERRED), []
    for name in waiting:
        load_all(importlib.import_module(name))
    return bool(waiting)
