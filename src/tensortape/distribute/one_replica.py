"""TensorFlow's strategies where they come to one replica: on a machine with one device."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from tensortape.core.registry import export
from tensortape.core.unavailable import unavailable_class
from tensortape.distribute.strategy import Strategy

_CPU = ("", "CPU", "CPU:0", "DEVICE:CPU:0")


@export("distribute.MirroredStrategy")
class MirroredStrategy(Strategy):
    """Copies of the variables on each device: here the one processor.

    It behaves as TensorFlow's does on a machine without accelerators: one replica.

    >>> import tensortape as tf
    >>> strategy = tf.distribute.MirroredStrategy()
    >>> with strategy.scope():
    ...     v = tf.Variable(1.0)
    >>> float(strategy.run(lambda: v * 2.0)), strategy.num_replicas_in_sync
    (2.0, 1)

    Raises ``ValueError`` for several devices or others than the processor. Source:
    ``tf.distribute.MirroredStrategy``.
    """

    def __init__(self, devices: Sequence[str] | None = None, cross_device_ops: Any = None) -> None:
        super().__init__()
        _check_devices(type(self).__name__, devices or ())


@export("distribute.OneDeviceStrategy")
class OneDeviceStrategy(Strategy):
    """Everything on one device: the processor.

    Raises ``ValueError`` for other devices. Source: ``tf.distribute.OneDeviceStrategy``.
    """

    def __init__(self, device: str) -> None:
        super().__init__()
        _check_devices(type(self).__name__, [device])


@export("distribute.MultiWorkerMirroredStrategy")
class MultiWorkerMirroredStrategy(Strategy):
    """Copies of the variables on several machines: without ``TF_CONFIG`` this one alone.

    Raises ``ValueError`` if ``TF_CONFIG`` names several workers. Source:
    ``tf.distribute.MultiWorkerMirroredStrategy``.
    """

    def __init__(self, cluster_resolver: Any = None, communication_options: Any = None) -> None:
        super().__init__()
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        workers = [place for kind in ("chief", "worker") for place in cluster.get(kind, ())]
        if len(workers) > 1:
            raise ValueError(
                "MultiWorkerMirroredStrategy: TensorTape trains in one process, TF_CONFIG names "
                f"{len(workers)} workers: {workers}. Unset TF_CONFIG to train in this process."
            )


@export("distribute.CrossDeviceOps")
class CrossDeviceOps:
    """How values of several devices are combined; with one there is nothing to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()


@export("distribute.HierarchicalCopyAllReduce")
class HierarchicalCopyAllReduce(CrossDeviceOps):
    """Taken by :class:`MirroredStrategy`, without effect."""


@export("distribute.NcclAllReduce")
class NcclAllReduce(CrossDeviceOps):
    """Taken by :class:`MirroredStrategy`, without effect."""


@export("distribute.ReductionToOneDevice")
class ReductionToOneDevice(CrossDeviceOps):
    """Taken by :class:`MirroredStrategy`, without effect."""


def _check_devices(name: str, devices: Sequence[str]) -> None:
    kinds = {d.strip("/").upper().rpartition("TASK:0/")[2] for d in devices}
    if len(kinds) > 1 or not kinds <= set(_CPU):
        raise ValueError(
            f"{name}: TensorTape runs one replica on the processor, received the devices "
            f"{list(devices)}. Leave them out or pass '/cpu:0'."
        )


for _name in ("TPUStrategy", "DistributedValues", "DistributedDataset", "DistributedIterator"):
    unavailable_class(f"distribute.{_name}", "use a strategy of one device")
