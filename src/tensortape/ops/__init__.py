"""The operations: kernel, derivative and samples side by side, one small file per family.

Every module below this folder is imported by :func:`load`, so a new operation touches one file.
"""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every operation module, in a fixed order."""
    for info in sorted(pkgutil.walk_packages(__path__, __name__ + "."), key=lambda i: i.name):
        importlib.import_module(info.name)
