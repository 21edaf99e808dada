"""Keeping a report small enough to open: figures of calls are left out where there are too many."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tensortape.examine.model import Call, Group, Report, Summary, to_json

LARGEST = 16_000_000
"""Characters of a report's groups, so that the page stays below 20 MB."""

FEW = 8
"""Elements that remain of an array when a group is still too large with one call."""


def bounded(report: Report, largest: int = LARGEST) -> Report:
    """``report`` with fewer figures where it was too large; ``report.note`` says so."""
    sizes = {number: size_of(group) for number, group in enumerate(report.groups)}
    left_out, open_ = 0, set(sizes)
    while open_ and sum(sizes.values()) > largest:
        number = max(open_, key=lambda n: sizes[n])
        group = report.groups[number]
        before = len(group.calls)
        if before > 1:
            keep_calls(group, thinned(group.calls))
            left_out += before - len(group.calls)
        else:
            shortened(group)
            open_.remove(number)
        sizes[number] = size_of(group)
    if left_out:
        report.note = f"figures of {left_out} calls left out to keep this page small"
    elif sum(sizes.values()) > largest:
        report.note = "this page is large: its graphs have very many operations"
    return report


def size_of(group: Group) -> int:
    """Characters of a group's data."""
    return len(json.dumps(to_json(group), ensure_ascii=False, separators=(",", ":")))


def thinned(calls: list[Call]) -> list[Call]:
    """Half of the calls; the last one and, if possible, those with findings stay."""
    flagged = [call for call in calls[:-1] if call.flags]
    plain = [call for call in calls[:-1] if not call.flags]
    kept = [*flagged, *plain[::2]] if len(plain) > 1 else [*flagged[: len(flagged) // 2]]
    return [*sorted(kept, key=lambda call: call.index), calls[-1]]


def keep_calls(group: Group, calls: list[Call]) -> None:
    """Leave only ``calls`` in a group, and only the summaries they need."""
    number: dict[int, int] = {}
    for call in calls:
        for row in rows_of(call):
            row[:] = [None if i is None else number.setdefault(i, len(number)) for i in row]
    group.summaries = [group.summaries[i] for i in number]
    group.calls = calls


def rows_of(call: Call) -> Iterator[list[int | None]]:
    """The lists of a call that point to summaries."""
    yield from (call.forward, call.backward, call.results, *call.sent)


def shortened(group: Group) -> None:
    """Keep only statistics and the first elements of the arrays."""
    for summary in group.summaries:
        if summary.values is not None and len(summary.values) > FEW:
            shorten(summary)


def shorten(summary: Summary) -> None:
    """An array's elements replaced by its statistics."""
    values = summary.values or []
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    summary.first, summary.values = values[:FEW], None
    summary.zeros = sum(1 for v in values if v == 0 and v is not False)
    summary.nans = values.count("NaN")
    summary.infs = values.count("Infinity") + values.count("-Infinity")
    if numbers:
        summary.min, summary.max = min(numbers), max(numbers)
        summary.mean = float(f"{sum(numbers) / len(numbers):.7g}")
        summary.norm = float(f"{sum(float(v) ** 2 for v in numbers) ** 0.5:.7g}")
