"""Calls of one line with the same operations: which to keep, and what was found in them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tensortape.examine.curves import Curve
from tensortape.examine.findings import examine
from tensortape.examine.model import Call, Flag, Group
from tensortape.examine.snapshot import Snapshot, Table

KEPT = 12
"""Calls kept of a group, besides the last and the first ones with a finding of each kind."""

KEPT_LARGE = 6
"""The same for groups of more than ``LARGE`` operations."""

LARGE = 60


class CallGroup:
    """One group while the run goes on. ``group`` has its structure, filled in at the end."""

    def __init__(self, group: Group, target_is: str, unwatched: dict[int, str]) -> None:
        self.group, self.target_is, self.unwatched = group, target_is, unwatched
        self.curve = Curve()
        self.diagnosed: dict[int, list[Flag]] = {}
        self.kept: dict[int, Snapshot] = {}
        self.last: Snapshot | None = None
        self.kinds: Counter[str] = Counter()
        self.stride = 1
        self.next = 0
        self.flagged: set[int] = set()
        self.limit = KEPT if len(group.ops) <= LARGE else KEPT_LARGE

    def add(self, snapshot: Snapshot, kinds: set[str], target: Any, gradient: Any) -> bool:
        """Count a call; keep its figures if it is one of those to keep, and say so."""
        self.group.count += 1
        self.curve.add(snapshot.index, target, gradient)
        if any(kind not in self.kinds for kind in kinds):
            self.flagged.add(snapshot.index)
        self.kinds.update(kinds)
        self.last = snapshot
        if snapshot.index >= self.next or snapshot.index in self.flagged:
            self.kept[snapshot.index] = snapshot.settle()
            self._plan(snapshot.index)
        return snapshot.index in self.kept

    def skip(self) -> None:
        """Count a call that nobody saw."""
        self.group.count += 1
        self.group.unseen += 1

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

    def flags(self, call: Call) -> list[Flag]:
        """The findings of a call: the diagnoses that were made, and what the figures show."""
        known = self.diagnosed.get(call.index, [])
        told = {(flag.kind, source) for flag in known for source in flag.sources}
        return known + [
            flag
            for flag in examine(self.group, call, self.unwatched)
            if not flag.sources or any((flag.kind, source) not in told for source in flag.sources)
        ]

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
            call.flags = self.flags(call)
            seen.update({flag.kind for flag in call.flags})
        for kind, times in seen.items():
            counted.setdefault(kind, times)
        group.flag_counts = dict(counted.most_common())
        group.series = self.curve.series(self.target_is)
        return group
