"""Modules that are imported when they are first needed.

SciPy, Keras and Matplotlib take longer to import than most programs take to run, and extras may
not be installed at all. Modules that need them write at their top

    special = lazy_import("scipy.special")

and use `special.erf` as if it had been imported.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

# What to install for a package; a package that is not listed is installed under its own name.
_INSTALL = {
    "jax": "'tensortape[xla]'",
    "jaxlib": "'tensortape[xla]'",
}


class LazyModule(ModuleType):
    """Stands for a module and imports it when the first attribute is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # inspect, pickle and doctest probe; that is no use
        value = getattr(_load(self.__name__), name)
        setattr(self, name, value)  # from now on found without coming here
        return value

    def __dir__(self) -> list[str]:
        return dir(_load(self.__name__))

    def __repr__(self) -> str:
        return f"<lazy module {self.__name__!r}>"


# Python's import lock makes concurrent first uses safe.
def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        package = name.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        raise ModuleNotFoundError(
            f"This needs {package!r}, which is not installed (importing {name!r} failed: {error}). "
            f"Install it with: pip install {_INSTALL.get(package, package)}",
            name=error.name,
        ) from error


def lazy_import(name: str) -> Any:
    """The module `name`, imported when one of its attributes is used for the first time.

    Using it raises `ModuleNotFoundError` with the `pip` command to run if it is not installed.

    >>> fractions = lazy_import("fractions")
    >>> fractions.Fraction(1, 2)
    Fraction(1, 2)
    """
    return LazyModule(name)
