"""Differentiation: the tape, the backward walk, custom rules, forward mode, Jacobians."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every module of this folder, so that their public names are registered."""
    for info in sorted(pkgutil.iter_modules(__path__, __name__ + "."), key=lambda i: i.name):
        importlib.import_module(info.name)
