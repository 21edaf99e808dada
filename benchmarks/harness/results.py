"""What was measured: samples, their medians and ratios, and whether the peers agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from harness.peers import ours
from harness.workloads import Workload

Digest = dict[str, Any]


@dataclass
class Measurement:
    """The samples of one peer on one workload, in the workload's unit per unit of work."""

    samples: list[float] = field(default_factory=list)
    idiom: str = ""
    stages: dict[str, Any] = field(default_factory=dict)
    """Seconds before the first result by stage, and the engine that was chosen."""

    @property
    def median(self) -> float:
        return median(self.samples)

    @property
    def best(self) -> float:
        return min(self.samples)

    @property
    def spread(self) -> float:
        """Half the range between the quartiles, relative to the median."""
        if len(self.samples) < 2:
            return 0.0
        low, _, high = quantiles(self.samples, n=4, method="inclusive")
        return (high - low) / 2 / self.median


@dataclass(frozen=True)
class Target:
    """A ratio that was to be reached, and the one that was."""

    peer: str
    wanted: float
    reached: float
    by: str = "tensortape"

    @property
    def met(self) -> bool:
        return self.reached >= self.wanted


@dataclass
class Row:
    """One workload on all peers; `labels` names the peers in the order of the table."""

    workload: Workload
    labels: dict[str, str]
    measurements: dict[str, Measurement] = field(default_factory=dict)
    digests: dict[str, dict[str, Digest]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def baseline(self) -> str | None:
        """The peer that ratios refer to: TensorTape, or the fastest where it was not measured.

        Of several rows of TensorTape, the first.
        """
        if not self.measurements:
            return None
        return next(filter(ours, self.measurements), self._fastest(self.measurements))

    def _fastest(self, names: Any) -> str:
        return min(names, key=lambda name: self.measurements[name].median)

    def ratio(self, name: str) -> float:
        """How many times what the baseline takes peer `name` takes."""
        assert self.baseline
        return self.measurements[name].median / self.measurements[self.baseline].median

    def disagreements(self) -> list[str]:
        """One line for each answer that is not the reference's, within the tolerance.

        The reference is the first of the others than TensorTape, or TensorTape when alone.
        """
        named = [(f"{p} {i}".strip(), d) for p, by in self.digests.items() for i, d in by.items()]
        if not named:
            return []
        outside = [pair for pair in named if not ours(pair[0])]
        reference, expected = (outside or named)[0]
        return [
            f"{name} and {reference} disagree: {difference}"
            for name, found in named
            if (difference := differ(found, expected, self.workload.tolerance))
        ]

    def targets(self) -> list[Target]:
        """The ratios asked for of the peers that were measured, to the fastest row of ours."""
        mine = [name for name in self.measurements if ours(name)]
        others = [name for name in self.measurements if not ours(name)]
        if not mine or not others:
            return []
        best = self._fastest(mine)
        found = []
        for peer, wanted in (self.workload.targets or {}).items():
            name = self._fastest(others) if peer == "fastest" else peer
            if name in self.measurements:
                found.append(Target(name, wanted, self.ratio(name) / self.ratio(best), best))
        return found


def differ(found: Digest, expected: Digest, tolerance: float) -> str:
    """What is different between two digests; empty where they agree.

    Elements are compared relative to the largest of them, since derivatives that cancel have no
    relative accuracy of their own.
    """
    if found["count"] != expected["count"]:
        return f"{found['count']} values against {expected['count']}"
    size = max(map(abs, expected["values"]), default=0.0) or 1.0
    for position, (x, y) in enumerate(zip(found["values"], expected["values"], strict=True)):
        if not abs(x - y) <= tolerance * size:
            return f"value {position} is {x!r} against {y!r}"
    for what, room in (("sum", size * expected["count"]), ("norm", expected["norm"] or 1.0)):
        if not abs(found[what] - expected[what]) <= tolerance * room:
            return f"{what} is {found[what]!r} against {expected[what]!r}"
    return ""
