"""One run over a pipeline: what it keeps, and how the code around it is kept out."""

from __future__ import annotations

from typing import Any

from tensortape.core import random_state
from tensortape.core.random_state import SeedScope
from tensortape.core.state import state


class Run:
    """What one iterator keeps: the random streams of the functions of its pipeline.

    A function of a pipeline continues its streams from element to element (and from epoch to
    epoch of `repeat`); a new iterator starts them again, as in TensorFlow.
    """

    __slots__ = ("_scopes",)

    def __init__(self) -> None:
        self._scopes: dict[Any, SeedScope] = {}

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
        self._saved = (state.listeners, state.xp, state.tensor, scopes.current)
        start = type(state)
        state.listeners, state.xp, state.tensor = (), start.xp, start.tensor
        scopes.current = None

    def __exit__(self, *exc: object) -> None:
        state.listeners, state.xp, state.tensor, random_state._scopes.current = self._saved
