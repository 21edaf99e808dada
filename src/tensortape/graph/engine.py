"""Which executor runs a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.state import quiet
from tensortape.graph.ir import Program, interpret


def executor(program: Program) -> Callable[..., list[Any]]:
    """A function of arrays that runs ``program``."""

    def run(*arrays: Any) -> list[Any]:
        with quiet():
            return interpret(program, numpy_namespace, arrays)

    return run
