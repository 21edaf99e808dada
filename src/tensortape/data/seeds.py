"""Seeds of datasets and the random words they stand for, as TensorFlow's kernels draw them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tensortape.core.random_state import MAX_INT32, get_seed
from tensortape.data.running import Run
from tensortape.ops.random import philox

_FIRST_CHUNK, _LARGEST_CHUNK = 32, 8192


def dataset_seeds(seed: Any) -> tuple[int, int]:
    """The two seeds of a dataset, from its own (or `None`) and the global one.

    Without either they come from the operating system.
    """
    first, second = get_seed(None if seed is None else int(seed))
    if first is None or (first == 0 and second == 0):
        if first is not None:
            return 0, MAX_INT32
        drawn = os.urandom(16)
        return int.from_bytes(drawn[:8], "little"), int.from_bytes(drawn[8:], "little")
    return first, second or 0


def words(seed: int, seed2: int) -> Iterator[int]:
    """The stream of 32-bit words of two seeds."""
    state = philox.from_seeds(seed, seed2)
    count = _FIRST_CHUNK
    while True:
        yield from philox.words(state, count).tolist()
        state = state.skip(count // 4)
        count = min(count * 4, _LARGEST_CHUNK)


class _Looking:
    depth = 0


class looking:
    """Context in which elements are made to see their type: no seeds are used up."""

    def __enter__(self) -> None:
        _Looking.depth += 1

    def __exit__(self, *exc: object) -> None:
        _Looking.depth -= 1


class SeedGenerator:
    """The seeds of each iteration over a dataset: new ones each time, or always the same."""

    def __init__(self, seed: Any, again: bool) -> None:
        self._seeds, self._again = dataset_seeds(seed), again
        self._stream = words(*self._seeds)
        self._count = 0
        self._ahead: tuple[int, int] | None = None

    def next(self, run: Run) -> tuple[int, int]:
        """The two seeds of the next iteration, which is part of `run`."""
        if self not in run.generators:
            if len(run.generators) < len(run.states):
                self._continue(*run.states[len(run.generators)])
            run.generators.append(self)
        seeds = run.given.pop(0) if run.given else self._new()
        run.drawn.append(seeds)
        return seeds

    def _new(self) -> tuple[int, int]:
        if not self._again:
            return self._seeds
        seeds = self._ahead or (next(self._stream), next(self._stream))
        self._ahead = seeds if _Looking.depth else None
        self._count += not _Looking.depth
        return seeds

    def state(self) -> tuple[int, int, int]:
        """The two seeds of the generator, and how many it has given."""
        return *self._seeds, self._count

    def _continue(self, seed: int, seed2: int, count: int) -> None:
        self._seeds, self._count, self._ahead = (seed, seed2), count, None
        self._stream = islice(words(seed, seed2), 2 * count, None)
