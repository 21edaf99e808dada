"""What a target was computed from, gaps that no tape can follow included."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import Any

from tensortape.examine.journal import Asked, Gap, Journal
from tensortape.examine.oplog import Logged

MAX_WALK = 200_000


class Lineage:
    """The graph between one source and one target, in tensor identities."""

    def __init__(self, journal: Journal, asked: Asked | None, source: Any, target: Any) -> None:
        self.log, self.journal = journal.log, journal
        self.own = asked.own if asked is not None else {}
        self.target: int | None = getattr(target, "_id", None)
        self.starts = self.values_of(source)
        self.since: int = min(self.starts - {source._id}, default=source._id)

    @cached_property
    def gaps(self) -> dict[int, list[Gap]]:
        """By tensor, the dependences that made it and that tapes do not see."""
        found: dict[int, list[Gap]] = {}
        for gap in self.journal.gaps:
            for made in gap.outputs:
                found.setdefault(made, []).append(gap)
        return found

    @cached_property
    def cone(self) -> set[int]:
        """What the target was computed from; only back to the source if that is among it.

        Identities grow with time, so that nothing older than a source was computed from it. In a
        training loop the walk would else go on through the assignments of all earlier steps.
        """
        if self.target is None:
            return set()
        near = self.ancestors({self.target}, gaps=True, since=self.since)
        return near if near & self.starts else self.ancestors({self.target}, gaps=True)

    def values_of(self, source: Any) -> set[int]:
        """The tensors that stand for a source."""
        found = {source._id, *self.log.values_of.get(source._id, ())}
        value = getattr(source, "_t", None)
        return found if value is None else found | {value._id}

    def producer(self, tensor: int) -> Logged | None:
        """The operation that made a tensor."""
        return self.own.get(tensor) or self.log.producer.get(tensor)

    def inputs_of(self, tensor: int, gaps: bool) -> list[int]:
        """What a tensor was made of."""
        node = self.producer(tensor)
        found = list(node.inputs) if node is not None else []
        if gaps:
            for gap in self.gaps.get(tensor, ()):
                found.extend(gap.inputs)
        return found

    def ancestors(self, tensors: set[int], gaps: bool = False, since: int = 0) -> set[int]:
        """Everything ``tensors`` were computed from, themselves included.

        What is older than ``since`` is not followed further.
        """
        seen, left = set(tensors), list(tensors)
        while left and len(seen) < MAX_WALK:
            made = left.pop()
            if made < since:
                continue
            for tensor in self.inputs_of(made, gaps):
                if tensor not in seen:
                    seen.add(tensor)
                    left.append(tensor)
        return seen

    def connected(self) -> bool:
        """Whether the target was computed from the source at all."""
        return bool(self.cone & self.starts)

    def edges(self) -> dict[int, list[tuple[Logged | Gap, int]]]:
        """Within the cone: from a tensor to what was made of it, and by what."""
        found: dict[int, list[tuple[Logged | Gap, int]]] = {}
        for tensor in self.cone:
            node = self.producer(tensor)
            makers: list[Logged | Gap] = [*self.gaps.get(tensor, ())]
            if node is not None:
                makers.append(node)
            for maker in makers:
                for given in maker.inputs:
                    found.setdefault(given, []).append((maker, tensor))
        return found

    def frontier(self, obstacle: Any) -> list[tuple[Any, Logged | Gap]]:
        """Where the ways from the source to the target end: reasons with what is to blame.

        ``obstacle(maker, given, made)`` answers a reason or ``None`` where the way is open.
        """
        edges, found = self.edges(), []
        left = deque(sorted(self.starts))
        seen = set(left)
        while left:
            tensor = left.popleft()
            for maker, made in edges.get(tensor, ()):
                reason = obstacle(maker, tensor, made)
                if reason is not None:
                    found.append((reason, maker))
                elif made not in seen:
                    seen.add(made)
                    left.append(made)
        return found

    def descendants(self) -> tuple[set[int], list[Logged]]:
        """Tensors of the whole log that depend on the source, and the operations, in order."""
        reached, nodes = set(self.starts), []
        for node in self.log.in_order():
            if reached.intersection(node.inputs):
                reached.update(node.outputs)
                nodes.append(node)
        return reached, nodes

    def leaves(self) -> set[int]:
        """Tensors of the cone that came from nowhere: constants and variables' values."""
        return {t for t in self.cone if not self.inputs_of(t, gaps=True)}

    def variables_behind(self, tensors: set[int]) -> set[int]:
        """The identities of variables that ``tensors`` were computed from."""
        reads = self.log.reads
        return {reads[t].variable for t in self.ancestors(tensors) if t in reads}
