"""Settings of devices, which a CPU takes without a change. Source: ``tf.config.experimental``."""

from __future__ import annotations

from typing import Any

from tensortape.core.config import list_physical_devices
from tensortape.core.registry import export

_settings: dict[str, Any] = {"tensor_float_32": True, "policy": "silent", "synchronous": True}
_POLICIES = ("explicit", "warn", "silent", "silent_for_int32", None)


def _cpu(device: str) -> None:
    """``ValueError`` for names of devices that are not here."""
    if str(device).upper() not in ("CPU", "CPU:0", "/DEVICE:CPU:0", "/CPU:0"):
        raise ValueError(f"No matching devices found for '{device}'")


@export("config.experimental.enable_tensor_float_32_execution")
def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Let GPUs multiply in TensorFloat-32; a CPU does not, whatever is set.

    Source: ``tf.config.experimental.enable_tensor_float_32_execution``.
    """
    _settings["tensor_float_32"] = bool(enabled)


@export("config.experimental.tensor_float_32_execution_enabled")
def tensor_float_32_execution_enabled() -> bool:
    """What ``enable_tensor_float_32_execution`` set.

    >>> import tensortape as tf
    >>> tf.config.experimental.tensor_float_32_execution_enabled()
    True

    Source: ``tf.config.experimental.tensor_float_32_execution_enabled``.
    """
    return _settings["tensor_float_32"]


@export("config.experimental.get_memory_info")
def get_memory_info(device: str) -> dict[str, int]:
    """How much memory of a device is in use; nobody counts a CPU's: ``ValueError``.

    Source: ``tf.config.experimental.get_memory_info``.
    """
    _cpu(device)
    raise ValueError(f"Allocator stats not available for device '{device}'")


@export("config.experimental.get_memory_usage")
def get_memory_usage(device: str) -> int:
    """As ``get_memory_info``. Source: ``tf.config.experimental.get_memory_usage``."""
    return get_memory_info(device)["current"]


@export("config.experimental.reset_memory_stats")
def reset_memory_stats(device: str) -> None:
    """Begin counting memory anew; nobody counts a CPU's: ``ValueError``.

    Source: ``tf.config.experimental.reset_memory_stats``.
    """
    _cpu(device)
    raise ValueError(f"Cannot reset memory stats for device '{device}'")


@export("config.experimental.get_device_details")
def get_device_details(device: Any) -> dict[str, Any]:
    """What is known of a GPU; of a CPU nothing.

    >>> import tensortape as tf
    >>> tf.config.experimental.get_device_details(tf.config.list_physical_devices()[0])
    {}

    Raises ``ValueError`` for what is no physical device. Source:
    ``tf.config.experimental.get_device_details``.
    """
    if device not in list_physical_devices():
        raise ValueError(
            "device must be a tf.config.PhysicalDevice, but got: "
            f"{device!r}. The devices here: {list_physical_devices()}"
        )
    return {}


@export("config.experimental.set_device_policy")
def set_device_policy(device_policy: str | None) -> None:
    """What to do when operands lie on different devices; here there is one.

    Raises ``ValueError`` for other words. Source: ``tf.config.experimental.set_device_policy``.
    """
    if device_policy not in _POLICIES:
        raise ValueError(
            f"Invalid argument `device_policy`: {device_policy!r}. It must be one of {_POLICIES}."
        )
    _settings["policy"] = device_policy or "silent"


@export("config.experimental.get_device_policy")
def get_device_policy() -> str:
    """What ``set_device_policy`` set. Source: ``tf.config.experimental.get_device_policy``."""
    return _settings["policy"]


@export("config.experimental.set_synchronous_execution")
def set_synchronous_execution(enable: bool | None) -> None:
    """Whether operations are complete when they return; here they always are.

    Source: ``tf.config.experimental.set_synchronous_execution``.
    """
    _settings["synchronous"] = enable is None or bool(enable)


@export("config.experimental.get_synchronous_execution")
def get_synchronous_execution() -> bool:
    """What ``set_synchronous_execution`` set.

    Source: ``tf.config.experimental.get_synchronous_execution``.
    """
    return _settings["synchronous"]


@export("config.experimental.get_visible_devices")
def get_visible_devices(device_type: str | None = None) -> list[Any]:
    """As ``tf.config.get_visible_devices``: the CPU."""
    return list_physical_devices(device_type)
