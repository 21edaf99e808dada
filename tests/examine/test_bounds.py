"""Reports of large runs are cut to a size that browsers open."""

from __future__ import annotations

from examine_sample import sample_report

from tensortape.examine.bounds import bounded, size_of
from tensortape.examine.page import render


def test_a_small_report_stays_as_it_is() -> None:
    report = bounded(sample_report())
    assert report.note == ""
    assert [len(group.calls) for group in report.groups] == [12, 1, 1]


def test_calls_are_left_out_and_the_page_says_so() -> None:
    whole = sample_report()
    limit = sum(map(size_of, whole.groups)) * 2 // 3
    report = bounded(sample_report(), limit)
    assert sum(map(size_of, report.groups)) <= limit
    first, last = whole.groups[0].calls, report.groups[0].calls
    assert len(last) < len(first)
    assert last[-1].index == first[-1].index
    assert "calls left out" in report.note
    assert report.note in render(report)
    for group in report.groups:
        for call in group.calls:
            rows = [call.forward, call.backward, call.results, *call.sent]
            assert all(i is None or i < len(group.summaries) for row in rows for i in row)
    by_index = {call.index: call for call in first}
    kept, before = last[-1], by_index[last[-1].index]
    value = report.groups[0].summaries[kept.forward[0] or 0]
    assert value == whole.groups[0].summaries[before.forward[0] or 0]


def test_elements_give_way_to_statistics() -> None:
    report = bounded(sample_report(), 1)
    for group in report.groups:
        assert len(group.calls) == 1
        for summary in group.summaries:
            assert summary.values is None or len(summary.values) <= 8
