"""Work in parts, on all cores, of which some wait for others."""

from __future__ import annotations

import contextlib
import itertools
from _thread import allocate_lock
from typing import Any

from tensortape.arrays.blas import one_thread
from tensortape.arrays.blocks import helpers, run_blocks


class Gate:
    """Opens when ``count`` parts have come, or one has failed.

    Parts are taken in an order in which each finds all those taken that it waits for.
    """

    __slots__ = ("closed", "failed", "others")

    def __init__(self, count: int) -> None:
        self.others, self.failed = [None] * (count - 1), False
        self.closed = allocate_lock()
        self.closed.acquire()

    def come(self) -> None:
        """One more part is here."""
        try:
            self.others.pop()  # one step, whatever other threads do
        except IndexError:
            self.open()

    def open(self) -> None:
        """Let everybody through."""
        with contextlib.suppress(RuntimeError):  # it is open already
            self.closed.release()

    def wait(self) -> bool:
        """Until it is open; whether there is what it was waited for."""
        self.closed.acquire()
        self.open()  # for the next one who waits
        return not self.failed


class Parts:
    """Lanes ``(bodies, bounds, opens, needs)``, which are cut into parts.

    A part calls ``body(low, high, scratch, *args)`` of one lane after the other, for the rows
    between two ``bounds``: what it computes first is in the cache when it goes on with it. Each of
    the first ``opens`` bodies has a gate behind it, which opens when all parts have come through;
    ``needs`` are the gates, as numbers of an earlier lane and of a body, that a part waits for.
    """

    def __init__(self, *lanes: Any) -> None:
        self.lanes = [(bodies, bounds[-1]) for bodies, bounds, _, _ in lanes]
        self.counts: list[int] = []
        self.parts: list[Any] = []
        first: list[int] = []
        for number, (bodies, bounds, opens, needs) in enumerate(lanes):
            before = tuple(first[lane] + body for lane, body in needs)
            first.append(len(self.counts))
            self.counts += [len(bounds) - 1] * opens
            behind = tuple(range(first[-1], len(self.counts)))
            for low, high in itertools.pairwise(bounds):
                self.parts.append((number, bodies, low, high, before, behind))

    def run(self, scratches: Any, *args: Any) -> None:
        """Run everything; ``args`` are those of each lane, with a thread for each scratch."""
        if one_thread.set is None or len(scratches) == 1 or not helpers.idle():
            for (bodies, rows), given in zip(self.lanes, args, strict=True):
                for body in bodies:
                    body(0, rows, scratches[0], *given)
            return
        gates = [Gate(count) for count in self.counts]

        def fail() -> None:
            for gate in gates:
                gate.failed = True
                gate.open()

        run_blocks(self._part, len(self.parts), 1, scratches, (gates, args), fail)

    def _part(self, number: int, _: int, scratch: Any, gates: Any, args: Any) -> None:
        lane, bodies, low, high, before, behind = self.parts[number]
        for k in before:
            if not gates[k].wait():
                return  # the error is on its way to the caller
        for body, k in itertools.zip_longest(bodies, behind):
            body(low, high, scratch, *args[lane])
            if k is not None:
                gates[k].come()
