"""The figures of one call: arrays first, summaries once it is settled that the call is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tensortape.examine.cotangents import Blocks, array_of
from tensortape.examine.model import Call, Summary
from tensortape.examine.oplog import PLAIN, Logged
from tensortape.examine.summary import FULL, summarize
from tensortape.examine.trace import Pass, Trace


@dataclass
class Snapshot:
    """Lists as in ``model.Call``, with arrays (or summaries) in place of indices."""

    index: int
    forward: list[Any]
    backward: list[Any]
    sent: list[list[Any]]
    results: list[Any]
    settled: bool = False
    times: list[int | None] = field(default_factory=list)
    back_times: list[int | None] = field(default_factory=list)

    def arrays(self) -> Any:
        """Every array held."""
        for row in (self.forward, self.backward, self.results, *self.sent):
            yield from (a for a in row if a is not None)

    def nbytes(self) -> int:
        """Bytes of the distinct arrays held."""
        if self.settled:
            return 0
        return sum({id(a): a.nbytes for a in self.arrays()}.values())

    def settle(self, full: int = FULL) -> Snapshot:
        """Replace the arrays by their summaries; an array that occurs twice is summarised once."""
        if not self.settled:
            known = {id(a): summary_of(a, full) for a in {id(a): a for a in self.arrays()}.values()}
            held = list(self.arrays())  # keeps the identities above from being reused
            for row in (self.forward, self.backward, self.results, *self.sent):
                row[:] = [None if a is None else known[id(a)] for a in row]
            del held
            self.settled = True
        return self


def take(index: int, graph: Trace, run: Pass, results: list[Any]) -> Snapshot:
    """The arrays of a finished call, in the order of the graph's values."""
    forward, backward = forward_arrays(graph, run), backward_arrays(graph, results)
    return Snapshot(
        index,
        [forward.get(i) for i in graph.ids],
        [backward.get(i) for i in graph.ids],
        [sent_arrays(graph, node) for node in graph.nodes],
        [array_of(r) for r in results],
        times=[node.elapsed or None for node in graph.nodes],
        back_times=[rule_time(graph, node) for node in graph.nodes],
    )


def rule_time(graph: Trace, node: Logged) -> int | None:
    """Nanoseconds that the node's rule took, if it ran; nobody saw the first one begin."""
    run = graph.rules.get(id(node))
    return None if run is None else run.elapsed or None


def forward_arrays(graph: Trace, run: Pass) -> dict[int, Any]:
    """Tensor identity to value; what was released is missing."""
    found: dict[int, Any] = {}
    for node in graph.nodes:
        found.update(node.values())
    for tensor in (*run.targets, *run.sources):
        if tensor._id in graph.number:
            found.setdefault(tensor._id, tensor._a)
    return {i: a for i, a in found.items() if isinstance(a, PLAIN)}


def backward_arrays(graph: Trace, results: list[Any]) -> dict[int, Any]:
    """Tensor identity to the gradient that reached it."""
    found: dict[int, Any] = {}
    for node in graph.nodes:
        run = graph.rules.get(id(node))
        if run is not None:
            found.update(zip(node.outputs, map(array_of, run.upstream), strict=False))
    for tensor, run in graph.reads.items():
        found[tensor] = array_of(run.upstream[0])
    for tensor, i in graph.sources.items():
        if tensor not in found and i < len(results):
            found[tensor] = array_of(results[i])
    return found


def sent_arrays(graph: Trace, node: Logged) -> list[Any]:
    """What the node's rule sent to each input that depends on a source."""
    run = graph.rules.get(id(node))
    if run is None:
        return [None] * len(node.inputs)
    down = list(run.downstream) + [None] * (len(node.inputs) - len(run.downstream))
    return [
        array_of(d) if i in graph.depends else None for i, d in zip(node.inputs, down, strict=False)
    ]


def summary_of(array: Any, full: int = FULL) -> Summary:
    """The summary of an array, or of the blocks of a large batch."""
    if isinstance(array, Blocks):
        return summarize(array.array, array.note, full)
    return summarize(array, full=full)


def key_of(s: Summary) -> Any:
    """What equal summaries have in common."""
    rows = [None if row is None else tuple(row) for row in (s.shape, s.values, s.first)]
    return (*rows, s.dtype, s.note, s.min, s.max, s.mean, s.norm, s.zeros, s.nans, s.infs)


class Table:
    """Numbers summaries, equal ones alike."""

    def __init__(self) -> None:
        self.summaries: list[Summary] = []
        self._known: dict[Any, int] = {}

    def number(self, summary: Summary | None) -> int | None:
        """The index of ``summary`` in the table."""
        if summary is None:
            return None
        key = key_of(summary)
        if key not in self._known:
            self._known[key] = len(self.summaries)
            self.summaries.append(summary)
        return self._known[key]

    def call(self, snapshot: Snapshot) -> Call:
        """The model's form of a settled snapshot."""
        s, number = snapshot.settle(), self.number
        sent = [[number(x) for x in row] for row in s.sent]
        forward, backward, results = (
            [number(x) for x in row] for row in (s.forward, s.backward, s.results)
        )
        return Call(
            *(s.index, forward, backward, sent, results),
            times=s.times,
            back_times=s.back_times,
        )
