"""The figures of one call, looked up, and the questions asked of them."""

from __future__ import annotations

from tensortape.examine.model import Call, Group, Summary


class Figures:
    """A call with its summaries looked up."""

    def __init__(self, group: Group, call: Call) -> None:
        self.group, self.call = group, call

    def look(self, index: int | None) -> Summary | None:
        """The summary with this index."""
        return None if index is None else self.group.summaries[index]

    def forward(self, value: int) -> Summary | None:
        """The value itself."""
        return self.look(self.call.forward[value])

    def backward(self, value: int) -> Summary | None:
        """The gradient that reached a value."""
        return self.look(self.call.backward[value])

    def sent(self, op: int) -> list[Summary | None]:
        """What an operation's rule sent to its inputs."""
        return [self.look(i) for i in self.call.sent[op]]

    def name(self, source: int) -> str:
        """How a message names a source."""
        named = [v.name for v in self.group.values if v.source == source and v.name]
        return named[0] if named else f"source {source + 1}"


def counts(summary: Summary | None) -> tuple[int, int]:
    """The number of NaN and of infinite elements."""
    if summary is None:
        return 0, 0
    if summary.values is None:
        return summary.nans or 0, summary.infs or 0
    return summary.values.count("NaN"), sum(v in ("Infinity", "-Infinity") for v in summary.values)


def all_zero(summary: Summary | None) -> bool:
    """Whether there are elements and all are zero."""
    if summary is None:
        return False
    if summary.values is None:
        size = 1
        for n in summary.shape:
            size *= n
        return summary.zeros == size
    return bool(summary.values) and all(v == 0 and v is not False for v in summary.values)


def has_zero(summary: Summary | None) -> bool:
    """Whether an element is zero."""
    return summary is not None and bool(summary.zeros or (summary.values and 0 in summary.values))
