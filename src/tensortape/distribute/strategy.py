"""The default distribution strategy: one replica on this machine.

Source: ``tf.distribute``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from tensortape.core.registry import PUBLIC, export
from tensortape.core.unavailable import unavailable_class


@export("distribute.ReduceOp")
class ReduceOp(Enum):
    """How values of several replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"


class StrategyExtended:
    """The lower-level interface of the default strategy."""

    @contextlib.contextmanager
    def colocate_vars_with(self, colocate_with_variable: Any) -> Iterator[None]:
        """Create variables beside another one: there is one place."""
        yield

    def update(
        self,
        var: Any,
        fn: Callable[..., Any],
        args: Any = (),
        kwargs: Any = None,
        group: bool = True,
    ) -> Any:
        """Run ``fn(var, *args, **kwargs)``."""
        return fn(var, *args, **(kwargs or {}))

    def batch_reduce_to(
        self, reduce_op: Any, value_destination_pairs: Any, options: Any = None
    ) -> list[Any]:
        """One replica: each value is its own sum and mean."""
        return [value for value, _ in value_destination_pairs]

    def reduce_to(self, reduce_op: Any, value: Any, destinations: Any, options: Any = None) -> Any:
        """One replica: the value itself."""
        return value

    def _in_multi_worker_mode(self) -> bool:
        return False

    @property
    def worker_devices(self) -> tuple[str, ...]:
        """The devices that compute."""
        return ("/job:localhost/replica:0/task:0/device:CPU:0",)

    parameter_devices = worker_devices
    num_hosts = 1
    num_replicas_per_host = 1


@export("distribute.Strategy")
class Strategy:
    """One replica on one device; what code outside of any strategy runs under."""

    def __init__(self, extended: StrategyExtended | None = None) -> None:
        self.extended = extended or StrategyExtended()

    num_replicas_in_sync = 1

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """Context in which models and variables are made."""
        yield self

    def run(
        self, fn: Callable[..., Any], args: Any = (), kwargs: Any = None, options: Any = None
    ) -> Any:
        """Run ``fn`` on the one replica."""
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op: Any, value: Any, axis: Any = None) -> Any:
        """Combine the replicas' values: the one value (reduced over ``axis`` if given)."""
        if axis is None:
            return value
        from_public = {"SUM": "math.reduce_sum", "MEAN": "math.reduce_mean"}
        name = getattr(reduce_op, "value", reduce_op).upper()
        return PUBLIC[from_public[name]](value, axis=axis)

    def gather(self, value: Any, axis: int) -> Any:
        """One replica: the value itself."""
        return value

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """The values of all local replicas."""
        return (value,)

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset itself."""
        return dataset

    def distribute_datasets_from_function(
        self, dataset_fn: Callable[..., Any], options: Any = None
    ) -> Any:
        """The dataset that the function makes."""
        return dataset_fn(InputContext())


@export("distribute.InputContext")
class InputContext:
    """What an input function learns of its pipeline: it is the only one."""

    num_input_pipelines = 1
    input_pipeline_id = 0
    num_replicas_in_sync = 1

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The whole batch."""
        return global_batch_size


@export("distribute.ReplicaContext")
class ReplicaContext:
    """The context of the one replica."""

    num_replicas_in_sync = 1
    replica_id_in_sync_group = 0

    @property
    def strategy(self) -> Strategy:
        """The current strategy."""
        return get_strategy()

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """One replica: the value itself."""
        return value

    def merge_call(self, merge_fn: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """Run ``merge_fn(strategy, ...)``."""
        return merge_fn(get_strategy(), *args, **(kwargs or {}))


_default = Strategy()
_replica = ReplicaContext()


@export("distribute.get_strategy")
def get_strategy() -> Strategy:
    """The current strategy: the default one."""
    return _default


@export("distribute.has_strategy")
def has_strategy() -> bool:
    """Whether another than the default strategy is in force."""
    return False


@export("distribute.get_replica_context")
def get_replica_context() -> ReplicaContext:
    """The context of the current replica."""
    return _replica


@export("distribute.in_cross_replica_context")
def in_cross_replica_context() -> bool:
    """Whether code runs between replicas: no."""
    return False


@export("__internal__.distribute.interim.maybe_merge_call")
def maybe_merge_call(fn: Callable[..., Any], strategy: Strategy, *args: Any, **kwargs: Any) -> Any:
    """Run ``fn(strategy, ...)``: with one replica there is nothing to merge."""
    return fn(strategy, *args, **kwargs)


@export("__internal__.distribute.strategy_supports_no_merge_call")
def strategy_supports_no_merge_call() -> bool:
    """Whether updates may run without merging replicas: yes."""
    return True


_ONE = "use the default strategy (one device)"
for _name in ("MirroredStrategy", "MultiWorkerMirroredStrategy", "TPUStrategy", "OneDeviceStrategy",
              "DistributedValues", "DistributedDataset", "DistributedIterator"):  # fmt: skip
    unavailable_class(f"distribute.{_name}", _ONE)
