"""Options of datasets. They tune TensorFlow's runtime; here they are kept and reported, no more.

Source: `tf.data.Options`.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any, ClassVar

from tensortape.core.registry import add_public, export
from tensortape.data.dataset import DatasetV2, method

add_public(("data.AUTOTUNE", "data.experimental.AUTOTUNE"), -1)
add_public(("data.INFINITE_CARDINALITY", "data.experimental.INFINITE_CARDINALITY"), -1)
add_public(("data.UNKNOWN_CARDINALITY", "data.experimental.UNKNOWN_CARDINALITY"), -2)
add_public("data.experimental.SHARD_HINT", -1)


@export("data.experimental.AutoShardPolicy")
class AutoShardPolicy(IntEnum):
    """How a dataset would be divided among workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


@export("data.experimental.ExternalStatePolicy")
class ExternalStatePolicy(Enum):
    """What to do about state outside of a pipeline when it is serialised."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


@export("data.experimental.AutotuneAlgorithm")
class AutotuneAlgorithm(Enum):
    """How TensorFlow would tune a pipeline."""

    DEFAULT = 0
    HILL_CLIMB = 1
    GRADIENT_DESCENT = 2
    MAX_PARALLELISM = 3
    STAGE_BASED = 4


class _Group:
    """Options that may be set, each its default until then; others are refused."""

    _defaults: ClassVar[dict[str, tuple[type, Any]]]
    """Name -> type and default."""

    def __init__(self) -> None:
        object.__setattr__(self, "_set", {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._defaults:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return self.__dict__["_set"].get(name, self._defaults[name][1])

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._defaults:
            raise AttributeError(
                f"Cannot set the property {name} on {type(self).__name__}; it has "
                f"{', '.join(sorted(self._defaults))}."
            )
        kind = self._defaults[name][0]
        if value is not None and not isinstance(value, kind):
            raise TypeError(
                f"Property {name!r} must be of type {kind}, got: {value!r} (type: {type(value)})"
            )
        self.__dict__["_set"][name] = value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__["_set"] == other.__dict__["_set"]

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *self._defaults])

    def _merged(self, other: _Group) -> Any:
        result = type(self)()
        result.__dict__["_set"].update(self.__dict__["_set"])
        for name, value in other.__dict__["_set"].items():
            before = result.__dict__["_set"].get(name)
            both = isinstance(before, _Group) and isinstance(value, _Group)
            result.__dict__["_set"][name] = before._merged(value) if both else value
        return result


@export("data.experimental.AutotuneOptions")
class AutotuneOptions(_Group):
    """Options of tuning. Source: `tf.data.experimental.AutotuneOptions`."""

    _defaults: ClassVar[dict[str, tuple[type, Any]]] = {
        "enabled": (bool, None),
        "cpu_budget": (int, None),
        "ram_budget": (int, None),
        "autotune_algorithm": (AutotuneAlgorithm, None),
        "initial_parallelism": (int, None),
        "min_parallelism": (int, None),
    }


@export("data.experimental.DistributeOptions")
class DistributeOptions(_Group):
    """Options of distribution. Source: `tf.data.experimental.DistributeOptions`."""

    _defaults: ClassVar[dict[str, tuple[type, Any]]] = {
        "auto_shard_policy": (AutoShardPolicy, AutoShardPolicy.AUTO),
        "num_devices": (int, None),
    }


@export("data.experimental.OptimizationOptions")
class OptimizationOptions(_Group):
    """Options of rewriting. Source: `tf.data.experimental.OptimizationOptions`."""

    _defaults: ClassVar[dict[str, tuple[type, Any]]] = {
        name: (bool, None)
        for name in (
            "apply_default_optimizations filter_fusion filter_parallelization inject_prefetch "
            "map_and_batch_fusion map_and_filter_fusion map_fusion map_parallelization "
            "noop_elimination parallel_batch seq_interleave_prefetch shuffle_and_repeat_fusion"
        ).split()
    }


@export("data.ThreadingOptions", "data.experimental.ThreadingOptions")
class ThreadingOptions(_Group):
    """Options of threads. Source: `tf.data.ThreadingOptions`."""

    _defaults: ClassVar[dict[str, tuple[type, Any]]] = {
        "max_intra_op_parallelism": (int, None),
        "private_threadpool_size": (int, None),
    }


@export("data.Options")
class Options(_Group):
    """Settings for `Dataset.with_options`. They are kept, and change nothing.

    >>> import tensortape as tf
    >>> options = tf.data.Options()
    >>> options.deterministic = True
    >>> tf.data.Dataset.range(3).with_options(options).options().deterministic
    True

    Raises `AttributeError` for an option that does not exist, `TypeError` for a value of another
    type. Source: `tf.data.Options`.
    """

    _defaults: ClassVar[dict[str, tuple[type, Any]]] = {
        "autotune": (AutotuneOptions, None),
        "dataset_name": (str, None),
        "deterministic": (bool, None),
        "experimental_deterministic": (bool, None),
        "experimental_distribute": (DistributeOptions, None),
        "experimental_external_state_policy": (ExternalStatePolicy, None),
        "experimental_optimization": (OptimizationOptions, None),
        "experimental_slack": (bool, None),
        "experimental_symbolic_checkpoint": (bool, None),
        "experimental_threading": (ThreadingOptions, None),
        "experimental_warm_start": (bool, None),
        "framework_type": (list, None),
        "threading": (ThreadingOptions, None),
    }

    def __init__(self) -> None:
        super().__init__()
        self.autotune = AutotuneOptions()
        self.experimental_distribute = DistributeOptions()
        self.experimental_optimization = OptimizationOptions()
        self.threading = ThreadingOptions()

    def merge(self, options: Options) -> Options:
        """These options with those that `options` sets besides or anew."""
        return self._merged(options)


@method
def with_options(dataset: DatasetV2, options: Options, name: str | None = None) -> DatasetV2:
    """The dataset with options added to those it has; the later ones count.

    Raises `TypeError` for anything but `tf.data.Options`. Source: `tf.data.Dataset.with_options`.
    """
    if not isinstance(options, Options):
        raise TypeError(f"`options` must be `tf.data.Options`, received {options!r}.")
    result = DatasetV2(
        dataset._start,
        dataset._size,
        lambda: dataset.element_spec,
        (dataset,),
        "_OptionsDataset",
    )
    result._rows, result._order = dataset._rows, dataset._order
    result._own_options = options
    return result


@method
def options(dataset: DatasetV2) -> Options:
    """The options of this dataset and of those it is made of, merged.

    Source: `tf.data.Dataset.options`.
    """
    result = Options()
    for part in dataset._sources:
        result = result.merge(options(part))
    own = dataset._own_options
    return result if own is None else result.merge(own)
