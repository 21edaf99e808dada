"""Building the public namespaces (``tf.math``, ``tf.nn``, ...) from the registry."""

from __future__ import annotations

import functools
import importlib.util
import sys
import types
from typing import Any

from tensortape.core.lazy import lazy_import
from tensortape.core.loading import load_deferred
from tensortape.core.registry import PUBLIC

difflib = lazy_import("difflib")  # wanted only where a name is missing


def explain_missing(path: str, known: Any) -> str:
    """What to tell somebody who asked for ``tf.<path>``, which is not there."""
    leaf = path.rsplit(".", 1)[-1]
    same_leaf = [k for k in PUBLIC if k.rsplit(".", 1)[-1] == leaf]
    near = same_leaf or difflib.get_close_matches(path, list(known), 3, 0.6)
    hint = f" The nearest that works: {', '.join('tf.' + n for n in near[:3])}." if near else ""
    return f"tf.{path} is not implemented in TensorTape.{hint}"


class PublicNamespace(types.ModuleType):
    """A module such as ``tf.math``; asking it for what it lacks names the nearest thing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _asked_of(self, name)

    def __dir__(self) -> list[str]:
        complete()
        return sorted(self.__dict__)


def submodule(root: types.ModuleType, path: str) -> types.ModuleType:
    """The namespace ``root.<path>``, made (and importable) if it is not there yet."""
    module = root
    full = root.__name__
    for part in path.split("."):
        full = f"{full}.{part}"
        child = module.__dict__.get(part) or sys.modules.get(full) or _folder(full)
        if not isinstance(child, types.ModuleType):
            child = PublicNamespace(full, f"Public names below ``tf.{full.split('.', 1)[1]}``.")
            sys.modules[full] = child
        if type(child) is types.ModuleType and "__getattr__" not in child.__dict__:
            child.__dict__["__getattr__"] = functools.partial(_asked_of, child)
        module.__dict__[part] = child
        module = child
    return module


def _folder(full: str) -> types.ModuleType | None:
    """The package of that name, where a folder of ours is called like a namespace of ``tf``."""
    is_package = hasattr(sys.modules[full.rpartition(".")[0]], "__path__")
    if not (is_package and importlib.util.find_spec(full)):
        return None
    return importlib.import_module(full)


def _asked_of(module: types.ModuleType, name: str) -> Any:
    """What ``module`` lacks: it may be among what waits."""
    if not name.startswith("__") and complete():
        return getattr(module, name)
    prefix = module.__name__.split(".", 1)[1]
    raise AttributeError(explain_missing(f"{prefix}.{name}", PUBLIC))


def complete() -> bool:
    """Load the operations that wait until they are asked for; whether there were any."""
    if not load_deferred():
        return False
    build(sys.modules[__name__.partition(".")[0]])
    return True


def build(root: types.ModuleType) -> None:
    """Put every registered public object where its path says."""
    places = {"": root.__dict__}
    for path, value in PUBLIC.items():
        parent, _, name = path.rpartition(".")
        if parent not in places:
            places[parent] = submodule(root, parent).__dict__
        places[parent][name] = value
