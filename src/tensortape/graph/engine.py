"""Which executor runs a program: the plan, or XLA where JAX is installed."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from typing import Any

from tensortape.graph.ir import Program
from tensortape.graph.plan import plan_of

XLA: list[Callable[[], Any]] = []
"""Loads ``executor(program, jit_compile)`` of ``tensortape.xla``; the public face sets it."""

EXPORT: list[Callable[[], Any]] = []
"""Loads ``compiler_ir(program, stage)`` of ``tensortape.xla``; the public face sets it."""


@functools.cache
def have_jax() -> bool:
    """Whether JAX is installed; it is not imported."""
    return importlib.util.find_spec("jax") is not None


def executor(program: Program, jit_compile: bool | None = None) -> Callable[..., list[Any]]:
    """A function of arrays that runs ``program``.

    ``jit_compile``: ``True`` for XLA (``ImportError`` without JAX), ``False`` for the plan,
    ``None`` for the better one of those there are. A program of constants needs no engine.
    """
    if not program.nodes or jit_compile is False or (jit_compile is None and not have_jax()):
        return plan_of(program)
    return XLA[0]()(program, jit_compile)
