"""What is changed on the unmodified Keras 3 as it is imported: two habits, a safety, two savings.

- ``Sequential(layer)`` takes a single layer.
- An initializer without a seed draws from the ``tf.random`` stream once ``tf.random.set_seed`` was
  called, so that call alone makes a model reproducible, with the numbers notebooks of that time
  show. (With ``keras.utils.set_random_seed`` Keras 3's own numbers are left as they are.)
- A file that a model or its weights are saved to is written beside its place and then renamed, so
  a process that is killed leaves the old file or the new one. (Keras writes it in place.)
- Where no callback looks at batches, ``fit`` does not tell them of batches: Keras would turn the
  logs of each into Python numbers first, and so wait for a step that XLA still computes.
- Arrays that are given to ``fit`` are cut into batches by one dataset in place of a pipeline of
  eight, with the same batches in the same order.

Keras' files stay as they are: a finder lets the modules concerned load as usual and then wraps the
functions named above.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from tensortape.compat import keras_versions
from tensortape.core import random_state
from tensortape.data.array_batches import array_batches
from tensortape.train import atomic


class UnseededSource:
    """Keras' ``random`` module as the initializers see it."""

    def __init__(self, keras_random: Any) -> None:
        self._keras = keras_random

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keras, name)

    def uniform(
        self, shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
    ) -> Any:
        """Uniform numbers in [minval, maxval)."""
        if not _from_tensorflow(seed):
            return self._keras.uniform(shape, minval, maxval, dtype, seed)
        return _draw("uniform")(shape, minval, maxval, dtype)

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
    ) -> Any:
        """Normal numbers."""
        if not _from_tensorflow(seed):
            return self._keras.normal(shape, mean, stddev, dtype, seed)
        return _draw("normal")(shape, mean, stddev, dtype)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
    ) -> Any:
        """Normal numbers within two standard deviations."""
        if not _from_tensorflow(seed):
            return self._keras.truncated_normal(shape, mean, stddev, dtype, seed)
        return _draw("truncated_normal")(shape, mean, stddev, dtype)


def _draw(name: str) -> Callable[..., Any]:
    return getattr(importlib.import_module("tensortape").random, name)


def patch_initializers(module: ModuleType) -> None:
    """Let initializers without a seed draw from ``tf.random`` where its seed is set."""
    base: Any = getattr(module, "RandomInitializer", None)
    if base is None:  # another version of Keras: its initializers stay as they are
        return
    source = UnseededSource(module.random)
    module.random = source  # type: ignore[attr-defined]
    original = base.__init__

    @functools.wraps(original)
    def __init__(self: Any, seed: Any = None) -> None:
        original(self, seed)
        if seed is None:
            self.seed = Unseeded(self.seed)

    base.__init__ = __init__


class Unseeded(int):
    """A seed that Keras made up because none was given."""


def _from_tensorflow(seed: Any) -> bool:
    """Whether a draw takes TensorFlow's stream: no seed, but ``tf.random.set_seed``."""
    if not isinstance(seed, Unseeded) or random_state.global_seed() is None:
        return False
    keras_state: Any = importlib.import_module("keras.src.backend.common.global_state")
    return keras_state.get_global_attribute("global_random_seed") is None


def patch_sequential(module: ModuleType) -> None:
    """Let ``Sequential`` take a single layer."""
    cls: Any = module.Sequential
    layer_class: Any = module.Layer
    original = cls.__init__

    @functools.wraps(original)
    def __init__(self: Any, layers: Any = None, trainable: bool = True, name: Any = None) -> None:
        original(self, [layers] if isinstance(layers, layer_class) else layers, trainable, name)

    cls.__init__ = __init__


def patch_saving(module: ModuleType) -> None:
    """Let files of models and weights appear as a whole."""
    for name in ("save_model", "save_weights_only", "save_model_to_hdf5"):
        if hasattr(module, name):
            setattr(module, name, _whole(getattr(module, name)))


