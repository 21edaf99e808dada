"""Running programs: what control flow and functions call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.graph.ir import Program, interpret
from tensortape.graph.passes import optimise, optimise_for_numpy
from tensortape.graph.plan.compiler import compile_plan


def plan_of(program: Program) -> Callable[..., list[Any]]:
    """The plan of a program after all passes, made once."""
    plan = program.cache.get("plan")
    if plan is None:
        plan = program.cache["plan"] = compile_plan(optimise_for_numpy(program))
    return plan


def run_program(xp: Any, program: Program, args: Any) -> list[Any]:
    """The results of a program in a namespace: by its plan where that is NumPy."""
    if xp is numpy_namespace:
        plan = program.cache.get("plan")
        return (plan_of(program) if plan is None else plan)(*args)
    return interpret(optimise(program), xp, args)
