"""Importing every module of a folder, so that what it registers is there."""

from __future__ import annotations

import importlib
import pkgutil
import types


def load_all(package: types.ModuleType) -> None:
    """Import all modules below ``package``, in the order of their names."""
    found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    for info in sorted(found, key=lambda i: i.name):
        importlib.import_module(info.name)
