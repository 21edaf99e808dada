"""What is measured of a layer in one step of a training."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensortape.examine.backflow import plain
from tensortape.examine.summary import norm
from tensortape.examine.why_scale import ROWS, alike

BINS = np.arange(-20.0, 6.5, 0.5)
"""Edges of the histograms: powers of ten of the magnitudes."""

SATURATED = {"Tanh": 0.98, "Sigmoid": 0.02}
"""Tanh counts as saturated beyond the one, sigmoid within the other of 0 or 1."""

RELUS = ("Relu", "Relu6")


@dataclass
class LayerStep:
    """One layer in one step.

    ``gradient``, ``weight`` and ``update`` are norms over all of the layer's variables, ``largest``
    is the largest element of the gradient; ``dead``
    and ``saturated`` are parts of its units (``None`` where it has no such activation).
    """

    step: int
    layer: str
    elements: int = 0
    gradient: float = 0.0
    largest: float = 0.0
    weight: float = 0.0
    update: float = math.nan
    zeros: int = 0
    nonfinite: int = 0
    missing: int = 0
    dead: float | None = None
    saturated: float | None = None
    histogram: Any = field(default=None, repr=False)

    @property
    def ratio(self) -> float:
        """How far the step moved the weights, in parts of their size."""
        return self.update / self.weight if self.weight else math.nan

    def add(self, gradient: Any, weight: Any) -> None:
        """Enter one of the layer's variables."""
        a = plain(gradient)
        self.weight = math.hypot(self.weight, norm(weight))
        if a is None:
            self.missing += 1
            return
        self.elements += a.size
        wide = a if a.dtype.kind in "fc" else a.astype(np.float32)
        finite = np.isfinite(wide)
        self.nonfinite += int(a.size - np.count_nonzero(finite))
        self.zeros += int(a.size - np.count_nonzero(wide))
        if a.size:
            self.largest = float(np.fmax(self.largest, np.max(np.abs(wide))))
        self.gradient = math.hypot(self.gradient, norm(wide))
        counts = histogram(wide[finite] if self.nonfinite else wide)
        self.histogram = counts if self.histogram is None else self.histogram + counts


def histogram(array: Any) -> Any:
    """How many elements have which power of ten.

    >>> int(histogram(np.array([0.0, 1.0, 2.0])).sum())
    2
    """
    sizes = np.abs(array[array != 0])
    with np.errstate(all="ignore"):
        powers = np.log10(sizes.astype(np.float64))
    return np.histogram(np.clip(powers, BINS[0], BINS[-1] - 1e-9), BINS)[0]


@dataclass
class Units:
    """Which units of an activation were alive or not saturated in some row, over a step."""

    kind: str
    alive: Any
    count: int = 0
    total: int = 0

    @classmethod
    def of(cls, kind: str, inputs: Any, outputs: Any) -> Units | None:
        """What one execution of an activation shows; ``None`` where it shows nothing.

        That a unit answers 0 to a few rows, or to rows that are all alike, says little.
        """
        a = np.asarray(inputs if kind in RELUS else outputs)
        if a.ndim < 2 or not a.size:
            return None
        rows = a.reshape(-1, a.shape[-1])
        if not np.isfinite(rows.astype(np.float32, copy=False)).all():
            return None
        if kind in RELUS:
            if len(rows) < ROWS or alike(rows):
                return None
            return cls(kind, (rows > 0).any(axis=0))
        limit = SATURATED[kind]
        flat = np.abs(rows) > limit if kind == "Tanh" else (rows < limit) | (rows > 1 - limit)
        return cls(kind, None, int(np.count_nonzero(flat)), flat.size)

    def merge(self, other: Units) -> Units:
        """Both together."""
        if self.alive is not None and other.alive is not None:
            if self.alive.shape == other.alive.shape:
                self.alive = self.alive | other.alive
            return self
        self.count, self.total = self.count + other.count, self.total + other.total
        return self

    @property
    def part(self) -> float:
        """The part of units that are dead, or of answers that are saturated."""
        if self.alive is not None:
            return 1.0 - float(np.count_nonzero(self.alive)) / self.alive.size
        return self.count / self.total if self.total else 0.0
