"""The public functions, found when they are called.

Operators are written with what a user of the library has (``tf.matmul``, ``tf.linalg.solve``), so
that tapes record every step and derivatives of all orders follow. The functions are looked up by
their public paths, since some belong to folders that are loaded later.
"""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import PUBLIC


class Namespace:
    """Attributes are what the registry has below ``prefix``."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        path = self._prefix + name
        if path in PUBLIC:
            value = PUBLIC[path]
        elif any(known.startswith(path + ".") for known in PUBLIC):
            value = Namespace(path + ".")
        else:
            raise AttributeError(f"there is no public name {path!r}")
        setattr(self, name, value)
        return value


tf: Any = Namespace("")
