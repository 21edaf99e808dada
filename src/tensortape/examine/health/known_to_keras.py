"""A class as Keras wants it: where Keras is loaded, a ``keras.callbacks.Callback`` too."""

from __future__ import annotations

import sys
from typing import Any

_joined: dict[tuple[type[Any], type[Any]], type[Any]] = {}


def as_callback(kind: type[Any]) -> type[Any]:
    """``kind``, or the subclass of it that is a Keras callback as well.

    Keras is never imported for this; programs that use it have done so.
    """
    base = getattr(sys.modules.get("keras.callbacks"), "Callback", None)
    if base is None or issubclass(kind, base):
        return kind
    if (kind, base) not in _joined:  # what both define is kind's
        names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
        _joined[kind, base] = type(kind.__name__, (kind, base), {**names, "__doc__": kind.__doc__})
    return _joined[kind, base]
