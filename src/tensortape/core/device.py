"""Device names, and `tf.device`.

Values live in the main memory, on the one device `CPU:0`. A request for another local device is
granted as TensorFlow grants it on a machine without that device: the work is done on the CPU.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from tensortape.core import errors
from tensortape.core.registry import export

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
"""The full name of the device that holds every eager value."""

_TYPES = ("CPU", "GPU", "TPU")


@export("DeviceSpec")
class DeviceSpec(NamedTuple):
    """The parts of a device name, each of which may be left open.

    >>> DeviceSpec(job="worker", device_type="GPU", device_index=1).to_string()
    '/job:worker/device:GPU:1'
    >>> DeviceSpec.from_string("gpu:0")
    <DeviceSpec(job=None, replica=None, task=None, device_type=GPU, device_index=0)>

    Source: `tf.DeviceSpec`.
    """

    job: str | None = None
    replica: int | None = None
    task: int | None = None
    device_type: str | None = None
    device_index: int | None = None

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The parts of a name such as `/job:worker/task:1/device:GPU:0`, `gpu:0` or `CPU`.

        Raises `ValueError` for a part that is none of job, replica, task and device.
        """
        parts: dict[str, Any] = {}
        for part in spec.split("/"):
            if part:
                _parse(part, spec, parts)
        return cls(**parts)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """The parts of another name."""
        return self.from_string(spec)

    def replace(self, **parts: Any) -> DeviceSpec:
        """The same parts but for those given."""
        return self._replace(**parts)

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """The parts of `dev`, and of this one where `dev` leaves them open.

        A device type brings its own index along.
        """
        merged = [mine if its is None else its for mine, its in zip(self, dev, strict=True)]
        if dev.device_type is not None:
            merged[4] = dev.device_index
        return DeviceSpec._make(merged)

    def to_string(self) -> str:
        """The name made of the parts."""
        names = ("job", "replica", "task")
        text = "".join(
            f"/{name}:{part}" for name, part in zip(names, self, strict=False) if part is not None
        )
        if self.device_type is None:
            return text
        index = "*" if self.device_index is None else self.device_index
        return f"{text}/device:{self.device_type}:{index}"

    def __str__(self) -> str:
        return self.to_string()

    def __repr__(self) -> str:
        parts = ", ".join(f"{n}={p}" for n, p in zip(self._fields, self, strict=True))
        return f"<DeviceSpec({parts})>"


def _parse(part: str, spec: str, parts: dict[str, Any]) -> None:
    kind, *values = part.split(":")
    if kind == "device" and len(values) in (1, 2):
        kind, *values = values
    elif kind in ("job", "replica", "task") and len(values) == 1:
        parts[kind] = values[0] if kind == "job" else int(values[0])
        return
    elif kind.upper() not in _TYPES or len(values) > 1:
        raise ValueError(
            f"Unknown attribute {kind!r} is encountered while parsing the device spec: {spec!r}. "
            "A device is named like 'CPU:0', '/GPU:1' or '/job:worker/task:0/device:CPU:0'."
        )
    if "device_type" in parts:
        raise ValueError(
            f"Multiple device types are not allowed while parsing the device spec: {spec}."
        )
    parts["device_type"] = kind.upper() if kind.upper() in _TYPES else kind
    if values and values[0] != "*":
        parts["device_index"] = int(values[0])


class _Requested(threading.local):
    spec: DeviceSpec = DeviceSpec()


_requested = _Requested()


def requested_device() -> str:
    """What the open `tf.device` contexts ask for; operations of a graph carry it along.

    >>> with device("/job:localhost"), device("gpu:1"):
    ...     requested_device()
    '/job:localhost/device:GPU:1'
    """
    return _requested.spec.to_string()


@export("device")
class device:
    """Context manager that asks for operations to run on a device.

    `device_name` is a name such as `"CPU:0"` or `"/GPU:1"`; `None` drops what contexts around ask.

    Raises, on entry, `ValueError` for what is no device name, `RuntimeError` for a function, and
    `tf.errors.InvalidArgumentError` for a device of another machine.

    >>> with device("CPU:0"):
    ...     pass

    Source: `tf.device`.
    """

    def __init__(self, device_name: str | DeviceSpec | None) -> None:
        if callable(device_name):
            raise RuntimeError("tf.device does not support functions.")
        self._device_name = device_name
        self._outer: list[DeviceSpec] = []

    def __enter__(self) -> None:
        outer = _requested.spec
        _requested.spec = self._merged(outer)
        self._outer.append(outer)

    def _merged(self, outer: DeviceSpec) -> DeviceSpec:
        name = self._device_name
        if name is None:
            return DeviceSpec()
        if not isinstance(name, (str, DeviceSpec)):
            raise ValueError(f"Expecting a string device name. Got {type(name)}({name})")
        spec = name if isinstance(name, DeviceSpec) else DeviceSpec.from_string(name)
        if (spec.job or "localhost", spec.replica or 0, spec.task or 0) != ("localhost", 0, 0):
            raise errors.InvalidArgumentError(
                None, None, f"{spec} unknown device. The devices of this program are: {CPU}"
            )
        return outer.make_merged_spec(spec)

    def __exit__(self, *exception: Any) -> None:
        _requested.spec = self._outer.pop()
