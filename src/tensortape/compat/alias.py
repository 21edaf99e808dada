"""The `tensorflow` alias: `import tensorflow` and all below it resolve to TensorTape.

A finder at the head of `sys.meta_path` answers for the name `tensorflow`. The module it makes
forwards to the public face `tensortape`; `tensorflow.keras` is the real Keras; the private
`tensorflow.python.*` paths come from the table in `private_names`.
"""

from __future__ import annotations

import importlib
import operator
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from tensortape.compat import keras_adapter, private_names
from tensortape.core.face import complete, explain_missing
from tensortape.core.registry import PUBLIC

ALIAS = "tensorflow"
FACE = "tensortape"
VERSION = "2.21.0"  # the TensorFlow whose behaviour TensorTape follows
# TensorFlow itself hands out this view of Keras 3 (with the old `keras.backend` functions in it).
KERAS_VIEW = "keras._tf_keras.keras"
V1 = "compat.v1."
V2 = "compat.v2"  # TensorFlow 2 under its migration name
KERAS_NAMES = ("keras", "initializers", "losses", "metrics", "optimizers")


class AliasModule(ModuleType):
    """A module whose attributes are those of another; each is looked up once and then kept."""

    def __init__(self, name: str, target: Any) -> None:
        super().__init__(name, getattr(target, "__doc__", None))
        self.__path__: list[str] = []
        self._target = target

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True  # a notebook then shows the line that asked, not this one
        if name == "__all__":
            return [n for n in dir(self) if not n.startswith("_") and n not in KERAS_NAMES]
        if name.startswith("__") and name != "__internal__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = _attribute(self, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        own = {n for n in self.__dict__ if n != "_target"}
        path = self.__name__.partition(".")[2]
        hidden = {n for n in dir(self._target) if _is_inner(self._target, path, n)}
        return sorted(own | set(dir(self._target)) - hidden)


def _attribute(module: AliasModule, name: str) -> Any:
    __tracebackhide__ = True
    qualified = f"{module.__name__}.{name}"
    if module.__name__ == ALIAS and name in KERAS_NAMES:
        return importlib.import_module(qualified)
    if qualified == f"{ALIAS}.{V1}keras":
        return importlib.import_module(f"{ALIAS}.keras")
    if qualified in private_names.packages():
        return importlib.import_module(qualified)
    try:
        value = getattr(module._target, name)
    except AttributeError as error:
        told = str(error)
        if not isinstance(module._target, private_names.PrivateModule):
            told = explain_missing(qualified.partition(".")[2], PUBLIC)
        raise AttributeError(told) from None
    if isinstance(value, ModuleType) and value.__name__.startswith(FACE):
        return importlib.import_module(qualified)
    return value


def _is_inner(target: Any, path: str, name: str) -> bool:
    """Whether a name of the target is a module of TensorTape's own making, no namespace of `tf`."""
    is_module = isinstance(getattr(target, "__dict__", {}).get(name), ModuleType)
    return is_module and not _is_public(f"{path}.{name}".lstrip("."))


def _is_public(path: str) -> bool:
    """Whether the face has public names below `path` (its folders are modules without any)."""
    return any(name.startswith(f"{path}.") for name in PUBLIC)


class AliasFinder(MetaPathFinder, Loader):
    """Finds and loads `tensorflow` and every module below it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of an alias module; an unknown one is an ImportError with a hint."""
        __tracebackhide__ = True
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
        is_module = isinstance(target, ModuleType)
        if is_module and target.__name__.partition(".")[0] in ("keras", ALIAS):
            sys.modules[module.__name__] = target
        elif module.__name__ == ALIAS:
            module.__dict__.update(__version__=VERSION, __file__=target.__file__)


def _target(fullname: str) -> Any:
    """Return the object whose attributes the module `fullname` offers."""
    __tracebackhide__ = True
    path = fullname.partition(".")[2]
    if not path:
        return importlib.import_module(FACE)
    if path.partition(".")[0] in KERAS_NAMES:
        return _keras_module(path)
    if path == V2 or path.startswith(f"{V2}."):
        return importlib.import_module(f"{ALIAS}.{path[len(V2) + 1 :]}".rstrip("."))
    if _is_public(path):
        return importlib.import_module(f"{FACE}.{path}")
    if fullname in private_names.packages():
        return private_names.PrivateModule(fullname)
    if path.startswith(V1):
        return operator.attrgetter(path)(importlib.import_module(FACE))
    if complete() and _is_public(path):
        return importlib.import_module(f"{FACE}.{path}")
    # Without a `name` the import system passes the message on from `from … import …` too.
    parent = importlib.import_module(fullname.rpartition(".")[0])
    if isinstance(parent, AliasModule) and isinstance(parent._target, private_names.PrivateModule):
        raise ModuleNotFoundError(parent._target.explain_missing(path.rpartition(".")[2]))
    if path in PUBLIC:
        raise ModuleNotFoundError(f"{fullname} is not a module: write `from … import` instead.")
    raise ModuleNotFoundError(explain_missing(path, PUBLIC))


def _keras_module(path: str) -> ModuleType:
    below = path.removeprefix("keras").removeprefix(".")
    importlib.import_module("keras")
    try:
        return importlib.import_module(f"{KERAS_VIEW}.{below}".rstrip("."))
    except ModuleNotFoundError:
        return importlib.import_module(f"keras.{below}".rstrip("."))


def keras_module(path: str) -> ModuleType:
    """Return `keras` or a module below it, running on TensorTape (the alias is installed)."""
    install()
    return _keras_module(path)


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
    keras_adapter.install()
    importlib.import_module(ALIAS)


def uninstall() -> None:
    """Undo `install()`: `import tensorflow` finds what else there is. Keras stays as it is."""
    ours = (AliasFinder, keras_adapter.KerasAdapter)
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, ours)]
    if isinstance(sys.modules.get(ALIAS), AliasModule):
        for name in [n for n in sys.modules if n.partition(".")[0] == ALIAS]:
            del sys.modules[name]


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
