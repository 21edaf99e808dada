"""Strategies: the default one, and what those of one replica share. Source: ``tf.distribute``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from tensortape.core.registry import PUBLIC, export
from tensortape.distribute.context import Place, current, within


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
        """Context in which models and variables are made.

        Raises ``RuntimeError`` within the scope of another strategy.
        """
        outer = current()
        if outer is not None and outer.strategy is not self:
            raise RuntimeError(
                f"Mixing different tf.distribute.Strategy objects: {outer.strategy!r} is in force, "
                f"{self!r} cannot be entered. Leave the scope of the first one before."
            )
        with within(Place(self, replica=False)):
            yield self

    def run(
        self, fn: Callable[..., Any], args: Any = (), kwargs: Any = None, options: Any = None
    ) -> Any:
        """Run ``fn`` on the one replica."""
        with within(Place(self, replica=True)):
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

    def experimental_distribute_values_from_function(self, value_fn: Callable[..., Any]) -> Any:
        """The one replica's value: ``value_fn`` of its context."""
        return value_fn(ValueContext())

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


@export("distribute.experimental.ValueContext")
class ValueContext:
    """What a function that makes the replicas' values learns: there is one."""

    num_replicas_in_sync = 1
    replica_id_in_sync_group = 0


class DefaultStrategy(Strategy):
    """The strategy outside of any scope."""

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """Context in which models and variables are made: as outside of it."""
        yield self

    def run(
        self, fn: Callable[..., Any], args: Any = (), kwargs: Any = None, options: Any = None
    ) -> Any:
        """Run ``fn``."""
        return fn(*args, **(kwargs or {}))


@export("distribute.ReplicaContext")
class ReplicaContext:
    """The context of the one replica."""

    num_replicas_in_sync = 1

    @property
    def replica_id_in_sync_group(self) -> Any:
        """The number of this replica: 0."""
        return PUBLIC["constant"](0)

    @property
    def strategy(self) -> Strategy:
        """The current strategy."""
        return get_strategy()

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """One replica: the value itself."""
        return value

    def all_gather(self, value: Any, axis: int, options: Any = None) -> Any:
        """One replica: the value itself."""
        return value

    def merge_call(self, merge_fn: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """Run ``merge_fn(strategy, ...)`` between the replicas."""
        return _merged(merge_fn, get_strategy(), args, kwargs)


_default = DefaultStrategy()
_replica = ReplicaContext()


@export("distribute.get_strategy")
def get_strategy() -> Strategy:
    """The current strategy: that of the innermost scope, else the default one."""
    place = current()
    return _default if place is None else place.strategy


@export("distribute.has_strategy")
def has_strategy() -> bool:
    """Whether another than the default strategy is in force."""
    return current() is not None


@export("distribute.get_replica_context")
def get_replica_context() -> ReplicaContext | None:
    """The context of the current replica; ``None`` in a strategy's scope outside of ``run``."""
    place = current()
    return _replica if place is None or place.replica else None


@export("distribute.in_cross_replica_context")
def in_cross_replica_context() -> bool:
    """Whether code runs in a strategy's scope outside of ``run``."""
    place = current()
    return place is not None and not place.replica


def _merged(fn: Callable[..., Any], strategy: Strategy, args: Any, kwargs: Any) -> Any:
    if strategy is _default:
        return fn(strategy, *args, **(kwargs or {}))
    with within(Place(strategy, replica=False)):
        return fn(strategy, *args, **(kwargs or {}))


@export("__internal__.distribute.interim.maybe_merge_call")
def maybe_merge_call(fn: Callable[..., Any], strategy: Strategy, *args: Any, **kwargs: Any) -> Any:
    """Run ``fn(strategy, ...)``: with one replica there is nothing to merge."""
    return fn(strategy, *args, **kwargs)


@export("__internal__.distribute.strategy_supports_no_merge_call")
def strategy_supports_no_merge_call() -> bool:
    """Whether updates may run without merging replicas: yes."""
    return True
