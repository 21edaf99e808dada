"""The plan: a program as straight-line Python over NumPy arrays whose memory is used again."""

from __future__ import annotations

from tensortape.graph.plan.compiler import compile_plan
from tensortape.graph.plan.run import plan_of, run_program

__all__ = ["compile_plan", "plan_of", "run_program"]
