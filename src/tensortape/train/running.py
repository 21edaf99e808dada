"""Names that order or switch what TensorFlow runs; here operations run when they are called."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tensortape.core.config import list_logical_devices, list_physical_devices
from tensortape.core.registry import export

LogicalDeviceConfiguration = export(
    "config.LogicalDeviceConfiguration", "config.experimental.VirtualDeviceConfiguration"
)(
    namedtuple(
        "LogicalDeviceConfiguration",
        ["memory_limit", "experimental_priority", "experimental_device_ordinal"],
        defaults=(None, None, None),
    )
)
_settings: dict[str, Any] = {"soft": True, "log": False, "inter": 0, "intra": 0}
_options: dict[str, Any] = {}
_configured: dict[Any, Any] = {}


@export("group", "compat.v1.group")
def group(*inputs: Any, **kwargs: Any) -> None:
    """All of several operations; they have run already when this is called.

    >>> tf.group(tf.constant(1.0)) is None
    True

    Source: `tf.group`.
    """


@export("no_op", "compat.v1.no_op")
def no_op(name: str | None = None) -> None:
    """Nothing. Source: `tf.no_op`."""


@export("control_dependencies", "compat.v1.control_dependencies")
@contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Run what is inside after `control_inputs`: as they are written they have run already.

    Functions among them are called. Source: `tf.control_dependencies`.

    >>> with tf.control_dependencies([tf.constant(1.0)]):
    ...     y = tf.constant(2.0)
    """
    for value in control_inputs or ():
        if callable(value) and not hasattr(value, "dtype"):
            value()
    yield


@export("autograph.set_verbosity")
def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Set how much AutoGraph tells; it has nothing to tell.

    Source: `tf.autograph.set_verbosity`.
    """


@export("autograph.trace")
def trace(*args: Any) -> None:
    """Print values as a function is traced. Source: `tf.autograph.trace`."""
    print(*args)


def _of_cpu(device: Any) -> None:
    if device not in list_physical_devices():
        raise ValueError(
            f"Unrecognized device: {device!r}. The devices here: {list_physical_devices()}"
        )


@export("config.experimental.set_memory_growth")
def set_memory_growth(device: Any, enable: bool) -> None:
    """Let a GPU take memory as it needs it; a CPU refuses, as in TensorFlow.

    Raises `ValueError`. Source: `tf.config.experimental.set_memory_growth`.
    """
    _of_cpu(device)
    raise ValueError("Cannot set memory growth on non-GPU and non-Pluggable devices")


@export("config.experimental.get_memory_growth")
def get_memory_growth(device: Any) -> bool:
    """As `set_memory_growth`: `ValueError` for a CPU.

    Source: `tf.config.experimental.get_memory_growth`.
    """
    _of_cpu(device)
    raise ValueError("Cannot get memory growth on non-GPU and non-Pluggable devices")


@export(
    "config.set_logical_device_configuration",
    "config.experimental.set_virtual_device_configuration",
)
def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Divide a device; one part is all that a CPU can be here.

    Raises `ValueError` for more. Source: `tf.config.set_logical_device_configuration`.
    """
    _of_cpu(device)
    if len(logical_devices) > 1:
        raise ValueError(
            f"TensorTape computes on one logical CPU; received {len(logical_devices)} "
            "configurations. Run the program with one."
        )
    _configured[device] = list(logical_devices)


@export(
    "config.get_logical_device_configuration",
    "config.experimental.get_virtual_device_configuration",
)
def get_logical_device_configuration(device: Any) -> Any:
    """What `set_logical_device_configuration` set.

    Source: `tf.config.get_logical_device_configuration`.
    """
    return _configured.get(device)


@export("config.set_visible_devices", "config.experimental.set_visible_devices")
def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Choose devices; the CPU stays. Hiding GPUs, of which there are none, is fine.

    >>> tf.config.set_visible_devices([], "GPU")

    Source: `tf.config.set_visible_devices`.
    """
    for device in devices if isinstance(devices, (list, tuple)) else [devices]:
        _of_cpu(device)


@export("config.set_soft_device_placement")
def set_soft_device_placement(enabled: bool) -> None:
    """Let operations run elsewhere than `tf.device` says. Source: as named."""
    _settings["soft"] = bool(enabled)


@export("config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """What `set_soft_device_placement` set.

    >>> tf.config.get_soft_device_placement()
    True
    """
    return bool(_settings["soft"])


@export("debugging.set_log_device_placement")
def set_log_device_placement(enabled: bool) -> None:
    """Remember whether to log where operations run (all of them run on the one CPU).

    >>> import tensortape as tf
    >>> tf.debugging.set_log_device_placement(False)

    Source: ``tf.debugging.set_log_device_placement``.
    """
    _settings["log"] = bool(enabled)


@export("debugging.get_log_device_placement")
def get_log_device_placement() -> bool:
    """What `set_log_device_placement` set.

    >>> import tensortape as tf
    >>> tf.debugging.get_log_device_placement()
    False
    """
    return bool(_settings["log"])


@export("config.optimizer.set_experimental_options")
def set_experimental_options(options: dict[str, Any]) -> None:
    """Remember options of TensorFlow's graph optimizer. Source: as named."""
    _options.update(options)


@export("config.optimizer.get_experimental_options")
def get_experimental_options() -> dict[str, Any]:
    """The options that were set. Source: as named."""
    return dict(_options)


@export("config.optimizer.set_jit")
def set_jit(enabled: Any) -> None:
    """Remember whether graphs shall be compiled of themselves. Source: as named."""
    _options["jit"] = enabled


@export("config.optimizer.get_jit")
def get_jit() -> Any:
    """What `set_jit` set. Source: as named."""
    return _options.get("jit", "")


@export("config.threading.set_inter_op_parallelism_threads")
def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Remember a number of threads; operations run one after the other. Source: as named."""
    _settings["inter"] = int(num_threads)


@export("config.threading.get_inter_op_parallelism_threads")
def get_inter_op_parallelism_threads() -> int:
    """What was set."""
    return int(_settings["inter"])


@export("config.threading.set_intra_op_parallelism_threads")
def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Remember a number of threads; NumPy's libraries choose their own. Source: as named."""
    _settings["intra"] = int(num_threads)


@export("config.threading.get_intra_op_parallelism_threads")
def get_intra_op_parallelism_threads() -> int:
    """What was set."""
    return int(_settings["intra"])


@export("test.is_gpu_available")
def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Whether there is a GPU to compute on.

    >>> tf.test.is_gpu_available()
    False

    Source: `tf.test.is_gpu_available`.
    """
    return bool(list_physical_devices("GPU"))


@export("test.gpu_device_name")
def gpu_device_name() -> str:
    """The name of the first GPU; empty, for there is none. Source: `tf.test.gpu_device_name`."""
    return next((device.name for device in list_logical_devices("GPU")), "")


@export("test.is_built_with_cuda", "test.is_built_with_rocm", "test.is_built_with_gpu_support")
def is_built_with_cuda() -> bool:
    """Whether the library has GPU kernels of its own: no. Source: `tf.test.is_built_with_cuda`."""
    return False


@export("test.is_built_with_xla")
def is_built_with_xla() -> bool:
    """Whether the library has XLA of its own: no. Source: `tf.test.is_built_with_xla`."""
    return False


@export("__internal__.tf2.enabled")
def enabled() -> bool:
    """Whether this is TensorFlow 2. Source: `tf.__internal__.tf2.enabled`."""
    return True
