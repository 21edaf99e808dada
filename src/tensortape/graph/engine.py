"""Which executor runs a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.graph.ir import Program
from tensortape.graph.plan import plan_of


def executor(program: Program) -> Callable[..., list[Any]]:
    """A function of arrays that runs ``program``."""
    return plan_of(program)
