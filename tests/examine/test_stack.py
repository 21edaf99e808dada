from __future__ import annotations

import linecache
import random
import sys
from typing import Any

import tensortape as tf
from tensortape.core import events
from tensortape.examine import hooks
from tensortape.examine.journal import Journal
from tensortape.examine.lineage import Lineage
from tensortape.examine.sources import Sources
from tensortape.examine.stack import LIBRARY, OWN, PART, USER, Stack, kind_of_file


def test_kinds_of_frames() -> None:
    import json

    import numpy as np

    import tensortape

    assert kind_of_file(tensortape.__file__) == OWN
    assert kind_of_file(np.__file__) == LIBRARY
    assert kind_of_file(json.__file__) == LIBRARY
    assert kind_of_file("/x/site-packages/keras/src/layers/core/dense.py") == PART
    assert kind_of_file(__file__) == USER
    assert kind_of_file("/tmp/ipykernel_12/345.py") == USER
    assert kind_of_file("<ipython-input-3-abc>") == USER


def run_as(filename: str, text: str, scope: dict[str, object]) -> None:
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec"), scope)


def test_positions_of_notebook_cells_name_the_cell_that_holds_the_code() -> None:
    sources = Sources()
    stack = Stack(sources)
    scope: dict[str, object] = {"here": lambda: stack.locate(sys._getframe(1))}
    names = ["/tmp/ipykernel_9/11.py", "/tmp/ipykernel_9/22.py"]
    try:
        sources.set_cell(3)
        run_as(names[0], "def f():\n    return here()\n", scope)
        sources.set_cell(5)
        run_as(names[1], "x = 1\nwhere = f()\ntop = here()\n", scope)
        position = sources.positions[scope["where"]]  # type: ignore[index]
        files = sources.describe({scope["where"], scope["top"]})  # type: ignore[arg-type]
        assert (files[position.file].label, position.line, position.function) == ("In [3]", 2, "f")
        top = sources.positions[scope["top"]]  # type: ignore[index]
        assert (files[top.file].label, top.line) == ("In [5]", 3)
        assert files[top.file].lines["3"] == "top = here()"
    finally:
        for name in names:
            linecache.cache.pop(name, None)


def test_callers_are_the_users_frames_further_out() -> None:
    sources = Sources()
    stack = Stack(sources)

    def inner() -> list[int]:
        return stack.callers(sys._getframe(0))

    lines = [sources.positions[n].function for n in inner()]
    assert lines[0].endswith("test_callers_are_the_users_frames_further_out")


class Twice(Journal):
    """Locates each operation by guessing, and by walking."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int | None, int | None]] = []

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        self.found.append((self.stack.locate_caller(), self.stack.locate(sys._getframe(1))))


def test_guessed_positions_are_those_of_the_walk() -> None:
    journal = Twice()
    journal.stack.kinds[id(Twice.record.__code__)] = OWN  # it stands in for the journal's own
    dice = random.Random(0)
    layers = [tf.keras.layers.Dense(2, activation="relu", name=f"same_{i}") for i in range(3)]
    x = tf.constant([[1.0, 2.0]])
    for layer in layers:
        layer(x)
    events.subscribe(journal)
    try:
        for _ in range(60):
            y = x
            for layer in layers:
                if dice.random() < 0.5:  # which layer runs next is not what it was
                    y = layer(y)
            y = tf.exp(y) if dice.random() < 0.5 else tf.exp(-y)
            for _ in range(dice.randrange(3)):
                y = tf.tanh(y)
                y = tf.tanh(y)
    finally:
        events.unsubscribe(journal)
    assert len(journal.found) > 300
    assert [a for a, _ in journal.found] == [b for _, b in journal.found]
    via = {journal.sources.positions[n].via for n, _ in journal.found if n is not None}
    assert {f"keras Dense.call (same_{i})" for i in range(3)} <= via


def test_a_source_is_found_in_a_long_loop_without_going_through_all_of_it() -> None:
    journal = Journal()
    w = tf.Variable(1.0)
    events.subscribe(journal)
    hooks.attach(journal)
    try:
        for _ in range(300):
            with tf.GradientTape() as tape:
                y = tf.square(w)
            w.assign_sub(0.001 * tape.gradient(y, w))
    finally:
        hooks.detach(journal)
        events.unsubscribe(journal)
    lineage = Lineage(journal, journal.asked[-1], w, y)
    assert lineage.connected()
    assert len(lineage.cone) < 10
    assert not Lineage(journal, journal.asked[-1], tf.Variable(0.0), y).connected()
