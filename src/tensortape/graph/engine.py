"""Which executor runs a program: the plan, or XLA where JAX is installed."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

from tensortape.core.lazy import lazy_import
from tensortape.graph.ir import Program

plans = lazy_import("tensortape.graph.plan")

XLA: list[Callable[[], Any]] = []
"""Loads ``executor`` of ``tensortape.xla.executor``; the public face sets it."""

EXPORT: list[Callable[[], Any]] = []
"""Loads ``compiler_ir(program, stage)`` of ``tensortape.xla``; the public face sets it."""


@functools.cache
def have_jax() -> bool:
    """Whether JAX is installed; it is not imported."""
    return importlib.util.find_spec("jax") is not None


def reasoned(program: Program, reason: str) -> Callable[..., list[Any]]:
    """The plan of a program, with the attribute ``reason``: why it is the plan that runs."""
    plan: Any = plans.plan_of(program)
    plan.reason = reason
    return plan


def executor(
    program: Program,
    jit_compile: bool | None = None,
    updates: Mapping[int, int] | None = None,
    beside: bool = False,
) -> Callable[..., list[Any]]:
    """A function of arrays that runs ``program``.

    ``jit_compile``: ``True`` for XLA (``ImportError`` without JAX), ``False`` for the plan,
    ``None`` for the better one of those there are. A program of constants needs no engine.
    ``updates``: which results are new values of which parameters, for XLA to keep on the device
    (``{parameter: result}``, by position). ``beside``: whether calls need not wait for results.
    """
    if not program.nodes:
        return reasoned(program, "there is nothing to compute")
    if jit_compile is False:
        return reasoned(program, "jit_compile=False")
    if jit_compile is None and not have_jax():
        return reasoned(program, "JAX is not installed")
    return XLA[0]()(program, jit_compile, updates, beside)
