"""Devices and run-time settings. Source: ``tf.config``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from tensortape.core.registry import export

PhysicalDevice = export("config.PhysicalDevice")(
    namedtuple("PhysicalDevice", ["name", "device_type"])
)
LogicalDevice = export("config.LogicalDevice")(namedtuple("LogicalDevice", ["name", "device_type"]))

_seed_determinism = [False]


@export("config.list_physical_devices", "config.experimental.list_physical_devices",
        "config.get_visible_devices")  # fmt: skip
def list_physical_devices(device_type: str | None = None) -> list[Any]:
    """The devices of the machine that compute: one CPU.

    >>> import tensortape as tf
    >>> tf.config.list_physical_devices("GPU")
    []
    """
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


@export("config.list_logical_devices", "config.experimental.list_logical_devices")
def list_logical_devices(device_type: str | None = None) -> list[Any]:
    """The devices as programs name them: one CPU."""
    return [LogicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


@export("config.experimental.enable_op_determinism")
def enable_op_determinism() -> None:
    """Demand reproducible results; operations are deterministic in any case."""
    _seed_determinism[0] = True


def disable_op_determinism() -> None:
    """Take :func:`enable_op_determinism` back."""
    _seed_determinism[0] = False


def is_op_determinism_enabled() -> bool:
    """Whether :func:`enable_op_determinism` was called."""
    return _seed_determinism[0]
