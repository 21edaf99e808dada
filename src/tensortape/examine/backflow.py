"""The backward pass of one call, as arrays: what arrived at each operation and what it sent."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.examine.cotangents import Blocks, array_of
from tensortape.examine.journal import Asked, Journal
from tensortape.examine.lineage import Lineage
from tensortape.examine.trace import RuleRun


class Backflow:
    """The rules that ran for one source, and what they exchanged."""

    def __init__(self, journal: Journal, asked: Asked, lineage: Lineage) -> None:
        self.journal, self.lineage = journal, lineage
        self.runs = asked.run.rules
        self.into: dict[int, list[tuple[RuleRun, int]]] = {}
        self.of: dict[int, RuleRun] = {}
        for run in self.runs:
            for output in run.entry.outputs:
                self.of[output._id] = run
            for i, given in enumerate(run.entry.inputs):
                if i < len(run.downstream) and run.downstream[i] is not None:
                    self.into.setdefault(given._id, []).append((run, i))
        self._values: dict[int, Any] | None = None

    def sent(self, run: RuleRun, position: int) -> Any:
        """What a rule sent to one input."""
        return plain(run.downstream[position])

    def arrived(self, run: RuleRun) -> list[Any]:
        """What arrived at the outputs of an operation."""
        return [plain(u) for u in run.upstream]

    def value(self, tensor: int) -> Any:
        """The value of a tensor; ``None`` where it was released."""
        if self._values is None:
            self._values = {}
            for run in self.runs:
                for t in (*run.entry.inputs, *run.entry.outputs):
                    if isinstance(getattr(t, "_a", None), np.ndarray | np.generic):
                        self._values[t._id] = t._a
        if tensor in self._values:
            return self._values[tensor]
        node = self.lineage.producer(tensor)
        if node is not None and node.arrays:
            return node.arrays[len(node.inputs) + node.outputs.index(tensor)]
        return None

    def place(self, run: RuleRun) -> Any:
        """The user's line of an operation."""
        node = self.lineage.producer(run.entry.outputs[0]._id)
        if node is None:
            return self.journal.place(run.entry.op.type, None)
        return self.journal.place(run.entry.op.type, node.position)


def plain(value: Any) -> Any:
    """An array for what rules exchange; of a large structured batch its blocks."""
    array = array_of(value)
    array = array.array if isinstance(array, Blocks) else array
    return None if array is None else np.asarray(array)


def broken(array: Any) -> bool:
    """Whether an element is NaN or infinite."""
    if array is None:
        return False
    a = np.asarray(array)
    if a.dtype.kind in "biuOSU":
        return False
    return not bool(np.isfinite(a if a.dtype.kind in "fc" else a.astype(np.float32)).all())


def first_bad(array: Any) -> tuple[int, ...]:
    """The index of the first NaN, else of the first infinite element."""
    a = np.asarray(array)
    a = a if a.dtype.kind in "fc" else a.astype(np.float32)
    bad = np.isnan(a) if np.isnan(a).any() else ~np.isfinite(a)
    return tuple(int(i) for i in np.argwhere(bad)[0])


def element(array: Any, index: tuple[int, ...]) -> Any:
    """The element of an array at the index of a larger one it extends to, or ``None``."""
    if array is None:
        return None
    a = np.asarray(array)
    if a.ndim == 0:
        return a[()]
    if a.ndim > len(index):
        return None
    tail = index[len(index) - a.ndim :]
    at = tuple(0 if n == 1 else i for i, n in zip(tail, a.shape, strict=True))
    if any(i >= n for i, n in zip(at, a.shape, strict=True)):
        return None
    return a[at]
