"""The functions written so far, by the operations of the tapes they are for."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.autodiff.overrides import overrides
from tensortape.core import events
from tensortape.core.lazy import lazy_import
from tensortape.core.policy import safety
from tensortape.core.registry import OPS
from tensortape.core.state import quiet_floats, state

written = lazy_import("tensortape.autodiff.straight_line.written")

OFTEN = 16
"""How many tapes are walked before a function is written; twice as many before the next."""

LONGEST = 256
"""Entries of the longest tape that a function is written for: writing takes 0.1 ms for each."""

VARIANTS = 4
"""Functions for tapes of the same operations, with other shapes or sources."""

SHELVES = 256
"""Sequences of operations that are remembered; the oldest goes for a new one."""

_op_of = itemgetter(0)


class Shelf:
    """What is known of tapes with certain operations."""

    __slots__ = ("functions", "next", "seen")

    def __init__(self) -> None:
        self.functions: list[Any] = []
        self.seen = 0
        self.next = OFTEN


_shelves: dict[Any, Shelf] = {}


def plain() -> bool:
    """Whether rules run on arrays, as they are, and nobody looks on."""
    xp, _, listeners = state.now
    if listeners or events.observers or overrides.used or safety.on:
        return False
    return xp is numpy_namespace


def straight(entries: Any, target: Any, handles: Any, tracked: Any) -> list[Any] | None:
    """The gradients (tensors or ``None``) of ``target``, where there is a function for them."""
    if not plain():
        return None
    shelf = _shelves.get(tuple(map(_op_of, entries)))
    if shelf is None:
        return None
    token = quiet_floats.set()
    try:
        for function in shelf.functions:
            found = function(entries, target, handles, tracked)
            if found is not None:
                make = state.tensor
                return [None if g is None else make(g) for g in found]
    finally:
        quiet_floats.reset(token)
    return None


def walked_again(entries: Any, target: Any, handles: Any, tracked: Any) -> None:
    """Note that entries are walked for which there is no function; write one if it is time."""
    ops = tuple(map(_op_of, entries))
    shelf = _shelves.get(ops)
    if shelf is None:
        if 0 < len(ops) <= LONGEST:
            _new_shelf(ops)
        return
    shelf.seen += 1
    if shelf.seen >= shelf.next:
        shelf.next *= 2
        function = written.function_for(entries, target, handles, tracked)
        if function is not None:
            shelf.functions = [function, *shelf.functions[: VARIANTS - 1]]


def _new_shelf(ops: Any) -> None:
    if all([OPS.get(op.type) is op for op in ops]):  # those made for one call never come again
        while len(_shelves) >= SHELVES:
            _shelves.pop(next(iter(_shelves)), None)
        _shelves[ops] = Shelf()
