from __future__ import annotations

import linecache
import sys

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
