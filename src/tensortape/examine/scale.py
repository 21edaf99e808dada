"""The way of a gradient from the target back to a source, and what changed its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tensortape.examine.backflow import Backflow
from tensortape.examine.trace import RuleRun

LONGEST = 10_000


@dataclass
class Leg:
    """One operation on the way back: sums and peaks of what arrived at it and what it sent on.

    The sum of magnitudes is kept by a mean (which gives each of n elements 1/n), so that it tells
    shrinking from averaging; the peak is what overflows.
    """

    run: RuleRun
    position: int
    arrived: float
    sent: float
    peak_arrived: float
    peak_sent: float

    @property
    def op(self) -> str:
        """The type of the operation."""
        return str(self.run.entry.op.type)

    @property
    def factor(self) -> float:
        """By how much the sum of magnitudes changed."""
        return self.sent / self.arrived if self.arrived else 1.0

    @property
    def growth(self) -> float:
        """By how much the peak changed."""
        return self.peak_sent / self.peak_arrived if self.peak_arrived else 1.0


def way_back(flow: Backflow) -> list[Leg]:
    """The operations that carried most of the gradient, from the source's side to the target's."""
    legs: list[Leg] = []
    tensors, seen = list(flow.lineage.starts), set()
    while tensors and len(legs) < LONGEST:
        options = [
            leg_of(flow, run, position)
            for tensor in tensors
            for run, position in flow.into.get(tensor, ())
            if id(run) not in seen
        ]
        if not options:
            break
        best = max(options, key=lambda leg: leg.sent)
        seen.add(id(best.run))
        legs.append(best)
        tensors = [o._id for o in best.run.entry.outputs]
    return legs


def leg_of(flow: Backflow, run: RuleRun, position: int) -> Leg:
    """What one rule received and sent to one input."""
    arrived = [sizes(a) for a in flow.arrived(run)]
    total, peak = sum(a[0] for a in arrived), max((a[1] for a in arrived), default=0.0)
    sent, peak_sent = sizes(flow.sent(run, position))
    return Leg(run, position, total, sent, peak, peak_sent)


def sizes(array: Any) -> tuple[float, float]:
    """The sum of magnitudes and the largest one.

    >>> sizes(np.array([3.0, -4.0]))
    (7.0, 4.0)
    """
    if array is None or not np.size(array):
        return 0.0, 0.0
    a = np.asarray(array)
    a = np.abs(a if a.dtype.kind in "fc" else a.astype(np.float64))
    with np.errstate(all="ignore"):
        return float(np.sum(a, dtype=np.float64)), float(np.max(a))
