"""Classes that programs test for (``isinstance``) though TensorTape makes no objects of them."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import add_public


def unavailable_class(path: str, instead: str, base: type = object) -> type:
    """Register ``tf.<path>`` as a class that says, when constructed, what to use ``instead``."""

    def refuse(cls: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"tf.{path} is not implemented in TensorTape: {instead}.")

    name = path.rsplit(".", 1)[-1]
    doc = f"Not implemented: {instead}. It exists so that ``isinstance`` tests work."
    cls = type(name, (base,), {"__new__": refuse, "__doc__": doc})
    add_public(path, cls)
    return cls
