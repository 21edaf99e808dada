"""The graph of one gradient call, built when the call ends.

It goes back from the targets through the log to the sources. Rules that ran take precedence over
the log, since a custom gradient's entry spans several logged operations. Only operations that
depend on a source are kept; what else they used is a leaf.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

from tensortape.examine.oplog import Logged, OpLog

MAX_WALK = 6_000
"""Operations looked at when going back from the targets."""

MAX_SHOWN = 1_000
"""Operations of a call that a report keeps; of more, the last ones."""

READ = "ReadVariableOp"


@dataclass
class RuleRun:
    """A backward rule that ran: cotangents in and out, as arrays."""

    entry: Any
    upstream: list[Any]
    downstream: list[Any]
    elapsed: int = 0


@dataclass
class Pass:
    """One gradient call while it runs."""

    call: Any
    position: int | None
    callers: list[int]
    frame: Any
    caller: Any
    targets: list[Any]
    sources: list[Any]
    rules: list[RuleRun] = field(default_factory=list)
    clock: int = 0
    names: Any = (({}, {}), {})


@dataclass
class Trace:
    """Operations in order, numbered values, and what is known of them."""

    nodes: list[Logged]
    ids: list[int]
    number: dict[int, int]
    sources: dict[int, int]
    targets: dict[int, int]
    depends: set[int]
    rules: dict[int, RuleRun]
    reads: dict[int, RuleRun]
    omitted: int = 0
    truncated: bool = False

    def signature(self) -> tuple[Any, ...]:
        """What calls of one group have in common: types and wiring."""
        number = self.number
        return tuple(
            (n.op.type, tuple([number[i] for i in n.inputs]), tuple([number[o] for o in n.outputs]))
            for n in self.nodes
        )


def trace(log: OpLog, run: Pass, walk: int = MAX_WALK, shown: int = MAX_SHOWN) -> Trace:
    """The graph of ``run``: at most ``walk`` operations are looked at, and ``shown`` kept."""
    made, rules, reads = producers(log, run.rules)
    sources = source_values(log, run)
    targets: dict[int, int] = {}
    for i, t in enumerate(run.targets):
        targets.setdefault(t._id, i)
    oldest = min((log.oldest_value(s._id) for s in run.sources), default=0)
    nodes, truncated = ancestors(made, targets, sources, oldest, walk)
    depends = dependents(nodes, sources)
    kept = [n for n in nodes if any(o in depends for o in n.outputs)] or nodes[-30:]
    omitted = max(0, len(kept) - shown)
    kept = kept[omitted:]
    ids, number = numbering(kept, sources, targets)
    return Trace(kept, ids, number, sources, targets, depends, rules, reads, omitted, truncated)


def producers(
    log: OpLog, runs: list[RuleRun]
) -> tuple[Any, dict[int, RuleRun], dict[int, RuleRun]]:
    """Who made which tensor (a lookup), the rule runs by node, the variable reads by tensor."""
    own: dict[int, Logged] = {}
    rules: dict[int, RuleRun] = {}
    reads: dict[int, RuleRun] = {}
    for run in runs:
        entry = run.entry
        if entry.op.type == READ:
            reads[entry.outputs[0]._id] = run
            continue
        node = log.producer.get(entry.outputs[0]._id)
        if node is None or node.op is not entry.op:
            position = None if node is None else node.position
            node = Logged(entry.op, entry.inputs, entry.outputs, entry.attrs, position)
            own.update((o, node) for o in node.outputs)
        rules[id(node)] = run
    return (lambda made: own.get(made) or log.producer.get(made)), rules, reads


def source_values(log: OpLog, run: Pass) -> dict[int, int]:
    """Tensor identity to the number of the source it stands for."""
    found: dict[int, int] = {}
    for i, s in enumerate(run.sources):
        found.setdefault(s._id, i)
        for value in log.values_of.get(s._id, ()):
            found.setdefault(value, i)
    return found


def ancestors(
    made: Any, targets: Any, sources: Any, oldest: int, walk: int = MAX_WALK
) -> tuple[list[Logged], bool]:
    """Operations the targets were computed by, in order, and whether the walk was cut short.

    The youngest tensor goes first. Identities grow with time, so that what is older than the
    oldest source cannot depend on one.
    """
    heap = [-t for t in targets]
    heapq.heapify(heap)
    seen = set(heap)
    nodes: dict[int, Logged] = {}
    while heap:
        tensor = -heapq.heappop(heap)
        node = made(tensor)
        if node is None or id(node) in nodes or (tensor in sources and tensor not in targets):
            continue
        if tensor < oldest:
            break
        if len(nodes) >= walk:
            return sorted(nodes.values(), key=lambda n: n.order), True
        nodes[id(node)] = node
        for i in node.inputs:
            if -i not in seen:
                seen.add(-i)
                heapq.heappush(heap, -i)
    return sorted(nodes.values(), key=lambda n: n.order), False


def dependents(nodes: list[Logged], sources: dict[int, int]) -> set[int]:
    """Tensors that depend on a source, the sources' own values included."""
    depends = set(sources)
    for node in nodes:
        if any(i in depends for i in node.inputs):
            depends.update(node.outputs)
    return depends


def numbering(nodes: list[Logged], sources: Any, targets: Any) -> tuple[list[int], dict[int, int]]:
    """Small numbers for the tensors of the graph, the same for calls of the same form."""
    number: dict[int, int] = {}
    for node in nodes:
        for tensor in node.inputs + node.outputs:
            number.setdefault(tensor, len(number))
    reached = {sources[t] for t in number if t in sources}
    for tensor, i in sources.items():
        if i not in reached:
            reached.add(i)
            number.setdefault(tensor, len(number))
    for tensor in targets:
        number.setdefault(tensor, len(number))
    return list(number), number
