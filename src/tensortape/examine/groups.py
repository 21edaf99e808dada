"""Calls of one line with the same operations: which to keep, and their curves."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from tensortape.examine.findings import examine
from tensortape.examine.model import Group, Series
from tensortape.examine.snapshot import Snapshot, Table
from tensortape.examine.summary import plain, rounded

KEPT = 12
"""Calls kept of a group, besides the last and the first ones with a finding of each kind."""

KEPT_LARGE = 6
"""The same for groups of more than ``LARGE`` operations."""

LARGE = 60
POINTS = 400


class Curve:
    """Figures over the calls, thinned evenly to at most ``POINTS``."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, Any, Any]] = []
        self.last: tuple[int, Any, Any] | None = None
        self.stride = 1

    def add(self, index: int, target: Any, gradient: Any) -> None:
        """Enter the figures of a call."""
        self.last = (index, target, gradient)
        if index % self.stride == 0:
            self.rows.append(self.last)
        if len(self.rows) > POINTS:
            self.stride *= 2
            self.rows = [row for row in self.rows if row[0] % self.stride == 0]

    def series(self, target_is: str) -> Series:
        """The curve, with its last point."""
        rows = list(self.rows)
        if self.last is not None and (not rows or rows[-1][0] != self.last[0]):
            rows.append(self.last)
        index, target, gradient = (
            (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
        )
        return Series(index, target, gradient, target_is)


class CallGroup:
    """One group while the run goes on. ``group`` has its structure, filled in at the end."""

    def __init__(self, group: Group, target_is: str, unwatched: dict[int, str]) -> None:
        self.group, self.target_is, self.unwatched = group, target_is, unwatched
        self.curve = Curve()
        self.kept: dict[int, Snapshot] = {}
        self.last: Snapshot | None = None
        self.kinds: Counter[str] = Counter()
        self.stride = 1
        self.next = 0
        self.flagged: set[int] = set()
        self.limit = KEPT if len(group.ops) <= LARGE else KEPT_LARGE

    def add(self, snapshot: Snapshot, kinds: set[str], target: Any, gradient: Any) -> None:
        """Count a call; keep its figures if it is one of those to keep."""
        self.group.count += 1
        self.curve.add(snapshot.index, target, gradient)
        if any(kind not in self.kinds for kind in kinds):
            self.flagged.add(snapshot.index)
        self.kinds.update(kinds)
        self.last = snapshot
        if snapshot.index >= self.next or snapshot.index in self.flagged:
            self.kept[snapshot.index] = snapshot.settle()
            self._plan(snapshot.index)

    def _plan(self, index: int) -> None:
        """Thin the kept calls when they are too many; choose the next to keep.

        The steps vary a little: a loop over data comes round, and equal steps would meet the same
        item each time.
        """
        while len(self.kept) - len(self.flagged) > self.limit:
            self.stride *= 2
            spare = [i for i in self.kept if i not in self.flagged][1::2]
            for i in spare:
                del self.kept[i]
        if index >= self.next:
            self.next = index + self.stride + (len(self.kept) % 4 if self.stride > 2 else 0)

    def finish(self) -> Group:
        """The group with its recorded calls, their findings and its curves."""
        group, table = self.group, Table()
        chosen = dict(self.kept)
        if self.last is not None:
            chosen[self.last.index] = self.last
        group.calls = [table.call(chosen[i]) for i in sorted(chosen)]
        group.summaries = table.summaries
        counted = Counter(self.kinds)
        seen: Counter[str] = Counter()
        for call in group.calls:
            call.flags = examine(group, call, self.unwatched)
            seen.update({flag.kind for flag in call.flags})
        for kind, times in seen.items():
            counted.setdefault(kind, times)
        group.flag_counts = dict(counted.most_common())
        group.series = self.curve.series(self.target_is)
        return group


def kinds_of(results: list[Any], targets: list[Any]) -> set[str]:
    """The kinds of findings that the results and targets show by themselves."""
    kinds: set[str] = set()
    for a in results:
        if a is None:
            kinds.add("none")
        elif not (total := finite_norm(a)):
            kinds.update(["zero"] if np.size(a) else [])
        elif not math.isfinite(total):
            kinds.add("nan" if np.isnan(np.asarray(a, dtype=complex)).any() else "inf")
    for a in targets:
        if a is not None and not math.isfinite(finite_norm(a)):
            kinds.add(
                "forward-nan" if np.isnan(np.asarray(a, dtype=complex)).any() else "forward-inf"
            )
    return kinds


def finite_norm(a: Any) -> float:
    """Largest absolute value; NaN or infinite where an element is."""
    a = np.asarray(a)
    if a.dtype.kind not in "fciuV" or not a.size:
        return 0.0
    with np.errstate(all="ignore"):
        return float(np.max(np.abs(a if a.dtype.kind != "V" else a.astype(np.float64))))


def norm_of(arrays: list[Any]) -> Any:
    """The norm of several arrays taken together, as a JSON value."""
    total = 0.0
    with np.errstate(all="ignore"):
        for a in arrays:
            if a is not None:
                flat = np.abs(
                    np.asarray(a).astype(
                        np.complex128 if np.asarray(a).dtype.kind == "c" else np.float64
                    )
                )
                total += float(np.sum(flat * flat))
    return rounded(math.sqrt(total)) if not math.isnan(total) else "NaN"


def target_figure(targets: list[Any]) -> Any:
    """A number for a curve: the value of a single scalar target, else the mean of all."""
    arrays = [np.asarray(a) for a in targets if a is not None]
    arrays = [a for a in arrays if a.dtype.kind in "fiucV" and a.size]
    if not arrays:
        return None
    if len(arrays) == 1 and arrays[0].size == 1 and arrays[0].dtype.kind != "c":
        value = plain(arrays[0].reshape(-1)[0])
        return rounded(value) if isinstance(value, float) else value
    with np.errstate(all="ignore"):
        flat = np.concatenate(
            [
                np.abs(a.reshape(-1)).astype(np.float64)
                if a.dtype.kind == "c"
                else a.reshape(-1).astype(np.float64)
                for a in arrays
            ]
        )
        return rounded(flat.mean())
