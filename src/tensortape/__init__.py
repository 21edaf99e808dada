"""TensorTape: code written for TensorFlow's gradient system, without TensorFlow.

``import tensortape as tf`` and use ``tf.GradientTape``, ``tf.Variable``, ``tf.math`` and the rest;
or run an unchanged program with ``tensortape run FILE``.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from tensortape.arrays.namespace import numpy_namespace as _numpy_namespace
from tensortape.core import dispatch as _dispatch
from tensortape.core import face as _face
from tensortape.core import loading as _loading
from tensortape.core import memory as _memory

_memory.reuse_freed_pages()
_dispatch.install_eager(_numpy_namespace)

_LATER = (
    "extension", "image", "io", "linear_operator", "numpy_api", "raw", "signal", "strings",
    "summary", "v1",
)  # fmt: skip
_WHEN_USED = ("passes", "plan")  # they register nothing; what compiles a function imports them

with _memory.no_collections():
    from tensortape import autodiff, data, distribute, graph, ops, train
    from tensortape import core as _core
    from tensortape.graph import engine as _engine

    for _package in (_core, ops, autodiff, graph, data, distribute, train):
        _loading.load_all(_package, _LATER, _WHEN_USED)
    _engine.XLA.append(
        lambda: importlib.import_module("tensortape.xla.executor").executor  # with JAX, when needed
    )
    _engine.EXPORT.append(lambda: importlib.import_module("tensortape.xla.export").compiler_ir)
    _face.build(sys.modules[__name__])
    for _path in ("image", "signal", "experimental.numpy"):
        _face.submodule(sys.modules[__name__], _path)

__version__ = "0.1.0"

_LAZY = {
    "keras": "keras",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "optimizers": "keras.optimizers",
    "initializers": "keras.initializers",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from tensortape.compat.alias import keras_module

        value = keras_module(_LAZY[name])
    elif name in ("install", "uninstall"):
        value = getattr(importlib.import_module("tensortape.compat.alias"), name)
    elif name == "examine":
        value = importlib.import_module("tensortape.examine")
    elif name == "plots":
        value = importlib.import_module("tensortape.examine.plots")
    elif name in ("load_ipython_extension", "unload_ipython_extension"):
        value = getattr(importlib.import_module("tensortape.compat.magics"), name)
    elif not name.startswith("__") and _face.complete():
        return globals()[name] if name in globals() else __getattr__(name)
    else:
        raise AttributeError(_face.explain_missing(name, _face.PUBLIC))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    _face.complete()
    return sorted({*globals(), *_LAZY})
