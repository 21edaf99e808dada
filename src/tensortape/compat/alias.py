"""The `tensorflow` alias: `import tensorflow` and all below it resolve to TensorTape.

A finder at the head of `sys.meta_path` answers for the name `tensorflow`. The module it makes
forwards to the public face `tensortape`; `tensorflow.keras` is the real Keras; the private
`tensorflow.python.*` paths come from the table in `private_names`.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from tensortape.compat import private_names

ALIAS = "tensorflow"
FACE = "tensortape"
VERSION = "2.21.0"  # the TensorFlow whose behaviour TensorTape follows
# TensorFlow itself hands out this view of Keras 3 (with the old `keras.backend` functions in it).
KERAS_VIEW = "keras._tf_keras.keras"
KERAS_NAMES = ("initializers", "losses", "metrics", "optimizers")


class AliasModule(ModuleType):
    """A module whose attributes are those of another; each is looked up once and then kept."""

    def __init__(self, name: str, target: Any) -> None:
        super().__init__(name, getattr(target, "__doc__", None))
        self.__path__: list[str] = []
        self._target = target

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [n for n in dir(self) if not n.startswith("_")]
        if name.startswith("__") and name != "__internal__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = _attribute(self, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        own = (n for n in self.__dict__ if n != "_target")
        return sorted({*own, *dir(self._target)})


def _attribute(module: AliasModule, name: str) -> Any:
    qualified = f"{module.__name__}.{name}"
    if module.__name__ == ALIAS and (name == "keras" or name in KERAS_NAMES):
        return importlib.import_module(qualified)
    try:
        value = getattr(module._target, name)
    except AttributeError:
        if qualified in private_names.packages():
            return importlib.import_module(qualified)
        raise AttributeError(_unknown(module.__name__, name, dir(module))) from None
    if isinstance(value, ModuleType) and value.__name__.startswith(FACE):
        return importlib.import_module(qualified)
    return value


def _unknown(where: str, name: str, known: Iterable[str]) -> str:
    public = [n for n in known if not n.startswith("_")]
    near = get_close_matches(name, public, n=1, cutoff=0.5)
    hint = f" The nearest name that exists is {where}.{near[0]}." if near else ""
    return f"TensorTape does not implement {where}.{name}.{hint}"


class AliasFinder(MetaPathFinder, Loader):
    """Finds and loads `tensorflow` and every module below it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of an alias module; an unknown one is an ImportError with a hint."""
        if fullname.partition(".")[0] != ALIAS:
            return None
        spec = ModuleSpec(fullname, self, origin=f"TensorTape's {ALIAS} alias", is_package=True)
        spec.loader_state = _target(fullname)
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make the module that forwards to the spec's target."""
        return AliasModule(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        """Fill in what is TensorFlow's own; Keras' modules stand for themselves."""
        assert isinstance(module, AliasModule)
        target = module._target
        if isinstance(target, ModuleType) and target.__name__.partition(".")[0] == "keras":
            sys.modules[module.__name__] = target
        elif module.__name__ == ALIAS:
            module.__version__ = VERSION
            module.__file__ = target.__file__


def _target(fullname: str) -> Any:
    """Return the object whose attributes the module `fullname` offers."""
    parts = fullname.split(".")[1:]
    if not parts:
        return importlib.import_module(FACE)
    if parts[0] == "keras" or parts[0] in KERAS_NAMES:
        return _keras_module(parts)
    if fullname in private_names.packages():
        return private_names.PrivateModule(fullname)
    parent = importlib.import_module(fullname.rpartition(".")[0])
    value = getattr(getattr(parent, "_target", parent), parts[-1], None)
    if isinstance(value, ModuleType):
        return value
    if value is not None:
        raise _not_found(f"{fullname} is not a module: it cannot be imported by that path.")
    raise _not_found(_unknown(parent.__name__, parts[-1], dir(parent)))


def _not_found(message: str) -> ModuleNotFoundError:
    # Without a `name` the import system passes the message on from `from … import …` too.
    return ModuleNotFoundError(message)


def _keras_module(parts: list[str]) -> ModuleType:
    below = parts[1:] if parts[0] == "keras" else parts
    importlib.import_module("keras")
    try:
        return importlib.import_module(".".join([KERAS_VIEW, *below]))
    except ModuleNotFoundError:
        return importlib.import_module(".".join(["keras", *below]))


def install() -> None:
    """Make `import tensorflow` and `from tensorflow.… import …` resolve to TensorTape.

    Keras imported afterwards runs on TensorTape (`KERAS_BACKEND` is set to `tensorflow`).
    Installing twice changes nothing.

    Raises:
      RuntimeError: if the real TensorFlow is imported already; nothing is changed then.

    Warns:
      RuntimeWarning: if Keras is imported already with, or `KERAS_BACKEND` asks for, another
        backend: Keras models then do not run on TensorTape.

    Example:

    >>> import tensortape
    >>> tensortape.install()
    >>> import tensorflow as tf
    >>> tf.__version__
    '2.21.0'
    """
    loaded = sys.modules.get(ALIAS)
    if isinstance(loaded, AliasModule):
        return
    if loaded is not None:
        raise RuntimeError(_already_imported(loaded))
    _choose_keras_backend()
    sys.modules.pop(ALIAS, None)  # None there would block the import
    if not any(isinstance(finder, AliasFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AliasFinder())
    importlib.import_module(ALIAS)


def _already_imported(module: ModuleType) -> str:
    version = getattr(module, "__version__", "of unknown version")
    place = getattr(module, "__file__", None) or "an unknown place"
    return (
        f"tensortape.install() found the real TensorFlow {version} imported already (from {place})"
        " and changed nothing. Call it before the first `import tensorflow`, in a fresh"
        " interpreter, or use `import tensortape as tf` beside TensorFlow."
    )


def _choose_keras_backend() -> None:
    if "keras" in sys.modules:
        keras: Any = sys.modules["keras"]
        backend = keras.backend.backend() if hasattr(keras, "backend") else ALIAS
        advice = "call tensortape.install() before the first `import keras`"
        told = f"Keras is imported already and runs on {backend}"
    else:
        backend = os.environ.setdefault("KERAS_BACKEND", ALIAS)
        advice = "unset KERAS_BACKEND"
        told = f"the environment says KERAS_BACKEND={backend}"
    if backend != ALIAS:
        warnings.warn(
            f"{told}: Keras models will not run on TensorTape and its tapes will not see their"
            f" variables. To change that, {advice}.",
            RuntimeWarning,
            stacklevel=3,
        )
