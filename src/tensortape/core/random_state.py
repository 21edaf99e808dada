"""Where seeds come from: the global seed, operation seeds and the streams of random ops.

A random op draws from a stream determined by two integers. TensorFlow keeps one stream for each
distinct operation (name, seeds and type attributes): calls with the same seeds continue where
the last one stopped, until ``set_seed`` starts everything anew. Operations without a seed of
their own get one from a Python generator that ``set_seed`` seeds; with no global seed either,
the streams start from the entropy of the operating system.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from tensortape.core.registry import export
from tensortape.core.state import state

DEFAULT_GRAPH_SEED = 87654321
MAX_INT32 = 2**31 - 1
_MASK64 = (1 << 64) - 1
_MASK128 = (1 << 128) - 1


class Stream:
    """A Philox stream that operations reserve parts of: a 64-bit key and a 128-bit counter."""

    __slots__ = ("__weakref__", "counter", "key")

    def __init__(self, seed: int, seed2: int) -> None:
        if seed == 0 and seed2 == 0:
            seed, seed2 = (int.from_bytes(os.urandom(8), "little") for _ in range(2))
        self.key = seed & _MASK64
        self.counter = (seed2 & _MASK64) << 64

    def reserve(self, blocks: int) -> tuple[int, int]:
        """Takes ``blocks`` blocks: the key and the counter of the first of them."""
        start = self.counter
        self.counter = (start + blocks) & _MASK128
        return self.key, start


class SeedScope:
    """The seeds of one graph: operation seeds are numbered, each operation has its own stream.

    ``replay`` starts the numbering again and keeps the streams, so that running the same Python
    code once more continues the streams of the run before, as calling a compiled function does.
    """

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self._epoch = _global.epoch
        self._streams: dict[Any, Stream] = {}
        self._seeds_given = 0
        self._operations = 0

    def replay(self) -> None:
        """Prepares for running the same operations again."""
        self._seeds_given = self._operations = 0
        if self._epoch != _global.epoch:
            self._epoch = _global.epoch
            self._streams.clear()

    @property
    def stale(self) -> bool:
        """Whether a global seed was set since the streams started."""
        return self._epoch != _global.epoch

    def restart(self) -> None:
        """Lets every stream begin anew, for whoever holds it."""
        self._epoch = _global.epoch
        for (_, (_, seed, seed2)), stream in self._streams.items():
            fresh = Stream(seed, seed2)
            stream.key, stream.counter = fresh.key, fresh.counter

    @contextmanager
    def numbered_apart(self) -> Iterator[None]:
        """Within the context operation seeds are numbered from zero: a branch or a loop's body."""
        outer, self._seeds_given = self._seeds_given, 0
        try:
            yield
        finally:
            self._seeds_given = outer

    def next_operation_seed(self) -> int:
        """The seed of the next operation that has none of its own."""
        self._seeds_given += 1
        return self._seeds_given - 1

    def stream(self, key: Hashable, seed: int, seed2: int) -> Stream:
        """The stream of the next operation of the graph."""
        place = (self._operations, key)
        self._operations += 1
        found = self._streams.get(place)
        if found is None:
            found = self._streams[place] = Stream(seed, seed2)
        return found


class _GlobalSeed:
    """The seed of eager execution and everything derived from it."""

    def __init__(self) -> None:
        self.seed: int | None = None
        self.epoch = 0
        self.streams: dict[Hashable, Stream] = {}
        self.generator = random.Random()

    def set(self, seed: int | None) -> None:
        self.seed = seed
        self.epoch += 1
        self.streams = {}
        self.generator = random.Random(_plain(seed))


def _plain(seed: Any) -> Any:
    """A seed as Python's generator takes it: NumPy integers and tensors become integers."""
    return seed if type(seed) in (int, float, str, bytes, type(None)) else int(seed)


class _Scopes(threading.local):
    current: SeedScope | None = None


_global = _GlobalSeed()
_scopes = _Scopes()


@export("random.set_seed", "compat.v1.set_random_seed", "compat.v1.random.set_random_seed")
def set_seed(seed: int | None) -> None:
    """Sets the global seed, and with it all random operations, to a fixed beginning.

    ``seed`` is an integer of any size (NumPy integers too), or None for no global seed.
    TensorFlow: ``tf.random.set_seed``.

    >>> import tensortape as tf
    >>> tf.random.set_seed(0)
    >>> tf.random.uniform((2,), -0.1, 0.1, tf.float64)
    <tf.Tensor: shape=(2,), dtype=float64, numpy=array([-0.03283963, -0.04337479])>
    """
    _global.set(_plain(seed))


def global_seed() -> int | None:
    """The seed given to ``set_seed``, or None."""
    return _global.seed


def internal_operation_seed() -> int:
    """A seed for an operation without one, drawn from the generator of the global seed."""
    return _global.generator.randint(0, MAX_INT32)


@export("compat.v1.get_seed", "compat.v1.random.get_seed")
def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of an operation, from its own seed (or None) and the global one.

    Both are None when neither was given. TensorFlow: ``random_seed.get_seed``.
    """
    scope = _current_scope()
    graph_seed = _global.seed if scope is None else scope.seed
    if graph_seed is None:
        if op_seed is None:
            return None, None
        seeds = DEFAULT_GRAPH_SEED, _truncate(op_seed)
    else:
        if op_seed is None:
            op_seed = internal_operation_seed() if scope is None else scope.next_operation_seed()
        seeds = _truncate(graph_seed), _truncate(op_seed)
    # (0, 0) means "no seed" to the operations themselves.
    return (0, MAX_INT32) if seeds == (0, 0) else seeds


def stream(key: Hashable, seed: int, seed2: int) -> Stream:
    """The stream of the operation that ``key`` names, with the attributes ``seed``, ``seed2``.

    Equal arguments give the same stream, further advanced by every use.
    """
    scope = _current_scope()
    if scope is not None:
        return scope.stream((key, seed, seed2), seed, seed2)
    place = (key, seed, seed2)
    found = _global.streams.get(place)
    if found is None:
        found = _global.streams[place] = Stream(seed, seed2)
    return found


def operation_stream(key: Hashable, op_seed: int | None) -> Stream:
    """The stream of an eager or traced operation with the seed ``op_seed``, or with none."""
    first, second = get_seed(op_seed)
    if op_seed is None and first is not None and _current_scope() is None:
        # Its seed is drawn anew for every call, so nobody will ask for this stream again.
        return Stream(first, second or 0)
    return stream(key, first or 0, second or 0)


@contextmanager
def seed_scope(scope: SeedScope | None) -> Iterator[SeedScope | None]:
    """Within the context, operations take their seeds and streams from ``scope``.

    None returns to eager behaviour (``tf.init_scope``).
    """
    outer = _scopes.current
    _scopes.current = scope
    try:
        yield scope
    finally:
        _scopes.current = outer


@contextmanager
def numbered_apart() -> Iterator[None]:
    """Within the context a part of a graph is built, whose operation seeds begin at zero."""
    if _scopes.current is None:
        yield
        return
    with _scopes.current.numbered_apart():
        yield


def _current_scope() -> SeedScope | None:
    """The scope that seeds come from; a graph built without one leaves the eager seeds alone."""
    if _scopes.current is None and hasattr(state.xp, "evaluate"):
        return SeedScope(_global.seed)
    return _scopes.current


def _truncate(seed: Any) -> int:
    """A seed of any size as one of 31 bits."""
    if isinstance(seed, (str, bytes)):
        raise TypeError(f"The seed of a random operation must be an integer, got {seed!r}.")
    return int(seed % MAX_INT32)