def _whole(save: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(save)
    def wrapper(model: Any, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_one_local_file(filepath, args, kwargs):
            return save(model, filepath, *args, **kwargs)
        with atomic.replacing_named(os.fspath(filepath)) as under:
            return save(model, under, *args, **kwargs)

    return wrapper


def _is_one_local_file(filepath: Any, args: Any, kwargs: dict[str, Any]) -> bool:
    """Whether one file is written here: no open file, folder, other machine or parts."""
    if not isinstance(filepath, (str, os.PathLike)):
        return False
    path = os.fspath(filepath)
    parts = kwargs.get("max_shard_size", args[0] if args else None)
    known = path.endswith((".keras", ".weights.h5", ".h5", ".hdf5"))
    whole = not path.endswith(".weights.h5") or parts is None
    return known and whole and "://" not in path and os.path.isdir(os.path.dirname(path) or ".")


def patch_callbacks(module: ModuleType) -> None:
    """Leave out what is told to callbacks at each batch, where all of them ignore it."""
    callbacks: Any = module.CallbackList
    for kind in ("train", "test", "predict"):
        for when in ("begin", "end"):
            name = f"on_{kind}_batch_{when}"
            if hasattr(callbacks, name):
                told = _told(getattr(callbacks, name), name, f"on_batch_{when}")
                setattr(callbacks, name, told)


def _told(tell: Callable[..., None], *hooks: str) -> Callable[..., None]:
    """``tell``, if one of the callbacks does something in one of these methods."""

    @functools.wraps(tell)
    def wrapper(self: Any, batch: Any, logs: Any = None) -> None:
        for callback in self.callbacks:
            for hook in hooks:
                if not getattr(getattr(callback, hook, None), "_is_default", False):
                    tell(self, batch, logs)
                    return

    return wrapper


def patch_arrays(module: ModuleType) -> None:
    """Let one dataset cut arrays into batches."""
    adapter: Any = module.ArrayDataAdapter
    original = adapter.get_tf_dataset

    @functools.wraps(original)
    def get_tf_dataset(self: Any) -> Any:
        found = _in_batches(self, module)
        return original(self) if found is None else found

    adapter.get_tf_dataset = get_tf_dataset


def _in_batches(adapter: Any, module: Any) -> Any:
    """The batches of an adapter's arrays, ``None`` unless they are plain ones in usual order."""
    tf: Any = importlib.import_module("tensortape")
    try:
        inputs, size, shuffle = adapter._inputs, adapter._batch_size, adapter._shuffle
        count, convert = adapter._num_samples, module.array_slicing.convert_to_sliceable
        to_tuples = module.tree.lists_to_tuples
    except AttributeError:  # another version of Keras
        return None
    if not isinstance(shuffle, bool) or tf.distribute.has_strategy() or tf.inside_function():
        return None
    found = convert(inputs, target_backend="tensorflow")

    def permutation(_: Any) -> Any:
        return tf.random.shuffle(tf.range(count, dtype=tf.int64))

    order = tf.data.Dataset.range(1).map(permutation) if shuffle else None
    return array_batches(to_tuples(found), int(size), order)


PATCHES = {
    "keras.src.trainers.data_adapters.array_data_adapter": patch_arrays,
    "keras.src.callbacks.callback_list": patch_callbacks,
    "keras.src.saving.saving_lib": patch_saving,
    "keras.src.legacy.saving.legacy_h5_format": patch_saving,
    "keras.src.initializers.random_initializers": patch_initializers,
    "keras.src.models.sequential": patch_sequential,
}


class AdaptedLoader(Loader):
    """Loads a module as usual, then applies its patch."""

    def __init__(self, loader: Any, patch: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._patch = patch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the real loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then adapt it."""
        self._loader.exec_module(module)
        self._patch(module)


class KerasAdapter(MetaPathFinder):
    """Finds the modules to adapt, and looks at the version of Keras before it is imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The real spec, with a loader that adapts the module afterwards."""
        if fullname == "keras":
            keras_versions.warn_if_unknown()
        patch = PATCHES.get(fullname)
        if patch is None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = AdaptedLoader(spec.loader, patch)
        return spec


def install() -> None:
    """Adapt Keras, now or when it is imported."""
    if not any(isinstance(finder, KerasAdapter) for finder in sys.meta_path):
        sys.meta_path.insert(0, KerasAdapter())
