"""What the user calls a tensor: the names bound to it where the gradient is asked for."""

from __future__ import annotations

from types import FrameType
from typing import Any

MAX_ITEMS = 50


def names_in(frame: FrameType | None) -> tuple[dict[int, str], dict[int, str]]:
    """Tensor and variable identities to the names they have in ``frame``, and to those of items.

    Locals go before globals; elements of lists and tuples are items, named ``weights[0]``. Names
    with a leading underscore are left out (a notebook keeps old results under such).
    """
    found: dict[int, str] = {}
    items: dict[int, str] = {}
    if frame is None:
        return found, items
    for scope in {id(s): s for s in (frame.f_locals, frame.f_globals)}.values():
        for name, value in list(scope.items()):
            if name.startswith("_"):
                continue
            add(found, name, value)
            if type(value) in (list, tuple) and len(value) <= MAX_ITEMS:
                for i, item in enumerate(value):
                    add(items, f"{name}[{i}]", item)
    return found, items


def add(found: dict[int, str], name: str, value: Any) -> None:
    """Enter ``value`` if it is a tensor, a variable, or a Keras variable around one."""
    identity = identity_of(value)
    if identity is not None:
        found.setdefault(identity, name)


def identity_of(value: Any) -> int | None:
    """What tapes know ``value`` by; ``None`` for other objects."""
    kind = type(value)
    if isinstance(value, type) or kind.__module__ in ("builtins", "numpy"):
        return None
    if getattr(kind, "_should_act_as_resource_variable", False):
        return identity_of_handle(value)
    identity = getattr(value, "_id", None) if hasattr(kind, "_a") else None
    return identity if isinstance(identity, int) else None


def identity_of_handle(value: Any) -> int | None:
    """The identity behind a variable, or a Keras variable that is built."""
    handle = getattr(value, "handle", None)
    identity = getattr(handle, "_id", None)
    return identity if isinstance(identity, int) else None
