"""Making a plan of a program."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from typing import Any

from tensortape.core.state import quiet_floats
from tensortape.graph.ir import Program
from tensortape.graph.plan.explain import explainer
from tensortape.graph.plan.writer import Writer

_number = itertools.count(1).__next__


def compile_plan(program: Program) -> Callable[..., list[Any]]:
    """A function of arrays that returns the program's results as a list of arrays.

    The program is taken as it is: see ``graph.passes`` for making it better first. The function
    has the attributes ``source`` (its text, which tracebacks show) and ``program``. It may run in
    several threads, and within itself. Results belong to the caller; they may be views of
    arguments, as those of eager operations may be.

    Raises, when it runs, what the operations raise eagerly, with the user's line in the message.
    """
    writer = Writer(program, compile_plan)
    filename = f"<plan {_number()} of {program.name}>"
    source = "\n".join(writer.lines) + "\n"
    names = writer.names.values
    names |= {
        "quiet": quiet_floats.set,
        "unquiet": quiet_floats.reset,
        "explained": explainer(filename, writer.origins),
    }
    exec(compile(source, filename, "exec"), names)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    plan = names.pop("plan")
    plan.source, plan.program = source, program
    return plan
