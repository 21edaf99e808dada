"""Which executor runs a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.graph.ir import Program
from tensortape.graph.passes import optimise
from tensortape.graph.plan import compile_plan


def executor(program: Program) -> Callable[..., list[Any]]:
    """A function of arrays that runs ``program``."""
    return compile_plan(optimise(program))
