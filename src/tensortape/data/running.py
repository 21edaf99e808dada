"""One run over a pipeline: what it keeps, and how the code around it is kept out."""

from __future__ import annotations

from typing import Any

from tensortape.core import random_state
from tensortape.core.random_state import SeedScope
from tensortape.core.state import state


class Run:
    """What one iterator keeps: the random streams of the functions of its pipeline, and seeds.

    A function of a pipeline continues its streams from element to element (and from epoch to
    epoch of `repeat`); a new iterator starts them again, as in TensorFlow. `drawn` are the seeds
    that datasets such as `shuffle` drew for this run from `generators`.
    """

    __slots__ = ("_scopes", "drawn", "generators", "given", "states")

    def __init__(self) -> None:
        self._scopes: dict[Any, SeedScope] = {}
        self.drawn: list[tuple[int, int]] = []
        self.generators: list[Any] = []
        self.given: list[tuple[int, int]] = []
        self.states: list[tuple[int, int, int]] = []

    def numbers(self) -> list[int]:
        """The run so far as integers, for `repeating`."""
        states = [generator.state() for generator in self.generators]
        flat = [part for state in states for part in state]
        return [len(states), *flat, *[seed for pair in self.drawn for seed in pair]]

    @classmethod
    def repeating(cls, numbers: list[int]) -> Run:
        """A run that draws the same seeds as the one the numbers are from, and goes on alike."""
        run, end = cls(), 1 + 3 * numbers[0]
        run.states = list(zip(*[iter(numbers[1:end])] * 3, strict=True))
        run.given = list(zip(numbers[end::2], numbers[end + 1 :: 2], strict=True))
        return run

    def scope(self, key: Any, seed: int | None) -> SeedScope:
        """The streams of the function `key`, for the global seed at the time it was given."""
        found = self._scopes.get(key)
        if found is None:
            found = self._scopes[key] = SeedScope(seed)
        return found


class apart:
    """Context in which elements are made: eagerly, with no tape, graph or seeds from around it."""

    __slots__ = ("_saved",)

    def __enter__(self) -> None:
        scopes = random_state._scopes
        self._saved = (state.listeners, state.xp, state.tensor, state.graph, scopes.current)
        start = type(state)
        state.listeners, state.xp, state.tensor, state.graph = (), start.xp, start.tensor, None
        scopes.current = None

    def __exit__(self, *exc: object) -> None:
        listeners, xp, tensor, graph, scope = self._saved
        state.listeners, state.xp, state.tensor, state.graph = listeners, xp, tensor, graph
        random_state._scopes.current = scope
